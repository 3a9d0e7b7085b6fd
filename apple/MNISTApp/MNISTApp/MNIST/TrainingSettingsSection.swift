// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// What people choose before they train; fixed while a training runs.
struct TrainingSettingsSection: View {
    @Bindable var training: TrainingModel

    var body: some View {
        Section("Settings") {
            Picker("Model", selection: $training.form.model) {
                ForEach(ModelKind.allCases, id: \.self) { kind in
                    Text(verbatim: TrainingModel.name(kind)).tag(kind)
                }
            }
            .pickerStyle(.segmented)
            HStack {
                EntryField(
                    title: "Epochs", text: $training.form.epochs,
                    hint: training.form.hint(.epochs), keyboard: .numberPad)
                Stepper(value: $training.form.epochCount, in: TrainingSettings.epochRange) {
                    Text("Epochs")
                }
                .labelsHidden()
            }
            EntryField(
                title: "Learning rate", text: $training.form.learningRate,
                hint: training.form.hint(.learningRate))
            LearningRateButtons(form: $training.form)
            EntryField(
                title: "Decay per epoch", text: $training.form.decay,
                hint: training.form.hint(.decay))
            EntryField(
                title: "Batch", text: $training.form.batchSize,
                hint: training.form.hint(.batchSize), keyboard: .numberPad)
            Toggle("Stop early", isOn: $training.form.stopsEarly)
            if training.form.stopsEarly {
                EntryField(
                    title: "Target loss", text: $training.form.targetLoss,
                    hint: training.form.hint(.targetLoss))
            }
        }
        .disabled(training.isBusy)
    }
}

/// ×0.1 ÷2 ×2 ×10
struct LearningRateButtons: View {
    @Binding var form: TrainingForm
    @Environment(\.dynamicTypeSize) private var typeSize

    var body: some View {
        if typeSize.isAccessibilitySize {
            VStack(alignment: .leading) { buttons }
        } else {
            HStack { buttons }
        }
    }

    private var buttons: some View {
        ForEach(TrainingForm.learningRateFactors, id: \.title) { choice in
            Button(choice.title) { form.scaleLearningRate(by: choice.factor) }
                .buttonStyle(.bordered)
                .accessibilityLabel(choice.spoken)
        }
    }
}
