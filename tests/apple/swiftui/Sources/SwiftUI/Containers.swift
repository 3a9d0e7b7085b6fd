// SPDX-License-Identifier: Apache-2.0
// What holds other views: stacks, grids, forms, navigation.

/// Evaluates its content below a node of its own.
@MainActor private func inside(
    _ kind: String, _ content: some View, _ context: Context
) -> [Node] {
    [Node(kind, children: content.evaluate(in: context.at(kind)))]
}

public struct VStack<Content: View>: Primitive {
    let content: Content
    public init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public func nodes(in context: Context) -> [Node] { inside("VStack", content, context) }
}
public struct HStack<Content: View>: Primitive {
    let content: Content
    public init(
        alignment: VerticalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public func nodes(in context: Context) -> [Node] { inside("HStack", content, context) }
}
public struct ZStack<Content: View>: Primitive {
    let content: Content
    public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    public func nodes(in context: Context) -> [Node] { inside("ZStack", content, context) }
}
public struct Grid<Content: View>: Primitive {
    let content: Content
    public init(
        alignment: Alignment = .center, horizontalSpacing: CGFloat? = nil,
        verticalSpacing: CGFloat? = nil, @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public func nodes(in context: Context) -> [Node] { inside("Grid", content, context) }
}
public struct GridRow<Content: View>: Primitive {
    let content: Content
    public init(alignment: VerticalAlignment? = nil, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    public func nodes(in context: Context) -> [Node] { inside("GridRow", content, context) }
}
public struct Group<Content: View>: Primitive {
    let content: Content
    public init(@ViewBuilder content: () -> Content) { self.content = content() }
    public func nodes(in context: Context) -> [Node] { content.evaluate(in: context) }
}
public struct Form<Content: View>: Primitive {
    let content: Content
    public init(@ViewBuilder content: () -> Content) { self.content = content() }
    public func nodes(in context: Context) -> [Node] { inside("Form", content, context) }
}
public struct ScrollView<Content: View>: Primitive {
    let content: Content
    public init(
        _ axes: Axis.Set = .vertical, showsIndicators: Bool = true,
        @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public func nodes(in context: Context) -> [Node] { inside("ScrollView", content, context) }
}

public struct Section<Parent: View, Content: View, Footer: View>: Primitive {
    let parent: Parent
    let content: Content
    let footer: Footer
    public func nodes(in context: Context) -> [Node] {
        let title = parent.evaluate(in: context.at("header"))
        let below = footer.evaluate(in: context.at("footer"))
        var node = Node("Section", title.map(\.text).joined(separator: " "))
        node.children = content.evaluate(in: context.at("content"))
        if !below.isEmpty { node.children.append(Node("Footer", children: below)) }
        return [node]
    }
}
extension Section where Parent == Text, Footer == EmptyView {
    public init(_ titleKey: LocalizedStringKey, @ViewBuilder content: () -> Content) {
        self.init(parent: Text(titleKey), content: content(), footer: EmptyView())
    }
}
extension Section where Parent == EmptyView, Footer == EmptyView {
    public init(@ViewBuilder content: () -> Content) {
        self.init(parent: EmptyView(), content: content(), footer: EmptyView())
    }
}
extension Section {
    public init(
        @ViewBuilder content: () -> Content, @ViewBuilder header: () -> Parent,
        @ViewBuilder footer: () -> Footer
    ) {
        self.init(parent: header(), content: content(), footer: footer())
    }
}

/// A part that people open and close.
public struct DisclosureGroup<Label: View, Content: View>: Primitive {
    let label: Label
    let content: () -> Content
    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        let open = context.store.cell(context.key("open"), initially: false)
        var node = Node("DisclosureGroup", title.map(\.text).joined(separator: " "))
        node.value = open.value ? "open" : "closed"
        node.press = { open.value.toggle() }
        if open.value { node.children = content().evaluate(in: context.at("content")) }
        return [node]
    }
}
extension DisclosureGroup where Label == Text {
    public init(_ titleKey: LocalizedStringKey, @ViewBuilder content: @escaping () -> Content) {
        self.init(label: Text(titleKey), content: content)
    }
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content> {
    public var data: Data
    public var content: (Data.Element) -> Content
    let id: (Data.Element) -> ID

    /// For this stand-in's own initialisers, those of Charts among them.
    public init(rows data: Data, content: @escaping (Data.Element) -> Content, id: @escaping (Data.Element) -> ID) {
        self.data = data
        self.content = content
        self.id = id
    }
}
extension ForEach: View where Content: View {
    public var body: Never { fatalError("ForEach has no body") }
}
extension ForEach: Primitive where Content: View {
    public func nodes(in context: Context) -> [Node] {
        let ids = data.map(id)
        precondition(Set(ids).count == ids.count, "two rows of a ForEach have one id")
        return data.flatMap { content($0).evaluate(in: context.at("\(id($0))")) }
    }
}
extension ForEach where Content: View {
    @MainActor public init(
        _ data: Data, id: KeyPath<Data.Element, ID>,
        @ViewBuilder content: @escaping (Data.Element) -> Content
    ) {
        self.init(rows: data, content: content, id: { $0[keyPath: id] })
    }
}
extension ForEach where ID == Data.Element.ID, Content: View, Data.Element: Identifiable {
    @MainActor public init(
        _ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content
    ) {
        self.init(rows: data, content: content, id: \.id)
    }
}
extension ForEach where Data == Range<Int>, ID == Int, Content: View {
    @MainActor public init(_ data: Range<Int>, @ViewBuilder content: @escaping (Int) -> Content) {
        self.init(rows: data, content: content, id: { $0 })
    }
}

public struct Spacer: Primitive {
    public init(minLength: CGFloat? = nil) {}
    public func nodes(in context: Context) -> [Node] { [] }
}
// MARK: Navigation

public struct NavigationStack<Root: View>: Primitive {
    let root: Root
    public init(@ViewBuilder root: () -> Root) { self.root = root() }
    public func nodes(in context: Context) -> [Node] { inside("NavigationStack", root, context) }
}

/// Shows its destination below itself once it was pressed; pressed again, it goes back.
public struct NavigationLink<Label: View, Destination: View>: Primitive {
    let destination: Destination
    let label: Label
    public init(
        @ViewBuilder destination: () -> Destination, @ViewBuilder label: () -> Label
    ) {
        self.destination = destination()
        self.label = label()
    }
    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        let open = context.store.cell(context.key("open"), initially: false)
        var node = Node("NavigationLink", title.map(\.text).joined(separator: " "))
        node.press = { open.value.toggle() }
        node.isEnabled = context.environment.isEnabledByAncestors
        if open.value {
            node.children = destination.evaluate(in: context.at("destination"))
        }
        return [node]
    }
}

public struct TabView<Content: View>: Primitive {
    let content: Content
    public func nodes(in context: Context) -> [Node] { inside("TabView", content, context) }
}
extension TabView {
    public init(@ViewBuilder content: () -> Content) { self.content = content() }
}

/// What stands in a toolbar; a view is none.
@MainActor @preconcurrency public protocol ToolbarContent {
    func toolbarNodes(in context: Context) -> [Node]  // not in SwiftUI
}
public struct ToolbarItem<Content: View>: ToolbarContent {
    let content: Content
    public init(
        placement: ToolbarItemPlacement, @ViewBuilder content: () -> Content
    ) {
        self.content = content()
    }
    public func toolbarNodes(in context: Context) -> [Node] {
        inside("ToolbarItem", content, context)
    }
}
@MainActor @resultBuilder public struct ToolbarContentBuilder {
    public static func buildBlock<Content: ToolbarContent>(_ content: Content) -> Content {
        content
    }
}
public struct ToolbarItemPlacement: Sendable {
    public static let topBarTrailing = ToolbarItemPlacement()
}

public struct HorizontalAlignment: Equatable, Sendable {
    let name: String
    public static let leading = HorizontalAlignment(name: "leading")
    public static let center = HorizontalAlignment(name: "center")
}
public struct VerticalAlignment: Equatable, Sendable {
    let name: String
    public static let center = VerticalAlignment(name: "center")
}
public struct Alignment: Equatable, Sendable {
    public static let center = Alignment()
    public static let leading = Alignment()
    public static let trailing = Alignment()
}
public enum Axis: Sendable {
    case horizontal, vertical
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8
        public init(rawValue: Int8) { self.rawValue = rawValue }
        public static let horizontal = Set(rawValue: 1)
        public static let vertical = Set(rawValue: 2)
    }
}
