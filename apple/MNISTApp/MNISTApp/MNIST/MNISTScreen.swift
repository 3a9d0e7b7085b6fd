// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// Trains a classifier of handwritten digits, and tries it out.
struct MNISTScreen: View {
    let model: AppModel
    @Environment(\.horizontalSizeClass) private var width

    var body: some View {
        NavigationStack {
            Group {
                if width == .regular {
                    HStack(spacing: 0) {
                        Form { trainingPart }
                        Form { tryingPart }
                    }
                } else {
                    Form {
                        trainingPart
                        tryingPart
                    }
                }
            }
            .scrollDismissesKeyboard(.interactively)
            .navigationTitle("MNIST")
            .toolbar {
                ToolbarItem(placement: .topBarTrailing) { DiagnosticsLink(model: model) }
            }
        }
        .task(id: model.training.form.model) { await model.training.prepare() }
    }

    @ViewBuilder private var trainingPart: some View {
        TrainingSettingsSection(training: model.training)
        TrainingSection(training: model.training, notice: model.trainingNotice)
        if let problem = model.training.problem ?? model.engines.checkpointProblem {
            ProblemSection(problem: problem)
        }
        if !model.training.curve.points.isEmpty {
            TrainingCharts(training: model.training)
        }
        if !model.training.epochs.isEmpty {
            EpochsSection(epochs: model.training.epochs)
        }
    }

    @ViewBuilder private var tryingPart: some View {
        DrawingSection(recognition: model.recognition)
        RandomDigitSection(recognition: model.recognition)
        AccuracySection(recognition: model.recognition)
        if let problem = model.recognition.problem { ProblemSection(problem: problem) }
    }
}
