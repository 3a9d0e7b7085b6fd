// SPDX-License-Identifier: Apache-2.0
// The whole app, its buttons pressed, over the real engines and the libraries that ship. screens_test.py runs these tests
// twice: on the CPU device, and through the Metal device on the fake Metal.
import Foundation
import MNISTKit
import SwiftUI
import Testing

@testable import MNISTApp

/// Where screens_test.py put small assets; without them these tests are off.
private let assets = ProcessInfo.processInfo.environment["TINSMITH_TEST_ASSETS"].map {
    URL(fileURLWithPath: $0, isDirectory: true)
}

/// How the description of the driver begins that the app must have got.
private let driver = ProcessInfo.processInfo.environment["TINSMITH_TEST_DRIVER"] ?? "?"

@MainActor @Suite(.enabled(if: assets != nil), .serialized) struct RealAppTests {
    let folder = ScratchFolder()
    let storage = MemoryStorage()

    private func app(_ assets: URL) -> (AppModel, Screen) {
        let model = AppModel(
            source: AppEngines(assets: assets), storage: storage,
            checkpoints: CheckpointFolder(folder.url))
        return (model, Screen(RootView(model: model)))
    }

    @Test func theGradientIs2x() async throws {
        let (model, screen) = app(assets!)
        await screen.settle()
        #expect(model.problems.isEmpty, "\(model.diagnosticsText)")
        #expect(model.facts.first { $0.name == "Driver" }?.value.hasPrefix(driver) == true, "\(model.diagnosticsText)")
        try screen.edit("Size", to: "1000")
        try screen.edit("Base", to: "-2.5")
        try screen.press("Run forward and backward")
        await untilIdle { model.autodiff.isRunning || model.autodiff.result == nil }
        let result = try #require(model.autodiff.result)
        #expect(result.gradient == result.x.map { 2 * $0 })
        #expect(result.x.first == -2.5 && abs(result.x[999] - 7.49) < 1e-5)
        #expect(screen.shows("Greatest error") && model.autodiff.greatestErrorText == "0")
    }

    @Test func trainingByTheButtonLearnsDigits() async throws {
        let (model, screen) = app(assets!)
        await screen.settle()
        try screen.edit("Model", to: "Softmax")
        try screen.edit("Epochs", to: "3")
        try screen.press("Train MNIST")
        await model.training.finished()
        #expect(model.training.problem == nil, "\(model.diagnosticsText)")
        #expect(screen.shows("All 3 epochs done"))
        let last = try #require(model.training.epochs.last)
        #expect(last.testAccuracy > 0.7)

        try screen.press("Try all test digits")
        await untilIdle { model.recognition.isEvaluating || model.recognition.evaluation == nil }
        #expect(model.recognition.evaluation?.accuracy == last.testAccuracy)
        try screen.press("Infer Random")
        await untilIdle { model.recognition.randomRecognition == nil }
        let sum = model.recognition.randomRecognition!.confidences.reduce(0, +)
        #expect(abs(sum - 1) < 1e-6)

        // A drawn bar is a 1.
        try screen.draw("Square to draw a digit on", (1...9).map { (x: 0.5, y: 0.1 * Double($0)) })
        await model.recognition.finished()
        #expect(model.recognition.drawingRecognition?.digit == 1)
        #expect(model.diagnosticsText.contains("No problem."))
    }

    @Test func aTrainingThatWasCutShortGoesOnInTheNextStartOfTheApp() async throws {
        let (first, screen) = app(assets!)
        await screen.settle()
        try screen.edit("Model", to: "Softmax")
        try screen.edit("Epochs", to: "20")  // long enough not to be over before it is interrupted
        try screen.press("Train MNIST")
        await untilIdle { first.training.progress == nil && first.training.isBusy }
        first.setActive(false)
        await first.settled()
        #expect(first.training.phase == .waiting)

        let (second, again) = app(assets!)
        await again.settle()
        #expect(second.training.checkpoint != nil)
        try again.press("Resume")
        await second.training.finished()
        #expect(second.training.outcome == "All 20 epochs done", "\(second.diagnosticsText)")

        first.setActive(true)
        await first.settled()
        await first.training.finished()
        // Same seed, same digits: who was interrupted, and how, makes no difference.
        #expect(first.training.epochs.last?.testAccuracy == second.training.epochs.last?.testAccuracy)
    }

    @Test func assetsOfAnotherPackageAreRefusedWithTheWayOut() async throws {
        let wrong = folder.url.appendingPathComponent("assets")
        try FileManager.default.createDirectory(at: wrong, withIntermediateDirectories: true)
        for (name, from) in [("Autodiff", "MNIST/mlp"), ("MNIST", "MNIST")] {
            try FileManager.default.copyItem(
                at: assets!.appendingPathComponent(from), to: wrong.appendingPathComponent(name))
        }
        try FileManager.default.removeItem(at: wrong.appendingPathComponent("MNIST/mlp/manifest.json"))
        let (model, screen) = app(wrong)
        await screen.settle()
        #expect(model.problems.count == 2, "\(model.diagnosticsText)")
        #expect(screen.shows("The autodiff kernels could not be loaded") && screen.shows("stale"))
        #expect(screen.shows("make ios-shaders ios-mnist-assets"))
        #expect(model.diagnosticsText.contains("MNIST/mlp: REFUSED"))
    }
}
