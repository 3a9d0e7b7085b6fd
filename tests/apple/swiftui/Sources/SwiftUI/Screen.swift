// SPDX-License-Identifier: Apache-2.0
// The phone of the tests: holds a view or an app, evaluates it, and does what a finger would do.

@MainActor public final class Screen {
    public var environment = EnvironmentValues()
    private let store = Store()
    private let evaluate: (Context) -> [Node]
    private var running: [String: Task<Void, Never>] = [:]

    public init(_ view: some View) { evaluate = { view.evaluate(in: $0) } }

    public init(_ app: some App) {
        evaluate = { context in
            let here = context.at("App")
            here.store.attach(app, in: here)
            return app.body.evaluate(in: here)
        }
    }

    /// The screen as it is now. What views want done when a value changed is done first.
    public var tree: Node {
        for _ in 0..<10 {
            let nodes = evaluate(Context(path: [], environment: environment, store: store))
            let changes = store.finish()
            if changes.isEmpty { return Node("Screen", children: nodes) }
            for change in changes { change() }
        }
        fatalError("the views change what they watch without end")
    }

    /// Starts the tasks of what has appeared, cancels those of what has gone.
    public func appear() {
        let works = tree.all.flatMap(\.tasks)
        for (identity, task) in running where !works.contains(where: { $0.identity == identity }) {
            task.cancel()
            running[identity] = nil
        }
        for work in works where running[work.identity] == nil {
            running[work.identity] = Task { await work.action() }
        }
    }

    /// Starts the tasks of what has appeared, and waits until all are done.
    public func settle() async {
        var known = 0
        repeat {
            known = running.count
            appear()
            for task in running.values { await task.value }
        } while running.count != known
    }
}

/// What a test could not do on a screen.
public struct ScreenError: Error, CustomStringConvertible {
    public let description: String
}

extension Screen {
    /// The first node that shows or says this text.
    public func node(_ text: String) throws -> Node {
        try first("shows \"\(text)\"") { $0.text == text || $0.label == text }
    }

    public func shows(_ text: String) -> Bool {
        tree.all.contains {
            $0.text.contains(text) || $0.value?.contains(text) == true
                || $0.spokenValue?.contains(text) == true
        }
    }

    public func press(_ text: String) throws {
        let node = try first("can be pressed and is called \"\(text)\"") {
            $0.press != nil && ($0.text == text || $0.label == text)
        }
        guard node.isEnabled else { throw ScreenError(description: "\"\(text)\" is disabled") }
        node.press?()
    }

    /// Types into a field, or picks from a picker, by its title.
    public func edit(_ text: String, to value: String) throws {
        let node = try first("can be edited and is called \"\(text)\"") {
            $0.edit != nil && ($0.text == text || $0.label == text)
        }
        guard node.isEnabled else { throw ScreenError(description: "\"\(text)\" is disabled") }
        node.edit?(value)
    }

    /// Draws one stroke, in fractions of the node's width and height; between two points the views
    /// are evaluated anew, as they are under a finger.
    public func draw(_ label: String, _ points: [(x: Double, y: Double)]) throws {
        guard let start = points.first else { return }
        var last: DragGesture.Value?
        for point in points {
            let drag = try draggable(label)
            let at = { (p: (x: Double, y: Double)) in
                CGPoint(x: p.x * drag.size.width, y: p.y * drag.size.height)
            }
            let value = DragGesture.Value(
                time: Date(timeIntervalSinceReferenceDate: 0), location: at(point),
                startLocation: at(start))
            drag.changed(value)
            last = value
        }
        if let last { try draggable(label).ended(last) }
    }

    private func draggable(_ label: String) throws -> Node.Drag {
        let node = try first("can be drawn on and is called \"\(label)\"") {
            $0.drag != nil && ($0.text == label || $0.label == label)
        }
        guard node.isEnabled, let drag = node.drag else {
            throw ScreenError(description: "\"\(label)\" is disabled")
        }
        return drag
    }

    private func first(_ what: String, _ matches: (Node) -> Bool) throws -> Node {
        let tree = tree
        guard let node = tree.all.first(where: matches) else {
            throw ScreenError(description: "nothing \(what) on\n\(tree.outline)")
        }
        return node
    }
}
