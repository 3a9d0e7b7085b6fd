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
public struct genuine_graph_case: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "FINGERPRINT"

    /// The whole package on the device, by names.
    public let module: Module

    private let setRampKernel: Kernel
    private let diffuseGraph: Graph

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
                message: "genuine_graph_case was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.setRampKernel = try module.kernel("set_ramp")
        self.diffuseGraph = try module.graph("diffuse")
    }

    /// The kernel `set_ramp`.
    ///
    /// - Parameters:
    ///   - a: array of f32, 1 axis, written
    ///   - start: f32
    public func setRamp(
        a: Buffer<Float>,
        start: Float,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.setRampKernel.launch(.array(a), .real(Double(start)), on: device)
    }

    /// The graph `diffuse`.
    ///
    /// - Parameters:
    ///   - a: array of f32, 1 axis, read and written
    ///   - start: f32
    ///   - b: array of f32, 1 axis, read and written
    ///   - k: f32
    ///   - p: array of vectors of 2 f32, 1 axis, read and written
    ///   - by: vector of 2 f32
    public func diffuse(
        a: Buffer<Float>,
        start: Float,
        b: Buffer<Float>,
        k: Float,
        p: Buffer<Float>,
        by: SIMD2<Float>,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.diffuseGraph.run([
            "a": .array(a),
            "start": .real(Double(start)),
            "b": .array(b),
            "k": .real(Double(k)),
            "p": .array(p),
            "by": .reals([Double(by[0]), Double(by[1])])
        ], on: device)
    }
}
