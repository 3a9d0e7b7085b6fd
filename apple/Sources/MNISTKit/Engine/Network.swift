// SPDX-License-Identifier: Apache-2.0
// What the two classifiers have in common: the kernels and fields that training, testing and
// recognising need.
import Tinsmith

/// A classifier on a device: the bindings that `tinsmith bind` made of its package.
protocol Network: Sendable {
    static var fingerprint: String { get }
    init(_ package: Package, on device: isolated Device) throws(TinsmithError)

    /// Weights and biases in the order of the package.
    var parameters: [Field<Float>] { get }
    var logits: Field<Float> { get }
    var totalLoss: Field<Float> { get }
    var totalCorrect: Field<Int32> { get }
    var confusion: Field<Int32> { get }

    func gather(
        images: Buffer<Float>, labels: Buffer<Int32>, order: Buffer<Int32>, first: Int32, n: Int32,
        on device: isolated Device
    ) throws(TinsmithError)
    func clear(on device: isolated Device) throws(TinsmithError)
    func runForward(on device: isolated Device) throws(TinsmithError)
    func runBackward(on device: isolated Device) throws(TinsmithError)
    func score(on device: isolated Device) throws(TinsmithError)
    func update(rate: Float, on device: isolated Device) throws(TinsmithError)
    func resetTotals(on device: isolated Device) throws(TinsmithError)
}

extension MNISTSoftmax: Network {
    var parameters: [Field<Float>] { [w, b] }
    func runForward(on device: isolated Device) throws(TinsmithError) { try forward(on: device) }
    func runBackward(on device: isolated Device) throws(TinsmithError) {
        try forward.gradient(on: device)
    }
}

extension MNISTMLP: Network {
    var parameters: [Field<Float>] { [w1, b1, w2, b2] }
    func runForward(on device: isolated Device) throws(TinsmithError) { try forward(on: device) }
    func runBackward(on device: isolated Device) throws(TinsmithError) {
        try forward.gradient(on: device)
    }
}

extension ModelKind {
    var network: any Network.Type {
        switch self {
        case .softmax: MNISTSoftmax.self
        case .mlp: MNISTMLP.self
        }
    }
}

/// Digits in the device's memory, and the order in which they are taken.
struct DeviceDigits: Sendable {
    let images: Buffer<Float>
    let labels: Buffer<Int32>
    let order: Buffer<Int32>
    let count: Int

    /// Room for `count` digits, in the order in which they lie.
    init(count: Int, on device: isolated Device) throws(TinsmithError) {
        images = try Buffer(shape: [count, Digit.pixelCount], on: device)
        labels = try Buffer(shape: [count], on: device)
        order = try Buffer(shape: [count], on: device)
        self.count = count
        try setOrder(Array(0..<Int32(count)), on: device)
    }

    func setOrder(_ order: [Int32], on device: isolated Device) throws(TinsmithError) {
        try self.order.write(order, on: device)
    }

    init(_ part: MNISTDigits.Part, on device: isolated Device) throws(TinsmithError) {
        try self.init(count: part.count, on: device)
        try images.write(part.images, on: device)
        try labels.write(part.labels.map(Int32.init), on: device)
    }
}
