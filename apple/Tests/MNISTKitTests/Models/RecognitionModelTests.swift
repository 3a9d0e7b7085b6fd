// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import Testing

@MainActor @Suite struct RecognitionModelTests {
    @available(iOS 17, macOS 14, *)
    @Test func aRandomDigitIsShownWithTruthAndConfidences() async throws {
        let recognition = ScriptedApp().model.recognition
        #expect(recognition.randomDigit == nil)
        await recognition.inferRandom()
        #expect(recognition.randomDigit?.label == 7)
        #expect(recognition.randomRecognition?.digit == 7)
        #expect(recognition.randomText == "7, which is right")
        #expect(recognition.randomRecognition?.confidenceText(7) == "91.0 %")
    }

    @available(iOS 17, macOS 14, *)
    @Test func whatIsDrawnWhileOneIsBeingRecognisedIsRecognisedOnceAndLast() async throws {
        let app = ScriptedApp()
        let (recognition, engine) = (app.model.recognition, app.source.digitEngine)
        await engine.close()
        recognition.draw(x: 0.2, y: 0.2)
        await engine.untilSomethingWaits()
        for step in 1...50 {
            recognition.draw(x: 0.2, y: 0.2 + 0.01 * Double(step))
            for _ in 0..<5 { await Task.yield() }  // others get their turn, and must wait all the same
        }
        await engine.open()
        await recognition.finished()
        #expect(await engine.recognitions == 2)
        let newest = try await engine.recognise(recognition.drawing.pixels())
        #expect(recognition.drawingRecognition == newest)
    }

    @available(iOS 17, macOS 14, *)
    @Test func strokesBeginWhereTheFingerComesDownAndStayOnTheSquare() async throws {
        let recognition = ScriptedApp().model.recognition
        recognition.draw(x: -1, y: 0.5)
        recognition.draw(x: 2, y: 0.5)
        recognition.liftFinger()
        recognition.draw(x: 0.5, y: 0.5)
        let expected = [
            [DrawingPoint(x: 0, y: 0.5), DrawingPoint(x: 1, y: 0.5)], [DrawingPoint(x: 0.5, y: 0.5)],
        ]
        #expect(recognition.drawing.strokes == expected)
        await recognition.finished()
    }

    @available(iOS 17, macOS 14, *)
    @Test func aClearedDrawingHasNoResultThoughOneWasOnItsWay() async throws {
        let app = ScriptedApp()
        let recognition = app.model.recognition
        await app.source.digitEngine.close()
        recognition.draw(x: 0.5, y: 0.5)
        await app.source.digitEngine.untilSomethingWaits()
        recognition.clearDrawing()
        await app.source.digitEngine.open()
        await recognition.finished()
        #expect(recognition.drawing.isEmpty && recognition.drawingRecognition == nil)
        #expect(recognition.drawingText == "empty")
    }

    @available(iOS 17, macOS 14, *)
    @Test func theTableIsMarkedAsOldWhenTheModelHasLearntSince() async throws {
        let app = ScriptedApp()
        let recognition = app.model.recognition
        #expect(recognition.untrainedHint != nil)
        await recognition.evaluate()
        #expect(recognition.accuracyText == "90.0 %" && recognition.isEvaluationCurrent)
        #expect(recognition.evaluation?.spoken(3) == "9 of 10 right, 1 taken for 4")
        app.model.training.form.epochs = "1"
        app.model.training.train()
        await app.model.training.finished()
        #expect(!recognition.isEvaluationCurrent && recognition.untrainedHint == nil)
        await recognition.evaluate()
        #expect(recognition.isEvaluationCurrent)
        app.model.training.form.model = .softmax
        #expect(!recognition.isEvaluationCurrent)
    }

    @available(iOS 17, macOS 14, *)
    @Test func aFailureIsShownUntilSomethingSucceeds() async throws {
        let app = ScriptedApp()
        await app.source.digitEngine.fail("page fault")
        await app.model.recognition.inferRandom()
        #expect(app.model.recognition.problem?.message == "page fault")
        #expect(app.model.recognition.randomDigit == nil)
        await app.source.digitEngine.fail(nil)
        await app.model.recognition.inferRandom()
        #expect(app.model.recognition.problem == nil)
    }
}
