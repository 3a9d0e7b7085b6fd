// SPDX-License-Identifier: Apache-2.0
// What a person presses and edits.

public struct Button<Label: View>: Primitive {
    let role: ButtonRole?
    let action: @MainActor () -> Void
    let label: Label

    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {
        self.init(role: nil, action: action, label: label)
    }
    public init(
        role: ButtonRole?, action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label
    ) {
        self.role = role
        self.action = action
        self.label = label()
    }
    public func nodes(in context: Context) -> [Node] {
        let inside = label.evaluate(in: context.at("label"))
        var node = Node("Button", inside.map(\.text).joined(separator: " "))
        node.press = action
        node.isEnabled = context.environment.isEnabledByAncestors
        if let role { node.notes.append(role.name) }
        return [node]
    }
}
extension Button where Label == Text {
    public init(_ titleKey: LocalizedStringKey, action: @escaping @MainActor () -> Void) {
        self.init(action: action) { Text(titleKey) }
    }
    @_disfavoredOverload public init<S: StringProtocol>(
        _ title: S, action: @escaping @MainActor () -> Void
    ) {
        self.init(action: action) { Text(title) }
    }
    public init(
        _ titleKey: LocalizedStringKey, role: ButtonRole?, action: @escaping @MainActor () -> Void
    ) {
        self.init(role: role, action: action) { Text(titleKey) }
    }
}
public struct ButtonRole: Equatable, Sendable {
    let name: String
    public static let destructive = ButtonRole(name: "destructive")
    public static let cancel = ButtonRole(name: "cancel")
}

/// Not a control, but the frame of some: title on one side, content on the other.
public struct LabeledContent<Label: View, Content: View>: Primitive {
    let label: Label
    let content: Content
    public init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label) {
        self.content = content()
        self.label = label()
    }
    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        let inside = content.evaluate(in: context.at("content"))
        var node = Node("LabeledContent", title.map(\.text).joined(separator: " "))
        if inside.count == 1, inside[0].kind == "Text" {
            node.value = inside[0].text
            node.notes = inside[0].notes
        } else {
            node.children = inside
        }
        return [node]
    }
}
extension LabeledContent where Label == Text {
    public init(_ titleKey: LocalizedStringKey, @ViewBuilder content: () -> Content) {
        self.init(content: content, label: { Text(titleKey) })
    }
    @_disfavoredOverload public init<S: StringProtocol>(
        _ title: S, @ViewBuilder content: () -> Content
    ) {
        self.init(content: content, label: { Text(title) })
    }
}
extension LabeledContent where Label == Text, Content == Text {
    public init<S: StringProtocol>(_ titleKey: LocalizedStringKey, value: S) {
        self.init(content: { Text(value) }, label: { Text(titleKey) })
    }
    @_disfavoredOverload public init<S1: StringProtocol, S2: StringProtocol>(
        _ title: S1, value: S2
    ) {
        self.init(content: { Text(value) }, label: { Text(title) })
    }
}

public struct TextField<Label: View>: Primitive {
    let label: Label
    let text: Binding<String>

    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        var node = Node("TextField", title.map(\.text).joined(separator: " "))
        node.value = text.wrappedValue
        node.edit = { text.wrappedValue = $0 }
        node.isEnabled = context.environment.isEnabledByAncestors
        return [node]
    }
}
extension TextField where Label == Text {
    public init(_ titleKey: LocalizedStringKey, text: Binding<String>) {
        self.init(label: Text(titleKey), text: text)
    }
    @_disfavoredOverload public init<S: StringProtocol>(_ title: S, text: Binding<String>) {
        self.init(label: Text(title), text: text)
    }
}

public struct Toggle<Label: View>: Primitive {
    let label: Label
    let isOn: Binding<Bool>

    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        var node = Node("Toggle", title.map(\.text).joined(separator: " "))
        node.value = isOn.wrappedValue ? "on" : "off"
        node.press = { isOn.wrappedValue.toggle() }
        node.isEnabled = context.environment.isEnabledByAncestors
        return [node]
    }
}
extension Toggle where Label == Text {
    public init(_ titleKey: LocalizedStringKey, isOn: Binding<Bool>) {
        self.init(label: Text(titleKey), isOn: isOn)
    }
}

/// The choices are the texts of the content, each with its tag.
public struct Picker<Label: View, SelectionValue: Hashable, Content: View>: Primitive {
    let label: Label
    let selection: Binding<SelectionValue>
    let content: Content

    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        let choices = content.evaluate(in: context.at("content"))
        var node = Node("Picker", title.map(\.text).joined(separator: " "))
        let selected = choices.first { $0.tag == AnyHashable(selection.wrappedValue) }
        node.value = selected?.text ?? "no choice"
        node.notes = ["of " + choices.map(\.text).joined(separator: ", ")]
        node.isEnabled = context.environment.isEnabledByAncestors
        node.edit = { text in
            let choice = choices.first { $0.text == text }
            guard let tag = choice?.tag?.base as? SelectionValue else {
                fatalError("the picker has no choice \(text) with a tag of the selection's type")
            }
            selection.wrappedValue = tag
        }
        return [node]
    }
}
extension Picker where Label == Text {
    public init(
        _ titleKey: LocalizedStringKey, selection: Binding<SelectionValue>,
        @ViewBuilder content: () -> Content
    ) {
        self.init(label: Text(titleKey), selection: selection, content: content())
    }
}

extension View {
    public func tag<V: Hashable>(_ tag: V) -> some View { each { $0.tag = tag } }
}

public struct Stepper<Label: View>: Primitive {
    let label: Label
    let increment: (() -> Void)?
    let decrement: (() -> Void)?

    public init<V: Strideable>(
        value: Binding<V>, in bounds: ClosedRange<V>, step: V.Stride = 1,
        @ViewBuilder label: () -> Label
    ) {
        self.label = label()
        let move = { (by: V.Stride) -> (() -> Void)? in
            let next = value.wrappedValue.advanced(by: by)
            return bounds.contains(next) ? { value.wrappedValue = next } : nil
        }
        increment = move(step)
        decrement = move(0 - step)
    }
    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        var node = Node("Stepper", title.map(\.text).joined(separator: " "))
        let step = { (sign: String, action: (() -> Void)?) in
            var button = Node("Button", sign)
            button.press = { action?() }
            button.isEnabled = action != nil && context.environment.isEnabledByAncestors
            return button
        }
        node.children = [step("−", decrement), step("+", increment)]
        return [node]
    }
}

public struct ProgressView<Label: View, CurrentValueLabel: View>: Primitive {
    let label: Label
    let value: String?
    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        var node = Node("ProgressView", title.map(\.text).joined(separator: " "))
        node.value = value
        return [node]
    }
}
extension ProgressView where Label == EmptyView, CurrentValueLabel == EmptyView {
    public init() { self.init(label: EmptyView(), value: nil) }
    public init<V: BinaryFloatingPoint>(value: V?, total: V = 1.0) {
        self.init(label: EmptyView(), value: value.map { percent(Double($0), Double(total)) })
    }
}
extension ProgressView where Label == Text, CurrentValueLabel == EmptyView {
    public init(_ titleKey: LocalizedStringKey) { self.init(label: Text(titleKey), value: nil) }
}
private func percent(_ value: Double, _ total: Double) -> String {
    "\(Int((value / total * 100).rounded(.down))) %"
}

/// Hands a text to other apps.
public struct ShareLink<Label: View>: Primitive {
    let item: String
    let label: Label
    public func nodes(in context: Context) -> [Node] {
        let title = label.evaluate(in: context.at("label"))
        return [Node("ShareLink", title.map(\.text).joined(separator: " "))]
    }
}
extension ShareLink where Label == Text {
    public init(_ titleKey: LocalizedStringKey, item: String) {
        self.init(item: item, label: Text(titleKey))
    }
}
