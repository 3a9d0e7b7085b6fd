// SPDX-License-Identifier: Apache-2.0
// What training tells while it runs, and what comes of evaluating and recognising.

/// The last chunk of training: up to fifty steps.
public struct TrainingProgress: Equatable, Sendable {
    /// From 1.
    public let epoch: Int
    public let epochs: Int
    /// Of this epoch.
    public let samplesDone: Int
    public let samplesTotal: Int
    /// Mean over the chunk.
    public let loss: Double
    /// Share of the chunk's digits that were recognised, 0…1.
    public let accuracy: Double
    /// Since this epoch began, rests not counted.
    public let samplesPerSecond: Double

    public init(
        epoch: Int, epochs: Int, samplesDone: Int, samplesTotal: Int, loss: Double,
        accuracy: Double,
        samplesPerSecond: Double
    ) {
        self.epoch = epoch
        self.epochs = epochs
        self.samplesDone = samplesDone
        self.samplesTotal = samplesTotal
        self.loss = loss
        self.accuracy = accuracy
        self.samplesPerSecond = samplesPerSecond
    }
}

/// Means over an epoch. The training figures are of the weights as they changed during it.
public struct EpochReport: Equatable, Sendable {
    /// From 1.
    public let epoch: Int
    public let trainLoss: Double
    public let trainAccuracy: Double
    public let testLoss: Double
    public let testAccuracy: Double
    /// Of training alone.
    public let seconds: Double
    public let samplesPerSecond: Double

    public init(
        epoch: Int, trainLoss: Double, trainAccuracy: Double, testLoss: Double,
        testAccuracy: Double,
        seconds: Double, samplesPerSecond: Double
    ) {
        self.epoch = epoch
        self.trainLoss = trainLoss
        self.trainAccuracy = trainAccuracy
        self.testLoss = testLoss
        self.testAccuracy = testAccuracy
        self.seconds = seconds
        self.samplesPerSecond = samplesPerSecond
    }
}

/// Why training ended.
public enum TrainingEnd: String, Equatable, Sendable {
    /// All epochs are done.
    case epochs
    /// The training loss of an epoch fell below the target.
    case targetLoss
    /// Another training, ``Trainer/restore(_:)`` or ``Trainer/stop()`` took its place. (Whoever
    /// cancels the task that reads the events sees no more of them.)
    case cancelled
    /// The device is paused. ``Trainer/checkpoint()`` has the place to go on from after `resume()`.
    case paused
}

public enum TrainingEvent: Equatable, Sendable {
    case step(TrainingProgress)
    case epoch(EpochReport)
    /// The last event.
    case finished(TrainingEnd)
}

/// How the model does on all test digits.
public struct Evaluation: Equatable, Sendable {
    public let loss: Double
    /// 0…1
    public let accuracy: Double
    /// `confusion[what it is][what it was taken for]`, ten by ten counts.
    public let confusion: [[Int]]

    public init(loss: Double, accuracy: Double, confusion: [[Int]]) {
        self.loss = loss
        self.accuracy = accuracy
        self.confusion = confusion
    }
}

/// What the model takes an image for.
public struct Recognition: Equatable, Sendable {
    public let digit: Int
    /// Of each of the ten digits; they add up to 1.
    public let confidences: [Double]

    public init(digit: Int, confidences: [Double]) {
        self.digit = digit
        self.confidences = confidences
    }
}
