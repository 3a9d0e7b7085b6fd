// SPDX-License-Identifier: Apache-2.0
// Little-endian numbers out of files, never beyond their end.
import Foundation

/// Reads from the front; `nil` where the file is too short.
struct ByteReader {
    private var rest: Data

    init(_ data: Data) {
        rest = data
    }

    var remaining: Int { rest.count }

    mutating func bytes(_ count: Int) -> Data? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func uint32() -> UInt32? {
        number(UInt32.self).map(UInt32.init(littleEndian:))
    }

    mutating func uint64() -> UInt64? {
        number(UInt64.self).map(UInt64.init(littleEndian:))
    }

    mutating func double() -> Double? {
        uint64().map(Double.init(bitPattern:))
    }

    /// As they lie: every system that this runs on is little-endian.
    mutating func floats(_ count: Int) -> [Float]? {
        guard let source = bytes(count * MemoryLayout<Float>.size) else { return nil }
        return [Float](unsafeUninitializedCapacity: count) { target, initialized in
            initialized = source.copyBytes(to: target) / MemoryLayout<Float>.size
        }
    }

    private mutating func number<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        bytes(MemoryLayout<T>.size)?.withUnsafeBytes { $0.loadUnaligned(as: T.self) }
    }
}
