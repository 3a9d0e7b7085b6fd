// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

@testable import MNISTKit

@Suite struct CheckpointTests {
    // The same as in apps/mnist/checkpoint_test.cc, and so are the bytes.
    let example = Checkpoint(
        settings: TrainingSettings(
            model: .softmax, epochs: 7, learningRate: 0.25, decay: 0.7, batchSize: 20,
            targetLoss: 0.125,
            seed: 4_000_000_000),
        place: TrainingPlace(
            epoch: 3, samplesDone: 1600, samplesTotal: 10000, lossSum: 801.5, correct: 1234),
        parameters: [
            .init(name: "w", values: [1, -2.5, 0.1]), .init(name: "b", values: []),
        ])
    let bytes = [
        "5453434b0200000007000000736f66746d617803000000400600001027000000000000000c8940d2",
        "04000000000000070000001400000000286bee000000000000d03f666666666666e63f0000000000",
        "00c03f0200000001000000770c000000000000000000803f000020c0cdcccc3d0100000062000000",
        "0000000000",
    ].joined()

    @Test func hasTheBytesThatTheCommandLineWrites() {
        #expect(example.data.map { String(format: "%02x", $0) }.joined() == bytes)
    }

    @Test func comesBackAsItWasWritten() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "\(UUID()).checkpoint")
        defer { try? FileManager.default.removeItem(at: file) }
        try example.write(to: file)
        #expect(try Checkpoint(contentsOf: file) == example)
        #expect(example.epochsDone == 2)
        var endless = example
        endless.settings.targetLoss = nil
        try endless.write(to: file)
        #expect(try Checkpoint(contentsOf: file) == endless)
    }

    @Test func isRefusedWhenCutAnywhereOrTooLong() {
        let whole = example.data
        for damaged in whole.indices.map({ whole.prefix($0) }) + [whole + [0]] {
            #expect(throws: TinsmithError.self) { try Checkpoint(data: damaged, name: "saved") }
        }
        #expect {
            try Checkpoint(data: whole.dropLast(), name: "saved")
        } throws: { error in
            "\(error)"
                == "saved: not a checkpoint of this version, or cut short; start the training afresh"
        }
    }

    @Test func aMissingFileIsNamed() {
        #expect {
            try Checkpoint(contentsOf: URL(fileURLWithPath: "/nowhere/saved"))
        } throws: { error in
            (error as? TinsmithError)?.kind == .system && "\(error)".contains("/nowhere/saved")
        }
    }
}
