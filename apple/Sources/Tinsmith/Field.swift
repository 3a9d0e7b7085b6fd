// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// A field of a ``Module``: numbers in the device's memory that its kernels know by name.
///
/// `Element` is the type of its numbers. The cells lie row by row, and the numbers of a vector or
/// matrix lie together: a field of 2 by 3 matrices with the shape `[10]` has 60 values.
public final class Field<Element: Scalar>: Sendable {
    /// Name, type and shapes.
    public let description: FieldDescription
    private let handle: Handle
    private let module: LoadedModule

    init(
        _ description: FieldDescription, _ handle: Handle, of module: LoadedModule
    ) throws(TinsmithError) {
        guard Element.holds(description.dtype) else {
            throw .misuse(
                "the field \(description.name) holds \(description.dtype); asked for is \(Element.dtype)"
            )
        }
        self.description = description
        self.handle = handle
        self.module = module
    }

    /// Its axes; empty for a field of one cell.
    public var shape: [Int] { description.shape }
    /// What a cell is: empty for a number, `[n]` for a vector, `[rows, columns]` for a matrix.
    public var elementShape: [Int] { description.elementShape }
    /// Product of the axes.
    public var cellCount: Int { description.cellCount }

    /// All values, once the launches before are done.
    public func values(on device: isolated Device) async throws(TinsmithError) -> [Element] {
        try await values(cells: 0..<cellCount, on: device)
    }

    /// The values of these cells, counted row by row.
    public func values(
        cells: Range<Int>, on device: isolated Device
    ) async throws(TinsmithError) -> [Element] {
        try device.owns(module.device, memory.name)
        return try await memory.values(of: cells, on: device)
    }

    /// The value of a field that has one.
    public func value(on device: isolated Device) async throws(TinsmithError) -> Element {
        let values = try await values(on: device)
        guard values.count == 1 else {
            throw .misuse(
                "\(memory.name) has \(values.count) values; value(on:) is for fields of one")
        }
        return values[0]
    }

    /// Records a write of all values.
    public func write(_ values: [Element], on device: isolated Device) throws(TinsmithError) {
        guard values.count == cellCount * description.componentCount else {
            throw .misuse(
                "\(memory.name) has \(cellCount * description.componentCount) values; given are \(values.count)"
            )
        }
        try write(values, at: 0, on: device)
    }

    /// Records a write of whole cells, from the cell `first` on.
    public func write(
        _ values: [Element], at first: Int, on device: isolated Device
    ) throws(TinsmithError) {
        try device.owns(module.device, memory.name)
        try memory.write(values, at: first, on: device)
    }

    /// The cells of a field of vectors.
    public func values<V: SIMD>(
        as type: V.Type, on device: isolated Device
    ) async throws(TinsmithError) -> [V] where V.Scalar == Element {
        try memory.isOfVectors(V.scalarCount)
        return vectors(of: try await values(on: device), as: type)
    }

    /// Records a write of all cells of a field of vectors.
    public func write<V: SIMD>(
        _ vectors: [V], on device: isolated Device
    ) throws(TinsmithError) where V.Scalar == Element {
        try memory.isOfVectors(V.scalarCount)
        try write(components(of: vectors), on: device)
    }

    private var memory: Memory {
        Memory(
            name: "the field \(description.name)", cellCount: cellCount, elementShape: elementShape,
            read: { [handle] in tin_field_read(handle.pointer, $0, $1, $2, $3) },
            write: { [handle] in tin_field_write(handle.pointer, $0, $1, $2, $3) })
    }
}
