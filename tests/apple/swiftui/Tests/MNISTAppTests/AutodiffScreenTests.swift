// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI
import Testing

@testable import MNISTApp

@MainActor @Suite struct AutodiffScreenTests {
    let app = ScriptedApp()
    let screen: Screen

    init() { screen = Screen(AutodiffScreen(model: app.model)) }

    @Test func beforeTheFirstRun() throws {
        #expect(screen.shows("Not run yet"))
        try expect(screen, isLike: "autodiff-not-run")
    }

    @Test func theButtonRunsAndTheNumbersAppear() async throws {
        try screen.edit("Size", to: "4")
        try screen.edit("Base", to: "1,5")
        try screen.press("Run forward and backward")
        await untilIdle { app.model.autodiff.result == nil }
        #expect(app.model.autodiff.result?.x == [1.5, 1.51, 1.52, 1.53])
        try expect(screen, isLike: "autodiff-done")
    }

    @Test func allElementsAreShownOnDemand() async throws {
        await app.model.autodiff.run()
        try screen.edit("Size", to: "20")
        try screen.press("Run forward and backward")
        await untilIdle { app.model.autodiff.result?.x.count != 20 }
        #expect(!screen.shows("Element 19"))
        try screen.press("Show all elements")
        #expect(try screen.node("Element 19").spokenValue == "x 0.6900, gradient 1.3800, 2x 1.3800")
    }

    @Test func aWrongSizeDisablesTheButtonAndSaysWhatToEnter() async throws {
        await app.model.autodiff.prepare()
        try screen.edit("Size", to: "5000")
        #expect(screen.shows("A whole number from 1 to 1000"))
        #expect(throws: ScreenError.self) { try screen.press("Run forward and backward") }
        try expect(screen, isLike: "autodiff-wrong-size")
    }

    @Test func aFailureIsOnTheScreenInFull() async throws {
        await app.source.failAutodiff("forward: Compiler encountered an internal error\nat air.fma")
        await app.model.autodiff.run()
        try expect(screen, isLike: "autodiff-failed")
    }

    @Test func withLargeTypeRowsStandBelowEachOther() async throws {
        app.model.autodiff.size = "2"
        await app.model.autodiff.run()
        screen.environment.dynamicTypeSize = .accessibility3
        try expect(screen, isLike: "autodiff-large-type")
    }

    @Test func aWideScreenHasTwoColumns() async throws {
        app.model.autodiff.size = "2"
        await app.model.autodiff.run()
        screen.environment.horizontalSizeClass = .regular
        #expect(screen.tree.all.filter { $0.kind == "Form" }.count == 2)
    }
}
