// SPDX-License-Identifier: Apache-2.0
// What the device does in one go: chunks of up to fifty steps, submitted at once and awaited once.
// The launches, their order and their numbers are those of apps/mnist/trainer.cc.
import Tinsmith

/// Steps of a chunk: one submission and one wait.
let stepsPerChunk = 50

/// Sums over the digits of a chunk.
struct Totals: Sendable {
    var loss = 0.0
    var correct = 0
}

/// A range of the digits, in their order, in batches.
struct Chunk: Sendable {
    let digits: DeviceDigits
    let first: Int
    let count: Int
    let batch: Int

    /// The next chunk from `first` on.
    init(_ digits: DeviceDigits, first: Int, batch: Int) {
        self.digits = digits
        self.first = first
        self.batch = batch
        count = min(stepsPerChunk * batch, digits.count - first)
    }
}

extension Network {
    /// One step of gradient descent a batch.
    func train(_ chunk: Chunk, rate: Double, on device: isolated Device) async throws(TinsmithError)
        -> Totals
    {
        try resetTotals(on: device)
        for first in stride(from: chunk.first, to: chunk.first + chunk.count, by: chunk.batch) {
            try predict(chunk, from: first, on: device)
            try score(on: device)
            try runBackward(on: device)
            try update(rate: Float(rate), on: device)
        }
        return try await totals(on: device)
    }

    /// Counts what the model gets right, and what it takes for what: ten rows of ten.
    func test(
        _ chunk: Chunk, on device: isolated Device
    ) async throws(TinsmithError) -> (totals: Totals, confusion: [Int32]) {
        try resetTotals(on: device)
        for first in stride(from: chunk.first, to: chunk.first + chunk.count, by: chunk.batch) {
            try predict(chunk, from: first, on: device)
            try score(on: device)
        }
        return (try await totals(on: device), try await confusion.values(on: device))
    }

    /// The ten outputs for an image, which takes the place of the first of `digits`.
    func logits(
        of pixels: [Float], in digits: DeviceDigits, on device: isolated Device
    ) async throws(TinsmithError) -> [Float] {
        try digits.images.write(pixels, on: device)
        try predict(Chunk(digits, first: 0, batch: 1), from: 0, on: device)
        return try await logits.values(cells: 0..<10, on: device)
    }

    private func predict(_ chunk: Chunk, from first: Int, on device: isolated Device)
        throws(TinsmithError)
    {
        let count = min(chunk.batch, chunk.first + chunk.count - first)
        try gather(
            images: chunk.digits.images, labels: chunk.digits.labels, order: chunk.digits.order,
            first: Int32(first),
            n: Int32(count), on: device)
        try clear(on: device)
        try runForward(on: device)
    }

    private func totals(on device: isolated Device) async throws(TinsmithError) -> Totals {
        let loss = try await totalLoss.value(on: device)
        let correct = try await totalCorrect.value(on: device)
        return Totals(loss: Double(loss), correct: Int(correct))
    }

    // MARK: Weights

    /// Uniform in ±0.05, biases (which have one axis) 0; as apps/mnist/network.cc draws them.
    func firstWeights(seed: UInt32) -> [Checkpoint.Parameter] {
        var random = SplitMix64(seed: seed, epoch: 0)
        return parameters.map { field in
            let values = (0..<field.cellCount).map { _ in
                field.shape.count == 2 ? random.symmetric() * 0.05 : 0
            }
            return Checkpoint.Parameter(name: field.description.name, values: values)
        }
    }

    func parameters(on device: isolated Device) async throws(TinsmithError) -> [Checkpoint
        .Parameter]
    {
        var values: [Checkpoint.Parameter] = []
        for field in parameters {
            values.append(
                .init(name: field.description.name, values: try await field.values(on: device)))
        }
        return values
    }

    /// All or nothing: sizes are checked before the first is written.
    func setParameters(_ values: [Checkpoint.Parameter], on device: isolated Device)
        throws(TinsmithError)
    {
        let fits =
            values.count == parameters.count
            && zip(values, parameters).allSatisfy { value, field in
                value.name == field.description.name && value.values.count == field.cellCount
            }
        guard fits else {
            throw TinsmithError(
                kind: .invalid,
                message:
                    "the checkpoint's parameters are not this model's: start the training afresh")
        }
        for (value, field) in zip(values, parameters) { try field.write(value.values, on: device) }
    }
}
