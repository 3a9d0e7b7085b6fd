// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// How many of the test digits are recognised, and what they are taken for.
struct AccuracySection: View {
    let recognition: RecognitionModel

    var body: some View {
        Section("All test digits") {
            Button("Try all test digits") { Task { await recognition.evaluate() } }
                .disabled(recognition.isEvaluating)
            if recognition.isEvaluating {
                ProgressView("Evaluating…")
            }
            if let evaluation = recognition.evaluation {
                LabeledContent("Test accuracy", value: recognition.accuracyText ?? "")
                LabeledContent("Test loss", value: recognition.testLossText ?? "")
                if !recognition.isEvaluationCurrent {
                    Text("Of the model as it was before; try again.")
                        .font(.footnote)
                        .foregroundStyle(.secondary)
                }
                DisclosureGroup("What digits are taken for") {
                    ConfusionTable(evaluation: evaluation)
                }
            }
        }
    }
}

/// Rows are what a digit is, columns what it was taken for.
struct ConfusionTable: View {
    let evaluation: Evaluation

    var body: some View {
        ScrollView(.horizontal) {
            Grid(alignment: .trailing, horizontalSpacing: 10, verticalSpacing: 4) {
                GridRow {
                    Text(verbatim: "")
                    ForEach(0..<10) { digit in
                        Text(verbatim: "\(digit)").font(.headline)
                    }
                }
                .accessibilityHidden(true)
                ForEach(0..<10) { digit in
                    ConfusionRow(digit: digit, evaluation: evaluation)
                }
            }
            .monospacedDigit()
        }
    }
}

struct ConfusionRow: View {
    let digit: Int
    let evaluation: Evaluation

    var body: some View {
        GridRow {
            // Speaks for the whole row: a modifier of a GridRow would go to each of its cells.
            Text(verbatim: "\(digit)")
                .font(.headline)
                .accessibilityLabel("Digit \(digit)")
                .accessibilityValue(evaluation.spoken(digit))
            ForEach(0..<10) { other in
                Text(verbatim: "\(evaluation.confusion[digit][other])")
                    .foregroundStyle(other == digit ? Color.primary : Color.secondary)
                    .accessibilityHidden(true)
            }
        }
    }
}
