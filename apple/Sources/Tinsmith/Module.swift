// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// A package on a device: its fields in the device's memory, zeroed, and its kernels ready to run.
public final class Module: Sendable {
    /// What it was loaded from.
    public let package: Package
    private let loaded: LoadedModule
    private let kernels: [String: Kernel]
    private let graphs: [String: Graph]
    private let fields: [String: FieldHandle]

    /// Picks the libraries for the device, and makes every kernel ready. The error has the whole
    /// text of every kernel that failed.
    public init(_ package: Package, on device: isolated Device) throws(TinsmithError) {
        var pointer: OpaquePointer?
        try check(tin_module_load(device.pointer, package.handle.pointer, &pointer))
        let loaded = LoadedModule(Handle(pointer), device)
        var kernels: [String: Kernel] = [:]
        for description in package.kernels {
            let handle = try loaded.part(tin_module_kernel(loaded.pointer, description.name))
            kernels[description.name] = Kernel(description, handle, of: loaded)
        }
        var graphs: [String: Graph] = [:]
        for description in package.graphs {
            let handle = try loaded.part(tin_module_graph(loaded.pointer, description.name))
            graphs[description.name] = Graph(description, handle, of: loaded)
        }
        var fields: [String: FieldHandle] = [:]
        for description in package.fields {
            let handle = try loaded.part(tin_module_field(loaded.pointer, description.name))
            fields[description.name] = FieldHandle(description: description, handle: handle)
        }
        self.package = package
        self.loaded = loaded
        self.kernels = kernels
        self.graphs = graphs
        self.fields = fields
    }

    /// Seeds `ti.random` of the kernels.
    public func seed(_ value: UInt32, on device: isolated Device) throws(TinsmithError) {
        try device.owns(loaded.device, "the module")
        try device.record { tin_module_seed(loaded.pointer, value) }
    }

    /// The kernel of this name.
    public func kernel(_ name: String) throws(TinsmithError) -> Kernel {
        guard let found = kernels[name] else {
            throw missing("kernel", name, package.kernels.map(\.name))
        }
        return found
    }

    /// The graph of this name.
    public func graph(_ name: String) throws(TinsmithError) -> Graph {
        guard let found = graphs[name] else {
            throw missing("graph", name, package.graphs.map(\.name))
        }
        return found
    }

    /// The field of this name, seen as numbers of `Element`: `Float` for `f32`, of vectors and
    /// matrices too.
    public func field<Element: Scalar>(
        _ name: String, of type: Element.Type = Element.self
    ) throws(TinsmithError) -> Field<Element> {
        guard let found = fields[name] else {
            throw missing("field", name, package.fields.map(\.name))
        }
        return try Field(found.description, found.handle, of: loaded)
    }

    private func missing(_ what: String, _ name: String, _ names: [String]) -> TinsmithError {
        let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
        return .misuse("the package has no \(what) \(name); \(known)")
    }
}

private struct FieldHandle: Sendable {
    let description: FieldDescription
    let handle: Handle
}

/// Owner of a `tin_module`, held by all that came out of it.
final class LoadedModule: Sendable {
    /// Touched on the device's turn alone.
    final class GraphRuns: @unchecked Sendable {
        var count: UInt64 = 0
    }

    let device: Device
    let graphRuns = GraphRuns()
    private let handle: Handle

    init(_ handle: Handle, _ device: Device) {
        self.device = device
        self.handle = handle
    }

    deinit { device.close(handle) { tin_module_close($0) } }

    var pointer: OpaquePointer { handle.pointer }

    /// What the module just gave, which the package said it has.
    fileprivate func part(_ pointer: OpaquePointer?) throws(TinsmithError) -> Handle {
        guard let pointer else {
            throw TinsmithError(TIN_BUG)
        }
        return Handle(pointer)
    }
}
