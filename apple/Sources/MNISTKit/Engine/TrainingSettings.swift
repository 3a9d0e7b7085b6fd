// SPDX-License-Identifier: Apache-2.0
// What a person chooses before training, and what is wrong with a choice.

/// Which classifier: both recognise 28 by 28 pixels as one of ten digits.
public enum ModelKind: String, CaseIterable, Codable, Sendable {
    /// Softmax regression: 7,850 parameters.
    case softmax
    /// A perceptron with 128 hidden units: 101,770 parameters.
    case mlp
}

/// How to train. The command line's `mnist train` has the same settings with the same meaning.
public struct TrainingSettings: Codable, Equatable, Sendable {
    public var model: ModelKind
    /// How often every training digit is seen, those before a checkpoint included.
    public var epochs: Int
    /// How far a step goes, in the first epoch.
    public var learningRate: Double
    /// Of the learning rate from epoch to epoch.
    public var decay: Double
    /// Digits a step.
    public var batchSize: Int
    /// Training ends after the first epoch whose mean training loss is below; `nil`: never.
    public var targetLoss: Double?
    /// Decides the first weights and the order of the digits: same seed, same curve.
    public var seed: UInt32

    public init(
        model: ModelKind = .mlp, epochs: Int = 4, learningRate: Double = 0.5, decay: Double = 0.7,
        batchSize: Int = TrainingSettings.greatestBatch, targetLoss: Double? = nil, seed: UInt32 = 1
    ) {
        self.model = model
        self.epochs = epochs
        self.learningRate = learningRate
        self.decay = decay
        self.batchSize = batchSize
        self.targetLoss = targetLoss
        self.seed = seed
    }

    /// The batch that the kernels are compiled for; smaller ones leave places empty.
    public static let greatestBatch = 32
    public static let epochRange = 1...100
    public static let greatestLearningRate = 10.0

    /// Of epoch 1, 2, …
    public func learningRate(inEpoch epoch: Int) -> Double {
        var rate = learningRate
        // A product, not `pow`, whose last bit differs between systems.
        for _ in 1..<max(epoch, 1) { rate *= decay }
        return rate
    }
}

/// Something that must be mended before training can begin.
public struct SettingsProblem: Equatable, Hashable, Sendable {
    public enum Field: String, Sendable {
        case model, epochs, learningRate, decay, batchSize, targetLoss
    }
    public let field: Field
    /// What to enter instead, in a sentence for the screen.
    public let hint: String

    public init(field: Field, hint: String) {
        self.field = field
        self.hint = hint
    }
}

extension TrainingSettings {
    /// Empty where training can begin; `resuming` is the checkpoint that it would go on from.
    public func problems(resuming checkpoint: Checkpoint? = nil) -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        func check(_ good: Bool, _ field: SettingsProblem.Field, _ hint: String) {
            if !good { problems.append(SettingsProblem(field: field, hint: hint)) }
        }
        check(Self.epochRange.contains(epochs), .epochs, "Choose 1 to 100 epochs.")
        check(
            learningRate > 0 && learningRate <= Self.greatestLearningRate, .learningRate,
            "Choose a learning rate above 0 and up to 10; 0.5 is a good start.")
        check(
            decay > 0 && decay <= 1, .decay,
            "Choose a decay above 0 and up to 1; 1 keeps the learning rate.")
        check(
            (1...Self.greatestBatch).contains(batchSize), .batchSize,
            "Choose a batch of 1 to \(Self.greatestBatch) digits.")
        if let targetLoss {
            check(
                targetLoss > 0 && targetLoss.isFinite, .targetLoss,
                "Choose a target loss above 0, such as 0.1.")
        }
        if let checkpoint {
            check(
                checkpoint.settings.model == model, .model,
                "The checkpoint is one of \(checkpoint.settings.model.rawValue); choose that model, or start afresh."
            )
            check(
                checkpoint.epochsDone < epochs, .epochs,
                "The checkpoint has \(checkpoint.epochsDone) epochs behind it; choose more to go on."
            )
        }
        return problems
    }
}
