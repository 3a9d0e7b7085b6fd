// SPDX-License-Identifier: Apache-2.0
// Modifiers: what they change for a person is noted in the node, how things look is not.

/// A view whose nodes are changed after, and whose surroundings before, it is evaluated.
struct Modified<Content: View>: Primitive {
    let content: Content
    var surroundings: @MainActor (inout EnvironmentValues) -> Void = { _ in }
    var change: @MainActor (inout [Node], Context) -> Void = { _, _ in }

    init(content: Content, change: @escaping @MainActor (inout [Node], Context) -> Void) {
        self.content = content
        self.change = change
    }
    init(content: Content, surroundings: @escaping @MainActor (inout EnvironmentValues) -> Void) {
        self.content = content
        self.surroundings = surroundings
    }
    func nodes(in context: Context) -> [Node] {
        var here = context
        surroundings(&here.environment)
        var result = content.evaluate(in: here.at("content"))
        change(&result, here)
        return result
    }
}

/// Not in SwiftUI.
extension View {
    func each(_ change: @escaping @MainActor (inout Node) -> Void) -> some View {
        Modified(content: self) { nodes, _ in
            for index in nodes.indices { change(&nodes[index]) }
        }
    }
    /// The nodes as one.
    func whole(_ change: @escaping @MainActor (inout Node) -> Void) -> some View {
        Modified(content: self) { nodes, _ in
            if nodes.count != 1 { nodes = [Node("Group", children: nodes)] }
            change(&nodes[0])
        }
    }
    public func noted(_ note: String) -> some View { each { $0.notes.append(note) } }
}

extension View {
    // MARK: Behaviour

    public func disabled(_ disabled: Bool) -> some View {
        Modified(content: self, surroundings: { $0.isEnabledByAncestors = $0.isEnabledByAncestors && !disabled })
    }
    public func task(
        priority: TaskPriority = .userInitiated,
        @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View {
        working("", action)
    }
    public func task<T: Equatable>(
        id value: T, priority: TaskPriority = .userInitiated,
        @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View {
        working("\(value)", action)
    }
    private func working(_ id: String, _ action: @escaping @Sendable () async -> Void) -> some View {
        Modified(content: self) { nodes, context in
            guard !nodes.isEmpty else { return }
            let work = Node.Work(identity: context.key("task \(id)")) { await action() }
            nodes[0].tasks.append(work)
        }
    }
    // MARK: For people who do not see the screen

    public func accessibilityLabel(_ labelKey: LocalizedStringKey) -> some View {
        whole { $0.label = labelKey.text }
    }
    @_disfavoredOverload public func accessibilityLabel<S: StringProtocol>(
        _ label: S
    ) -> some View {
        let text = String(label)
        return whole { $0.label = text }
    }
    public func accessibilityValue(_ valueKey: LocalizedStringKey) -> some View {
        whole { $0.spokenValue = valueKey.text }
    }
    @_disfavoredOverload public func accessibilityValue<S: StringProtocol>(
        _ value: S
    ) -> some View {
        let text = String(value)
        return whole { $0.spokenValue = text }
    }
    public func accessibilityHidden(_ hidden: Bool) -> some View {
        each { $0.isHidden = hidden }
    }
    public func accessibilityElement(
        children: AccessibilityChildBehavior = .ignore
    ) -> some View {
        whole { $0.notes.append("one element, children \(children.name)") }
    }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View {
        each { $0.notes.append("trait \(traits.name)") }
    }

    // MARK: Structure

    public func navigationTitle(_ titleKey: LocalizedStringKey) -> some View {
        Modified(content: self) { nodes, _ in nodes.insert(Node("Title", titleKey.text), at: 0) }
    }
    public func tabItem<V: View>(@ViewBuilder _ label: () -> V) -> some View {
        let label = label()
        return Modified(content: self) { nodes, context in
            let title = label.evaluate(in: context.at("tabItem")).map(\.text).joined(separator: " ")
            nodes = [Node("Tab", title, children: nodes)]
        }
    }
    public func toolbar<Content: ToolbarContent>(
        @ToolbarContentBuilder content: () -> Content
    ) -> some View {
        let content = content()
        return Modified(content: self) { nodes, context in
            nodes += content.toolbarNodes(in: context.at("toolbar"))
        }
    }
    // MARK: Looks

    public func font(_ font: Font?) -> some View { noted(font?.name ?? "body") }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { noted(style.name) }
    public func tint(_ tint: Color?) -> some View { self }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { self }
    public func pickerStyle<S: PickerStyle>(_ style: S) -> some View { self }
    public func keyboardType(_ type: UIKeyboardType) -> some View { self }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { self }
    public func textSelection<S: TextSelectability>(_ selectability: S) -> some View { self }
    public func labelsHidden() -> some View { self }
    public func monospacedDigit() -> some View { self }
    public func frame(
        width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center
    ) -> some View { self }
    public func frame(
        minWidth: CGFloat? = nil, idealWidth: CGFloat? = nil, maxWidth: CGFloat? = nil,
        minHeight: CGFloat? = nil, idealHeight: CGFloat? = nil, maxHeight: CGFloat? = nil,
        alignment: Alignment = .center
    ) -> some View { self }
    public func aspectRatio(
        _ aspectRatio: CGFloat? = nil, contentMode: ContentMode
    ) -> some View { self }
    public func scrollDismissesKeyboard(_ mode: ScrollDismissesKeyboardMode) -> some View { self }
}

public struct AccessibilityChildBehavior: Sendable {
    let name: String
    public static let ignore = AccessibilityChildBehavior(name: "ignored")
    public static let combine = AccessibilityChildBehavior(name: "combined")
}
public struct AccessibilityTraits: Sendable {
    let name: String
    public static let allowsDirectInteraction = AccessibilityTraits(name: "direct touch")
}
public enum ContentMode: Sendable { case fit, fill }
public enum TextAlignment: Sendable { case leading, center, trailing }
public struct ScrollDismissesKeyboardMode: Sendable {
    public static let interactively = ScrollDismissesKeyboardMode()
}
/// Of UIKit; SwiftUI re-exports it.
public enum UIKeyboardType: Sendable { case numberPad, numbersAndPunctuation }

public protocol PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle { public init() {} }
extension PrimitiveButtonStyle where Self == BorderedButtonStyle {
    public static var bordered: BorderedButtonStyle { BorderedButtonStyle() }
}
public protocol PickerStyle {}
public struct SegmentedPickerStyle: PickerStyle { public init() {} }
extension PickerStyle where Self == SegmentedPickerStyle {
    public static var segmented: SegmentedPickerStyle { SegmentedPickerStyle() }
}
public protocol TextSelectability {}
public struct EnabledTextSelectability: TextSelectability {}
extension TextSelectability where Self == EnabledTextSelectability {
    public static var enabled: EnabledTextSelectability { EnabledTextSelectability() }
}
