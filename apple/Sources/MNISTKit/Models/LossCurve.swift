// SPDX-License-Identifier: Apache-2.0
/// The course of a training, as many points as a chart can show: when there are more, neighbours
/// are joined by their mean, so that the whole course stays in view.
public struct LossCurve: Sendable, Equatable {
    public struct Point: Sendable, Equatable, Identifiable {
        /// Epochs done, with their fraction.
        public var epoch: Double
        public var loss: Double
        public var accuracy: Double
        public var id: Double { epoch }
    }

    public private(set) var points: [Point] = []
    private let limit: Int
    /// How many values one point is the mean of, and those that wait to become one.
    private var stride = 1
    private var waiting: [Point] = []

    public init(limit: Int = 200) { self.limit = limit }

    public mutating func append(epoch: Double, loss: Double, accuracy: Double) {
        waiting.append(Point(epoch: epoch, loss: loss, accuracy: accuracy))
        guard waiting.count == stride else { return }
        points.append(Self.mean(waiting))
        waiting = []
        if points.count == limit { halve() }
    }

    private mutating func halve() {
        points = Swift.stride(from: 0, to: points.count, by: 2).map {
            Self.mean(Array(points[$0..<min($0 + 2, points.count)]))
        }
        stride *= 2
    }

    /// Stands where the last of them stood.
    private static func mean(_ points: [Point]) -> Point {
        let count = Double(points.count)
        return Point(
            epoch: points[points.count - 1].epoch, loss: points.map(\.loss).reduce(0, +) / count,
            accuracy: points.map(\.accuracy).reduce(0, +) / count)
    }
}
