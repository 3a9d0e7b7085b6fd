// SPDX-License-Identifier: Apache-2.0
import Charts
import MNISTKit
import SwiftUI

/// Loss and accuracy as they come.
struct TrainingCharts: View {
    let training: TrainingModel

    var body: some View {
        Section("Loss") {
            Chart {
                ForEach(training.curve.points) { point in
                    LineMark(x: .value("Epochs", point.epoch), y: .value("Loss", point.loss))
                }
            }
            .chartXAxisLabel("Epochs")
            .frame(height: 180)
            .accessibilityLabel("Chart of the training loss")
            .accessibilityValue(training.curveSummary)
        }
        Section("Accuracy") {
            Chart {
                ForEach(training.curve.points) { point in
                    LineMark(
                        x: .value("Epochs", point.epoch), y: .value("Accuracy", point.accuracy))
                }
            }
            .chartXAxisLabel("Epochs")
            .chartYScale(domain: 0.0...1.0)
            .frame(height: 180)
            .accessibilityLabel("Chart of the training accuracy")
            .accessibilityValue(training.curveSummary)
        }
    }
}
