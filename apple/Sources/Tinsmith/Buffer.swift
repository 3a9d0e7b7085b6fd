// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// A ``Buffer`` of any type, as an argument.
public protocol AnyBuffer: Sendable {
    /// Type of its numbers.
    var dtype: DType { get }
    /// Its axes.
    var shape: [Int] { get }
    /// What a cell is: empty for a number, `[n]` for a vector, `[rows, columns]` for a matrix.
    var elementShape: [Int] { get }
    /// The device's memory, of no use but to this module.
    var storage: BufferStorage { get }
}

/// An array in the device's memory that kernels take as an argument: Taichi's ndarray.
///
/// ```swift
/// import Tinsmith
///
/// func double(
///     _ values: [Float], with scale: Kernel, on device: isolated Device
/// ) async throws(TinsmithError) -> [Float] {
///     let buffer = try Buffer(values, on: device)
///     try scale.launch(.array(buffer), 2.0, on: device)
///     return try await buffer.values(on: device)
/// }
/// ```
public final class Buffer<Element: Scalar>: AnyBuffer {
    public let shape: [Int]
    public let elementShape: [Int]
    public let storage: BufferStorage

    /// Makes an array of zeroes.
    ///
    /// - Parameters:
    ///   - shape: its axes.
    ///   - elementShape: what a cell is: empty for a number, `[n]` for a vector, `[rows, columns]`
    ///     for a matrix.
    ///   - device: whose memory it is in.
    public init(
        shape: [Int], elementShape: [Int] = [], on device: isolated Device
    ) throws(TinsmithError) {
        let axes = try unsigned(shape, "shape")
        let components = try unsigned(elementShape, "elementShape")
        var pointer: OpaquePointer?
        try check(
            tin_array_create(
                device.pointer, tin_dtype(rawValue: Element.dtype.rawValue), axes, axes.count,
                components,
                components.count, &pointer))
        self.shape = shape
        self.elementShape = elementShape
        storage = BufferStorage(Handle(pointer), device)
    }

    /// Makes an array of one axis with these values.
    public convenience init(_ values: [Element], on device: isolated Device) throws(TinsmithError) {
        try self.init(shape: [values.count], on: device)
        try write(values, on: device)
    }

    public var dtype: DType { Element.dtype }
    /// Product of the axes.
    public var cellCount: Int { shape.reduce(1, *) }

    /// Gives the array a gradient of the same shape, for the adjoints of kernels; `nil` takes it
    /// away.
    public func setGradient(_ gradient: Buffer?, on device: isolated Device) throws(TinsmithError) {
        try device.owns(storage.device, "the array")
        if let gradient { try device.owns(gradient.storage.device, "the gradient") }
        try check(tin_array_set_gradient(storage.handle.pointer, gradient?.storage.handle.pointer))
    }

    /// All values, once the launches before are done.
    public func values(on device: isolated Device) async throws(TinsmithError) -> [Element] {
        try await values(cells: 0..<cellCount, on: device)
    }

    /// The values of these cells, counted row by row.
    public func values(
        cells: Range<Int>, on device: isolated Device
    ) async throws(TinsmithError) -> [Element] {
        try device.owns(storage.device, memory.name)
        return try await memory.values(of: cells, on: device)
    }

    /// Records a write of all values.
    public func write(_ values: [Element], on device: isolated Device) throws(TinsmithError) {
        guard values.count == cellCount * memory.componentCount else {
            throw .misuse(
                "\(memory.name) has \(cellCount * memory.componentCount) values; given are \(values.count)"
            )
        }
        try write(values, at: 0, on: device)
    }

    /// Records a write of whole cells, from the cell `first` on.
    public func write(
        _ values: [Element], at first: Int, on device: isolated Device
    ) throws(TinsmithError) {
        try device.owns(storage.device, memory.name)
        try memory.write(values, at: first, on: device)
    }

    /// Records that all values become zero.
    public func clear(on device: isolated Device) throws(TinsmithError) {
        try device.owns(storage.device, memory.name)
        try device.record { tin_array_clear(storage.handle.pointer) }
    }

    /// The cells of an array of vectors.
    public func values<V: SIMD>(
        as type: V.Type, on device: isolated Device
    ) async throws(TinsmithError) -> [V] where V.Scalar == Element {
        try memory.isOfVectors(V.scalarCount)
        return vectors(of: try await values(on: device), as: type)
    }

    /// Records a write of all cells of an array of vectors.
    public func write<V: SIMD>(
        _ vectors: [V], on device: isolated Device
    ) throws(TinsmithError) where V.Scalar == Element {
        try memory.isOfVectors(V.scalarCount)
        try write(components(of: vectors), on: device)
    }

    private var memory: Memory {
        let cellBytes = elementShape.reduce(MemoryLayout<Element>.stride, *)
        return Memory(
            name: "the array", cellCount: cellCount, elementShape: elementShape,
            read: { [storage] first, _, memory, size in
                tin_array_read(storage.handle.pointer, first * cellBytes, memory, size)
            },
            write: { [storage] first, _, memory, size in
                tin_array_write(storage.handle.pointer, first * cellBytes, memory, size)
            })
    }
}

/// The device's memory of a ``Buffer``.
public final class BufferStorage: Sendable {
    let device: Device
    let handle: Handle

    init(_ handle: Handle, _ device: Device) {
        self.device = device
        self.handle = handle
    }

    deinit { device.close(handle) { tin_array_close($0) } }
}

private func unsigned(_ shape: [Int], _ what: String) throws(TinsmithError) -> [UInt32] {
    var result: [UInt32] = []
    for axis in shape {
        guard let size = UInt32(exactly: axis) else {
            throw .misuse("Buffer(\(what): \(shape)): \(axis) is not the size of an axis")
        }
        result.append(size)
    }
    return result
}
