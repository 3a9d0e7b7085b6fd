// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// How sure the model is of each digit.
struct ConfidenceBars: View {
    let recognition: Recognition

    var body: some View {
        Grid(horizontalSpacing: 8, verticalSpacing: 2) {
            ForEach(0..<10) { digit in
                GridRow {
                    // Speaks for the whole row.
                    Text(verbatim: "\(digit)")
                        .font(digit == recognition.digit ? .headline : .body)
                        .accessibilityLabel("\(digit)")
                        .accessibilityValue(recognition.confidenceText(digit))
                    ProgressView(value: recognition.confidences[digit])
                        .tint(digit == recognition.digit ? Color.accentColor : Color.secondary)
                        .accessibilityHidden(true)
                    Text(verbatim: recognition.confidenceText(digit))
                        .font(.footnote)
                        .accessibilityHidden(true)
                }
                .monospacedDigit()
            }
        }
    }
}

struct ConfidenceBars_Previews: PreviewProvider {
    static var previews: some View {
        ConfidenceBars(
            recognition: Recognition(
                digit: 7, confidences: [0, 0, 0.05, 0.05, 0, 0, 0, 0.8, 0, 0.1]))
    }
}
