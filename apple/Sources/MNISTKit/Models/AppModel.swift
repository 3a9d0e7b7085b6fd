// SPDX-License-Identifier: Apache-2.0
import Foundation
import Observation
import Tinsmith

/// The whole app: opens the device, owns the models of the screens, and brings them to rest while
/// the app is not in front or the phone is too hot.
@available(iOS 17, macOS 14, *)
@MainActor @Observable public final class AppModel {
    public enum Start: Sendable, Equatable {
        case opening
        case ready(DeviceInfo)
        case failed(Problem)
    }

    public private(set) var start = Start.opening
    public private(set) var conditions = SystemConditions()
    public private(set) var assets: [AssetReport] = []
    public private(set) var pauseProblem: Problem?

    public let settings: SettingsStore
    public let autodiff: AutodiffModel
    public let training: TrainingModel
    public let recognition: RecognitionModel
    public let engines: DigitEngines

    @ObservationIgnored private let source: any EngineSource
    @ObservationIgnored private var wantsRest = false
    @ObservationIgnored private var rests = false
    @ObservationIgnored private var turning: Task<Void, Never>?

    public init(
        source: any EngineSource, storage: any SettingsStorage, checkpoints: CheckpointFolder
    ) {
        self.source = source
        settings = SettingsStore(storage)
        engines = DigitEngines(source: source, checkpoints: checkpoints)
        autodiff = AutodiffModel(settings: settings, source: source)
        training = TrainingModel(settings: settings, engines: engines)
        recognition = RecognitionModel(settings: settings, engines: engines)
    }

    /// Opens the device and loads everything once, so that each failure is on the screen before
    /// anybody presses a button.
    public func open() async {
        start = .opening
        do {
            start = .ready(try await source.openDevice())
        } catch {
            start = .failed(Problem("The device could not be opened", error))
            assets = await source.assetReports()
            return
        }
        await autodiff.prepare()
        await training.prepare()
        assets = await source.assetReports()
    }

    // MARK: In front or not

    /// iOS before 26 ends apps whose GPU work goes on in the background, so training ends a stretch
    /// and the device is paused as soon as the app is not in front.
    public func setActive(_ isActive: Bool) {
        wantsRest = !isActive
        turning = Task { [turning] in
            await turning?.value
            await turn()
        }
    }

    private func turn() async {
        guard wantsRest != rests else { return }
        rests = wantsRest
        do {
            if rests {
                await training.hold(.background)
                try await source.pause()
            } else {
                try await source.resume()
                training.release(.background)
            }
            pauseProblem = nil
        } catch {
            pauseProblem = Problem("The device could not be paused or resumed", error)
        }
    }

    /// Returns when the last change of `setActive` is done.
    public func settled() async { await turning?.value }

    // MARK: Heat and power

    public func follow(_ changes: AsyncStream<SystemConditions>) async {
        for await conditions in changes { await take(conditions) }
    }

    public func take(_ conditions: SystemConditions) async {
        self.conditions = conditions
        if let share = conditions.share {
            training.share = share
            training.release(.heat)
        } else {
            await training.hold(.heat)
        }
    }

    /// Why training waits or is slow; nil where it does not.
    public var trainingNotice: String? {
        guard training.isBusy else { return nil }
        return conditions.message
    }
}
