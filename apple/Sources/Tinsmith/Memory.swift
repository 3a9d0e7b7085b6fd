// SPDX-License-Identifier: Apache-2.0
// Reading and writing cells, the same for fields and buffers: numbers of a cell innermost, cells
// row by row.
import CTinsmith

/// The cells of a field or buffer, and the two calls that copy them: (first cell, cells, memory,
/// its size in bytes).
struct Memory {
    /// For messages: "the field w1".
    let name: String
    let cellCount: Int
    let elementShape: [Int]
    let read: (Int, Int, UnsafeMutableRawPointer?, Int) -> tin_status
    let write: (Int, Int, UnsafeRawPointer?, Int) -> tin_status

    var componentCount: Int { elementShape.reduce(1, *) }

    /// Waits for the launches before, then copies.
    func values<Element: Scalar>(
        of cells: Range<Int>, on device: isolated Device
    ) async throws(TinsmithError) -> [Element] {
        try contains(cells)
        try await device.settle()
        let count = cells.count * componentCount
        var status = TIN_OK
        let values = [Element](unsafeUninitializedCapacity: count) { memory, initialized in
            status = read(
                cells.lowerBound, cells.count, memory.baseAddress,
                count * MemoryLayout<Element>.stride)
            initialized = status == TIN_OK ? count : 0
        }
        try check(status)
        return values
    }

    /// Records a write of whole cells from `first` on.
    func write<Element: Scalar>(
        _ values: [Element], at first: Int, on device: isolated Device
    ) throws(TinsmithError) {
        guard values.count.isMultiple(of: componentCount) else {
            throw .misuse(
                "\(name) has \(componentCount) numbers a cell; \(values.count) numbers given are not whole cells"
            )
        }
        let cells = values.count / componentCount
        try contains(first..<(first + cells))
        try device.record {
            values.withUnsafeBytes { write(first, cells, $0.baseAddress, $0.count) }
        }
    }

    /// For reading and writing as SIMD vectors.
    func isOfVectors(_ count: Int) throws(TinsmithError) {
        if elementShape != [count] {
            let cell =
                switch elementShape.count {
                case 0: "numbers"
                case 1: "vectors of \(elementShape[0])"
                default: "matrices of \(elementShape.map(String.init).joined(separator: "x"))"
                }
            throw .misuse("the cells of \(name) are \(cell); asked for are vectors of \(count)")
        }
    }

    private func contains(_ cells: Range<Int>) throws(TinsmithError) {
        if cells.lowerBound < 0 || cells.upperBound > cellCount {
            throw .misuse(
                "\(name) has \(cellCount) cells; asked for are those from \(cells.lowerBound) up to \(cells.upperBound)"
            )
        }
    }
}

/// Vectors out of their components. Copied one by one: a SIMD type of 3 has the stride of 4 in
/// Swift's memory, and 3 on the device.
func vectors<V: SIMD>(of components: [V.Scalar], as type: V.Type) -> [V] {
    stride(from: 0, to: components.count, by: V.scalarCount).map { start in
        var vector = V()
        for index in vector.indices { vector[index] = components[start + index] }
        return vector
    }
}

func components<V: SIMD>(of vectors: [V]) -> [V.Scalar] {
    vectors.flatMap { vector in vector.indices.map { vector[$0] } }
}
