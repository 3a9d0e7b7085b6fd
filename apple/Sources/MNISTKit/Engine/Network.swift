// SPDX-License-Identifier: Apache-2.0
// What the two classifiers have in common: the kernels and fields that training, testing and recognising need.
import Foundation
import Tinsmith

/// A classifier on a device. The engine's sequence of launches is that of apps/mnist/trainer.cc.
protocol Network: Sendable {
    /// Weights and biases in the order of the package.
    var parameters: [NetworkParameter] { get }
    var logits: Field<Float> { get }
    var totalLoss: Field<Float> { get }
    var totalCorrect: Field<Int32> { get }
    var confusion: Field<Int32> { get }

    func gather(_ digits: DeviceDigits, first: Int, count: Int, on device: isolated Device) throws(TinsmithError)
    func clear(on device: isolated Device) throws(TinsmithError)
    func forward(on device: isolated Device) throws(TinsmithError)
    func forwardGradient(on device: isolated Device) throws(TinsmithError)
    func score(on device: isolated Device) throws(TinsmithError)
    func update(rate: Float, on device: isolated Device) throws(TinsmithError)
    func resetTotals(on device: isolated Device) throws(TinsmithError)
}

struct NetworkParameter: Sendable {
    let name: String
    let field: Field<Float>

    /// Biases have one axis and begin at 0.
    var isWeight: Bool { field.shape.count == 2 }
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

struct LooseNetwork: Network {
    let module: Module
    let parameters: [NetworkParameter]
    let logits: Field<Float>
    let totalLoss: Field<Float>
    let totalCorrect: Field<Int32>
    let confusion: Field<Int32>

    init(_ package: Package, _ model: ModelKind, on device: isolated Device) throws(TinsmithError) {
        module = try Module(package, on: device)
        var found: [NetworkParameter] = []
        for name in model == .mlp ? ["w1", "b1", "w2", "b2"] : ["w", "b"] {
            found.append(NetworkParameter(name: name, field: try module.field(name, of: Float.self)))
        }
        parameters = found
        logits = try module.field("logits", of: Float.self)
        totalLoss = try module.field("total_loss", of: Float.self)
        totalCorrect = try module.field("total_correct", of: Int32.self)
        confusion = try module.field("confusion", of: Int32.self)
    }

    func gather(_ digits: DeviceDigits, first: Int, count: Int, on device: isolated Device) throws(TinsmithError) {
        try module.kernel("gather").launch(
            .array(digits.images), .array(digits.labels), .array(digits.order), .integer(Int64(first)),
            .integer(Int64(count)), on: device)
    }
    func clear(on device: isolated Device) throws(TinsmithError) { try module.kernel("clear").launch(on: device) }
    func forward(on device: isolated Device) throws(TinsmithError) { try module.kernel("forward").launch(on: device) }
    func forwardGradient(on device: isolated Device) throws(TinsmithError) {
        try module.kernel("forward_grad").launch(on: device)
    }
    func score(on device: isolated Device) throws(TinsmithError) { try module.kernel("score").launch(on: device) }
    func update(rate: Float, on device: isolated Device) throws(TinsmithError) {
        try module.kernel("update").launch(.real(Double(rate)), on: device)
    }
    func resetTotals(on device: isolated Device) throws(TinsmithError) {
        try module.kernel("reset_totals").launch(on: device)
    }
}
