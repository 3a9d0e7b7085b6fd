// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// A number that a kernel returned.
public struct Value: Sendable, Hashable {
    /// The type that the kernel returns.
    public let dtype: DType
    /// The number, of every type; an `i64` or `u64` beyond 2^53 is rounded.
    public let real: Double
    /// The number of an integer type, exactly. A `u64` is its 64 bits.
    public let integer: Int64
}

/// A kernel of a ``Module``.
public final class Kernel: Sendable {
    /// What it takes and returns.
    public let description: KernelDescription
    private let handle: Handle
    private let module: LoadedModule
    private let calls = CallTurns()

    init(_ description: KernelDescription, _ handle: Handle, of module: LoadedModule) {
        self.description = description
        self.handle = handle
        self.module = module
    }

    /// Records a launch. Buffers among the arguments are kept alive as long as the device needs
    /// them.
    public func launch(_ arguments: Argument..., on device: isolated Device) throws(TinsmithError) {
        try launch(arguments: arguments, on: device)
    }

    /// Records a launch with the arguments in a list.
    public func launch(arguments: [Argument], on device: isolated Device) throws(TinsmithError) {
        try device.owns(module.device, "the kernel \(description.name)")
        for case .array(let buffer) in arguments {
            try device.owns(
                buffer.storage.device, "an array given to the kernel \(description.name)")
        }
        try device.record {
            withCArguments(arguments) {
                tin_kernel_launch(handle.pointer, $0.baseAddress, $0.count)
            }
        }
        calls.launches += 1
    }

    /// Launches, and gives what this launch returned, once it is done.
    public func call(
        _ arguments: Argument..., on device: isolated Device
    ) async throws(TinsmithError) -> [Value] {
        try await call(arguments: arguments, on: device)
    }

    /// Launches with the arguments in a list, and gives what this launch returned, once it is done.
    ///
    /// The results of a kernel are those of its last launch, so tasks that call one kernel take turns. Where another
    /// task nevertheless launches it meanwhile, or runs a graph of the module, which may launch it too, the call fails
    /// instead of giving what the other launch returned.
    public func call(
        arguments: [Argument], on device: isolated Device
    ) async throws(TinsmithError) -> [Value] {
        await calls.begin(on: device)
        defer { calls.end() }
        try launch(arguments: arguments, on: device)
        let mine = (calls.launches, module.graphRuns.count)
        let values = try await results(on: device)
        guard mine == (calls.launches, module.graphRuns.count) else {
            throw .misuse(
                "the kernel \(description.name) was launched by another task, or a graph was run, while a call "
                    + "of it waited for its results: use call for both, or load the package a second time")
        }
        return values
    }

    /// What the last launch returned, once it is done.
    public func results(on device: isolated Device) async throws(TinsmithError) -> [Value] {
        try device.owns(module.device, "the kernel \(description.name)")
        try await device.settle()
        var values = [tin_value](repeating: tin_value(), count: description.results.count)
        try check(tin_kernel_read_results(handle.pointer, &values, values.count))
        return values.map { Value(dtype: DType($0.dtype), real: $0.real, integer: $0.integer) }
    }
}

/// Whose turn it is to call a kernel, and how often it was launched. Unchecked because it is touched on the turn of the
/// kernel's device alone.
private final class CallTurns: @unchecked Sendable {
    var launches: UInt64 = 0
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func begin(on device: isolated Device) async {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isTaken = true
        }
    }

    /// The next one's turn begins where this one ends: nobody gets between them.
    func end() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}

/// A graph of a ``Module``: launches of several kernels, recorded by one call.
public final class Graph: Sendable {
    /// What it takes.
    public let description: GraphDescription
    private let handle: Handle
    private let module: LoadedModule

    init(_ description: GraphDescription, _ handle: Handle, of module: LoadedModule) {
        self.description = description
        self.handle = handle
        self.module = module
    }

    /// Records all launches of the graph, with arguments by name. Everything is checked before the
    /// first.
    public func run(
        _ arguments: [String: Argument] = [:], on device: isolated Device
    ) throws(TinsmithError) {
        try device.owns(module.device, "the graph \(description.name)")
        let sorted = arguments.sorted { $0.key < $1.key }
        for case (let name, .array(let buffer)) in sorted {
            try device.owns(
                buffer.storage.device, "the array \(name) given to the graph \(description.name)")
        }
        let names = sorted.map { ContiguousArray($0.key.utf8CString) }
        let characters = names.flatMap { $0 }
        try device.record {
            characters.withUnsafeBufferPointer { characters in
                withCArguments(sorted.map(\.value)) { values in
                    var offset = 0
                    let list = zip(names, values).map { name, value in
                        defer { offset += name.count }
                        return tin_named_argument(
                            name: characters.baseAddress! + offset, argument: value)
                    }
                    return tin_graph_run(handle.pointer, list, list.count)
                }
            }
        }
        module.graphRuns.count += 1
    }
}
