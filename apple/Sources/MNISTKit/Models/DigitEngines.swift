// SPDX-License-Identifier: Apache-2.0
import Observation

/// The engines of the MNIST screen, ready to be used: each with the weights of its last checkpoint.
@available(iOS 17, macOS 14, *)
@MainActor @Observable public final class DigitEngines {
    /// The last checkpoint of each model that has one.
    public private(set) var saved: [ModelKind: Checkpoint] = [:]
    /// A checkpoint that could not be read or written.
    public private(set) var checkpointProblem: Problem?
    /// How often weights of a model have changed: what was found out before is out of date.
    public private(set) var changes: [ModelKind: Int] = [:]

    @ObservationIgnored private let source: any EngineSource
    @ObservationIgnored private let checkpoints: CheckpointFolder
    @ObservationIgnored private var opening: [ModelKind: Task<any DigitEngine, any Error>] = [:]

    public init(source: any EngineSource, checkpoints: CheckpointFolder) {
        self.source = source
        self.checkpoints = checkpoints
    }

    public func engine(_ kind: ModelKind) async throws -> any DigitEngine {
        let task = opening[kind] ?? Task { try await self.open(kind) }
        opening[kind] = task
        do {
            return try await task.value
        } catch {
            if opening[kind] == task { opening[kind] = nil }
            throw error
        }
    }

    private func open(_ kind: ModelKind) async throws -> any DigitEngine {
        let engine = try await source.digits(kind)
        do {
            if let checkpoint = try await checkpoints.load(kind) {
                try await engine.restore(checkpoint)
                saved[kind] = checkpoint
                changed(kind)
            }
        } catch {
            checkpointProblem = Problem("The saved training could not be read", error)
        }
        return engine
    }

    /// Whether the weights are still the first ones, which know nothing.
    public func isUntrained(_ kind: ModelKind) -> Bool { changes[kind] == nil }

    func changed(_ kind: ModelKind) { changes[kind, default: 0] += 1 }

    /// Keeps the place of the training for the next start of the app.
    func save(_ checkpoint: Checkpoint) async {
        saved[checkpoint.settings.model] = checkpoint
        do {
            try await checkpoints.save(checkpoint)
            checkpointProblem = nil
        } catch {
            checkpointProblem = Problem("The training could not be saved", error)
        }
    }
}
