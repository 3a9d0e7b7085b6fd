// SPDX-License-Identifier: Apache-2.0
// Texts, labels and images.

/// A literal in a view is one of these, not a String: a phone looks it up in tables of
/// translations and reads Markdown in it. So nothing but strings and Int may be put into it here;
/// numbers are for the models to format.
public struct LocalizedStringKey: Equatable, ExpressibleByStringInterpolation {
    public let text: String  // not in SwiftUI
    public init(_ value: String) { text = value }
    public init(stringLiteral value: String) { text = value }
    public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        public init(literalCapacity: Int, interpolationCount: Int) {}
        public mutating func appendLiteral(_ literal: String) { text += literal }
        public mutating func appendInterpolation(_ string: String) { text += string }
        public mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
    }
}

public struct Text: Primitive, Equatable {
    let content: String
    var notes: [String] = []

    public init(_ key: LocalizedStringKey) { content = key.text }
    @_disfavoredOverload public init<S: StringProtocol>(_ content: S) {
        self.content = String(content)
    }
    public init(verbatim content: String) { self.content = content }

    public func nodes(in context: Context) -> [Node] {
        var node = Node("Text", content)
        node.notes = notes
        return [node]
    }

    private func noting(_ note: String) -> Text {
        var text = self
        text.notes.append(note)
        return text
    }
    public func font(_ font: Font?) -> Text { font.map { noting($0.name) } ?? self }
    public func monospacedDigit() -> Text { self }
}

public struct Label<Title: View, Icon: View>: Primitive {
    let title: Title
    let icon: Icon
    public init(@ViewBuilder title: () -> Title, @ViewBuilder icon: () -> Icon) {
        self.title = title()
        self.icon = icon()
    }
    public func nodes(in context: Context) -> [Node] {
        let texts = title.evaluate(in: context.at("title"))
        return [Node("Label", texts.map(\.text).joined(separator: " "))]
    }
}
extension Label where Title == Text, Icon == Image {
    public init(_ titleKey: LocalizedStringKey, systemImage name: String) {
        self.init(title: { Text(titleKey) }, icon: { Image(systemName: name) })
    }
    @_disfavoredOverload public init<S: StringProtocol>(_ title: S, systemImage name: String) {
        self.init(title: { Text(title) }, icon: { Image(systemName: name) })
    }
}

public struct Image: Primitive, Equatable {
    let name: String
    public init(systemName: String) { name = systemName }
    public func nodes(in context: Context) -> [Node] { [Node("Image", name)] }
}

public struct Font: Hashable, Sendable {
    let name: String
    public static let title = Font(name: "title")
    public static let headline = Font(name: "headline")
    public static let body = Font(name: "body")
    public static let callout = Font(name: "callout")
    public static let footnote = Font(name: "footnote")
}
