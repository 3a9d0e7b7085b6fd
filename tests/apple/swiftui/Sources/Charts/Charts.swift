// SPDX-License-Identifier: Apache-2.0
// A stand-in for Swift Charts: a chart evaluates to its axes' names and the range and number of its
// marks, so that a test sees what is drawn without a picture.
import SwiftUI

public protocol Plottable {
    var plotted: String { get }  // not in Charts
}
extension Int: Plottable { public var plotted: String { "\(self)" } }
extension String: Plottable { public var plotted: String { self } }
extension Double: Plottable { public var plotted: String { String(format: "%.4g", self) } }

public struct PlottableValue<Value: Plottable> {
    let label: String
    let value: Value
    public static func value(_ labelKey: LocalizedStringKey, _ value: Value) -> PlottableValue {
        PlottableValue(label: labelKey.text, value: value)
    }
}

/// What a mark is, where it stands, and to which series it belongs.
public struct Mark {
    var kind: String
    var x: String
    var y: String
    var series = ""
}

@MainActor @preconcurrency public protocol ChartContent {
    var marks: [Mark] { get }  // not in Charts
}

public struct LineMark: ChartContent {
    public private(set) var marks: [Mark]
    public init<X: Plottable, Y: Plottable>(x: PlottableValue<X>, y: PlottableValue<Y>) {
        marks = [Mark(kind: "line", x: x.value.plotted, y: y.value.plotted)]
    }
    public init<X: Plottable, Y: Plottable, S: Plottable>(
        x: PlottableValue<X>, y: PlottableValue<Y>, series: PlottableValue<S>
    ) {
        self.init(x: x, y: y)
        marks[0].series = series.value.plotted
    }
}
public struct PointMark: ChartContent {
    public let marks: [Mark]
    public init<X: Plottable, Y: Plottable>(x: PlottableValue<X>, y: PlottableValue<Y>) {
        marks = [Mark(kind: "point", x: x.value.plotted, y: y.value.plotted)]
    }
}
/// Several marks as one.
public struct Marks: ChartContent {
    public let marks: [Mark]
}
extension Optional: ChartContent where Wrapped: ChartContent {
    public var marks: [Mark] { self?.marks ?? [] }
}
@resultBuilder @MainActor public struct ChartContentBuilder {
    public static func buildExpression<T: ChartContent>(_ content: T) -> T { content }
    public static func buildBlock() -> Marks { Marks(marks: []) }
    public static func buildBlock<each Content: ChartContent>(
        _ content: repeat each Content
    ) -> Marks {
        var marks: [Mark] = []
        for part in repeat each content { marks += part.marks }
        return Marks(marks: marks)
    }
    public static func buildIf<T: ChartContent>(_ content: T?) -> T? { content }
}
extension ForEach: ChartContent where Content: ChartContent {
    public var marks: [Mark] { data.flatMap { content($0).marks } }
}
extension ForEach where ID == Data.Element.ID, Content: ChartContent, Data.Element: Identifiable {
    @MainActor public init(
        _ data: Data, @ChartContentBuilder content: @escaping (Data.Element) -> Content
    ) {
        self.init(rows: data, content: content, id: { $0.id })
    }
}

extension ChartContent {
    public func foregroundStyle<D: Plottable>(
        by value: PlottableValue<D>
    ) -> some ChartContent {
        Marks(marks: marks.map { mark in
            var mark = mark
            mark.series = value.value.plotted
            return mark
        })
    }
}

public struct Chart<Content: ChartContent>: Primitive {
    let content: Content
    public init(@ChartContentBuilder content: () -> Content) { self.content = content() }

    public func nodes(in context: Context) -> [Node] {
        var order: [String] = []
        var groups: [String: [Mark]] = [:]
        for mark in content.marks {
            let name = mark.series.isEmpty ? mark.kind : "\(mark.series) (\(mark.kind))"
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(mark)
        }
        let series = order.compactMap { name in
            groups[name].map { Node("Series", name, children: [Node("Marks", Self.summary($0))]) }
        }
        return [Node("Chart", children: series)]
    }
    private static func summary(_ marks: [Mark]) -> String {
        guard let first = marks.first, let last = marks.last else { return "" }
        return "\(marks.count) marks from (\(first.x), \(first.y)) to (\(last.x), \(last.y))"
    }
}
extension View {
    public func chartXAxisLabel(_ labelKey: LocalizedStringKey) -> some View {
        noted("x axis \(labelKey.text)")
    }
    public func chartYScale(domain: ClosedRange<Double>) -> some View { self }
}
