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
public struct numbers_case: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "FINGERPRINT"

    /// The axes of the fields, as they were exported.
    public enum Shape {
        public static let seen = [16]
    }

    /// The whole package on the device, by names.
    public let module: Module

    /// `seen`: f32, shape (16).
    public let seen: Field<Float>

    private let everyTypeKernel: Kernel
    private let byValueKernel: Kernel
    private let oneKernel: Kernel
    private let largeKernel: Kernel
    private let vectorKernel: Kernel
    private let matrixKernel: Kernel
    private let longVectorKernel: Kernel
    private let severalKernel: Kernel

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
                message: "numbers_case was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.seen = try module.field("seen")
        self.everyTypeKernel = try module.kernel("every_type")
        self.byValueKernel = try module.kernel("by_value")
        self.oneKernel = try module.kernel("one")
        self.largeKernel = try module.kernel("large")
        self.vectorKernel = try module.kernel("vector")
        self.matrixKernel = try module.kernel("matrix")
        self.longVectorKernel = try module.kernel("long_vector")
        self.severalKernel = try module.kernel("several")
    }

    /// Adds all of them.
    ///
    /// - Parameters:
    ///   - a: f16
    ///   - b: f32
    ///   - c: f64
    ///   - d: i8
    ///   - e: i16
    ///   - f: i32
    ///   - g: i64
    ///   - h: u1
    ///   - i: u8
    ///   - j: u16
    ///   - k: u32
    ///   - l: u64
    public func everyType(
        a: Float,
        b: Float,
        c: Double,
        d: Int8,
        e: Int16,
        f: Int32,
        g: Int64,
        h: Bool,
        i: UInt8,
        j: UInt16,
        k: UInt32,
        l: UInt64,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.everyTypeKernel.launch(
            .real(Double(a)),
            .real(Double(b)),
            .real(c),
            .integer(Int64(d)),
            .integer(Int64(e)),
            .integer(Int64(f)),
            .integer(g),
            .integer(h ? 1 : 0),
            .integer(Int64(i)),
            .integer(Int64(j)),
            .integer(Int64(k)),
            .integer(Int64(bitPattern: l)),
            on: device
        )
    }

    /// The kernel `by_value`.
    ///
    /// - Parameters:
    ///   - v: vector of 3 f32
    ///   - i: vector of 2 i64
    ///   - n: vector of 9 u32
    ///   - m: 2 x 3 matrix of f32, row by row
    ///   - w: vector of 2 u64
    public func byValue(
        v: SIMD3<Float>,
        i: SIMD2<Int64>,
        n: [UInt32],
        m: [Float],
        w: SIMD2<UInt64>,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.byValueKernel.launch(
            .reals([Double(v[0]), Double(v[1]), Double(v[2])]),
            .integers([i[0], i[1]]),
            .integers(n.map { Int64($0) }),
            .reals(m.map { Double($0) }),
            .integers([Int64(bitPattern: w[0]), Int64(bitPattern: w[1])]),
            on: device
        )
    }

    /// Twice `a`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: f32
    /// - Returns: f32
    public func one(a: Float, on device: isolated Device) async throws(TinsmithError) -> Float {
        let results = try await self.oneKernel.call(.real(Double(a)), on: device)
        return Float(results[0].real)
    }

    /// The kernel `large`.
    ///
    /// Waits for the result.
    ///
    /// - Returns: u64
    public func large(on device: isolated Device) async throws(TinsmithError) -> UInt64 {
        let results = try await self.largeKernel.call(on: device)
        return UInt64(bitPattern: results[0].integer)
    }

    /// The kernel `vector`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: f32
    /// - Returns: vector of 3 f32
    public func vector(
        a: Float,
        on device: isolated Device
    ) async throws(TinsmithError) -> SIMD3<Float> {
        let results = try await self.vectorKernel.call(.real(Double(a)), on: device)
        return SIMD3<Float>(Float(results[0].real), Float(results[1].real), Float(results[2].real))
    }

    /// The kernel `matrix`.
    ///
    /// Waits for the result.
    ///
    /// - Returns: 2 x 3 matrix of f32, row by row
    public func matrix(on device: isolated Device) async throws(TinsmithError) -> [Float] {
        let results = try await self.matrixKernel.call(on: device)
        return results[0..<6].map { Float($0.real) }
    }

    /// The kernel `long_vector`.
    ///
    /// Waits for the result.
    ///
    /// - Returns: vector of 9 u32
    public func longVector(on device: isolated Device) async throws(TinsmithError) -> [UInt32] {
        let results = try await self.longVectorKernel.call(on: device)
        return results[0..<9].map { UInt32($0.integer) }
    }

    /// The kernel `several`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: i32
    /// - Returns: i32, f32, vector of 3 f32
    public func several(
        a: Int32,
        on device: isolated Device
    ) async throws(TinsmithError) -> (Int32, Float, SIMD3<Float>) {
        let results = try await self.severalKernel.call(.integer(Int64(a)), on: device)
        return (
            Int32(results[0].integer),
            Float(results[1].real),
            SIMD3<Float>(Float(results[2].real), Float(results[3].real), Float(results[4].real))
        )
    }
}
