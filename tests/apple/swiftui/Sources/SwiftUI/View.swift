// SPDX-License-Identifier: Apache-2.0
// A stand-in for SwiftUI on machines without one. Declarations follow Apple's documentation (iOS 17,
// as the SDK of Xcode 16 isolates them) in names, labels, types, defaults and isolation; what the
// app does not use is left out, so that using it fails to compile here.
//
// The idea: a view is evaluated to a tree of nodes. State lives outside of the views, under the path
// that leads to them, as in SwiftUI: a view that is made anew finds its state again, one that left
// the tree loses it.
@_exported import CoreFoundation
@_exported import Foundation
@_exported import Observation

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Self.Body { get }
}

extension Never: View {
    public var body: Never { fatalError("Never has no body") }
}

/// A view that evaluates itself. Not in SwiftUI, where such views have no public body either.
@MainActor public protocol Primitive: View where Body == Never {
    func nodes(in context: Context) -> [Node]
}

extension Primitive {
    public var body: Never { fatalError("\(Self.self) has no body") }
}

/// Where in the tree an evaluation is, and what its ancestors said.
public struct Context {
    var path: [String]
    public var environment: EnvironmentValues
    let store: Store

    func at(_ step: String) -> Context {
        var below = self
        below.path.append(step)
        return below
    }
    func key(_ name: String) -> String { (path + [name]).joined(separator: "/") }
}

extension View {
    /// Evaluates the view at a place of the tree.
    public func evaluate(in context: Context) -> [Node] {
        if let primitive = self as? any Primitive { return primitive.nodes(in: context) }
        let here = context.at(String(describing: Self.self))
        here.store.attach(self, in: here)
        return body.evaluate(in: here)
    }
}

/// What a view builder makes of several views.
public struct TupleView<each Content: View>: Primitive {
    let content: (repeat each Content)

    public func nodes(in context: Context) -> [Node] {
        var result: [Node] = []
        var index = 0
        for view in repeat each content {
            result += view.evaluate(in: context.at("\(index)"))
            index += 1
        }
        return result
    }
}

public struct EmptyView: Primitive {
    nonisolated public init() {}
    public func nodes(in context: Context) -> [Node] { [] }
}

extension Optional: View where Wrapped: View {
    public var body: Never { fatalError("an optional view has no body") }
}
extension Optional: Primitive where Wrapped: View {
    public func nodes(in context: Context) -> [Node] {
        map { $0.evaluate(in: context.at("some")) } ?? []
    }
}

/// One of two views; each has a state of its own.
public struct ConditionalContent<TrueContent: View, FalseContent: View>: Primitive {
    enum Branch { case yes(TrueContent), no(FalseContent) }
    let branch: Branch

    public func nodes(in context: Context) -> [Node] {
        switch branch {
        case .yes(let view): view.evaluate(in: context.at("yes"))
        case .no(let view): view.evaluate(in: context.at("no"))
        }
    }
}

@MainActor @resultBuilder public struct ViewBuilder {
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock<each Content: View>(
        _ content: repeat each Content
    ) -> TupleView<repeat each Content> {
        TupleView(content: (repeat each content))
    }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<Yes: View, No: View>(
        first: Yes
    ) -> ConditionalContent<Yes, No> {
        ConditionalContent(branch: .yes(first))
    }
    public static func buildEither<Yes: View, No: View>(
        second: No
    ) -> ConditionalContent<Yes, No> {
        ConditionalContent(branch: .no(second))
    }
}

@MainActor @preconcurrency public protocol PreviewProvider {
    associatedtype Previews: View
    @ViewBuilder @MainActor @preconcurrency static var previews: Self.Previews { get }
}
