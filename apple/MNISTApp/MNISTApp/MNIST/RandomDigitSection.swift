// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// A test digit by lot: picture, prediction, truth, confidences.
struct RandomDigitSection: View {
    let recognition: RecognitionModel

    var body: some View {
        Section("A digit by lot") {
            Button("Infer Random") { Task { await recognition.inferRandom() } }
                .disabled(recognition.isInferring)
            if let digit = recognition.randomDigit, let result = recognition.randomRecognition {
                DigitImage(pixels: digit.pixels)
                    .frame(maxWidth: 200)
                LabeledContent("Prediction", value: "\(result.digit)")
                LabeledContent("Truth", value: "\(digit.label)")
                Label(
                    digit.label == result.digit ? "Right" : "Wrong",
                    systemImage: digit.label == result.digit ? "checkmark.circle" : "xmark.circle"
                )
                .foregroundStyle(digit.label == result.digit ? Color.green : Color.red)
                ConfidenceBars(recognition: result)
            }
        }
    }
}
