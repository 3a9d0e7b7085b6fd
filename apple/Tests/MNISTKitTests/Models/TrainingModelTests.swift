// SPDX-License-Identifier: Apache-2.0
import Foundation
import MNISTKit
import Testing

@MainActor @Suite struct TrainingModelTests {
    @available(iOS 17, macOS 14, *)
    @Test func trainingGivesACurveAndAReportOfEachEpoch() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        training.form.epochs = "2"
        training.train()
        #expect(training.isBusy && !training.canTrain)
        await training.finished()
        #expect(training.phase == .idle)
        #expect(training.curve.points.map(\.epoch) == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2])
        #expect(training.curve.points.map(\.loss) == [2, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625])
        #expect(training.epochs.map(\.epoch) == [1, 2])
        #expect(training.statusText == "All 2 epochs done")
        #expect(training.speedText == "3200 samples/s")
        #expect(training.fraction == 1)
        #expect(training.problem == nil)
    }

    @available(iOS 17, macOS 14, *)
    @Test func whatIsEnteredWronglyHasAHintAndCannotBeTrained() async throws {
        let training = ScriptedApp().model.training
        let wrong: [(WritableKeyPath<TrainingForm, String>, SettingsProblem.Field, [String])] = [
            (\.epochs, .epochs, ["0", "101", "-1", "2.5", "many", ""]),
            (\.learningRate, .learningRate, ["0", "-1", "11", "nan", "inf", "fast", ""]),
            (\.decay, .decay, ["0", "1.5", "x"]),
            (\.batchSize, .batchSize, ["0", "33", "1.5"]),
        ]
        for (path, field, texts) in wrong {
            for text in texts {
                let good = training.form[keyPath: path]
                training.form[keyPath: path] = text
                #expect(training.form.hint(field) != nil, "\(field) \(text)")
                #expect(!training.canTrain)
                training.form[keyPath: path] = good
            }
            #expect(training.form.hint(field) == nil)
        }
        #expect(training.canTrain)
        training.form.targetLoss = "low"
        #expect(training.canTrain)  // not asked for
        training.form.stopsEarly = true
        #expect(training.form.hint(.targetLoss) != nil && !training.canTrain)
    }

    @available(iOS 17, macOS 14, *)
    @Test func numbersMayBeTypedWithACommaAndSpaces() {
        var form = TrainingForm()
        form.learningRate = " 0,25 "
        #expect(form.settings?.learningRate == 0.25)
    }

    @available(iOS 17, macOS 14, *)
    @Test func buttonsScaleTheLearningRate() {
        var form = TrainingForm()
        form.learningRate = "0.5"
        for factor in [0.1, 0.5, 2, 10] { form.scaleLearningRate(by: factor) }
        #expect(form.learningRate == "0.5")
        form.scaleLearningRate(by: 0.1)
        #expect(form.learningRate == "0.05")
        form.learningRate = "fast"
        form.scaleLearningRate(by: 2)
        #expect(form.learningRate == "fast")
    }

    @available(iOS 17, macOS 14, *)
    @Test func cancellingKeepsThePlaceAndResumingGoesOnFromIt() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        let engine = app.source.digitEngine
        await engine.close()
        training.form.epochs = "2"
        training.train()
        await engine.allow(3)
        await engine.untilSomethingWaits()
        training.cancel()
        #expect(training.phase == .stopping && !training.canCancel)
        await training.finished()
        #expect(training.outcome == "Cancelled")
        #expect(training.checkpoint?.place.samplesDone == 300)
        #expect(training.checkpointText == "Last checkpoint: 0 of 2 epochs, 75.0 % of the next")

        await engine.open()
        training.resume()
        await training.finished()
        #expect(training.curve.points.map(\.epoch) == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2])
        #expect(training.outcome == "All 2 epochs done")
    }

    @available(iOS 17, macOS 14, *)
    @Test func aFinishedTrainingGoesOnWithMoreEpochsOnly() async throws {
        let training = ScriptedApp().model.training
        training.form.epochs = "1"
        training.train()
        await training.finished()
        #expect(!training.canResume)
        #expect(training.resumeHint?.contains("epochs") == true)
        training.form.epochs = "2"
        #expect(training.canResume && training.resumeHint == nil)
        training.resume()
        await training.finished()
        #expect(training.epochs.map(\.epoch) == [1, 2])
    }

    @available(iOS 17, macOS 14, *)
    @Test func aTrainingIsThereAfterTheAppWasClosed() async throws {
        let app = ScriptedApp()
        app.model.training.form.epochs = "3"
        app.model.training.form.learningRate = "0.125"
        app.model.training.train()
        await app.model.training.finished()

        let source = ScriptedSource()
        let next = app.restarted(source).training
        await next.prepare()
        #expect(next.form.learningRate == "0.125")
        #expect(next.checkpoint?.epochsDone == 3)
        #expect(await source.digitEngine.restored?.epochsDone == 3)
    }

    @available(iOS 17, macOS 14, *)
    @Test func aDamagedCheckpointIsToldAndTrainingBeginsAfresh() async throws {
        let app = ScriptedApp()
        app.model.training.form.epochs = "1"
        app.model.training.train()
        await app.model.training.finished()
        let file = app.folder.url.appendingPathComponent("mlp.checkpoint")
        try Data(contentsOf: file).dropLast().write(to: file)

        let next = app.restarted(ScriptedSource())
        await next.training.prepare()
        #expect(next.engines.checkpointProblem?.message.contains("mlp.checkpoint") == true)
        #expect(next.training.checkpoint == nil && next.training.canTrain)
        next.training.train()
        await next.training.finished()
        #expect(next.engines.checkpointProblem == nil && next.training.checkpoint?.epochsDone == 1)
    }

    @available(iOS 17, macOS 14, *)
    @Test func theTargetLossStopsEarly() async throws {
        let training = ScriptedApp().model.training
        training.form.epochs = "9"
        training.form.stopsEarly = true
        training.form.targetLoss = "0.1"
        training.train()
        await training.finished()
        #expect(training.epochs.map(\.epoch) == [1, 2])
        #expect(training.outcome == "The target loss is reached")
    }

    @available(iOS 17, macOS 14, *)
    @Test func aHeldTrainingGoesOnByItselfFromWhereItWas() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        let engine = app.source.digitEngine
        await engine.close()
        training.form.epochs = "1"
        training.train()
        await engine.allow(2)
        await engine.untilSomethingWaits()
        await training.hold(.background)
        #expect(training.phase == .waiting)
        #expect(training.checkpoint?.place.samplesDone == 200)
        await training.hold(.heat)
        training.release(.background)
        #expect(training.phase == .waiting)  // one reason is left
        await engine.open()
        training.release(.heat)
        await training.finished()
        #expect(training.curve.points.map(\.epoch) == [0.25, 0.5, 0.75, 1])
        #expect(await engine.begun.count == 2)
    }

    @available(iOS 17, macOS 14, *)
    @Test func aHeldTrainingCanBeCancelled() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        await app.source.digitEngine.close()
        training.train()
        await app.source.digitEngine.untilSomethingWaits()
        await training.hold(.heat)
        training.cancel()
        await training.finished()
        #expect(training.outcome == "Cancelled" && training.phase == .idle)
    }

    @available(iOS 17, macOS 14, *)
    @Test func holdingNothingReturnsAtOnceAndHoldsWhatComes() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        await training.hold(.background)
        training.form.epochs = "1"
        training.train()
        await training.hold(.heat)
        #expect(training.phase == .waiting)
        #expect(await app.source.digitEngine.begun.isEmpty)
        training.release(.background)
        training.release(.heat)
        await training.finished()
        #expect(training.epochs.count == 1)
    }

    @available(iOS 17, macOS 14, *)
    @Test func atHalfSpeedTheDeviceRestsAsLongAsItWorks() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        training.form.epochs = "1"
        training.share = 0.5
        training.train()
        await training.finished()
        // 50 steps of 32 digits at 3200 digits a second
        #expect(await app.source.digitEngine.rests == [.seconds(0.5)])
    }

    @available(iOS 17, macOS 14, *)
    @Test func aFailureIsShownInFullAndTrainingCanBeTriedAgain() async throws {
        let app = ScriptedApp()
        let training = app.model.training
        await app.source.digitEngine.fail("GPU timeout (MTLCommandBufferErrorDomain 2)")
        training.train()
        await training.finished()
        #expect(training.problem?.message == "GPU timeout (MTLCommandBufferErrorDomain 2)")
        #expect(training.phase == .idle && training.canTrain)
        await app.source.digitEngine.fail(nil)
        training.train()
        await training.finished()
        #expect(training.problem == nil)
    }
}
