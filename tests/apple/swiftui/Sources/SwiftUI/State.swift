// SPDX-License-Identifier: Apache-2.0
// State, bindings and the environment: where the values of views live.

/// What outlives the views: their state, what they last saw change, which of their tasks run.
@MainActor public final class Store {
    private var cells: [String: AnyObject] = [:]
    private var seen: [String: Any] = [:]
    private var used: Set<String> = []
    private var pending: [@MainActor () -> Void] = []

    /// Gives the properties of a view or app their values of this place.
    func attach(_ owner: Any, in context: Context) {
        for (name, value) in Mirror(reflecting: owner).children {
            guard let property = value as? any AttachedProperty else { continue }
            property.attach(in: context, name: name ?? "")
        }
    }

    func cell<Value>(_ key: String, initially value: Value) -> Cell<Value> {
        used.insert(key)
        if let known = cells[key] as? Cell<Value> { return known }
        let cell = Cell(value)
        cells[key] = cell
        return cell
    }

    /// Remembers a value of a place; calls `changed` once the tree is made if it was another.
    func watch<Value: Equatable>(
        _ key: String, _ value: Value, initial: Bool,
        changed: @escaping @MainActor (Value, Value) -> Void
    ) {
        used.insert(key)
        let before = seen.updateValue(value, forKey: key) as? Value
        if let before, before != value { pending.append { changed(before, value) } }
        if before == nil && initial { pending.append { changed(value, value) } }
    }

    /// Ends an evaluation: what it did not come by is gone. Returns what it wants done.
    func finish() -> [@MainActor () -> Void] {
        cells = cells.filter { used.contains($0.key) }
        seen = seen.filter { used.contains($0.key) }
        used = []
        defer { pending = [] }
        return pending
    }
}

@MainActor final class Cell<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

@MainActor protocol AttachedProperty {
    func attach(in context: Context, name: String)
}

@propertyWrapper @MainActor @preconcurrency public struct State<Value>: AttachedProperty {
    private final class Place {
        var cell: Cell<Value>?
    }
    private let initial: Value
    private let place = Place()

    public init(wrappedValue value: Value) { initial = value }
    public init(initialValue value: Value) { initial = value }

    func attach(in context: Context, name: String) {
        place.cell = context.store.cell(context.key(name), initially: initial)
    }
    public var wrappedValue: Value {
        get { place.cell?.value ?? initial }
        nonmutating set {
            guard let cell = place.cell else { fatalError("a state was set outside of a screen") }
            cell.value = newValue
        }
    }
    public var projectedValue: Binding<Value> {
        let place = place
        let initial = initial
        return Binding(
            reading: { place.cell?.value ?? initial }, writing: { place.cell?.value = $0 })
    }
}

@propertyWrapper @dynamicMemberLookup @MainActor @preconcurrency public struct Binding<Value> {
    let read: @MainActor () -> Value
    let write: @MainActor (Value) -> Void

    init(
        reading: @escaping @MainActor () -> Value, writing: @escaping @MainActor (Value) -> Void
    ) {
        read = reading
        write = writing
    }
    public init(
        get: @escaping @MainActor @Sendable () -> Value,
        set: @escaping @MainActor @Sendable (Value) -> Void
    ) {
        self.init(reading: get, writing: set)
    }
    public static func constant(_ value: Value) -> Binding<Value> {
        Binding(reading: { value }, writing: { _ in })
    }
    public var wrappedValue: Value {
        get { read() }
        nonmutating set { write(newValue) }
    }
    public var projectedValue: Binding<Value> { self }
    public subscript<Subject>(
        dynamicMember keyPath: WritableKeyPath<Value, Subject>
    ) -> Binding<Subject> {
        Binding<Subject>(
            reading: { read()[keyPath: keyPath] },
            writing: {
                var whole = read()
                whole[keyPath: keyPath] = $0
                write(whole)
            })
    }
}

@propertyWrapper @dynamicMemberLookup @MainActor @preconcurrency public struct Bindable<Value> {
    public var wrappedValue: Value
    public var projectedValue: Bindable<Value> { self }
    @available(*, unavailable, message: "the wrapped value must be an observable object")
    public init(wrappedValue: Value) { fatalError("not an observable object") }
}
extension Bindable where Value: AnyObject & Observable {
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public init(_ wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public subscript<Subject>(
        dynamicMember keyPath: ReferenceWritableKeyPath<Value, Subject>
    ) -> Binding<Subject> {
        let object = wrappedValue
        return Binding<Subject>(
            reading: { object[keyPath: keyPath] }, writing: { object[keyPath: keyPath] = $0 })
    }
}

public struct EnvironmentValues {
    public var scenePhase = ScenePhase.active
    public var colorScheme = ColorScheme.light
    public var dynamicTypeSize = DynamicTypeSize.large
    public var horizontalSizeClass: UserInterfaceSizeClass? = .compact
    var isEnabledByAncestors = true
    public init() {}
}

@propertyWrapper @MainActor @preconcurrency public struct Environment<Value>: AttachedProperty {
    private final class Place {
        var values: EnvironmentValues?
    }
    private let keyPath: KeyPath<EnvironmentValues, Value>
    private let place = Place()

    public init(_ keyPath: KeyPath<EnvironmentValues, Value>) { self.keyPath = keyPath }

    func attach(in context: Context, name: String) { place.values = context.environment }
    public var wrappedValue: Value { (place.values ?? EnvironmentValues())[keyPath: keyPath] }
}

public enum ColorScheme: CaseIterable, Sendable { case light, dark }
public enum UserInterfaceSizeClass: Sendable { case compact, regular }
public enum DynamicTypeSize: Hashable, Comparable, CaseIterable, Sendable {
    case xSmall, small, medium, large, xLarge, xxLarge, xxxLarge
    case accessibility1, accessibility2, accessibility3, accessibility4, accessibility5
    public var isAccessibilitySize: Bool { self >= .accessibility1 }
}
