// SPDX-License-Identifier: Apache-2.0
import Observation

/// Training on the MNIST screen: begins it, follows it, holds it while the phone needs rest or the
/// app is not in front, ends it, and goes on from where it was.
@available(iOS 17, macOS 14, *)
@MainActor @Observable public final class TrainingModel {
    public enum Phase: Sendable, Equatable {
        case idle
        /// Kernels are loaded, digits uploaded.
        case preparing
        case training
        /// Held: it goes on by itself.
        case waiting
        /// Cancelled, up to the end of the current chunk.
        case stopping
    }
    /// Why a training is held.
    public enum Hold: Sendable { case background, heat }

    public private(set) var phase = Phase.idle
    public private(set) var progress: TrainingProgress?
    public private(set) var curve = LossCurve()
    public private(set) var epochs: [EpochReport] = []
    /// How the last training ended.
    public private(set) var outcome: String?
    public private(set) var problem: Problem?
    /// The model that progress, curve and epochs are of.
    public private(set) var trainedModel: ModelKind?
    /// How much of the time the GPU may be busy, 0…1.
    public var share = 1.0

    private let settings: SettingsStore
    private let engines: DigitEngines
    @ObservationIgnored private var run: Task<Void, Never>?
    @ObservationIgnored private var engine: (any DigitEngine)?
    @ObservationIgnored private var holds: Set<Hold> = []
    @ObservationIgnored private var isCancelled = false
    @ObservationIgnored private var rest = Duration.zero
    /// Those who wait until nothing runs, and the training that waits until nothing holds it.
    @ObservationIgnored private var untilHeld: [CheckedContinuation<Void, Never>] = []
    @ObservationIgnored private var untilReleased: CheckedContinuation<Void, Never>?

    public init(settings: SettingsStore, engines: DigitEngines) {
        self.settings = settings
        self.engines = engines
    }

    // MARK: What can be done

    public var form: TrainingForm {
        get { settings.saved.training }
        set { settings.saved.training = newValue }
    }
    public var isBusy: Bool { phase != .idle }
    public var canTrain: Bool { !isBusy && form.settings != nil }
    public var canCancel: Bool { isBusy && phase != .stopping }

    /// The last checkpoint of the chosen model.
    public var checkpoint: Checkpoint? { engines.saved[form.model] }
    public var canResume: Bool { canTrain && checkpoint != nil && resumeHint == nil }

    /// Why the training cannot go on from the last checkpoint.
    public var resumeHint: String? {
        guard let checkpoint, form.settings != nil else { return nil }
        return form.problems(resuming: checkpoint).first?.hint
    }

    /// Loads the kernels and the last checkpoint, so that a failure is seen early.
    public func prepare() async {
        guard !isBusy else { return }
        do {
            _ = try await engines.engine(form.model)
            problem = nil
        } catch {
            problem = Problem("The MNIST kernels could not be loaded", error)
        }
    }

    public func train() {
        guard canTrain, let settings = form.settings else { return }
        begin(settings, from: nil)
    }

    public func resume() {
        guard canResume, let checkpoint, var settings = form.settings else { return }
        settings.seed = checkpoint.settings.seed
        begin(settings, from: checkpoint)
    }

    public func cancel() {
        guard canCancel else { return }
        isCancelled = true
        phase = .stopping
        releaseIfFree()
        stop()
    }

    /// Ends the current stretch of training at its next chunk; returns when it has ended.
    public func hold(_ reason: Hold) async {
        holds.insert(reason)
        guard isBusy, phase != .waiting else { return }
        stop()
        await withCheckedContinuation { untilHeld.append($0) }
    }

    public func release(_ reason: Hold) {
        holds.remove(reason)
        releaseIfFree()
    }

    /// Returns when no training runs.
    public func finished() async { await run?.value }

    // MARK: One training, in one stretch or several

    private func begin(_ settings: TrainingSettings, from checkpoint: Checkpoint?) {
        if checkpoint == nil || trainedModel != settings.model {
            curve = LossCurve()
            epochs = []
        }
        trainedModel = settings.model
        progress = nil
        outcome = nil
        problem = nil
        isCancelled = false
        phase = .preparing
        run = Task {
            do {
                outcome = try await follow(settings, from: checkpoint)
            } catch {
                problem = Problem("Training stopped", error)
            }
            phase = .idle
            engine = nil
            run = nil
            nobodyRuns()
        }
    }

    /// Returns how it ended.
    private func follow(
        _ settings: TrainingSettings, from first: Checkpoint?
    ) async throws -> String {
        let engine = try await engines.engine(settings.model)
        self.engine = engine
        var place = first
        while true {
            await waitForRelease()
            if isCancelled { return "Cancelled" }
            phase = .training
            let end = try await stretch(engine, engine.train(settings, resuming: place))
            let checkpoint = try await engine.checkpoint()
            await engines.save(checkpoint)
            switch end {
            case .epochs: return "All \(settings.epochs) epochs done"
            case .targetLoss: return "The target loss is reached"
            case .cancelled where isCancelled: return "Cancelled"
            case .paused where holds.isEmpty: return "The device was paused"
            case .cancelled, .paused: place = checkpoint
            }
        }
    }

    private func stretch(
        _ engine: any DigitEngine, _ events: AsyncThrowingStream<TrainingEvent, any Error>
    ) async throws -> TrainingEnd {
        for try await event in events {
            switch event {
            case .step(let step):
                take(step)
                await keepPace(engine, step)
                // A stop that came before the training had begun was not seen by it.
                if isCancelled || !holds.isEmpty { await engine.stop() }
            case .epoch(let report):
                epochs.removeAll { $0.epoch >= report.epoch }
                epochs.append(report)
                await engines.save(try await engine.checkpoint())
            case .finished(let end):
                return end
            }
        }
        return .cancelled
    }

    private func take(_ step: TrainingProgress) {
        progress = step
        let fraction = Double(step.samplesDone) / Double(max(step.samplesTotal, 1))
        curve.append(
            epoch: Double(step.epoch - 1) + fraction, loss: step.loss, accuracy: step.accuracy)
        if let trainedModel { engines.changed(trainedModel) }
    }

    /// Rests as long as the share demands: at a half, as long as a chunk of fifty steps took.
    private func keepPace(_ engine: any DigitEngine, _ step: TrainingProgress) async {
        let size = form.settings?.batchSize ?? TrainingSettings.greatestBatch
        let seconds = Double(50 * size) / max(step.samplesPerSecond, 1)
        let wanted: Duration = share < 1 ? .seconds(seconds * (1 / share - 1)) : .zero
        guard wanted != rest else { return }
        rest = wanted
        await engine.setRest(wanted)
    }

    // MARK: Holding

    private func stop() {
        guard let engine else { return }
        Task { await engine.stop() }
    }

    private func waitForRelease() async {
        while !holds.isEmpty && !isCancelled {
            phase = .waiting
            nobodyRuns()
            await withCheckedContinuation { untilReleased = $0 }
        }
    }

    private func releaseIfFree() {
        guard holds.isEmpty || isCancelled else { return }
        untilReleased?.resume()
        untilReleased = nil
    }

    private func nobodyRuns() {
        let waiting = untilHeld
        untilHeld = []
        waiting.forEach { $0.resume() }
    }
}
