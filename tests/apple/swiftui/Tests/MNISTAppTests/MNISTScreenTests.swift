// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI
import Testing

@testable import MNISTApp

@MainActor @Suite struct MNISTScreenTests {
    let app = ScriptedApp()
    let screen: Screen

    init() { screen = Screen(MNISTScreen(model: app.model)) }

    @Test func beforeTheFirstTraining() async throws {
        await screen.settle()
        try expect(screen, isLike: "mnist-not-trained")
    }

    @Test func settingsAreEditedAndScaled() throws {
        try screen.edit("Model", to: "Softmax")
        try screen.edit("Epochs", to: "99")
        try screen.press("+")
        #expect(throws: ScreenError.self) { try screen.press("+") }  // 100 is the most
        try screen.edit("Learning rate", to: "0.5")
        try screen.press("A tenth of the learning rate")
        try screen.press("×2")
        try screen.edit("Batch", to: "16")
        try screen.press("Stop early")
        try screen.edit("Target loss", to: "0.25")
        let expected = TrainingSettings(
            model: .softmax, epochs: 100, learningRate: 0.1, batchSize: 16, targetLoss: 0.25)
        #expect(app.model.training.form.settings == expected)
    }

    @Test func eachWrongEntryHasItsHint() async throws {
        for (field, text) in [
            ("Epochs", "0"), ("Learning rate", "fast"), ("Decay per epoch", "2"),
            ("Batch", "64"),
        ] {
            try screen.edit(field, to: text)
        }
        try screen.press("Stop early")
        try screen.edit("Target loss", to: "-1")
        #expect(throws: ScreenError.self) { try screen.press("Train MNIST") }
        try expect(screen, isLike: "mnist-wrong-settings")
    }

    @Test func trainingIsFollowedAndCancelledAndResumed() async throws {
        let engine = app.source.digitEngine
        await engine.close()
        try screen.edit("Epochs", to: "2")
        try screen.press("Train MNIST")
        await engine.allow(6)
        await engine.untilSomethingWaits()
        await untilIdle { app.model.training.curve.points.count < 6 }
        #expect(throws: ScreenError.self) { try screen.edit("Epochs", to: "3") }
        try expect(screen, isLike: "mnist-training")

        try screen.press("Cancel")
        await app.model.training.finished()
        #expect(screen.shows("Last checkpoint: 1 of 2 epochs, 50.0 % of the next"))
        await engine.open()
        try screen.press("Resume")
        await app.model.training.finished()
        try expect(screen, isLike: "mnist-trained")
    }

    @Test func aRandomDigitAndTheTableOfAllAreShown() async throws {
        try screen.press("Infer Random")
        await untilIdle { app.model.recognition.randomRecognition == nil }
        try screen.press("Try all test digits")
        await untilIdle { app.model.recognition.evaluation == nil }
        try screen.press("What digits are taken for")
        #expect(try screen.node("Digit 3").spokenValue == "9 of 10 right, 1 taken for 4")
        try expect(screen, isLike: "mnist-inferred")
    }

    @Test func aDrawingIsRecognisedWhileTheFingerMoves() async throws {
        let pad = "Square to draw a digit on"
        #expect(throws: ScreenError.self) { try screen.press("Clear") }
        try screen.draw(pad, [(0.5, 0.1), (0.5, 0.5)])
        await app.model.recognition.finished()
        let first = try #require(app.model.recognition.drawingRecognition)
        try screen.draw(pad, [(0.2, 0.5), (0.8, 0.5), (1.5, 0.5)])
        await app.model.recognition.finished()
        #expect(app.model.recognition.drawing.strokes.count == 2)
        #expect(app.model.recognition.drawingRecognition != first)
        #expect(screen.shows("looks like"))
        try screen.press("Clear")
        #expect(try screen.node(pad).spokenValue == "empty")
    }

    @Test func anAccountOfTheHeatIsOnTheScreen() async throws {
        await app.source.digitEngine.close()
        try screen.press("Train MNIST")
        await app.source.digitEngine.untilSomethingWaits()
        await app.model.take(SystemConditions(heat: .critical))
        #expect(screen.shows("the phone is too hot"))
        #expect(try screen.node("State").value == "Waiting to go on")
        try screen.press("Cancel")
        await app.model.training.finished()
    }

    @Test func aFailedDeviceIsOnTheScreenInFull() async throws {
        await app.source.digitEngine.fail("Caused GPU Timeout Error (kIOGPUCommandBufferCallbackErrorTimeout)")
        try screen.press("Train MNIST")
        await app.model.training.finished()
        try expect(screen, isLike: "mnist-failed")
    }

    @Test func withLargeTypeWhatStoodSideBySideStandsBelowEachOther() async throws {
        screen.environment.dynamicTypeSize = .accessibility3
        try expect(screen, isLike: "mnist-large-type")
    }

    @Test func aWideScreenHasTwoColumns() async throws {
        screen.environment.horizontalSizeClass = .regular
        let forms = screen.tree.all.filter { $0.kind == "Form" }
        #expect(forms.count == 2)
        #expect(forms[1].all.contains { $0.text == "Draw a digit" })
    }

    @Test func everythingThatCanBePressedOrChangedIsCalledSomething() async throws {
        await app.model.open()
        app.model.training.form.epochs = "1"
        app.model.training.train()
        await app.model.training.finished()
        await app.model.recognition.inferRandom()
        await app.model.recognition.evaluate()
        for node in screen.tree.all
        where node.press != nil || node.edit != nil || node.drag != nil || node.kind == "Chart"
            || node.kind == "Canvas"
        {
            #expect(!node.spoken.isEmpty, "\(node.outline)")
        }
    }
}
