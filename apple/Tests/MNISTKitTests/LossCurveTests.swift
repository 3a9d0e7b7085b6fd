// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

@testable import MNISTKit

private enum Curves {
    private static let environment = ProcessInfo.processInfo.environment
    static let out = environment["TINSMITH_CURVE_OUT"].map { URL(fileURLWithPath: $0) }
    static let assets = environment["TINSMITH_CURVE_ASSETS"].map { URL(fileURLWithPath: $0) }
}

/// The Swift road of tests/apple/loss_curves.py, which compares what this writes with what `mnist
/// train` writes.
@Suite(.enabled(if: Curves.out != nil)) struct LossCurveTests {
    private struct Chunk: Encodable {
        let epoch: Int
        let samples: Int
        let loss: Double
        let accuracy: Double
    }
    private struct Epoch: Encodable {
        let epoch: Int
        let trainLoss: Double
        let trainAccuracy: Double
        let testLoss: Double
        let testAccuracy: Double
    }

    @Test(arguments: ModelKind.allCases)
    func aRunIsWrittenDown(_ model: ModelKind) async throws {
        try await run(TrainingSettings(model: model, epochs: 2), into: folder(model, "whole"))
    }

    @Test(arguments: ModelKind.allCases)
    func aRunThatTheCommandLineBeganIsWrittenDown(_ model: ModelKind) async throws {
        let begun = try Checkpoint(
            contentsOf: Curves.out!.appendingPathComponent(
                "begun/\(model.rawValue)/checkpoint.bin"))
        var settings = begun.settings
        #expect(settings == TrainingSettings(model: model, epochs: 1))
        settings.epochs = 2
        try await run(settings, from: begun, into: folder(model, "resumed"))
    }

    @Test(arguments: ModelKind.allCases)
    func aRunIsBegunForTheCommandLine(_ model: ModelKind) async throws {
        let folder = try folder(model, "begun")
        let trainer = try await run(TrainingSettings(model: model, epochs: 1), into: folder)
        try await trainer.checkpoint().write(to: folder.appendingPathComponent("checkpoint.bin"))
    }

    private func folder(_ model: ModelKind, _ name: String) throws -> URL {
        let folder = Curves.out!.appendingPathComponent(
            "\(EngineFixtures.device!)/\(model.rawValue)/\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    @discardableResult private func run(
        _ settings: TrainingSettings, from checkpoint: Checkpoint? = nil, into folder: URL
    ) async throws -> Trainer {
        let trainer = try await Trainer(
            assets: Curves.assets!.appendingPathComponent("MNIST"), model: settings.model,
            device: EngineFixtures.openDevice())
        let events = try await events(of: trainer.train(settings, resuming: checkpoint))
        #expect(events.last == .finished(.epochs))
        try write(
            events.steps.map {
                Chunk(
                    epoch: $0.epoch, samples: $0.samplesDone, loss: $0.loss, accuracy: $0.accuracy)
            },
            to: folder.appendingPathComponent("curve.jsonl"))
        try write(
            events.epochs.map {
                Epoch(
                    epoch: $0.epoch, trainLoss: $0.trainLoss, trainAccuracy: $0.trainAccuracy,
                    testLoss: $0.testLoss, testAccuracy: $0.testAccuracy)
            }, to: folder.appendingPathComponent("history.jsonl"))
        return trainer
    }

    private func write(_ lines: [some Encodable], to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let text = try lines.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
            .joined()
        try Data(text.utf8).write(to: file)
    }
}
