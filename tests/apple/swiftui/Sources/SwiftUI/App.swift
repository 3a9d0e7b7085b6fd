// SPDX-License-Identifier: Apache-2.0
// Apps and scenes.

@MainActor @preconcurrency public protocol Scene {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Self.Body { get }
}
extension Never: Scene {}

/// A scene that evaluates itself; not in SwiftUI.
@MainActor public protocol PrimitiveScene: Scene where Body == Never {
    func nodes(in context: Context) -> [Node]
}
extension PrimitiveScene {
    public var body: Never { fatalError("\(Self.self) has no body") }
}
extension Scene {
    public func evaluate(in context: Context) -> [Node] {
        if let primitive = self as? any PrimitiveScene { return primitive.nodes(in: context) }
        let here = context.at(String(describing: Self.self))
        here.store.attach(self, in: here)
        return body.evaluate(in: here)
    }
}

public struct WindowGroup<Content: View>: PrimitiveScene {
    let content: () -> Content
    public init(@ViewBuilder content: @escaping () -> Content) { self.content = content }
    public func nodes(in context: Context) -> [Node] { content().evaluate(in: context) }
}

@resultBuilder public struct SceneBuilder {
    public static func buildBlock<Content: Scene>(_ content: Content) -> Content { content }
}

private struct WatchingScene<Content: Scene, Value: Equatable>: PrimitiveScene {
    let content: Content
    let value: Value
    let initial: Bool
    let action: (Value, Value) -> Void

    func nodes(in context: Context) -> [Node] {
        context.store.watch(context.key("onChange"), value, initial: initial) { action($0, $1) }
        return content.evaluate(in: context.at("content"))
    }
}
extension Scene {
    public func onChange<V: Equatable>(
        of value: V, initial: Bool = false, _ action: @escaping (_ oldValue: V, _ newValue: V) -> Void
    ) -> some Scene {
        WatchingScene(content: self, value: value, initial: initial, action: action)
    }
}

public enum ScenePhase: Comparable, Sendable { case background, inactive, active }

@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Self.Body { get }
    @MainActor @preconcurrency init()
}
extension App {
    @MainActor public static func main() {
        print("The app runs on a phone or its simulator. Here its screens are tested: swift test")
    }
}
