// Made by `tinsmith bind` 0.1.0 from mnist-mlp. Run it again instead of editing this.
import Tinsmith

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The kernels and fields of mnist-mlp on a device.
///
/// Functions record a launch and do not wait for it; reading a field waits, suspended. From
/// outside of the device they are called with `await`, in a function isolated to it without.
public struct MNISTMLP: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "34cd29eb47d8c150bb8fbe6f013c6c66d9994e552df84dbb7134a513715096b2"

    /// The axes of the fields, as they were exported.
    public enum Shape {
        public static let predicted = [32]
        public static let confidence = [32]
        public static let logits = [32, 10]
        public static let confusion = [10, 10]
        public static let label = [32]
        public static let w1 = [128, 784]
        public static let w1Grad = [128, 784]
        public static let b1 = [128]
        public static let b1Grad = [128]
        public static let w2 = [10, 128]
        public static let w2Grad = [10, 128]
        public static let b2 = [10]
        public static let b2Grad = [10]
    }

    /// The whole package on the device, by names.
    public let module: Module

    /// `predicted`: i32, shape (32).
    public let predicted: Field<Int32>

    /// `confidence`: f32, shape (32).
    public let confidence: Field<Float>

    /// `loss`: one f32.
    public let loss: Field<Float>

    /// `logits`: f32, shape (32, 10).
    public let logits: Field<Float>

    /// `total_loss`: one f32.
    public let totalLoss: Field<Float>

    /// `total_correct`: one i32.
    public let totalCorrect: Field<Int32>

    /// `confusion`: i32, shape (10, 10).
    public let confusion: Field<Int32>

    /// `label`: i32, shape (32).
    public let label: Field<Int32>

    /// `w1`: f32, shape (128, 784).
    public let w1: Field<Float>

    /// `w1_grad`: f32, shape (128, 784).
    public let w1Grad: Field<Float>

    /// `b1`: f32, shape (128).
    public let b1: Field<Float>

    /// `b1_grad`: f32, shape (128).
    public let b1Grad: Field<Float>

    /// `w2`: f32, shape (10, 128).
    public let w2: Field<Float>

    /// `w2_grad`: f32, shape (10, 128).
    public let w2Grad: Field<Float>

    /// `b2`: f32, shape (10).
    public let b2: Field<Float>

    /// `b2_grad`: f32, shape (10).
    public let b2Grad: Field<Float>

    /// The logits of the batch, and in `loss` the mean cross-entropy of its samples.
    public let forward: Forward

    private let gatherKernel: Kernel
    private let clearKernel: Kernel
    private let updateKernel: Kernel
    private let scoreKernel: Kernel
    private let resetTotalsKernel: Kernel

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
                message: "MNISTMLP was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.predicted = try module.field("predicted")
        self.confidence = try module.field("confidence")
        self.loss = try module.field("loss")
        self.logits = try module.field("logits")
        self.totalLoss = try module.field("total_loss")
        self.totalCorrect = try module.field("total_correct")
        self.confusion = try module.field("confusion")
        self.label = try module.field("label")
        self.w1 = try module.field("w1")
        self.w1Grad = try module.field("w1_grad")
        self.b1 = try module.field("b1")
        self.b1Grad = try module.field("b1_grad")
        self.w2 = try module.field("w2")
        self.w2Grad = try module.field("w2_grad")
        self.b2 = try module.field("b2")
        self.b2Grad = try module.field("b2_grad")
        self.gatherKernel = try module.kernel("gather")
        self.clearKernel = try module.kernel("clear")
        self.forward = Forward(
            kernel: try module.kernel("forward"),
            adjoint: try module.kernel("forward_grad")
        )
        self.updateKernel = try module.kernel("update")
        self.scoreKernel = try module.kernel("score")
        self.resetTotalsKernel = try module.kernel("reset_totals")
    }

    /// Copies the `n` samples order[first], order[first + 1], … into the batch.
    ///
    /// `images` holds a sample a row, pixels from 0 to 1; `labels` the classes 0 to 9. Where `n` is less than the batch,
    /// the rest of it is masked: it counts neither in the loss nor in the totals.
    ///
    /// - Parameters:
    ///   - images: array of f32, 2 axes, read
    ///   - labels: array of i32, 1 axis, read
    ///   - order: array of i32, 1 axis, read
    ///   - first: i32
    ///   - n: i32
    public func gather(
        images: Buffer<Float>,
        labels: Buffer<Int32>,
        order: Buffer<Int32>,
        first: Int32,
        n: Int32,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.gatherKernel.launch(
            .array(images),
            .array(labels),
            .array(order),
            .integer(Int64(first)),
            .integer(Int64(n)),
            on: device
        )
    }

    /// Sets the loss and all gradients to zero, and the gradient of the loss to one: before each step.
    public func clear(on device: isolated Device) throws(TinsmithError) {
        try self.clearKernel.launch(on: device)
    }

    /// The kernel `forward` and its gradient.
    public struct Forward: Sendable {
        fileprivate let kernel: Kernel
        fileprivate let adjoint: Kernel

        /// The logits of the batch, and in `loss` the mean cross-entropy of its samples.
        public func callAsFunction(on device: isolated Device) throws(TinsmithError) {
            try self.kernel.launch(on: device)
        }

        /// The gradient of `forward`, the kernel `forward_grad`: takes the gradients of what `forward`
        /// writes, and adds to the gradients of what it reads.
        public func gradient(on device: isolated Device) throws(TinsmithError) {
            try self.adjoint.launch(on: device)
        }
    }

    /// One step of gradient descent: takes `rate` times its gradient from each parameter.
    ///
    /// - Parameters:
    ///   - rate: f32
    public func update(rate: Float, on device: isolated Device) throws(TinsmithError) {
        try self.updateKernel.launch(.real(Double(rate)), on: device)
    }

    /// After `forward`: the class of each sample in `predicted`, its probability in `confidence`.
    ///
    /// Adds the loss of each sample to `total_loss`, the number of right answers to `total_correct`, and each sample to
    /// its cell of `confusion`: the row is what it is, the column what it was taken for.
    public func score(on device: isolated Device) throws(TinsmithError) {
        try self.scoreKernel.launch(on: device)
    }

    /// Sets `total_loss`, `total_correct` and `confusion` to zero.
    public func resetTotals(on device: isolated Device) throws(TinsmithError) {
        try self.resetTotalsKernel.launch(on: device)
    }
}
