// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI
import Testing

@testable import MNISTApp

/// Gives way until a model has come as far as a test needs it.
@MainActor func untilIdle(_ isBusy: () -> Bool) async {
    while isBusy() { await Task.yield() }
}

@MainActor @Suite struct AppTests {
    let app = ScriptedApp()
    let screen: Screen

    init() { screen = Screen(RootView(model: app.model)) }

    @Test func theDeviceIsOpenedWhenTheAppAppears() async throws {
        #expect(screen.shows("Opening the device…"))
        await screen.settle()
        #expect(screen.tree.all.filter { $0.kind == "Tab" }.map(\.text) == ["Autodiff", "MNIST"])
    }

    @Test func withoutADeviceTheAppSaysWhyAndTriesAgain() async throws {
        await app.source.failDevice("metal: MTLCreateSystemDefaultDevice gave no device")
        await screen.settle()
        try expect(screen, isLike: "no-device")
        await app.source.failDevice(nil)
        try screen.press("Try again")
        await untilIdle { if case .ready = app.model.start { false } else { true } }
        await screen.settle()
        #expect(!screen.tree.all.filter { $0.kind == "Tab" }.isEmpty)
    }

    @Test func assetsThatAreRefusedAreOnBothScreens() async throws {
        await app.source.failAssets("MNIST/mlp: made from another package than this app's bindings")
        await screen.settle()
        try screen.press("Diagnostics")
        try expect(screen, isLike: "stale-assets")
    }

    @Test func theAppItselfIsMadeOfTheSameViews() async throws {
        let phone = Screen(DemoApp())
        #expect(phone.shows("Opening the device…"))
        phone.environment.scenePhase = .background
        #expect(phone.shows("Opening the device…"))
    }
}
