// SPDX-License-Identifier: Apache-2.0

/// What the MNIST screen says about a training.
@available(iOS 17, macOS 14, *)
extension TrainingModel {
    public var statusText: String {
        switch phase {
        case .idle: outcome ?? (checkpoint == nil ? "Not trained yet" : "Ready")
        case .preparing: "Loading the kernels and the digits…"
        case .training: progress.map { "Epoch \($0.epoch) of \($0.epochs)" } ?? "Beginning…"
        case .waiting: "Waiting to go on"
        case .stopping: "Stopping…"
        }
    }

    /// 0…1 over all epochs; nil before the first step.
    public var fraction: Double? {
        guard let progress else { return nil }
        let done = Double(progress.samplesDone) / Double(max(progress.samplesTotal, 1))
        return (Double(progress.epoch - 1) + done) / Double(max(progress.epochs, 1))
    }

    public var lossText: String { progress.map { NumberText.fixed($0.loss, digits: 4) } ?? "" }
    public var accuracyText: String { progress.map { NumberText.percent($0.accuracy) } ?? "" }
    public var speedText: String {
        progress.map { "\(NumberText.fixed($0.samplesPerSecond, digits: 0)) samples/s" } ?? ""
    }

    /// Where the last checkpoint of the chosen model is.
    public var checkpointText: String? {
        guard let checkpoint else { return nil }
        let place = checkpoint.place
        let done = "Last checkpoint: \(checkpoint.epochsDone) of \(checkpoint.settings.epochs) epochs"
        if place.samplesDone == 0 { return done }
        let share = Double(place.samplesDone) / Double(max(place.samplesTotal, 1))
        return "\(done), \(NumberText.percent(share)) of the next"
    }

    /// The curves in words, for those who do not see them.
    public var curveSummary: String {
        guard let first = curve.points.first, let last = curve.points.last else { return "" }
        return """
            Loss from \(NumberText.fixed(first.loss, digits: 3)) to \
            \(NumberText.fixed(last.loss, digits: 3)), accuracy from \
            \(NumberText.percent(first.accuracy)) to \(NumberText.percent(last.accuracy))
            """
    }

    public static func name(_ kind: ModelKind) -> String {
        switch kind {
        case .softmax: "Softmax"
        case .mlp: "MLP"
        }
    }
}

extension EpochReport {
    public var trainText: String {
        "\(NumberText.fixed(trainLoss, digits: 4)), \(NumberText.percent(trainAccuracy))"
    }
    public var testText: String {
        "\(NumberText.fixed(testLoss, digits: 4)), \(NumberText.percent(testAccuracy))"
    }
    public var secondsText: String { NumberText.seconds(seconds) }
}
