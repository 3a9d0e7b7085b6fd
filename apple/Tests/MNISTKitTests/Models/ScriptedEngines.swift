// SPDX-License-Identifier: Apache-2.0
// Engines that do what a test says, when it says so: for models and views without a device. Also
// compiled into the tests of the app's views (tests/apple/swiftui), by a link.
import Foundation
import MNISTKit
import Tinsmith

/// Everything the app would find on a phone, all of it scripted.
actor ScriptedSource: EngineSource {
    let digitEngine = ScriptedDigits()
    private(set) var log: [String] = []
    private var deviceFailure: TinsmithError?
    private var assetFailure: TinsmithError?
    private var autodiffFailure: TinsmithError?

    func failDevice(_ message: String?) {
        deviceFailure = message.map { TinsmithError(kind: .system, message: $0) }
    }
    func failAssets(_ message: String?) {
        assetFailure = message.map { TinsmithError(kind: .invalid, message: $0) }
    }
    func failAutodiff(_ message: String?) {
        autodiffFailure = message.map { TinsmithError(kind: .system, message: $0) }
    }

    func openDevice() throws -> DeviceInfo {
        if let deviceFailure { throw deviceFailure }
        return DeviceInfo(name: "Scripted GPU", driver: "iOS 17.4, Apple 8", isGPU: true)
    }
    func autodiff() throws -> any AutodiffEngine {
        if let assetFailure { throw assetFailure }
        return ScriptedAutodiff(failure: autodiffFailure)
    }
    func digits(_ kind: ModelKind) async throws -> any DigitEngine {
        if let assetFailure { throw assetFailure }
        return digitEngine
    }
    func pause() async {
        log.append("pause")
        await digitEngine.setPaused(true)
    }
    func resume() async {
        log.append("resume")
        await digitEngine.setPaused(false)
    }
    func assetReports() -> [AssetReport] {
        let text = assetFailure?.message ?? "iOS 16, iOS 16 simulator; 0123abcd"
        return AppEngines.packageFolders.map {
            AssetReport(name: $0, text: text, isGood: assetFailure == nil)
        }
    }
}

struct ScriptedAutodiff: AutodiffEngine {
    var maximumSize: Int { 1000 }
    let failure: TinsmithError?

    func run(size: Int, base: Float) async throws -> AutodiffResult {
        if let failure { throw failure }
        let x = (0..<size).map { base + 0.01 * Float($0) }
        return AutodiffResult(
            x: x, gradient: x.map { 2 * $0 }, expected: x.map { 2 * $0 },
            loss: x.map { $0 * $0 }.reduce(0, +), greatestError: 0, gpuSeconds: 0.00025,
            wallSeconds: 0.003)
    }
}

/// Four steps an epoch of 100 digits each; each loss is half of the one before. With a gate, each
/// step waits for ``allow(_:)``.
actor ScriptedDigits: DigitEngine {
    private(set) var rests: [Duration] = []
    private(set) var restored: Checkpoint?
    private(set) var begun: [TrainingSettings] = []
    private(set) var recognitions = 0
    private var place = TrainingPlace(samplesTotal: 400)
    private var settings = TrainingSettings()
    private var isStopped = false
    private var isPaused = false
    private var failure: TinsmithError?
    private var confusion: [[Int]] = (0..<10).map { row in
        (0..<10).map { $0 == row ? 9 : ($0 == (row + 1) % 10 ? 1 : 0) }
    }
    /// Steps and recognitions that may pass; nil: all.
    private var permits: Int?
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var watchers: [CheckedContinuation<Void, Never>] = []

    // MARK: What a test says

    func close() { permits = 0 }
    func allow(_ count: Int) {
        permits = (permits ?? 0) + count
        wake()
    }
    func open() {
        permits = nil
        wake()
    }
    func fail(_ message: String?) {
        failure = message.map { TinsmithError(kind: .system, message: $0) }
    }
    func setPaused(_ isPaused: Bool) { self.isPaused = isPaused }

    /// Returns when something waits at the gate.
    func untilSomethingWaits() async {
        if waiting.isEmpty { await withCheckedContinuation { watchers.append($0) } }
    }

    private func wake() {
        let all = waiting
        waiting = []
        all.forEach { $0.resume() }
    }
    private func pass() async {
        while let left = permits, left == 0, !isStopped {
            await withCheckedContinuation {
                waiting.append($0)
                let all = watchers
                watchers = []
                all.forEach { $0.resume() }
            }
        }
        if let left = permits, left > 0 { permits = left - 1 }
    }

    // MARK: What an engine does

    nonisolated func train(
        _ settings: TrainingSettings, resuming checkpoint: Checkpoint?
    ) -> AsyncThrowingStream<TrainingEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let end = try await self.run(settings, checkpoint) { continuation.yield($0) }
                    continuation.yield(.finished(end))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func run(
        _ settings: TrainingSettings, _ checkpoint: Checkpoint?, report: (TrainingEvent) -> Void
    ) async throws -> TrainingEnd {
        begun.append(settings)
        self.settings = settings
        isStopped = false
        place = checkpoint?.place ?? TrainingPlace(samplesTotal: 400)
        while place.epoch <= settings.epochs {
            while place.samplesDone < 400 {
                await pass()
                if isStopped { return .cancelled }
                if isPaused { return .paused }
                if let failure { throw failure }
                report(.step(step(of: settings)))
            }
            let loss = self.loss
            report(.epoch(epochReport(loss)))
            place = TrainingPlace(epoch: place.epoch + 1, samplesTotal: 400)
            if let target = settings.targetLoss, loss < target { return .targetLoss }
        }
        return .epochs
    }

    private var loss: Double {
        var loss = 4.0
        for _ in 0..<((place.epoch - 1) * 4 + place.samplesDone / 100) { loss /= 2 }
        return loss
    }
    private func step(of settings: TrainingSettings) -> TrainingProgress {
        place.samplesDone += 100
        return TrainingProgress(
            epoch: place.epoch, epochs: settings.epochs, samplesDone: place.samplesDone,
            samplesTotal: 400, loss: loss, accuracy: 1 - loss / 4, samplesPerSecond: 3200)
    }
    private func epochReport(_ loss: Double) -> EpochReport {
        EpochReport(
            epoch: place.epoch, trainLoss: loss, trainAccuracy: 1 - loss / 4, testLoss: loss * 1.5,
            testAccuracy: 0.9, seconds: 0.125, samplesPerSecond: 3200)
    }

    func stop() {
        isStopped = true
        wake()
    }
    func setRest(_ rest: Duration) { rests.append(rest) }
    func checkpoint() throws -> Checkpoint {
        if isPaused { throw TinsmithError(kind: .paused, message: "the device is paused") }
        return Checkpoint(settings: settings, place: place, parameters: [])
    }
    func restore(_ checkpoint: Checkpoint) { restored = checkpoint }

    func evaluate() throws -> Evaluation {
        if let failure { throw failure }
        return Evaluation(loss: 0.3125, accuracy: 0.9, confusion: confusion)
    }

    /// As many as the picture has inked columns, modulo ten: so that drawings differ.
    func recognise(_ pixels: [Float]) async throws -> Recognition {
        await pass()
        recognitions += 1
        if let failure { throw failure }
        let columns = (0..<28).filter { column in (0..<28).contains { pixels[$0 * 28 + column] > 0 } }
        let digit = columns.count % 10
        return Recognition(
            digit: digit, confidences: (0..<10).map { $0 == digit ? 0.91 : 0.01 })
    }

    /// A bar that is 7 columns wide.
    func randomTestDigit() -> Digit {
        let pixels = (0..<784).map { (4..<24).contains($0 / 28) && (10..<17).contains($0 % 28) ? Float(1) : 0 }
        return Digit(index: 3, pixels: pixels, label: 7)
    }
}

@MainActor final class MemoryStorage: SettingsStorage {
    private var values: [String: Data] = [:]
    func savedValue(forKey key: String) -> Data? { values[key] }
    func save(_ value: Data, forKey key: String) { values[key] = value }
}

/// A folder of its own for each test, gone with it.
final class ScratchFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    deinit { try? FileManager.default.removeItem(at: url) }
}

/// The app's models over scripted engines.
@available(iOS 17, macOS 14, *)
@MainActor struct ScriptedApp {
    let source = ScriptedSource()
    let storage = MemoryStorage()
    let folder = ScratchFolder()
    let model: AppModel

    init() {
        model = AppModel(
            source: source, storage: storage, checkpoints: CheckpointFolder(folder.url))
    }

    /// The app as it is after it was closed and started again.
    func restarted(_ other: ScriptedSource) -> AppModel {
        AppModel(source: other, storage: storage, checkpoints: CheckpointFolder(folder.url))
    }
}
