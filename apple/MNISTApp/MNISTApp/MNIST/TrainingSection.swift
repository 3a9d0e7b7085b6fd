// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// The buttons of training, and how it goes.
struct TrainingSection: View {
    let training: TrainingModel
    let notice: String?

    var body: some View {
        Section("Training") {
            buttons
            LabeledContent("State", value: training.statusText)
            if let notice {
                Label(notice, systemImage: "thermometer.medium").foregroundStyle(.orange)
            }
            if training.isBusy, let fraction = training.fraction {
                ProgressView(value: fraction)
                    .accessibilityLabel("Progress of the training")
            }
            if training.progress != nil {
                LabeledContent("Loss", value: training.lossText)
                LabeledContent("Accuracy", value: training.accuracyText)
                LabeledContent("Speed", value: training.speedText)
            }
        }
    }

    @ViewBuilder private var buttons: some View {
        if training.isBusy {
            Button("Cancel", role: .cancel) { training.cancel() }
                .disabled(!training.canCancel)
        } else {
            Button("Train MNIST") { training.train() }
                .disabled(!training.canTrain)
            if let text = training.checkpointText {
                VStack(alignment: .leading) {
                    Button("Resume") { training.resume() }
                        .disabled(!training.canResume)
                    Text(verbatim: training.resumeHint ?? text)
                        .font(.footnote)
                        .foregroundStyle(.secondary)
                }
            }
        }
    }
}

/// Training and test figures of each epoch.
struct EpochsSection: View {
    let epochs: [EpochReport]

    var body: some View {
        Section("Epochs") {
            ForEach(epochs, id: \.epoch) { report in
                VStack(alignment: .leading) {
                    Text("Epoch \(report.epoch), \(report.secondsText)").font(.headline)
                    LabeledContent("Training", value: report.trainText)
                    LabeledContent("Test", value: report.testText)
                }
                .accessibilityElement(children: .combine)
            }
        }
    }
}
