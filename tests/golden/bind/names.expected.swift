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
public struct names_case: Sendable {
    /// SHA-256 of the package that these bindings were made from.
    public static let fingerprint =
        "FINGERPRINT"

    /// The axes of the fields, as they were exported.
    public enum Shape {
        public static let module_ = [2]
        public static let shape = [2]
        public static let fingerprint_ = [2]
        public static let class_ = [2]
        public static let default_ = [2]
        public static let in_ = [2]
        public static let n3d = [2]
        public static let aB = [2]
        public static let aB_ = [2]
        public static let aB_2 = [2]
        public static let grE = [2]
        public static let init_ = [2]
        public static let totalLoss = [2]
        public static let totalLoss_ = [2]
        public static let shape_ = [2]
        public static let package = [2]
        public static let scale = [2]
        public static let x = [2]
        public static let max = [2]
        public static let layer1_2 = [2]
    }

    /// The whole package on the device, by names.
    public let module: Module

    /// `module`: f32, shape (2).
    public let module_: Field<Float>

    /// `shape`: f32, shape (2).
    public let shape: Field<Float>

    /// `fingerprint`: f32, shape (2).
    public let fingerprint_: Field<Float>

    /// `class`: f32, shape (2).
    public let class_: Field<Float>

    /// `default`: f32, shape (2).
    public let default_: Field<Float>

    /// `in`: f32, shape (2).
    public let in_: Field<Float>

    /// `3d`: f32, shape (2).
    public let n3d: Field<Float>

    /// `a b`: f32, shape (2).
    public let aB: Field<Float>

    /// `a_b`: f32, shape (2).
    public let aB_: Field<Float>

    /// `a-b`: f32, shape (2).
    public let aB_2: Field<Float>

    /// `größe`: f32, shape (2).
    public let grE: Field<Float>

    /// `__init__`: f32, shape (2).
    public let init_: Field<Float>

    /// `total_loss`: f32, shape (2).
    public let totalLoss: Field<Float>

    /// `totalLoss`: f32, shape (2).
    public let totalLoss_: Field<Float>

    /// `Shape`: f32, shape (2).
    public let shape_: Field<Float>

    /// `package`: f32, shape (2).
    public let package: Field<Float>

    /// `scale`: f32, shape (2).
    public let scale: Field<Float>

    /// `x`: f32, shape (2).
    public let x: Field<Float>

    /// `MAX`: f32, shape (2).
    public let max: Field<Float>

    /// `layer_1_2`: f32, shape (2).
    public let layer1_2: Field<Float>

    /// The kernel `operator`.
    public let operator_: Operator

    private let initKernel: Kernel
    private let deleteKernel: Kernel
    private let squareKernelKernel: Kernel
    private let gradientKernel: Kernel
    private let fillValue1Kernel: Kernel
    private let fillValue2_5Kernel: Kernel

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
                message: "names_case was made from another package than this one: run tinsmith bind again")
        }
        self.module = try Module(package, on: device)
        self.module_ = try module.field("module")
        self.shape = try module.field("shape")
        self.fingerprint_ = try module.field("fingerprint")
        self.class_ = try module.field("class")
        self.default_ = try module.field("default")
        self.in_ = try module.field("in")
        self.n3d = try module.field("3d")
        self.aB = try module.field("a b")
        self.aB_ = try module.field("a_b")
        self.aB_2 = try module.field("a-b")
        self.grE = try module.field("größe")
        self.init_ = try module.field("__init__")
        self.totalLoss = try module.field("total_loss")
        self.totalLoss_ = try module.field("totalLoss")
        self.shape_ = try module.field("Shape")
        self.package = try module.field("package")
        self.scale = try module.field("scale")
        self.x = try module.field("x")
        self.max = try module.field("MAX")
        self.layer1_2 = try module.field("layer_1_2")
        self.initKernel = try module.kernel("init")
        self.deleteKernel = try module.kernel("delete")
        self.operator_ = Operator(
            kernel: try module.kernel("operator"),
            adjoint: try module.kernel("operator gradient")
        )
        self.squareKernelKernel = try module.kernel("square-kernel")
        self.gradientKernel = try module.kernel("gradient")
        self.fillValue1Kernel = try module.kernel("fill|value=1,")
        self.fillValue2_5Kernel = try module.kernel("fill|value=2.5,")
    }

    /// A comment */ that /* could end, a \backslash, a "quote", `code`, $dollar, \(interpolation).
    ///
    /// The next line ends with a backslash \
    /// and ??/ was a trigraph. Größe: 次元 😀. <b>markup</b> @param \param
    /// Right to left: ?abc?.
    ///
    /// - Parameters:
    ///   - device_: f32
    ///   - on_: f32
    ///   - x: f32
    ///   - self_: f32
    ///   - int: f32
    public func init_2(
        device_: Float,
        on_: Float,
        x: Float,
        self_: Float,
        int: Float,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.initKernel.launch(
            .real(Double(device_)),
            .real(Double(on_)),
            .real(Double(x)),
            .real(Double(self_)),
            .real(Double(int)),
            on: device
        )
    }

    /// A comment */ that /* could end, a \backslash, a "quote", `code`, $dollar, \(interpolation).
    ///
    /// The next line ends with a backslash \
    /// and ??/ was a trigraph. Größe: 次元 😀. <b>markup</b> @param \param
    /// Right to left: ?abc?.
    ///
    /// - Parameters:
    ///   - device_: f32
    ///   - on_: f32
    ///   - x: f32
    ///   - self_: f32
    ///   - int: f32
    public func delete(
        device_: Float,
        on_: Float,
        x: Float,
        self_: Float,
        int: Float,
        on device: isolated Device
    ) throws(TinsmithError) {
        try self.deleteKernel.launch(
            .real(Double(device_)),
            .real(Double(on_)),
            .real(Double(x)),
            .real(Double(self_)),
            .real(Double(int)),
            on: device
        )
    }

    /// The kernel `operator` and its gradient.
    public struct Operator: Sendable {
        fileprivate let kernel: Kernel
        fileprivate let adjoint: Kernel

        /// The kernel `operator`.
        public func callAsFunction(on device: isolated Device) throws(TinsmithError) {
            try self.kernel.launch(on: device)
        }

        /// The gradient of `operator`, the kernel `operator gradient`: takes the gradients of what `operator`
        /// writes, and adds to the gradients of what it reads.
        public func gradient(on device: isolated Device) throws(TinsmithError) {
            try self.adjoint.launch(on: device)
        }
    }

    /// The kernel `square-kernel`.
    public func squareKernel(on device: isolated Device) throws(TinsmithError) {
        try self.squareKernelKernel.launch(on: device)
    }

    /// The kernel `gradient`.
    public func gradient(on device: isolated Device) throws(TinsmithError) {
        try self.gradientKernel.launch(on: device)
    }

    /// The kernel `fill|value=1,`.
    ///
    /// - Parameters:
    ///   - scale: f32
    public func fillValue1(scale: Float, on device: isolated Device) throws(TinsmithError) {
        try self.fillValue1Kernel.launch(.real(Double(scale)), on: device)
    }

    /// The kernel `fill|value=2.5,`.
    ///
    /// - Parameters:
    ///   - scale: f32
    public func fillValue2_5(scale: Float, on device: isolated Device) throws(TinsmithError) {
        try self.fillValue2_5Kernel.launch(.real(Double(scale)), on: device)
    }
}
