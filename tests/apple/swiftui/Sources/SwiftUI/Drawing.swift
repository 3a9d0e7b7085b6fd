// SPDX-License-Identifier: Apache-2.0
// Colours, paths, canvases, and the finger that draws on them.

public protocol ShapeStyle: Sendable {
    var name: String { get }  // not in SwiftUI
}
public struct Color: ShapeStyle, Hashable {
    public let name: String
    public init(white: Double, opacity: Double = 1) { name = "white \(white)" }
    public static let red = Color(name: "red")
    public static let green = Color(name: "green")
    public static let orange = Color(name: "orange")
    public static let primary = Color(name: "primary")
    public static let secondary = Color(name: "secondary")
    public static let accentColor = Color(name: "accent")
    init(name: String) { self.name = name }
}
extension ShapeStyle where Self == Color {
    public static var red: Color { .red }
    public static var green: Color { .green }
    public static var orange: Color { .orange }
}
public struct HierarchicalShapeStyle: ShapeStyle {
    public let name: String
}
extension ShapeStyle where Self == HierarchicalShapeStyle {
    public static var primary: HierarchicalShapeStyle { .init(name: "primary") }
    public static var secondary: HierarchicalShapeStyle { .init(name: "secondary") }
}

public struct StrokeStyle: Equatable, Sendable {
    public init(
        lineWidth: CGFloat = 1, lineCap: CGLineCap = .butt, lineJoin: CGLineJoin = .miter,
        miterLimit: CGFloat = 10, dash: [CGFloat] = [], dashPhase: CGFloat = 0
    ) {}
}
/// Of Core Graphics; SwiftUI re-exports them.
public enum CGLineCap: Int32, Sendable { case butt, round, square }
public enum CGLineJoin: Int32, Sendable { case miter, round, bevel }

public struct Path: Equatable, Sendable {
    public private(set) var boundingRect = CGRect.null
    public init() {}
    public init(_ rect: CGRect) { boundingRect = rect }
    public mutating func move(to end: CGPoint) { reach(end) }
    public mutating func addLines(_ lines: [CGPoint]) { lines.forEach { reach($0) } }
    private mutating func reach(_ point: CGPoint) {
        let place = CGRect(x: point.x, y: point.y, width: 0, height: 0)
        boundingRect = boundingRect.isNull ? place : boundingRect.union(place)
    }
}

public struct GraphicsContext {
    public struct Shading: Sendable {
        public static func color(_ color: Color) -> Shading { Shading() }
    }
    var size: CGSize

    public func fill(_ path: Path, with shading: Shading, style: FillStyle = FillStyle()) {
        precondition(
            path.boundingRect.isNull
                || CGRect(origin: .zero, size: size).insetBy(dx: -1, dy: -1).contains(
                    path.boundingRect), "drawn beyond the canvas: \(path.boundingRect)")
    }
    public func stroke(_ path: Path, with shading: Shading, style: StrokeStyle) {}
}
public struct FillStyle: Equatable, Sendable { public init() {} }

/// Draws, so that a test runs the code that does; the picture itself is not kept.
public struct Canvas<Symbols: View>: Primitive {
    let renderer: (inout GraphicsContext, CGSize) -> Void
    public func nodes(in context: Context) -> [Node] {
        var graphics = GraphicsContext(size: Self.size)
        renderer(&graphics, Self.size)
        return [Node("Canvas")]
    }
    static var size: CGSize { CGSize(width: 280, height: 280) }
}
extension Canvas where Symbols == EmptyView {
    public init(
        opaque: Bool = false, rendersAsynchronously: Bool = false,
        renderer: @escaping (inout GraphicsContext, CGSize) -> Void
    ) {
        self.renderer = renderer
    }
}

/// Tells its content how large it is: here always as large as a canvas.
public struct GeometryReader<Content: View>: Primitive {
    let content: (GeometryProxy) -> Content
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {
        self.content = content
    }
    public func nodes(in context: Context) -> [Node] {
        content(GeometryProxy()).evaluate(in: context.at("GeometryReader"))
    }
}
public struct GeometryProxy {
    public var size: CGSize { CGSize(width: 280, height: 280) }
}

// MARK: Gestures

public protocol Gesture<Value> {
    associatedtype Value
}
public struct DragGesture: Gesture {
    public struct Value: Equatable, Sendable {
        public var time: Date
        public var location: CGPoint
        public var startLocation: CGPoint
    }
    var changed: ((Value) -> Void)?
    var ended: ((Value) -> Void)?
    public init(minimumDistance: CGFloat = 10, coordinateSpace: CoordinateSpace = .local) {}
    public func onChanged(_ action: @escaping (Value) -> Void) -> DragGesture {
        var gesture = self
        gesture.changed = action
        return gesture
    }
    public func onEnded(_ action: @escaping (Value) -> Void) -> DragGesture {
        var gesture = self
        gesture.ended = action
        return gesture
    }
}
public enum CoordinateSpace: Sendable { case global, local }

extension View {
    public func gesture(_ gesture: DragGesture) -> some View {
        whole {
            $0.drag = Node.Drag(
                size: CGSize(width: 280, height: 280), changed: { gesture.changed?($0) },
                ended: { gesture.ended?($0) })
        }
    }
}
