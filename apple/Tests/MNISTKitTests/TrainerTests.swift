// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

@testable import MNISTKit

/// Trains on the device, with the app's own kernels.
@Suite(.enabled(if: EngineFixtures.hasDevice)) struct TrainerTests {
    private let short = TrainingSettings(model: .softmax, epochs: 2)

    @Test(arguments: ModelKind.allCases)
    func aModelLearns(_ model: ModelKind) async throws {
        let (trainer, _) = try await EngineFixtures.trainer(model)
        let events = try await events(of: trainer.train(TrainingSettings(model: model, epochs: 3)))
        #expect(events.last == .finished(.epochs))
        #expect(events.steps.map(\.samplesDone) == [1000, 1000, 1000])
        #expect(events.steps.map(\.epoch) == [1, 2, 3])
        #expect(
            events.steps.allSatisfy {
                $0.epochs == 3 && $0.samplesTotal == 1000 && $0.samplesPerSecond > 0
            })
        #expect(events.epochs.count == 3)
        #expect(events.epochs[2].trainLoss < 0.6 * events.epochs[0].trainLoss)
        #expect(events.epochs[2].testAccuracy > 0.75)
    }

    @Test func theEvaluationFitsItsConfusionTable() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        let reports = try await events(of: trainer.train(short)).epochs
        let evaluation = try await trainer.evaluate()
        #expect(
            evaluation.loss == reports[1].testLoss && evaluation.accuracy == reports[1].testAccuracy
        )
        #expect(
            evaluation.confusion.count == 10 && evaluation.confusion.allSatisfy { $0.count == 10 })
        #expect(evaluation.confusion.joined().reduce(0, +) == 200)
        let right = (0..<10).reduce(0) { $0 + evaluation.confusion[$1][$1] }
        #expect(Double(right) / 200 == evaluation.accuracy)
        // A row is a digit as it is: counted from the file.
        let digits = try MNISTDigits(
            contentsOf: EngineFixtures.mnist.appendingPathComponent("mnist_subset.bin"))
        let counts = (0..<10).map { digit in digits.test.labels.count { $0 == digit } }
        #expect(evaluation.confusion.map { $0.reduce(0, +) } == counts)
    }

    @Test func aChunkIsOneSubmissionAndOneWait() async throws {
        let (trainer, device) = try await EngineFixtures.trainer(.mlp)
        let before = await device.counters
        // 1000 digits in batches of 4: five chunks; 200 test digits in batches of 32: one.
        let settings = TrainingSettings(model: .mlp, epochs: 1, batchSize: 4)
        #expect(try await events(of: trainer.train(settings)).steps.count == 5)
        let after = await device.counters
        #expect(after.submissions - before.submissions <= 6)
        #expect(after.waits - before.waits <= 6)
        #expect(after.dispatches - before.dispatches >= 250 * 6)
    }

    @Test func theSameSeedGivesTheSameCurve() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        let first = try await events(of: trainer.train(short)).curve
        let again = try await events(of: trainer.train(short)).curve
        var other = short
        other.seed = 2
        #expect(first == again)
        #expect(try await events(of: trainer.train(other)).curve != first)
    }

    @Test func trainingGoesOnWhereItStoppedAsIfItHadNot() async throws {
        // Three chunks an epoch.
        let settings = TrainingSettings(model: .mlp, epochs: 2, batchSize: 8)
        let (trainer, _) = try await EngineFixtures.trainer(.mlp)
        let whole = try await events(of: trainer.train(settings)).curve

        // Chunk by chunk, each in a trainer that knows nothing but the checkpoint's bytes.
        await trainer.setRest(.seconds(3600))
        var steps: [TrainingProgress] = []
        var reports: [EpochReport] = []
        var saved: Data?
        while reports.count < 2 {
            let checkpoint = try saved.map { try Checkpoint(data: $0, name: "saved") }
            var pieces: [TrainingEvent] = []
            for try await event in trainer.train(settings, resuming: checkpoint) {
                pieces.append(event)
                if case .step = event { await trainer.stop() }
            }
            #expect(
                pieces.last
                    == .finished(
                        reports.count == 1 && pieces.epochs.count == 1 ? .epochs : .cancelled))
            #expect(pieces.steps.count <= 1)
            steps += pieces.steps
            reports += pieces.epochs
            saved = try await trainer.checkpoint().data
        }
        #expect(steps.map(\.loss) + reports.map(\.testLoss) == whole)
        #expect(steps.map(\.samplesDone) == [400, 800, 1000, 400, 800, 1000])
    }

    @Test func trainingStopsBelowTheTargetLoss() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        var settings = TrainingSettings(model: .softmax, epochs: 50)
        settings.targetLoss = 0.6
        let events = try await events(of: trainer.train(settings))
        #expect(events.last == .finished(.targetLoss))
        #expect(events.epochs.count < 50)
        #expect(events.epochs.last!.trainLoss < 0.6)
        #expect(events.epochs.dropLast().allSatisfy { $0.trainLoss >= 0.6 })
    }

    @Test func cancellingTheReaderEndsTrainingAndLeavesTheDeviceUsable() async throws {
        let (trainer, device) = try await EngineFixtures.trainer(.softmax)
        let settings = TrainingSettings(model: .softmax, epochs: 100)
        let reader = Task {
            for try await event in trainer.train(settings) {
                if case .epoch = event { break }
            }
        }
        try await reader.value
        _ = try await trainer.checkpoint()  // after the chunk that was running
        let settled = await device.counters.dispatches
        let evaluation = try await trainer.evaluate()
        #expect(evaluation.accuracy > 0.3)
        // Nothing but the evaluation ran meanwhile: 7 batches.
        let perBatch = await device.counters.dispatches - settled
        #expect(perBatch < 7 * 40)
    }

    @Test func aSecondTrainingTakesThePlaceOfTheFirst() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        let alone = try await events(of: trainer.train(short)).curve
        // The first is in its first rest when the second comes.
        await trainer.setRest(.seconds(3600))
        var first = trainer.train(TrainingSettings(model: .softmax, epochs: 100, seed: 9))
            .makeAsyncIterator()
        _ = try await first.next()
        var second: [TrainingEvent] = []
        for try await event in trainer.train(short) {
            second.append(event)
            await trainer.setRest(.zero)
        }
        #expect(second.curve == alone)
        #expect(try await first.next() == .finished(.cancelled))
        #expect(try await first.next() == nil)
    }

    @Test func digitsAreRecognisedWhileTheModelIsTrained() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        let alone = try await events(of: trainer.train(short)).curve
        let digit = await trainer.randomTestDigit()
        async let curve = events(of: trainer.train(short)).curve
        for _ in 0..<20 {
            let seen = try await trainer.recognise(digit.pixels)
            #expect(abs(seen.confidences.reduce(0, +) - 1) < 1e-9)
        }
        #expect(try await curve == alone)
    }

    @Test func anUntrainedModelKnowsNothing() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.mlp)
        let digit = await trainer.randomTestDigit()
        let seen = try await trainer.recognise(digit.pixels)
        #expect(seen.confidences == Array(repeating: 0.1, count: 10))
    }

    @Test func recognitionAgreesWithTheEvaluation() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.mlp)
        _ = try await events(of: trainer.train(TrainingSettings(epochs: 2)))
        let digits = try MNISTDigits(
            contentsOf: EngineFixtures.mnist.appendingPathComponent("mnist_subset.bin"))
        var table = Array(repeating: Array(repeating: 0, count: 10), count: 10)
        for index in 0..<200 {
            let digit = digits.test[index]
            let seen = try await trainer.recognise(digit.pixels)
            #expect(seen.confidences[seen.digit] == seen.confidences.max())
            table[digit.label][seen.digit] += 1
        }
        #expect(try await trainer.evaluate().confusion == table)
    }

    @Test func digitsDrawnAnywhereAndSmallAreRecognised() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.mlp)
        _ = try await events(of: trainer.train(TrainingSettings(epochs: 6)))
        var right: [Int] = []
        for (digit, drawing) in DrawnDigits.all.enumerated() {
            let placed = Drawing(
                strokes: drawing.strokes.map { stroke in
                    stroke.map { DrawingPoint(x: 200 + 40 * $0.x, y: 30 + 40 * $0.y) }
                })
            let seen = try await trainer.recognise(placed.pixels())
            if seen.digit == digit { right.append(digit) }
        }
        // A thousand training digits leave some doubt.
        #expect(right.count >= 8, "recognised are \(right)")
    }

    @Test func whatCannotBeDoneIsRefusedWithItsReason() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        func message(_ body: () async throws -> Void) async -> String {
            do { try await body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(
            await message { _ = try await trainer.recognise([1]) }
                == "an image has 784 pixels, not 1")
        #expect(
            await message {
                _ = try await events(
                    of: trainer.train(TrainingSettings(model: .softmax, epochs: 0)))
            }
                == "Choose 1 to 100 epochs.")
        #expect(
            await message { _ = try await events(of: trainer.train(TrainingSettings(model: .mlp))) }
                == "these settings are for mlp, this trainer is of softmax")
        var foreign = try await trainer.checkpoint()
        foreign.parameters.removeLast()
        #expect(
            await message { try await trainer.restore(foreign) }
                == "the checkpoint's parameters are not this model's: start the training afresh")
        foreign.settings.model = .mlp
        #expect(
            await message { try await trainer.restore(foreign) }
                == "a checkpoint of mlp is not one of softmax")
        var amid = try await trainer.checkpoint()
        amid.place.samplesDone = 10
        amid.place.samplesTotal = 20
        #expect(
            await message { try await trainer.restore(amid) }.hasPrefix(
                "the checkpoint was made amid 20 training"))
    }

    @Test func aLossThatIsNoNumberEndsTrainingWithAHint() async throws {
        let (trainer, _) = try await EngineFixtures.trainer(.softmax)
        var wild = try await trainer.checkpoint()
        wild.parameters[0] = .init(
            name: wild.parameters[0].name,
            values: wild.parameters[0].values.map { _ in Float.greatestFiniteMagnitude })
        let start = wild
        await #expect {
            _ = try await events(of: trainer.train(self.short, resuming: start))
        } throws: { error in
            "\(error)" == "the loss is no longer a number: use a smaller learning rate"
        }
        await #expect {
            _ = try await trainer.checkpoint()
        } throws: { error in
            "\(error)".hasPrefix("the weights are no longer numbers")
        }
    }

    @Test func missingAssetsSayHowToMakeThem() async throws {
        let device = try EngineFixtures.openDevice()
        let nowhere = EngineFixtures.mnist.appendingPathComponent("nowhere")
        await #expect {
            _ = try await Trainer(assets: nowhere, model: .mlp, device: device)
        } throws: { error in
            "\(error)".contains("mnist_subset.bin") && "\(error)".contains("make ios-mnist-assets")
        }
    }

    @Test func staleAssetsAreRefused() async throws {
        let device = try EngineFixtures.openDevice()
        let assets = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        defer { try? FileManager.default.removeItem(at: assets) }
        try FileManager.default.createDirectory(at: assets, withIntermediateDirectories: true)
        for (name, file) in [("mlp", "softmax"), ("mnist_subset.bin", "mnist_subset.bin")] {
            try FileManager.default.createSymbolicLink(
                at: assets.appendingPathComponent(name),
                withDestinationURL: EngineFixtures.mnist.appendingPathComponent(file))
        }
        await #expect {
            _ = try await Trainer(assets: assets, model: .mlp, device: device)
        } throws: { error in
            "\(error)".hasPrefix("mlp: stale: it was made from other kernels")
                && "\(error)".hasSuffix("Run `make ios-mnist-assets` and build the app again.")
        }
        await #expect {
            _ = try await Trainer(assets: assets, model: .softmax, device: device)
        } throws: { error in
            "\(error)".hasSuffix("Run `make ios-mnist-assets` and build the app again.")
        }
    }
}

/// What happens when the app leaves the foreground. The cpu device needs no pause; Metal does.
@Suite(.enabled(if: EngineFixtures.hasDevice && EngineFixtures.device == "metal"))
struct PausedTrainerTests {
    private let settings = TrainingSettings(model: .softmax, epochs: 2, batchSize: 8)

    @Test func aPauseEndsTrainingWhichGoesOnAfterwardsAsIfItHadNot() async throws {
        let (trainer, device) = try await EngineFixtures.trainer(.softmax)
        let whole = try await events(of: trainer.train(settings)).curve

        await trainer.setRest(.seconds(3600))
        var before: [TrainingEvent] = []
        for try await event in trainer.train(settings) {
            before.append(event)
            if case .step = event {
                try await device.pause()
                await trainer.setRest(.zero)
            }
        }
        #expect(before.last == .finished(.paused))
        #expect(before.steps.map(\.samplesDone) == [400])
        let checkpoint = try await trainer.checkpoint()
        #expect(checkpoint.place.samplesDone == 400)

        try await device.resume()
        let after = try await events(of: trainer.train(settings, resuming: checkpoint))
        #expect(after.last == .finished(.epochs))
        #expect(
            before.steps.map(\.loss) + after.steps.map(\.loss) + after.epochs.map(\.testLoss)
                == whole)
    }

    @Test func whatNeedsThePausedDeviceSaysSo() async throws {
        let (trainer, device) = try await EngineFixtures.trainer(.softmax)
        let digit = await trainer.randomTestDigit()
        try await device.pause()
        for ask in [
            { _ = try await trainer.recognise(digit.pixels) },
            { _ = try await trainer.evaluate() },
        ] as [@Sendable () async throws -> Void] {
            await #expect {
                try await ask()
            } throws: { error in
                (error as? TinsmithError)?.kind == .paused
            }
        }
        try await device.resume()
        #expect(try await trainer.recognise(digit.pixels).confidences.count == 10)
    }
}
