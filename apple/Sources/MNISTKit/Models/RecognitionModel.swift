// SPDX-License-Identifier: Apache-2.0
import Observation

/// Recognising on the MNIST screen: a digit by lot, what a finger draws while it draws, and all test
/// digits in a table.
@available(iOS 17, macOS 14, *)
@MainActor @Observable public final class RecognitionModel {
    public private(set) var randomDigit: Digit?
    public private(set) var randomRecognition: Recognition?
    public private(set) var drawing = Drawing()
    public private(set) var drawingRecognition: Recognition?
    public private(set) var evaluation: Evaluation?
    public private(set) var isInferring = false
    public private(set) var isEvaluating = false
    public private(set) var problem: Problem?

    private let settings: SettingsStore
    private let engines: DigitEngines
    /// Of the weights when `evaluation` was made.
    private var evaluated: (model: ModelKind, changes: Int?)?
    private var isDrawing = false
    /// The newest drawing that nobody has looked at yet, and who looks.
    @ObservationIgnored private var unseen: Drawing?
    @ObservationIgnored private var reader: Task<Void, Never>?

    public init(settings: SettingsStore, engines: DigitEngines) {
        self.settings = settings
        self.engines = engines
    }

    private var model: ModelKind { settings.saved.training.model }

    /// A warning where the chosen model has learnt nothing yet.
    public var untrainedHint: String? {
        engines.isUntrained(model) ? "Not trained yet: every digit is as likely as the others." : nil
    }

    // MARK: A digit by lot

    public func inferRandom() async {
        guard !isInferring else { return }
        isInferring = true
        defer { isInferring = false }
        do {
            let engine = try await engines.engine(model)
            let digit = await engine.randomTestDigit()
            let recognition = try await engine.recognise(digit.pixels)
            (randomDigit, randomRecognition, problem) = (digit, recognition, nil)
        } catch {
            problem = Problem("The digit could not be recognised", error)
        }
    }

    /// "7, which is right", once there is a digit.
    public var randomText: String? {
        guard let digit = randomDigit, let recognition = randomRecognition else { return nil }
        return digit.label == recognition.digit
            ? "\(recognition.digit), which is right" : "\(recognition.digit), but it is a \(digit.label)"
    }

    // MARK: Drawing

    /// A finger at a place of the square, in fractions of it; outside it draws along the border.
    public func draw(x: Double, y: Double) {
        let point = DrawingPoint(x: min(max(x, 0), 1), y: min(max(y, 0), 1))
        if !isDrawing || drawing.strokes.isEmpty {
            isDrawing = true
            drawing.strokes.append([])
        }
        drawing.strokes[drawing.strokes.count - 1].append(point)
        look()
    }
    public func liftFinger() { isDrawing = false }

    public func clearDrawing() {
        drawing = Drawing()
        drawingRecognition = nil
        isDrawing = false
        unseen = nil
    }

    /// Recognises the newest drawing. While one is being recognised the next ones replace each
    /// other: no finger is faster than the screen, and no queue grows.
    private func look() {
        unseen = drawing
        guard reader == nil else { return }
        reader = Task {
            while let next = unseen {
                unseen = nil
                await read(next)
            }
            reader = nil
        }
    }

    private func read(_ drawing: Drawing) async {
        do {
            let recognition = try await engines.engine(model).recognise(drawing.pixels())
            if !self.drawing.isEmpty { drawingRecognition = recognition }
            problem = nil
        } catch {
            problem = Problem("The drawing could not be recognised", error)
        }
    }

    /// The drawing in words.
    public var drawingText: String {
        if drawing.isEmpty { return "empty" }
        guard let result = drawingRecognition else { return "not recognised yet" }
        return "looks like \(result.digit), \(result.confidenceText(result.digit))"
    }

    /// Returns when the newest drawing has been recognised.
    public func finished() async { await reader?.value }

    // MARK: All test digits

    public func evaluate() async {
        guard !isEvaluating else { return }
        isEvaluating = true
        defer { isEvaluating = false }
        let model = model
        do {
            let engine = try await engines.engine(model)
            let before = engines.changes[model]
            evaluation = try await engine.evaluate()
            evaluated = (model, before)
            problem = nil
        } catch {
            problem = Problem("The test digits could not be evaluated", error)
        }
    }

    /// Whether the table is of the chosen model as it is now.
    public var isEvaluationCurrent: Bool {
        guard let evaluated else { return false }
        return evaluated.model == model && evaluated.changes == engines.changes[model]
    }
    public var accuracyText: String? { evaluation.map { NumberText.percent($0.accuracy) } }
    public var testLossText: String? { evaluation.map { NumberText.fixed($0.loss, digits: 4) } }
}

extension Recognition {
    /// "7: 93.4 %"
    public func confidenceText(_ digit: Int) -> String { NumberText.percent(confidences[digit]) }
}

extension Evaluation {
    /// One row of the table in words: "7: 95 of 100 right, 3 taken for 9, 2 for 1".
    public func spoken(_ digit: Int) -> String {
        let row = confusion[digit]
        let total = row.reduce(0, +)
        let wrong = row.enumerated().filter { $0.offset != digit && $0.element > 0 }
            .sorted { $0.element > $1.element }
            .prefix(3).map { "\($0.element) taken for \($0.offset)" }
        return (["\(row[digit]) of \(total) right"] + wrong).joined(separator: ", ")
    }
}
