// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// An argument of a kernel or graph.
///
/// Numbers are written as they are (`kernel.launch(0.5, 3, on: device)`) and converted to the
/// parameter's type; a number that does not fit it is refused with an error. Values of Swift types
/// are wrapped: `Argument(rate)`.
public enum Argument: Sendable {
    /// A number for a parameter of real type.
    case real(Double)
    /// A number for an integer parameter, or for a real one. A `u64` is its 64 bits.
    case integer(Int64)
    /// The numbers of a vector, matrix (row by row) or struct.
    case reals([Double])
    /// The same of integers.
    case integers([Int64])
    /// An ndarray.
    case array(any AnyBuffer)
}

extension Argument: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .real(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

extension Argument {
    /// A number.
    public init(_ value: some BinaryFloatingPoint) { self = .real(Double(value)) }
    /// A number. Of a `UInt64`, the bits.
    public init<T: FixedWidthInteger>(_ value: T) {
        precondition(T.bitWidth <= 64, "kernels have no integers beyond 64 bits")
        self = .integer(Int64(truncatingIfNeeded: value))
    }
    /// 1 for true.
    public init(_ value: Bool) { self = .integer(value ? 1 : 0) }
    /// The numbers of a vector, matrix (row by row) or struct.
    public init(_ values: [some BinaryFloatingPoint]) { self = .reals(values.map { Double($0) }) }
    /// The same of integers.
    public init<T: FixedWidthInteger>(_ values: [T]) {
        precondition(T.bitWidth <= 64, "kernels have no integers beyond 64 bits")
        self = .integers(values.map { Int64(truncatingIfNeeded: $0) })
    }
    /// A vector.
    public init<V: SIMD>(_ vector: V) where V.Scalar: BinaryFloatingPoint {
        self.init(vector.indices.map { vector[$0] })
    }
    /// A vector of integers.
    public init<V: SIMD>(_ vector: V) where V.Scalar: FixedWidthInteger {
        self.init(vector.indices.map { vector[$0] })
    }
    /// An ndarray.
    public init(_ buffer: some AnyBuffer) { self = .array(buffer) }
}

// MARK: - For C

extension Argument {
    fileprivate var realCount: Int { if case .reals(let values) = self { values.count } else { 0 } }
    fileprivate var integerCount: Int {
        if case .integers(let values) = self { values.count } else { 0 }
    }
}

/// Calls `body` with the arguments as C takes them. What they point to lives on the stack for the
/// length of the call.
func withCArguments(
    _ arguments: [Argument], _ body: (UnsafeMutableBufferPointer<tin_argument>) -> tin_status
) -> tin_status {
    let realCount = arguments.reduce(0) { $0 + $1.realCount }
    let integerCount = arguments.reduce(0) { $0 + $1.integerCount }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: realCount) { reals in
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: integerCount) { integers in
            withUnsafeTemporaryAllocation(of: tin_argument.self, capacity: arguments.count) {
                list in
                fill(list, arguments, reals, integers)
                return withExtendedLifetime(arguments) { body(list) }
            }
        }
    }
}

private func fill(
    _ list: UnsafeMutableBufferPointer<tin_argument>, _ arguments: [Argument],
    _ reals: UnsafeMutableBufferPointer<Double>, _ integers: UnsafeMutableBufferPointer<Int64>
) {
    var nextReal = reals.startIndex
    var nextInteger = integers.startIndex
    for (index, argument) in arguments.enumerated() {
        var value = tin_argument()
        switch argument {
        case .real(let number):
            value.kind = TIN_REAL
            value.real = number
        case .integer(let number):
            value.kind = TIN_INTEGER
            value.integer = number
        case .reals(let numbers):
            value.kind = TIN_REALS
            value.count = numbers.count
            let end = reals[nextReal...].initialize(fromContentsOf: numbers)
            value.reals = UnsafePointer(reals.baseAddress?.advanced(by: nextReal))
            nextReal = end
        case .integers(let numbers):
            value.kind = TIN_INTEGERS
            value.count = numbers.count
            let end = integers[nextInteger...].initialize(fromContentsOf: numbers)
            value.integers = UnsafePointer(integers.baseAddress?.advanced(by: nextInteger))
            nextInteger = end
        case .array(let buffer):
            value.kind = TIN_ARRAY
            value.array = buffer.storage.handle.pointer
        }
        list.initializeElement(at: index, to: value)
    }
}
