// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import Testing

@MainActor @Suite struct AutodiffModelTests {
    @available(iOS 17, macOS 14, *)
    @Test func aRunGivesRowsPointsAndFigures() async throws {
        let model = ScriptedApp().model.autodiff
        model.size = "40"
        await model.run()
        #expect(model.rows.count == 16 && model.hasMoreRows)
        #expect(model.rows[1].x == "0.5100" && model.rows[1].gradient == "1.0200")
        #expect(model.gpuTimeText == "250 µs" && model.wallTimeText == "3.00 ms")
        #expect(model.greatestErrorText == "0")
        model.showsAllRows = true
        #expect(model.rows.count == 40)
        #expect(model.chartSummary.contains("0.5000 to 0.8900"))
    }

    @available(iOS 17, macOS 14, *)
    @Test func aChartOfManyElementsKeepsBothEnds() async throws {
        let model = ScriptedApp().model.autodiff
        model.size = "1000"
        await model.run()
        #expect(model.points.count == 100)
        #expect(model.points.first?.id == 0 && model.points.last?.id == 999)
        model.size = "1"
        await model.run()
        #expect(model.points.count == 1 && !model.hasMoreRows)
    }

    @available(iOS 17, macOS 14, *)
    @Test(arguments: ["0", "-3", "1001", "1.5", "ten", ""])
    func aSizeThatCannotBeHasAHint(size: String) async throws {
        let model = ScriptedApp().model.autodiff
        await model.prepare()
        model.size = size
        #expect(model.sizeHint == "A whole number from 1 to 1000" && !model.canRun)
        await model.run()
        #expect(model.result == nil)
    }

    @available(iOS 17, macOS 14, *)
    @Test(arguments: ["", "x", "nan", "inf", "1e7"])
    func aBaseThatCannotBeHasAHint(base: String) {
        let model = ScriptedApp().model.autodiff
        model.base = base
        #expect(model.baseHint != nil && !model.canRun)
    }

    @available(iOS 17, macOS 14, *)
    @Test func aFailureKeepsTheLastResult() async throws {
        let app = ScriptedApp()
        await app.model.autodiff.run()
        await app.source.failAutodiff("the GPU was lost")
        await app.model.autodiff.run()
        #expect(app.model.autodiff.problem?.message == "the GPU was lost")
        #expect(app.model.autodiff.result != nil && app.model.autodiff.canRun)
    }

    @available(iOS 17, macOS 14, *)
    @Test func aLongCurveKeepsItsEndsAndItsMean() {
        var curve = LossCurve(limit: 8)
        for step in 1...64 { curve.append(epoch: Double(step), loss: Double(step), accuracy: 0.5) }
        #expect(curve.points.count < 8 && curve.points.count >= 4)
        #expect(curve.points.last?.epoch == 64)
        #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.loss < $1.loss })
        #expect(curve.points.map(\.loss).reduce(0, +) / Double(curve.points.count) == 32.5)
    }
}
