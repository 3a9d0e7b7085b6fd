// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// Two screens, once there is a device; until then, or without one, what is the matter.
struct RootView: View {
    let model: AppModel

    var body: some View {
        // Not a Group: what is attached to one begins anew with each of its branches.
        ZStack {
            switch model.start {
            case .opening:
                ProgressView("Opening the device…")
            case .failed:
                StartFailureView(model: model)
            case .ready:
                TabView {
                    AutodiffScreen(model: model)
                        .tabItem { Label("Autodiff", systemImage: "function") }
                    MNISTScreen(model: model)
                        .tabItem { Label("MNIST", systemImage: "hand.draw") }
                }
            }
        }
        .task { await model.open() }
        .task { await model.follow(SystemConditions.changes()) }
    }
}

/// The app without a device: the whole error, what to do, and a second try.
struct StartFailureView: View {
    let model: AppModel

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    Button("Try again") { Task { await model.open() } }
                }
                DiagnosticsSections(model: model)
            }
            .navigationTitle("Tinsmith")
        }
    }
}
