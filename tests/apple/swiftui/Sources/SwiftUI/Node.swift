// SPDX-License-Identifier: Apache-2.0
// What a view evaluates to: a tree that tests read, press, edit and draw on, and that prints as text.
// None of this is in SwiftUI; its names are kept out of the way of the app's by living in one type.
import Foundation

/// One control, text or container of a screen.
public struct Node {
    public var kind: String
    public var text = ""
    /// What people can change: the text of a field, the selection of a picker.
    public var value: String?
    /// What a person who does not see the screen is told instead of, or beside, the text.
    public var label: String?
    public var spokenValue: String?
    public var isHidden = false
    /// Notes of modifiers that change what is seen or done: "secondary", "bordered".
    public var notes: [String] = []
    /// Which selection of a picker it stands for.
    public var tag: AnyHashable?
    public var isEnabled = true
    public var children: [Node] = []

    public var press: (@MainActor () -> Void)?
    public var edit: (@MainActor (String) -> Void)?
    public var drag: Drag?
    public var tasks: [Work] = []

    /// Work that starts when the node appears, and ends when it goes.
    public struct Work {
        public let identity: String
        public let action: @MainActor () async -> Void
    }

    /// The gesture of a finger, in points of the node.
    public struct Drag {
        public let size: CGSize
        public let changed: @MainActor (DragGesture.Value) -> Void
        public let ended: @MainActor (DragGesture.Value) -> Void
    }

    public init(_ kind: String, _ text: String = "", children: [Node] = []) {
        self.kind = kind
        self.text = text
        self.children = children
    }

    /// This node and all below, from the top.
    public var all: [Node] { [self] + children.flatMap(\.all) }

    /// What a person hears of this node and of those below.
    public var spoken: String {
        let own = label ?? text
        let parts = [own, spokenValue ?? value ?? ""].filter { !$0.isEmpty }
        return parts.joined(separator: ", ")
    }
}

extension Node {
    /// The tree as text, two spaces a level: what the checked-in screens hold.
    public var outline: String { lines(indent: 0).joined(separator: "\n") + "\n" }

    private func lines(indent: Int) -> [String] {
        let space = String(repeating: "  ", count: indent)
        return ["\(space)\(headline)"] + children.flatMap { $0.lines(indent: indent + 1) }
    }

    private var headline: String {
        var line = kind
        if !text.isEmpty { line += " \(quoted(text))" }
        if let value { line += " = \(quoted(value))" }
        var marks = notes
        if let label { marks.append("says \(quoted(label))") }
        if let spokenValue { marks.append("value \(quoted(spokenValue))") }
        if isHidden { marks.append("not spoken") }
        if !isEnabled && (press != nil || edit != nil) { marks.append("disabled") }
        if drag != nil { marks.append("drag") }
        return marks.isEmpty ? line : "\(line)  (\(marks.joined(separator: ", ")))"
    }

    private func quoted(_ text: String) -> String {
        "\"\(text.replacingOccurrences(of: "\n", with: "\\n"))\""
    }
}
