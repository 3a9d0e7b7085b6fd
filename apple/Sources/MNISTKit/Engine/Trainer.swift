// SPDX-License-Identifier: Apache-2.0
// The engine of the app: trains a classifier on a device, tests it, and recognises digits with it.
//
// All three take turns by chunks of fifty steps (`Turnstile`), so that a drawing is recognised
// while the model is being trained. Nothing blocks a thread, and no memory of the device's is made
// after `init`.
import Foundation
import Tinsmith

/// A classifier of handwritten digits, and the digits to train and test it with.
///
///     let trainer = try await Trainer(assets: folder, model: .mlp, device: device)
///     for try await event in trainer.train(TrainingSettings(epochs: 4)) { … }
///     let result = try await trainer.recognise(drawing.pixels())
///
/// Until it is trained or restored all weights are 0, and every digit is as likely as the others.
public actor Trainer {
    public nonisolated let model: ModelKind
    public nonisolated let trainingDigits: Int
    public nonisolated let testDigits: Int

    private let device: Device
    private let network: any Network
    /// To choose from; the training digits are on the device alone.
    private let testSet: MNISTDigits.Part
    private let train: DeviceDigits
    private let test: DeviceDigits
    private let drawing: DeviceDigits
    private let turnstile = Turnstile()

    private var settings: TrainingSettings
    private var place: TrainingPlace
    /// Counts trainings and restorations: a training that is no longer the newest ends at its next
    /// chunk.
    private var generation = 0
    private var rest = Duration.zero
    private var resting: Task<Void, Never>?

    /// Reads `softmax` or `mlp` and `mnist_subset.bin` in the folder `assets` (MNIST of the app's
    /// resources), makes the kernels ready and uploads the digits.
    public init(assets: URL, model: ModelKind, device: Device) async throws(TinsmithError) {
        let digits = try MNISTDigits(contentsOf: assets.appendingPathComponent("mnist_subset.bin"))
        let folder = assets.appendingPathComponent(model.rawValue)
        let parts = try await Self.load(folder, model, digits, on: device)
        self.device = device
        self.model = model
        testSet = digits.test
        (network, train, test, drawing) = parts
        trainingDigits = digits.train.count
        testDigits = digits.test.count
        settings = TrainingSettings(model: model)
        place = TrainingPlace(samplesTotal: digits.train.count)
    }

    private static func load(
        _ folder: URL, _ model: ModelKind, _ digits: MNISTDigits, on device: isolated Device
    ) throws(TinsmithError) -> (any Network, DeviceDigits, DeviceDigits, DeviceDigits) {
        let type = model.network
        let package = try openAsset(
            folder, fingerprint: type.fingerprint, madeBy: "ios-mnist-assets")
        return (
            try type.init(package, on: device), try DeviceDigits(digits.train, on: device),
            try DeviceDigits(digits.test, on: device),
            try DeviceDigits(count: 1, on: device)
        )
    }

    // MARK: Training

    /// Trains afresh, or goes on from a checkpoint: with the settings that it was made with, as if
    /// nobody had stopped.
    ///
    /// Cancelling the task that reads the events ends training at the next chunk, within a fraction
    /// of a second; so does ``stop()``, after which `.finished(.cancelled)` is still read. Either
    /// way the device stays usable and ``checkpoint()`` gives the place to go on from. A second
    /// training takes the place of the first. The events end with an error where the settings have
    /// ``TrainingSettings/problems(resuming:)``, the loss is no longer a number, or the device
    /// fails.
    public nonisolated func train(
        _ settings: TrainingSettings, resuming checkpoint: Checkpoint? = nil
    ) -> AsyncThrowingStream<TrainingEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let end = try await self.run(settings, from: checkpoint) {
                        continuation.yield($0)
                    }
                    continuation.yield(.finished(end))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Ends the training that runs, if any, at its next chunk.
    public func stop() {
        generation += 1
        resting?.cancel()
    }

    /// How long the device rests between two chunks: more than zero on a phone that is hot or saves
    /// power. Ends the rest that is being taken.
    public func setRest(_ rest: Duration) {
        self.rest = rest
        resting?.cancel()
    }

    private func takeRest() async {
        guard rest > .zero else { return }
        let sleep = Task { [rest] in (try? await Task.sleep(for: rest)) ?? () }
        resting = sleep
        await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
    }

    private func run(
        _ settings: TrainingSettings, from checkpoint: Checkpoint?, report: (TrainingEvent) -> Void
    ) async throws -> TrainingEnd {
        try check(settings, checkpoint)
        stop()
        let mine = generation
        try await turnstile.pass { try await begin(settings, checkpoint) }
        do {
            while place.epoch <= settings.epochs {
                guard let loss = try await runEpoch(mine, report) else { return .cancelled }
                if let target = settings.targetLoss, loss < target { return .targetLoss }
            }
            return .epochs
        } catch let error as TinsmithError where error.kind == .paused {
            return .paused
        }
    }

    private func begin(_ settings: TrainingSettings, _ checkpoint: Checkpoint?)
        async throws(TinsmithError)
    {
        if let checkpoint {
            try await put(checkpoint)
        } else {
            try await network.setParameters(network.firstWeights(seed: settings.seed), on: device)
            place = TrainingPlace(samplesTotal: trainingDigits)
        }
        self.settings = settings
    }

    /// The mean training loss; `nil` where nobody wants the training any more.
    private func runEpoch(_ mine: Int, _ report: (TrainingEvent) -> Void) async throws -> Double? {
        let epoch = place.epoch
        var random = SplitMix64(seed: settings.seed, epoch: epoch)
        let order = random.shuffled(trainingDigits)
        let isWanted = try await turnstile.pass {
            if mine == generation { try await train.setOrder(order, on: device) }
            return mine == generation
        }
        guard isWanted else { return nil }
        var speed = Speed()
        while place.samplesDone < trainingDigits {
            guard let progress = try await runChunk(mine, &speed) else { return nil }
            report(.step(progress))
            await takeRest()
        }
        guard
            let evaluation = try await evaluate(while: { !Task.isCancelled && mine == generation })
        else { return nil }
        let epochReport = EpochReport(
            epoch: epoch, trainLoss: place.lossSum / Double(trainingDigits),
            trainAccuracy: Double(place.correct) / Double(trainingDigits),
            testLoss: evaluation.loss,
            testAccuracy: evaluation.accuracy, seconds: speed.seconds,
            samplesPerSecond: speed.samplesPerSecond)
        place = TrainingPlace(epoch: epoch + 1, samplesTotal: trainingDigits)
        report(.epoch(epochReport))
        return epochReport.trainLoss
    }

    /// `nil` where nobody wants the training any more.
    private func runChunk(_ mine: Int, _ speed: inout Speed) async throws -> TrainingProgress? {
        try await turnstile.pass {
            guard !Task.isCancelled, mine == generation else { return nil }
            let chunk = Chunk(train, first: place.samplesDone, batch: settings.batchSize)
            let start = ContinuousClock.now
            let totals = try await network.train(
                chunk, rate: settings.learningRate(inEpoch: place.epoch), on: device)
            speed.add(chunk.count, start.duration(to: .now))
            guard totals.loss < 1e30 else {
                throw TinsmithError(
                    kind: .invalid,
                    message: "the loss is no longer a number: use a smaller learning rate")
            }
            place.samplesDone += chunk.count
            place.lossSum += totals.loss
            place.correct += totals.correct
            return TrainingProgress(
                epoch: place.epoch, epochs: settings.epochs, samplesDone: place.samplesDone,
                samplesTotal: trainingDigits, loss: totals.loss / Double(chunk.count),
                accuracy: Double(totals.correct) / Double(chunk.count),
                samplesPerSecond: speed.samplesPerSecond)
        }
    }

    private struct Speed {
        private(set) var seconds = 0.0
        private var samples = 0
        var samplesPerSecond: Double { Double(samples) / max(seconds, .leastNormalMagnitude) }

        mutating func add(_ count: Int, _ duration: Duration) {
            samples += count
            seconds += duration / .seconds(1)
        }
    }

    private func check(_ settings: TrainingSettings, _ checkpoint: Checkpoint?)
        throws(TinsmithError)
    {
        if settings.model != model {
            throw TinsmithError(
                kind: .misuse,
                message:
                    "these settings are for \(settings.model.rawValue), this trainer is of \(model.rawValue)"
            )
        }
        let problems = settings.problems(resuming: checkpoint)
        if !problems.isEmpty {
            throw TinsmithError(
                kind: .invalid, message: problems.map(\.hint).joined(separator: "\n"))
        }
    }

    // MARK: Checkpoints

    /// The weights, and the place of the newest training between two chunks.
    public func checkpoint() async throws -> Checkpoint {
        try await turnstile.pass {
            let parameters = try await network.parameters(on: device)
            guard parameters.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
                throw TinsmithError(
                    kind: .invalid,
                    message:
                        "the weights are no longer numbers: train again with a smaller learning rate"
                )
            }
            return Checkpoint(settings: settings, place: place, parameters: parameters)
        }
    }

    /// Takes the weights and the place of a checkpoint, and ends the training that runs, if any.
    public func restore(_ checkpoint: Checkpoint) async throws {
        guard checkpoint.settings.model == model else {
            throw TinsmithError(
                kind: .misuse,
                message:
                    "a checkpoint of \(checkpoint.settings.model.rawValue) is not one of \(model.rawValue)"
            )
        }
        stop()
        try await turnstile.pass {
            try await put(checkpoint)
            settings = checkpoint.settings
        }
    }

    private func put(_ checkpoint: Checkpoint) async throws(TinsmithError) {
        if checkpoint.place.samplesDone > 0 && checkpoint.place.samplesTotal != trainingDigits {
            throw TinsmithError(
                kind: .invalid,
                message:
                    "the checkpoint was made amid \(checkpoint.place.samplesTotal) training digits, here are "
                    + "\(trainingDigits): start the training afresh")
        }
        try await network.setParameters(checkpoint.parameters, on: device)
        place = checkpoint.place
        place.samplesTotal = trainingDigits
    }

    // MARK: Testing and recognising

    /// Loss, accuracy and confusion table on the test digits; while training goes on, of weights
    /// that change meanwhile.
    public func evaluate() async throws -> Evaluation {
        guard let evaluation = try await evaluate(while: { !Task.isCancelled }) else {
            throw CancellationError()
        }
        return evaluation
    }

    private func evaluate(while isWanted: () -> Bool) async throws -> Evaluation? {
        var sum = Totals()
        var table = [Int](repeating: 0, count: 100)
        var first = 0
        while first < testDigits {
            guard isWanted() else { return nil }
            let chunk = Chunk(test, first: first, batch: TrainingSettings.greatestBatch)
            let (totals, counts) = try await turnstile.pass {
                try await network.test(chunk, on: device)
            }
            sum.loss += totals.loss
            sum.correct += totals.correct
            for (index, count) in counts.enumerated() { table[index] += Int(count) }
            first += chunk.count
        }
        return Evaluation(
            loss: sum.loss / Double(testDigits), accuracy: Double(sum.correct) / Double(testDigits),
            confusion: stride(from: 0, to: 100, by: 10).map { Array(table[$0..<$0 + 10]) })
    }

    /// What the model takes 784 pixels for, 0 (paper) to 1 (ink), row by row, centred and scaled as
    /// MNIST's digits are: ``Digit/pixels`` and ``Drawing/pixels()`` are.
    public func recognise(_ pixels: [Float]) async throws -> Recognition {
        guard pixels.count == Digit.pixelCount else {
            throw TinsmithError(
                kind: .misuse, message: "an image has 784 pixels, not \(pixels.count)")
        }
        let logits = try await turnstile.pass {
            try await network.logits(of: pixels, in: drawing, on: device)
        }
        return Recognition(logits: logits)
    }

    /// One of the test digits by lot.
    public func randomTestDigit() -> Digit {
        testSet[Int.random(in: 0..<testDigits)]
    }
}

extension Recognition {
    /// The softmax of the outputs.
    init(logits: [Float]) {
        let greatest = logits.max() ?? 0
        let powers = logits.map { exp(Double($0 - greatest)) }
        let sum = powers.reduce(0, +)
        self.init(digit: logits.firstIndex(of: greatest) ?? 0, confidences: powers.map { $0 / sum })
    }
}
