// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import MNISTKit

@Suite struct TrainingSettingsTests {
    @Test func theUsualOnesHaveNoProblems() {
        #expect(TrainingSettings().problems().isEmpty)
    }

    @Test func everyFieldIsCheckedAndHasAHint() {
        let bad = TrainingSettings(
            epochs: 0, learningRate: .nan, decay: 1.5, batchSize: 33, targetLoss: 0)
        #expect(
            bad.problems().map(\.field) == [
                .epochs, .learningRate, .decay, .batchSize, .targetLoss,
            ])
        #expect(bad.problems().allSatisfy { $0.hint.hasPrefix("Choose") })
        #expect(TrainingSettings(epochs: 101).problems().map(\.field) == [.epochs])
        #expect(TrainingSettings(learningRate: 10.1).problems().map(\.field) == [.learningRate])
        #expect(TrainingSettings(learningRate: -1).problems().map(\.field) == [.learningRate])
        #expect(TrainingSettings(targetLoss: .infinity).problems().map(\.field) == [.targetLoss])
    }

    @Test func aCheckpointMustLeaveSomethingToDo() {
        let saved = Checkpoint(
            settings: TrainingSettings(), place: TrainingPlace(epoch: 5, samplesTotal: 100),
            parameters: [])
        #expect(TrainingSettings(epochs: 5).problems(resuming: saved).isEmpty)
        #expect(TrainingSettings(epochs: 4).problems(resuming: saved).map(\.field) == [.epochs])
        #expect(
            TrainingSettings(model: .softmax, epochs: 5).problems(resuming: saved).map(\.field) == [
                .model
            ])
    }

    @Test func theGreatestBatchIsThatOfTheKernels() {
        #expect(TrainingSettings.greatestBatch == MNISTMLP.Shape.predicted[0])
        #expect(TrainingSettings.greatestBatch == MNISTSoftmax.Shape.predicted[0])
    }

    @Test func theRateFallsFromEpochToEpoch() {
        let settings = TrainingSettings(learningRate: 0.5, decay: 0.7)
        #expect(settings.learningRate(inEpoch: 1) == 0.5)
        #expect(settings.learningRate(inEpoch: 3) == 0.5 * 0.7 * 0.7)
    }
}
