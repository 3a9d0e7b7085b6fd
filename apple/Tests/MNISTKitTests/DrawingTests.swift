// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import MNISTKit

@Suite struct DrawingTests {
    private func line(_ points: (Double, Double)...) -> [DrawingPoint] {
        points.map { DrawingPoint(x: $0.0, y: $0.1) }
    }

    /// Rows and columns with ink.
    private func extent(_ pixels: [Float]) -> (rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
        let inked = pixels.indices.filter { pixels[$0] > 0.5 }
        let rows = inked.map { $0 / 28 }
        let columns = inked.map { $0 % 28 }
        return (rows.min()!...rows.max()!, columns.min()!...columns.max()!)
    }

    private func centreOfMass(_ pixels: [Float]) -> (x: Double, y: Double) {
        let mass = Double(pixels.reduce(0, +))
        let x = pixels.indices.reduce(0.0) { $0 + (Double($1 % 28) + 0.5) * Double(pixels[$1]) }
        let y = pixels.indices.reduce(0.0) { $0 + (Double($1 / 28) + 0.5) * Double(pixels[$1]) }
        return (x / mass, y / mass)
    }

    @Test func nothingDrawnIsPaper() {
        #expect(Drawing().pixels() == [Float](repeating: 0, count: 784))
        #expect(Drawing(strokes: [[]]).pixels() == [Float](repeating: 0, count: 784))
        #expect(Drawing(strokes: [[]]).isEmpty)
        #expect(!Drawing(strokes: [line((1, 1))]).isEmpty)
    }

    @Test func theInkFillsTwentyPixelsWhateverTheSizeAndPlace() {
        let seven = line((0, 0), (4, 0), (1, 8))
        let small = Drawing(strokes: [seven]).pixels()
        let large = Drawing(strokes: [
            seven.map { DrawingPoint(x: 900 + 50 * $0.x, y: 50 * $0.y - 300) }
        ]).pixels()
        #expect(zip(small, large).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect((19...20).contains(extent(small).rows.count))
        #expect((9...12).contains(extent(small).columns.count))
        #expect(small.allSatisfy { (0...1).contains($0) } && small.max() == 1)
    }

    @Test func theCentreOfMassIsInTheMiddle() {
        // An L has its mass at the lower left of its box.
        let mass = centreOfMass(Drawing(strokes: [line((0, 0), (0, 8), (5, 8))]).pixels())
        #expect(abs(mass.x - 14) < 0.3 && abs(mass.y - 14) < 0.3)
    }

    @Test func noInkLeavesThePaper() {
        // Nearly all ink at one end: the middle of mass would push the other end out.
        let knot = (0..<40).map { _ in line((0, 0), (1, 0), (1, 1), (0, 1)) }.joined()
        let pixels = Drawing(strokes: [Array(knot), line((0, 0), (20, 0))]).pixels()
        #expect(extent(pixels).columns.count >= 19)
        #expect(stride(from: 27, to: 784, by: 28).allSatisfy { pixels[$0] < 0.6 })
    }

    @Test func aDotIsADot() {
        let pixels = Drawing(strokes: [line((3, 5))]).pixels()
        #expect(extent(pixels).rows == 13...14 && extent(pixels).columns == 13...14)
    }

    @Test func severalStrokesAreOneDrawing() {
        let cross = Drawing(strokes: [line((0, 5), (10, 5)), line((5, 0), (5, 10))]).pixels()
        #expect(cross[14 * 28 + 6] > 0.5 && cross[6 * 28 + 14] > 0.5 && cross[6 * 28 + 6] == 0)
    }

    @Test func digitsHaveAsMuchInkAsThoseOfTheSet() {
        let ink = DrawnDigits.all.map { Double($0.pixels().reduce(0, +)) }
        let mean = ink.reduce(0, +) / 10
        #expect(abs(mean - 103) < 8)
    }
}
