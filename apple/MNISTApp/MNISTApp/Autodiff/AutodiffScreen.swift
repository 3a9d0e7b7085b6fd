// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// Runs the sum of squares forward and backward, and holds its gradient against 2x.
struct AutodiffScreen: View {
    let model: AppModel
    @Environment(\.horizontalSizeClass) private var width

    var body: some View {
        NavigationStack {
            Group {
                if width == .regular {
                    HStack(spacing: 0) {
                        Form { input }
                        Form { results }
                    }
                } else {
                    Form {
                        input
                        results
                    }
                }
            }
            .scrollDismissesKeyboard(.interactively)
            .navigationTitle("Autodiff")
            .toolbar {
                ToolbarItem(placement: .topBarTrailing) { DiagnosticsLink(model: model) }
            }
        }
    }

    @ViewBuilder private var input: some View {
        AutodiffInput(model: model.autodiff)
        if let problem = model.autodiff.problem { ProblemSection(problem: problem) }
    }

    @ViewBuilder private var results: some View {
        AutodiffSummary(model: model.autodiff)
        if model.autodiff.result != nil {
            Section("Gradient") { AutodiffChart(model: model.autodiff) }
            Section("Numbers") { AutodiffTable(model: model.autodiff) }
        }
    }
}

/// Size, base, and the button.
struct AutodiffInput: View {
    @Bindable var model: AutodiffModel

    var body: some View {
        Section {
            EntryField(title: "Size", text: $model.size, hint: model.sizeHint)
            EntryField(title: "Base", text: $model.base, hint: model.baseHint)
            Button("Run forward and backward") { Task { await model.run() } }
                .disabled(!model.canRun)
        } header: {
            Text("x = base + 0.01 i")
        } footer: {
            Text("Loss is the sum of all x². Its gradient comes from the kernel's adjoint; it must be 2x.")
        }
    }
}

/// Loss, error and times of the last run.
struct AutodiffSummary: View {
    let model: AutodiffModel

    var body: some View {
        Section("Result") {
            if model.isRunning {
                ProgressView("Running…")
            } else if model.result == nil {
                Text("Not run yet").foregroundStyle(.secondary)
            } else {
                LabeledContent("Loss", value: model.lossText)
                LabeledContent("Greatest error", value: model.greatestErrorText)
                LabeledContent("Time on the GPU", value: model.gpuTimeText)
                LabeledContent("Time in all", value: model.wallTimeText)
            }
        }
    }
}
