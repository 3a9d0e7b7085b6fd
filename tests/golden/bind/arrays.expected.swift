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
public struct arrays_case: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "FINGERPRINT"

    /// The whole package on the device, by names.
    public let module: Module

    /// `loss`: one f32.
    public let loss: Field<Float>

    /// `loss_grad`: one f32.
    public let lossGrad: Field<Float>

    /// Adds k x[i]^2 to the loss.
    public let energy: Energy

    private let saxpyKernel: Kernel
    private let turnKernel: Kernel
    private let halvesKernel: Kernel
    private let stepGraph: Graph

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
                message: "arrays_case was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.loss = try module.field("loss")
        self.lossGrad = try module.field("loss_grad")
        self.saxpyKernel = try module.kernel("saxpy")
        self.turnKernel = try module.kernel("turn")
        self.halvesKernel = try module.kernel("halves")
        self.energy = Energy(
            kernel: try module.kernel("energy"),
            adjoint: try module.kernel("energy_backward")
        )
        self.stepGraph = try module.graph("step")
    }

    /// y += a x
    ///
    /// - Parameters:
    ///   - a: f32
    ///   - x: array of f32, 1 axis, read
    ///   - y: array of f32, 1 axis, read and written
    public func saxpy(
        a: Float,
        x: Buffer<Float>,
        y: Buffer<Float>,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.saxpyKernel.launch(.real(Double(a)), .array(x), .array(y), on: device)
    }

    /// The kernel `turn`.
    ///
    /// - Parameters:
    ///   - points: array of vectors of 2 f32, 2 axes, read and written
    ///   - by: array of 2 x 2 matrices of f32, 1 axis, read
    public func turn(
        points: Buffer<Float>,
        by: Buffer<Float>,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.turnKernel.launch(.array(points), .array(by), on: device)
    }

    #if !(os(macOS) && arch(x86_64))
    /// The kernel `halves`.
    ///
    /// - Parameters:
    ///   - h: array of f16, 1 axis, written
    public func halves(h: Buffer<Float16>, on device: isolated Device) throws(TinsmithError) {
        try self.halvesKernel.launch(.array(h), on: device)
    }
    #endif

    /// The kernel `energy` and its gradient.
    public struct Energy: Sendable {
        fileprivate let kernel: Kernel
        fileprivate let adjoint: Kernel

        /// Adds k x[i]^2 to the loss.
        ///
        /// - Parameters:
        ///   - x: array of f32, 1 axis, read
        ///   - k: f32
        public func callAsFunction(
            x: Buffer<Float>,
            k: Float,
            on device: isolated Device
        ) throws(TinsmithError) {
            try self.kernel.launch(.array(x), .real(Double(k)), on: device)
        }

        /// The gradient of `energy`, the kernel `energy_backward`: takes the gradients of what `energy`
        /// writes, and adds to the gradients of what it reads.
        ///
        /// - Parameters:
        ///   - x: array of f32, 1 axis, read and written; needs a gradient
        ///   - k: f32
        public func gradient(
            x: Buffer<Float>,
            k: Float,
            on device: isolated Device
        ) throws(TinsmithError) {
            try self.adjoint.launch(.array(x), .real(Double(k)), on: device)
        }
    }

    /// The graph `step`.
    ///
    /// - Parameters:
    ///   - factor: f32
    ///   - array: array of f32, 1 axis, read
    ///   - other: array of f32, 1 axis, read and written
    ///   - shift: vector of 2 f32
    public func step(
        factor: Float,
        array: Buffer<Float>,
        other: Buffer<Float>,
        shift: SIMD2<Float>,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.stepGraph.run([
            "factor": .real(Double(factor)),
            "array": .array(array),
            "other": .array(other),
            "shift": .reals([Double(shift[0]), Double(shift[1])])
        ], on: device)
    }
}
