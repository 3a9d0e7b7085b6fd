// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// A type of numbers on the device, named as in Taichi.
public enum DType: UInt32, Sendable, CaseIterable, CustomStringConvertible {
    // In the order of tin_dtype; a test compares the names.
    case f16, f32, f64, i8, i16, i32, i64, u1, u8, u16, u32, u64

    /// `f32` and so on.
    public var description: String {
        String(cString: tin_dtype_name(tin_dtype(rawValue: rawValue)))
    }

    /// Size of a number in memory, in bytes. A `u1` of a field takes 4, as an `i32`.
    public var byteCount: Int { tin_dtype_size(tin_dtype(rawValue: rawValue)) }

    init(_ dtype: tin_dtype) {
        guard let known = DType(rawValue: dtype.rawValue) else {
            preconditionFailure(
                "the runtime named a type of numbers that this module does not know")
        }
        self = known
    }
}

/// A number that fields and buffers hold: `Float` for `f32`, `Int32` for `i32`, and so on.
///
/// `u1`, Taichi's boolean, is an `Int32` of 0 or 1 in memory; ask for such a field as `Int32`.
public protocol Scalar: BitwiseCopyable, Sendable {
    /// The device's name of this type.
    static var dtype: DType { get }
}

extension Float: Scalar { public static var dtype: DType { .f32 } }
extension Double: Scalar { public static var dtype: DType { .f64 } }
extension Int8: Scalar { public static var dtype: DType { .i8 } }
extension Int16: Scalar { public static var dtype: DType { .i16 } }
extension Int32: Scalar { public static var dtype: DType { .i32 } }
extension Int64: Scalar { public static var dtype: DType { .i64 } }
extension UInt8: Scalar { public static var dtype: DType { .u8 } }
extension UInt16: Scalar { public static var dtype: DType { .u16 } }
extension UInt32: Scalar { public static var dtype: DType { .u32 } }
extension UInt64: Scalar { public static var dtype: DType { .u64 } }
#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
    extension Float16: Scalar { public static var dtype: DType { .f16 } }
#endif

extension Scalar {
    /// Whether memory of this type holds numbers of `dtype`.
    static func holds(_ dtype: DType) -> Bool {
        Self.dtype == dtype || (dtype == .u1 && Self.dtype == .i32)
    }
}
