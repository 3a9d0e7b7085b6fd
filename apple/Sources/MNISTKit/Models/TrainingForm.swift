// SPDX-License-Identifier: Apache-2.0

/// The training settings as people enter them, and what is wrong with an entry.
public struct TrainingForm: Codable, Equatable, Sendable {
    public var model: ModelKind
    public var epochs: String
    public var learningRate: String
    public var decay: String
    public var batchSize: String
    public var stopsEarly: Bool
    public var targetLoss: String

    public init(_ settings: TrainingSettings = TrainingSettings()) {
        model = settings.model
        epochs = "\(settings.epochs)"
        learningRate = NumberText.short(settings.learningRate, digits: 6)
        decay = NumberText.short(settings.decay, digits: 6)
        batchSize = "\(settings.batchSize)"
        stopsEarly = settings.targetLoss != nil
        targetLoss = NumberText.short(settings.targetLoss ?? 0.1, digits: 6)
    }

    /// nil where an entry is no number or out of its range; ``hint(_:)`` says which.
    public var settings: TrainingSettings? {
        problems(resuming: nil).isEmpty ? read(orElse: 0) : nil
    }

    /// What to enter instead; nil where the entry is good.
    public func hint(_ field: SettingsProblem.Field) -> String? {
        problems(resuming: nil).first { $0.field == field }?.hint
    }

    /// Also of going on from a checkpoint.
    public func problems(resuming checkpoint: Checkpoint?) -> [SettingsProblem] {
        // What is no number is read as one that is out of every range, so that its hint is given.
        read(orElse: -1).problems(resuming: checkpoint)
    }

    private func read(orElse wrong: Int) -> TrainingSettings {
        let real = { (text: String) in NumberText.real(text) ?? Double(wrong) }
        return TrainingSettings(
            model: model, epochs: NumberText.whole(epochs) ?? wrong,
            learningRate: real(learningRate), decay: real(decay),
            batchSize: NumberText.whole(batchSize) ?? wrong,
            targetLoss: stopsEarly ? real(targetLoss) : nil)
    }

    /// Factors that the screen offers for the learning rate.
    public static let learningRateFactors: [(title: String, factor: Double, spoken: String)] = [
        ("×0.1", 0.1, "A tenth of the learning rate"), ("÷2", 0.5, "Half the learning rate"),
        ("×2", 2, "Twice the learning rate"), ("×10", 10, "Ten times the learning rate"),
    ]

    /// Does nothing where the entry is no number.
    public mutating func scaleLearningRate(by factor: Double) {
        guard let rate = NumberText.real(learningRate) else { return }
        learningRate = NumberText.short(rate * factor, digits: 6)
    }

    /// The number of epochs for a stepper; the nearest allowed where the entry is none.
    public var epochCount: Int {
        get {
            let range = TrainingSettings.epochRange
            return min(max(NumberText.whole(epochs) ?? range.lowerBound, range.lowerBound), range.upperBound)
        }
        set { epochs = "\(newValue)" }
    }
}
