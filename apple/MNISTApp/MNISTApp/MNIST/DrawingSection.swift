// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// A square to draw a digit on, recognised while the finger moves.
struct DrawingSection: View {
    let recognition: RecognitionModel

    var body: some View {
        Section {
            DrawingPad(recognition: recognition)
                .frame(maxWidth: 320)
            Button("Clear", role: .destructive) { recognition.clearDrawing() }
                .disabled(recognition.drawing.isEmpty)
            if let result = recognition.drawingRecognition {
                LabeledContent("This is a", value: "\(result.digit)")
                    .font(.title)
                ConfidenceBars(recognition: result)
            }
        } header: {
            Text("Draw a digit")
        } footer: {
            if let hint = recognition.untrainedHint { Text(verbatim: hint) }
        }
    }
}

struct DrawingPad: View {
    let recognition: RecognitionModel

    var body: some View {
        // Read here, where SwiftUI notices that it changes; it may not within the canvas.
        let strokes = recognition.drawing.strokes
        GeometryReader { proxy in
            let side = min(proxy.size.width, proxy.size.height)
            Canvas { context, size in
                context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(Color(white: 1)))
                for stroke in strokes {
                    context.stroke(
                        Self.path(stroke, side: side), with: .color(Color(white: 0)),
                        style: StrokeStyle(lineWidth: side / 14, lineCap: .round, lineJoin: .round))
                }
            }
            .frame(width: side, height: side)
            .gesture(
                DragGesture(minimumDistance: 0)
                    .onChanged { value in
                        recognition.draw(x: value.location.x / side, y: value.location.y / side)
                    }
                    .onEnded { _ in recognition.liftFinger() }
            )
            .accessibilityLabel("Square to draw a digit on")
            .accessibilityValue(recognition.drawingText)
            .accessibilityAddTraits(.allowsDirectInteraction)
        }
        .aspectRatio(1, contentMode: .fit)
    }

    /// A dot is a line to itself.
    private static func path(_ stroke: [DrawingPoint], side: CGFloat) -> Path {
        var path = Path()
        let points = stroke.map { CGPoint(x: $0.x * side, y: $0.y * side) }
        guard let first = points.first else { return path }
        path.move(to: first)
        path.addLines([first] + points)
        return path
    }
}
