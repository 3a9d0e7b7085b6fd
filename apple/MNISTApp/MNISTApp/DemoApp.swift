// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

@main
struct DemoApp: App {
    @State private var model = AppModel(
        source: AppEngines(assets: Bundle.main.bundleURL), storage: UserDefaults.standard,
        checkpoints: .standard)
    @Environment(\.scenePhase) private var scenePhase

    var body: some Scene {
        WindowGroup {
            RootView(model: model)
        }
        .onChange(of: scenePhase) { _, phase in model.setActive(phase == .active) }
    }
}
