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
public struct genuine_structs_case: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "FINGERPRINT"

    /// The axes of the fields, as they were exported.
    public enum Shape {
        public static let out = [8]
        public static let points = [4]
        public static let tensors = [2]
    }

    /// The whole package on the device, by names.
    public let module: Module

    /// `out`: f32, shape (8).
    public let out: Field<Float>

    /// `points`: vectors of 3 f32, shape (4).
    public let points: Field<Float>

    /// `tensors`: 2 x 3 matrices of f32, shape (2).
    public let tensors: Field<Float>

    private let scalarsKernel: Kernel
    private let vectorAndMatrixKernel: Kernel
    private let fillParticlesKernel: Kernel
    private let particlesToOutKernel: Kernel
    private let returnF32Kernel: Kernel
    private let returnSumKernel: Kernel
    private let returnVectorKernel: Kernel
    private let returnMatrixKernel: Kernel
    private let returnStructKernel: Kernel
    private let returnPairKernel: Kernel
    private let structArgumentKernel: Kernel

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
                message: "genuine_structs_case was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.out = try module.field("out")
        self.points = try module.field("points")
        self.tensors = try module.field("tensors")
        self.scalarsKernel = try module.kernel("scalars")
        self.vectorAndMatrixKernel = try module.kernel("vector_and_matrix")
        self.fillParticlesKernel = try module.kernel("fill_particles")
        self.particlesToOutKernel = try module.kernel("particles_to_out")
        self.returnF32Kernel = try module.kernel("return_f32")
        self.returnSumKernel = try module.kernel("return_sum")
        self.returnVectorKernel = try module.kernel("return_vector")
        self.returnMatrixKernel = try module.kernel("return_matrix")
        self.returnStructKernel = try module.kernel("return_struct")
        self.returnPairKernel = try module.kernel("return_pair")
        self.structArgumentKernel = try module.kernel("struct_argument")
    }

    /// The kernel `scalars`.
    ///
    /// - Parameters:
    ///   - a: f32
    ///   - b: i32
    ///   - c: u32
    ///   - d: u1
    ///   - e: f32
    ///   - f: i32
    public func scalars(
        a: Float,
        b: Int32,
        c: UInt32,
        d: Bool,
        e: Float,
        f: Int32,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.scalarsKernel.launch(
            .real(Double(a)),
            .integer(Int64(b)),
            .integer(Int64(c)),
            .integer(d ? 1 : 0),
            .real(Double(e)),
            .integer(Int64(f)),
            on: device
        )
    }

    /// The kernel `vector_and_matrix`.
    ///
    /// - Parameters:
    ///   - v: vector of 3 i32
    ///   - m: 2 x 3 matrix of f32, row by row
    public func vectorAndMatrix(
        v: SIMD3<Int32>,
        m: [Float],
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.vectorAndMatrixKernel.launch(
            .integers([Int64(v[0]), Int64(v[1]), Int64(v[2])]),
            .reals(m.map { Double($0) }),
            on: device
        )
    }

    /// The kernel `fill_particles`.
    public func fillParticles(on device: isolated Device) throws(TinsmithError) {
        try self.fillParticlesKernel.launch(on: device)
    }

    /// The kernel `particles_to_out`.
    public func particlesToOut(on device: isolated Device) throws(TinsmithError) {
        try self.particlesToOutKernel.launch(on: device)
    }

    /// The kernel `return_f32`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: f32
    /// - Returns: f32
    public func returnF32(
        a: Float,
        on device: isolated Device
    ) async throws(TinsmithError) -> Float {
        let results = try await self.returnF32Kernel.call(.real(Double(a)), on: device)
        return Float(results[0].real)
    }

    /// The kernel `return_sum`.
    ///
    /// Waits for the result.
    ///
    /// - Returns: i32
    public func returnSum(on device: isolated Device) async throws(TinsmithError) -> Int32 {
        let results = try await self.returnSumKernel.call(on: device)
        return Int32(results[0].integer)
    }

    /// The kernel `return_vector`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: i32
    /// - Returns: vector of 3 i32
    public func returnVector(
        a: Int32,
        on device: isolated Device
    ) async throws(TinsmithError) -> SIMD3<Int32> {
        let results = try await self.returnVectorKernel.call(.integer(Int64(a)), on: device)
        return SIMD3<Int32>(Int32(results[0].integer), Int32(results[1].integer),
            Int32(results[2].integer))
    }

    /// The kernel `return_matrix`.
    ///
    /// Waits for the result.
    ///
    /// - Returns: 2 x 3 matrix of f32, row by row
    public func returnMatrix(on device: isolated Device) async throws(TinsmithError) -> [Float] {
        let results = try await self.returnMatrixKernel.call(on: device)
        return results[0..<6].map { Float($0.real) }
    }

    /// The kernel `return_struct`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: f32
    /// - Returns: struct
    public func returnStruct(
        a: Float,
        on device: isolated Device
    ) async throws(TinsmithError) -> RStruct {
        let results = try await self.returnStructKernel.call(.real(Double(a)), on: device)
        return RStruct(origin: SIMD2<Float>(Float(results[0].real), Float(results[1].real)),
            direction: SIMD2<Float>(Float(results[2].real), Float(results[3].real)),
            id: Int32(results[4].integer))
    }

    /// The kernel `return_pair`.
    ///
    /// Waits for the result.
    ///
    /// - Parameters:
    ///   - a: i32
    /// - Returns: i32, f32
    public func returnPair(
        a: Int32,
        on device: isolated Device
    ) async throws(TinsmithError) -> (Int32, Float) {
        let results = try await self.returnPairKernel.call(.integer(Int64(a)), on: device)
        return (Int32(results[0].integer), Float(results[1].real))
    }

    /// The kernel `struct_argument`.
    ///
    /// - Parameters:
    ///   - r: struct
    ///   - t: f32
    public func structArgument(
        r: RStruct,
        t: Float,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.structArgumentKernel.launch(
            .reals([Double(r.origin[0]), Double(r.origin[1]), Double(r.direction[0]),
                Double(r.direction[1]), Double(r.id)]),
            .real(Double(t)),
            on: device
        )
    }

    /// A struct that kernels take or return.
    public struct RStruct: Sendable {
        /// vector of 2 f32
        public let origin: SIMD2<Float>
        /// vector of 2 f32
        public let direction: SIMD2<Float>
        /// i32
        public let id: Int32

        public init(origin: SIMD2<Float>, direction: SIMD2<Float>, id: Int32) {
            self.origin = origin
            self.direction = direction
            self.id = id
        }
    }
}
