// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import MNISTKit

/// The ten digits as a finger draws them, in a square of 1 by 1.
enum DrawnDigits {
    static let all = [
        Drawing(strokes: [arc((0.5, 0.5), (0.28, 0.45), -90...270)]),
        Drawing(strokes: [line((0.6, 0.05), (0.45, 0.95))]),
        Drawing(strokes: [
            arc((0.5, 0.28), (0.25, 0.23), -170...40) + line((0.25, 0.92), (0.8, 0.92))
        ]),
        Drawing(strokes: [
            arc((0.45, 0.27), (0.25, 0.22), -150...90) + arc((0.45, 0.72), (0.28, 0.24), -90...150)
        ]),
        Drawing(strokes: [
            line((0.35, 0.05), (0.2, 0.55), (0.8, 0.55)), line((0.68, 0.1), (0.62, 0.95)),
        ]),
        Drawing(strokes: [
            line((0.75, 0.08), (0.35, 0.08), (0.3, 0.45))
                + arc((0.48, 0.66), (0.26, 0.26), -120...150)
        ]),
        Drawing(strokes: [
            line((0.65, 0.05), (0.4, 0.35)) + arc((0.5, 0.7), (0.24, 0.24), -200...180)
        ]),
        Drawing(strokes: [line((0.2, 0.1), (0.78, 0.1), (0.42, 0.95))]),
        Drawing(strokes: [
            arc((0.5, 0.27), (0.2, 0.2), 90...450) + arc((0.5, 0.71), (0.25, 0.24), -90...270)
        ]),
        Drawing(strokes: [
            arc((0.5, 0.3), (0.22, 0.22), 0...360) + line((0.72, 0.3), (0.62, 0.95))
        ]),
    ]

    private static func line(_ points: (Double, Double)...) -> [DrawingPoint] {
        points.map { DrawingPoint(x: $0.0, y: $0.1) }
    }

    private static func arc(
        _ centre: (Double, Double), _ radius: (Double, Double), _ degrees: ClosedRange<Double>
    ) -> [DrawingPoint] {
        (0...24).map { step in
            let share = Double(step) / 24
            let angle =
                (degrees.lowerBound + (degrees.upperBound - degrees.lowerBound) * share) * .pi / 180
            return DrawingPoint(
                x: centre.0 + radius.0 * cos(angle), y: centre.1 + radius.1 * sin(angle))
        }
    }
}
