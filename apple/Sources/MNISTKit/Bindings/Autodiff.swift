// Made by `tinsmith bind` 0.1.0 from autodiff. Run it again instead of editing this.
import Tinsmith

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The kernels and fields of autodiff on a device.
///
/// Functions record a launch and do not wait for it; reading a field waits, suspended. From
/// outside of the device they are called with `await`, in a function isolated to it without.
public struct Autodiff: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "35a91df0f8c0f79f0b6d47f5f3783e3de712d3b0a22aea3e0c817f30f9415928"

    /// The axes of the fields, as they were exported.
    public enum Shape {
        public static let x = [1000]
        public static let xGrad = [1000]
    }

    /// The whole package on the device, by names.
    public let module: Module

    /// `x`: f32, shape (1000).
    public let x: Field<Float>

    /// `x_grad`: f32, shape (1000).
    public let xGrad: Field<Float>

    /// `loss`: one f32.
    public let loss: Field<Float>

    /// `loss_grad`: one f32.
    public let lossGrad: Field<Float>

    /// Adds the sum of all x[i]^2 to the loss.
    public let forward: Forward

    private let initXKernel: Kernel
    private let clearLossKernel: Kernel

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
                message: "Autodiff was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.x = try module.field("x")
        self.xGrad = try module.field("x_grad")
        self.loss = try module.field("loss")
        self.lossGrad = try module.field("loss_grad")
        self.initXKernel = try module.kernel("init_x")
        self.clearLossKernel = try module.kernel("clear_loss")
        self.forward = Forward(
            kernel: try module.kernel("forward"),
            adjoint: try module.kernel("backward")
        )
    }

    /// Sets x[i] to the base plus 0.01 i, and x_grad to zero.
    public func initX(on device: isolated Device) throws(TinsmithError) {
        try self.initXKernel.launch(on: device)
    }

    /// Sets the loss to zero and its gradient, the seed of `backward`, to one.
    public func clearLoss(on device: isolated Device) throws(TinsmithError) {
        try self.clearLossKernel.launch(on: device)
    }

    /// The kernel `forward` and its gradient.
    public struct Forward: Sendable {
        fileprivate let kernel: Kernel
        fileprivate let adjoint: Kernel

        /// Adds the sum of all x[i]^2 to the loss.
        public func callAsFunction(on device: isolated Device) throws(TinsmithError) {
            try self.kernel.launch(on: device)
        }

        /// The gradient of `forward`, the kernel `backward`: takes the gradients of what `forward`
        /// writes, and adds to the gradients of what it reads.
        public func gradient(on device: isolated Device) throws(TinsmithError) {
            try self.adjoint.launch(on: device)
        }
    }
}
