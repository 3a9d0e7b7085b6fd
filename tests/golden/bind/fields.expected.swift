// Made by `tinsmith bind` 0.1.0 from package. Run it again instead of editing this.
import Tinsmith

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The kernels and fields of package on a device.
///
/// Functions record a launch and do not wait for it; reading a field waits, suspended. From
/// outside of the device they are called with `await`, in a function isolated to it without.
public struct fields_case: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "FINGERPRINT"

    /// The axes of the fields, as they were exported.
    public enum Shape {
        public static let line = [5]
        public static let volume = [2, 3, 4]
        public static let half = [3]
        public static let large = [2]
        public static let flags = [7]
        public static let points = [4]
        public static let tensors = [2, 2]
    }

    /// The whole package on the device, by names.
    public let module: Module

    /// `one`: one f32.
    public let one: Field<Float>

    /// `line`: i32, shape (5).
    public let line: Field<Int32>

    /// `volume`: u8, shape (2, 3, 4).
    public let volume: Field<UInt8>

    #if !(os(macOS) && arch(x86_64))
    /// `half`: f16, shape (3).
    public let half: Field<Float16>
    #endif

    /// `large`: u64, shape (2).
    public let large: Field<UInt64>

    /// `flags`: u1, shape (7).
    public let flags: Field<Int32>

    /// `points`: vectors of 3 f32, shape (4).
    public let points: Field<Float>

    /// `tensors`: 2 x 3 matrices of f64, shape (2, 2).
    public let tensors: Field<Double>

    /// `center`: one vector of 2 f32.
    public let center: Field<Float>

    private let touchKernel: Kernel

    /// Opens the bundle or package at a file URL, and makes it ready on the device.
    public init(contentsOf url: URL, on device: isolated Device) throws(TinsmithError) {
        try self.init(try Package(contentsOf: url), on: device)
    }

    /// Makes a package ready on the device: the one that these bindings were made from, in any of
    /// its forms.
    public init(_ package: Package, on device: isolated Device) throws(TinsmithError) {
        guard package.fingerprint == Self.fingerprint else {
            throw TinsmithError(
                kind: .invalid,
                message: "fields_case was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.one = try module.field("one")
        self.line = try module.field("line")
        self.volume = try module.field("volume")
        #if !(os(macOS) && arch(x86_64))
        self.half = try module.field("half")
        #endif
        self.large = try module.field("large")
        self.flags = try module.field("flags")
        self.points = try module.field("points")
        self.tensors = try module.field("tensors")
        self.center = try module.field("center")
        self.touchKernel = try module.kernel("touch")
    }

    /// The kernel `touch`.
    public func touch(on device: isolated Device) throws(TinsmithError) {
        try self.touchKernel.launch(on: device)
    }
}
