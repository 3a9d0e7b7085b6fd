// SPDX-License-Identifier: Apache-2.0
import Tinsmith

/// What runs the kernels of the Autodiff screen: ``AutodiffRunner``, and scripts in tests.
public protocol AutodiffEngine: Sendable {
    var maximumSize: Int { get }
    func run(size: Int, base: Float) async throws -> AutodiffResult
}
extension AutodiffRunner: AutodiffEngine {}

/// What trains a model and reads digits: ``Trainer``, and scripts in tests.
public protocol DigitEngine: Sendable {
    func train(
        _ settings: TrainingSettings, resuming checkpoint: Checkpoint?
    ) -> AsyncThrowingStream<TrainingEvent, any Error>
    func stop() async
    func setRest(_ rest: Duration) async
    func checkpoint() async throws -> Checkpoint
    func restore(_ checkpoint: Checkpoint) async throws
    func evaluate() async throws -> Evaluation
    func recognise(_ pixels: [Float]) async throws -> Recognition
    func randomTestDigit() async -> Digit
}
extension Trainer: DigitEngine {}

/// Where the models get a device and engines from: ``AppEngines``, and scripts in tests.
public protocol EngineSource: Sendable {
    /// Opens the device; does nothing where it is open.
    func openDevice() async throws -> DeviceInfo
    /// The same engine each time.
    func autodiff() async throws -> any AutodiffEngine
    /// The same engine each time for one kind of model.
    func digits(_ kind: ModelKind) async throws -> any DigitEngine
    func pause() async throws
    func resume() async throws
    /// What became of each of the app's packages, for the diagnostics.
    func assetReports() async -> [AssetReport]
}

/// One of the app's packages: whether it can be read, and what it was made for.
public struct AssetReport: Sendable, Equatable {
    public let name: String
    /// Of the kernels, and the systems that there are libraries for; or why the package is refused.
    public let text: String
    public let isGood: Bool

    public init(name: String, text: String, isGood: Bool) {
        self.name = name
        self.text = text
        self.isGood = isGood
    }
}
