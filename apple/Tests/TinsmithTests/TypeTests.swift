// SPDX-License-Identifier: Apache-2.0
import CTinsmith
import Testing

@testable import Tinsmith

@Suite struct TypeTests {
    @Test func typesAreInTheOrderOfC() {
        let names = DType.allCases.map(\.description)
        #expect(
            names == [
                "f16", "f32", "f64", "i8", "i16", "i32", "i64", "u1", "u8", "u16", "u32", "u64",
            ])
        #expect(DType.allCases.map { tin_dtype(rawValue: $0.rawValue) }.first == TIN_F16)
        #expect(DType.allCases.map { tin_dtype(rawValue: $0.rawValue) }.last == TIN_U64)
    }

    @Test(arguments: [
        (Float.dtype, MemoryLayout<Float>.stride), (Double.dtype, MemoryLayout<Double>.stride),
        (Int8.dtype, MemoryLayout<Int8>.stride), (Int16.dtype, MemoryLayout<Int16>.stride),
        (Int32.dtype, MemoryLayout<Int32>.stride), (Int64.dtype, MemoryLayout<Int64>.stride),
        (UInt8.dtype, MemoryLayout<UInt8>.stride), (UInt16.dtype, MemoryLayout<UInt16>.stride),
        (UInt32.dtype, MemoryLayout<UInt32>.stride), (UInt64.dtype, MemoryLayout<UInt64>.stride),
    ])
    func numbersHaveTheSizeOfTheDevice(_ dtype: DType, _ size: Int) {
        #expect(dtype.byteCount == size)
    }

    @Test func booleansAreIntegersInMemory() {
        #expect(DType.u1.byteCount == 4)
        #expect(Int32.holds(.u1) && Int32.holds(.i32))
        #expect(!UInt32.holds(.u1) && !Float.holds(.u1))
    }

    @Test func vectorsKeepNoPadding() {
        let vectors = [SIMD3<Float>(1, 2, 3), SIMD3<Float>(4, 5, 6)]
        #expect(components(of: vectors) == [1, 2, 3, 4, 5, 6])
        #expect(Tinsmith.vectors(of: [1, 2, 3, 4, 5, 6], as: SIMD3<Float>.self) == vectors)
    }
}
