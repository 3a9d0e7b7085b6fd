// SPDX-License-Identifier: Apache-2.0
import Foundation
import MNISTKit
import Testing

@MainActor @Suite struct AppModelTests {
    @available(iOS 17, macOS 14, *)
    @Test func aDeviceThatFailsIsShownInFullAndCanBeTriedAgain() async throws {
        let app = ScriptedApp()
        await app.source.failDevice("metal: this phone gave no device")
        await app.model.open()
        guard case .failed(let problem) = app.model.start else {
            Issue.record("opened")
            return
        }
        #expect(problem.message == "metal: this phone gave no device")
        #expect(!problem.advice.isEmpty)
        #expect(app.model.diagnosticsText.contains("metal: this phone gave no device"))
        await app.source.failDevice(nil)
        await app.model.open()
        guard case .ready(let info) = app.model.start else {
            Issue.record("not opened")
            return
        }
        #expect(info.name == "Scripted GPU")
        #expect(app.model.problems.isEmpty)
    }

    @available(iOS 17, macOS 14, *)
    @Test func assetsThatAreRefusedAreNamedWithTheirReasonAndTheWayOut() async throws {
        let app = ScriptedApp()
        await app.source.failAssets("made from another package: run tinsmith bind again")
        await app.model.open()
        #expect(app.model.problems.count == 2)
        #expect(app.model.problems.allSatisfy { $0.advice.contains("make ios-shaders ios-mnist-assets") })
        let text = app.model.diagnosticsText
        #expect(text.contains("MNIST/mlp: REFUSED: made from another package"))
        #expect(text.contains("PROBLEM: The MNIST kernels could not be loaded"))
    }

    @available(iOS 17, macOS 14, *)
    @Test func leavingTheFrontEndsTheStretchBeforeTheDeviceIsPaused() async throws {
        let app = ScriptedApp()
        let (training, engine) = (app.model.training, app.source.digitEngine)
        await app.model.open()
        await engine.close()
        training.form.epochs = "1"
        training.train()
        await engine.allow(1)
        await engine.untilSomethingWaits()
        app.model.setActive(false)
        await app.model.settled()
        #expect(training.phase == .waiting)
        #expect(training.problem == nil && app.model.pauseProblem == nil)
        #expect(await app.source.log == ["pause"])
        await engine.open()
        app.model.setActive(true)
        await app.model.settled()
        await training.finished()
        #expect(await app.source.log == ["pause", "resume"])
        #expect(training.curve.points.count == 4 && training.outcome == "All 1 epochs done")
    }

    @available(iOS 17, macOS 14, *)
    @Test func manyTurnsEndWithTheLast() async throws {
        let app = ScriptedApp()
        await app.model.open()
        for isActive in [false, true, false, true, true, false, false, true] {
            app.model.setActive(isActive)
        }
        await app.model.settled()
        #expect(await app.source.log.last != "pause")
        app.model.training.form.epochs = "1"
        app.model.training.train()
        await app.model.training.finished()
        #expect(app.model.training.epochs.count == 1)
    }

    @available(iOS 17, macOS 14, *)
    @Test func heatSlowsTrainingDownThenHoldsIt() async throws {
        let app = ScriptedApp()
        let (training, engine) = (app.model.training, app.source.digitEngine)
        let (conditions, say) = AsyncStream.makeStream(of: SystemConditions.self)
        let following = Task { await app.model.follow(conditions) }
        await engine.close()
        training.form.epochs = "1"
        training.train()
        await engine.untilSomethingWaits()

        await app.model.take(SystemConditions(savesPower: true))
        #expect(training.share == 0.5)
        #expect(app.model.trainingNotice == "Training at half speed: Low Power Mode is on.")
        await app.model.take(SystemConditions(heat: .critical))
        #expect(training.phase == .waiting)
        #expect(app.model.trainingNotice?.contains("too hot") == true)
        await engine.open()
        say.yield(SystemConditions())
        say.finish()
        await following.value
        await training.finished()
        #expect(training.share == 1 && training.outcome == "All 1 epochs done")
        #expect(app.model.trainingNotice == nil)
    }

    @available(iOS 17, macOS 14, *)
    @Test func diagnosticsHoldPhonePackagesAndResults() async throws {
        let app = ScriptedApp()
        await app.model.open()
        await app.model.autodiff.run()
        app.model.training.form.epochs = "1"
        app.model.training.train()
        await app.model.training.finished()
        let text = app.model.diagnosticsText
        for part in [
            "Device: Scripted GPU", "Driver: iOS 17.4, Apple 8", "System: ",
            "Autodiff: iOS 16, iOS 16 simulator; 0123abcd", "size 16, greatest error 0, GPU 250 µs",
            "Epoch 1: training 0.2500, 93.8 %; test 0.3750, 90.0 %", "No problem.",
        ] {
            #expect(text.contains(part), "\(part) in\n\(text)")
        }
    }

    @available(iOS 17, macOS 14, *)
    @Test func settingsThatCannotBeReadAreTheDefaults() {
        let storage = MemoryStorage()
        storage.save(Data("{\"training\": 3}".utf8), forKey: "settings")
        #expect(SettingsStore(storage).saved == SavedSettings())
    }
}
