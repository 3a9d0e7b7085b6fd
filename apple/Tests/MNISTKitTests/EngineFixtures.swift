// SPDX-License-Identifier: Apache-2.0
import Foundation
import Tinsmith

@testable import MNISTKit

/// What tests/apple/swift_test.py makes for tests that run kernels.
enum EngineFixtures {
    private static let environment = ProcessInfo.processInfo.environment
    /// Assets as the app has them, with 1000 and 200 digits.
    static let assets = environment["TINSMITH_TEST_FIXTURES"].map {
        URL(fileURLWithPath: $0, isDirectory: true).appendingPathComponent("assets")
    }
    static let device = environment["TINSMITH_TEST_DEVICE"]
    /// Tests that need a device run only where there is one.
    static let hasDevice = assets != nil && device != nil
    static var mnist: URL { assets!.appendingPathComponent("MNIST") }

    /// One thread: the same numbers each time.
    static func openDevice() throws -> Device {
        let cache = FileManager.default.temporaryDirectory.appendingPathComponent("tinsmith-tests")
        return try Device(device, options: Device.Options(threads: 1, cacheFolder: cache.path))
    }

    static func trainer(_ model: ModelKind) async throws -> (Trainer, Device) {
        let device = try openDevice()
        return (try await Trainer(assets: mnist, model: model, device: device), device)
    }
}

/// All events of a training.
func events(of stream: AsyncThrowingStream<TrainingEvent, any Error>) async throws
    -> [TrainingEvent]
{
    var events: [TrainingEvent] = []
    for try await event in stream { events.append(event) }
    return events
}

extension [TrainingEvent] {
    var steps: [TrainingProgress] {
        compactMap { if case .step(let progress) = $0 { progress } else { nil } }
    }
    var epochs: [EpochReport] {
        compactMap { if case .epoch(let report) = $0 { report } else { nil } }
    }
    /// The losses, which must not depend on who asked and when.
    var curve: [Double] { steps.map(\.loss) + epochs.map(\.testLoss) }
}
