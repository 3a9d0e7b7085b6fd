// SPDX-License-Identifier: Apache-2.0
// A drawing as the classifiers know digits. MNIST's were scaled to fit a box of 20 by 20 pixels
// with their proportions kept, and placed in 28 by 28 with their centre of mass in the middle;
// whoever skips either step is misread.

/// A point of a drawing: any unit, x to the right, y down.
public struct DrawingPoint: Equatable, Sendable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// What a finger drew: strokes, each the points that it passed. The size and place of the drawing
/// do not matter, nor does the pen on screen: strokes are drawn again as wide as those of MNIST.
public struct Drawing: Equatable, Sendable {
    public var strokes: [[DrawingPoint]]

    public init(strokes: [[DrawingPoint]] = []) {
        self.strokes = strokes
    }

    public var isEmpty: Bool { strokes.allSatisfy(\.isEmpty) }

    /// 784 values from 0 (paper) to 1 (ink) for ``Trainer/recognise(_:)``; all 0 for an empty
    /// drawing.
    public func pixels() -> [Float] {
        guard let box = Box(strokes) else { return [Float](repeating: 0, count: Digit.pixelCount) }
        let scale =
            (Self.inkBox - 2 * Self.penRadius) / max(box.width, box.height, .leastNonzeroMagnitude)
        // A dot has no size to scale by.
        let factor = scale.isFinite ? scale : 0
        let middle = Double(Digit.side) / 2
        func placed(_ shift: DrawingPoint) -> [[DrawingPoint]] {
            strokes.map { stroke in
                stroke.map { point in
                    DrawingPoint(
                        x: (point.x - box.middle.x) * factor + middle + shift.x,
                        y: (point.y - box.middle.y) * factor + middle + shift.y)
                }
            }
        }
        let centred = Self.inked(placed(DrawingPoint(x: 0, y: 0)))
        let mass = Self.centreOfMass(centred)
        // No further than the paper goes.
        func shift(_ offset: Double, _ size: Double) -> Double {
            let room = max(0, middle - Self.penRadius - size * factor / 2)
            return min(max(middle - offset, -room), room)
        }
        return Self.inked(
            placed(DrawingPoint(x: shift(mass.x, box.width), y: shift(mass.y, box.height))))
    }

    /// Of the ink, in pixels.
    private static let inkBox = 20.0
    /// Half of the width of strokes, in pixels: digits drawn so have as much ink as MNIST's, 103 of
    /// 784 pixels in the mean.
    private static let penRadius = 1.3

    private struct Box {
        let middle: DrawingPoint
        let width: Double
        let height: Double

        /// `nil` where there is no point.
        init?(_ strokes: [[DrawingPoint]]) {
            let points = strokes.joined()
            guard let first = points.first else { return nil }
            var least = first
            var most = first
            for point in points {
                least = DrawingPoint(x: min(least.x, point.x), y: min(least.y, point.y))
                most = DrawingPoint(x: max(most.x, point.x), y: max(most.y, point.y))
            }
            middle = DrawingPoint(x: (least.x + most.x) / 2, y: (least.y + most.y) / 2)
            width = most.x - least.x
            height = most.y - least.y
        }
    }

    /// Strokes of a round pen on 28 by 28 pixels: full ink within the radius, fading over one
    /// pixel.
    private static func inked(_ strokes: [[DrawingPoint]]) -> [Float] {
        var pixels = [Float](repeating: 0, count: Digit.pixelCount)
        for stroke in strokes {
            for (index, end) in stroke.enumerated() {
                ink(&pixels, from: stroke[max(index - 1, 0)], to: end)
            }
        }
        return pixels
    }

    private static func ink(_ pixels: inout [Float], from start: DrawingPoint, to end: DrawingPoint)
    {
        let reach = penRadius + 1
        func range(_ a: Double, _ b: Double) -> Range<Int> {
            let first = min(max(Int((min(a, b) - reach).rounded(.down)), 0), Digit.side)
            return first..<max(first, min(Int((max(a, b) + reach).rounded(.up)), Digit.side))
        }
        for row in range(start.y, end.y) {
            for column in range(start.x, end.x) {
                let centre = DrawingPoint(x: Double(column) + 0.5, y: Double(row) + 0.5)
                let value = Float(min(max(penRadius + 0.5 - distance(centre, start, end), 0), 1))
                pixels[row * Digit.side + column] = max(pixels[row * Digit.side + column], value)
            }
        }
    }

    /// From a point to a line between two others.
    private static func distance(_ point: DrawingPoint, _ start: DrawingPoint, _ end: DrawingPoint)
        -> Double
    {
        let along = DrawingPoint(x: end.x - start.x, y: end.y - start.y)
        let length = along.x * along.x + along.y * along.y
        let projected = (point.x - start.x) * along.x + (point.y - start.y) * along.y
        let share = length > 0 ? min(max(projected / length, 0), 1) : 0
        let dx = start.x + share * along.x - point.x
        let dy = start.y + share * along.y - point.y
        return (dx * dx + dy * dy).squareRoot()
    }

    private static func centreOfMass(_ pixels: [Float]) -> DrawingPoint {
        var sum = DrawingPoint(x: 0, y: 0)
        var mass = 0.0
        for (index, value) in pixels.enumerated() {
            sum.x += (Double(index % Digit.side) + 0.5) * Double(value)
            sum.y += (Double(index / Digit.side) + 0.5) * Double(value)
            mass += Double(value)
        }
        return DrawingPoint(x: sum.x / mass, y: sum.y / mass)
    }
}
