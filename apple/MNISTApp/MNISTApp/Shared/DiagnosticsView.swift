// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// Phone, packages and all errors, to read and to send.
struct DiagnosticsView: View {
    let model: AppModel

    var body: some View {
        Form { DiagnosticsSections(model: model) }
            .navigationTitle("Diagnostics")
    }
}

struct DiagnosticsSections: View {
    let model: AppModel

    var body: some View {
        ForEach(model.problems, id: \.text) { problem in
            ProblemSection(problem: problem)
        }
        Section("This phone") {
            ForEach(model.facts) { fact in
                LabeledContent(fact.name, value: fact.value)
            }
        }
        Section("The app's packages") {
            ForEach(model.assets, id: \.name) { asset in
                VStack(alignment: .leading) {
                    Text(verbatim: asset.name).font(.headline)
                    Text(verbatim: asset.text)
                        .font(.footnote)
                        .foregroundStyle(asset.isGood ? Color.secondary : Color.red)
                        .textSelection(.enabled)
                }
                .accessibilityElement(children: .combine)
            }
        }
        Section {
            ShareLink("Copy or send all of this", item: model.diagnosticsText)
        }
    }
}

/// The way to the diagnostics, on every screen.
struct DiagnosticsLink: View {
    let model: AppModel

    var body: some View {
        NavigationLink {
            DiagnosticsView(model: model)
        } label: {
            Label("Diagnostics", systemImage: "stethoscope")
        }
    }
}
