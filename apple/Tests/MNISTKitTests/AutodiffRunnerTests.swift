// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

@testable import MNISTKit

@Suite(.enabled(if: EngineFixtures.hasDevice)) struct AutodiffRunnerTests {
    private func runner() async throws -> AutodiffRunner {
        let assets = EngineFixtures.assets!.appendingPathComponent("Autodiff")
        return try await AutodiffRunner(assets: assets, device: EngineFixtures.openDevice())
    }

    @Test(arguments: [1, 7, 1000])
    func theGradientOfTheSumOfSquaresIsTwiceX(_ size: Int) async throws {
        let runner = try await runner()
        #expect(runner.maximumSize == 1000)
        let result = try await runner.run(size: size, base: -2.5)
        #expect(
            result.x.count == size && result.gradient.count == size && result.expected.count == size
        )
        #expect(
            result.x[0] == -2.5 && abs(result.x[size - 1] - (-2.5 + 0.01 * Float(size - 1))) < 1e-5)
        #expect(result.expected == result.x.map { 2 * $0 })
        #expect(
            result.greatestError == zip(result.gradient, result.expected).map { abs($0 - $1) }.max()
        )
        #expect(result.greatestError <= 1e-5)
        let sum = result.x.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(Double(result.loss) - sum) <= 1e-4 * sum)
        #expect(result.wallSeconds > 0)
    }

    @Test func runsDoNotAddUp() async throws {
        let runner = try await runner()
        let first = try await runner.run(size: 100, base: 1)
        _ = try await runner.run(size: 1000, base: 3)
        let again = try await runner.run(size: 100, base: 1)
        #expect(again.gradient == first.gradient && abs(again.loss - first.loss) < 1e-3)
    }

    @Test func runsAtTheSameTimeDoNotDisturbOneAnother() async throws {
        let runner = try await runner()
        try await withThrowingTaskGroup(of: AutodiffResult.self) { group in
            for base in 1...8 {
                group.addTask { try await runner.run(size: 10, base: Float(base)) }
            }
            for try await result in group { #expect(result.greatestError <= 1e-5) }
        }
    }

    @Test func aSizeBeyondTheCompiledOneIsRefused() async throws {
        let runner = try await runner()
        for (size, base, reason) in [
            (0, 1, "choose a size of 1 to 1000"), (1001, 1, "choose a size"),
            (1, .nan, "choose a base"),
        ]
            as [(Int, Float, String)]
        {
            await #expect {
                _ = try await runner.run(size: size, base: base)
            } throws: { error in
                "\(error)".hasPrefix(reason)
            }
        }
    }
}
