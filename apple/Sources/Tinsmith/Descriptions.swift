// SPDX-License-Identifier: Apache-2.0
// What a package says about itself, copied out of the C API once, when it is opened.
import CTinsmith

/// What a kernel does with an array.
public struct Access: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// It reads it.
    public static let read = Access(rawValue: 1)
    /// It writes it.
    public static let write = Access(rawValue: 2)
}

/// A parameter of a kernel or graph.
public struct ParameterDescription: Sendable, Hashable {
    /// What an argument for it must be.
    public enum Kind: Sendable, Hashable {
        /// A number of this type.
        case scalar(DType)
        /// A vector or matrix by value, its numbers row by row.
        case tensor(DType, shape: [Int])
        /// A struct: the numbers of its members in order.
        case structure
        /// An ndarray with this many axes, whose cells are of `elementShape`: empty for numbers,
        /// `[n]` for vectors, `[rows, columns]` for matrices.
        case array(DType, axisCount: Int, elementShape: [Int])
    }

    public let name: String
    public let kind: Kind
    /// Numbers that make up the argument; 0 for an array.
    public let numberCount: Int
    /// What the kernel does with the array; empty for numbers.
    public let access: Access
    /// Whether the kernel uses the array's gradient, which ``Buffer/setGradient(_:on:)`` gives.
    public let needsGradient: Bool
}

/// A kernel of a package.
public struct KernelDescription: Sendable, Hashable {
    public let name: String
    /// Docstring of the Python kernel; empty where there is none.
    public let documentation: String
    /// The kernel whose adjoint this is.
    public let gradientOf: String?
    public let parameters: [ParameterDescription]
    /// The types of the numbers that it returns.
    public let results: [DType]
}

/// A field of a package.
public struct FieldDescription: Sendable, Hashable {
    public let name: String
    public let dtype: DType
    /// Its axes; empty for a field of one cell.
    public let shape: [Int]
    /// What a cell is: empty for a number, `[n]` for a vector, `[rows, columns]` for a matrix.
    public let elementShape: [Int]
    /// Product of the axes.
    public let cellCount: Int
    /// Size of the whole field.
    public let byteCount: Int

    /// Numbers of a cell.
    public var componentCount: Int { elementShape.reduce(1, *) }
}

/// A graph of a package: launches of several kernels under one name.
public struct GraphDescription: Sendable, Hashable {
    public let name: String
    /// What all its launches ask for, each name once.
    public let parameters: [ParameterDescription]
}

// MARK: - From C

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

private func axes(_ pointer: UnsafePointer<UInt32>?, _ count: Int) -> [Int] {
    UnsafeBufferPointer(start: pointer, count: count).map { Int($0) }
}

extension ParameterDescription {
    init(_ info: tin_parameter_info) {
        let elementShape = axes(info.element_shape, info.element_rank)
        kind =
            switch info.kind {
            case TIN_PARAMETER_SCALAR: .scalar(DType(info.dtype))
            case TIN_PARAMETER_TENSOR: .tensor(DType(info.dtype), shape: elementShape)
            case TIN_PARAMETER_STRUCT: .structure
            default:
                .array(DType(info.dtype), axisCount: info.axis_count, elementShape: elementShape)
            }
        name = text(info.name)
        numberCount = info.number_count
        access = Access(rawValue: info.access.rawValue)
        needsGradient = info.needs_gradient
    }

    static func list(_ pointer: UnsafePointer<tin_parameter_info>?, _ count: Int)
        -> [ParameterDescription]
    {
        UnsafeBufferPointer(start: pointer, count: count).map { ParameterDescription($0) }
    }
}

extension KernelDescription {
    init(_ info: tin_kernel_info) {
        let primal = text(info.gradient_of)
        name = text(info.name)
        documentation = text(info.doc)
        gradientOf = primal.isEmpty ? nil : primal
        parameters = ParameterDescription.list(info.parameters, info.parameter_count)
        results = UnsafeBufferPointer(start: info.results, count: info.result_count).map {
            DType($0)
        }
    }
}

extension FieldDescription {
    init(_ info: tin_field_info) {
        name = text(info.name)
        dtype = DType(info.dtype)
        shape = axes(info.shape, info.axis_count)
        elementShape = axes(info.element_shape, info.element_rank)
        cellCount = info.cell_count
        byteCount = info.byte_count
    }
}

extension GraphDescription {
    init(_ info: tin_graph_info) {
        name = text(info.name)
        parameters = ParameterDescription.list(info.parameters, info.parameter_count)
    }
}
