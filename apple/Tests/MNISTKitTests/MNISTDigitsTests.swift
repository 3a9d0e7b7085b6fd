// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

@testable import MNISTKit

@Suite struct MNISTDigitsTests {
    /// Two digits to train with and one to test with: all 0.25, 0.5 and 1.
    static func file(version: UInt32 = 1, size: UInt32 = 784, train: UInt32 = 2, label: UInt8 = 7)
        -> Data
    {
        var data = Data("MNST".utf8)
        for number in [version, size, train, 1] {
            withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
        }
        func images(_ values: [Float]) {
            for value in values {
                [Float](repeating: value, count: 784).withUnsafeBytes {
                    data.append(contentsOf: $0)
                }
            }
        }
        images([0.25, 0.5])
        data.append(contentsOf: [3, 9])
        images([1])
        data.append(label)
        return data
    }

    @Test func aFileIsReadWhole() throws {
        let digits = try MNISTDigits(data: Self.file(), name: "digits")
        #expect(digits.train.labels == [3, 9])
        #expect(
            digits.train.images == Array(repeating: 0.25, count: 784)
                + Array(repeating: 0.5, count: 784))
        #expect(
            digits.test[0]
                == Digit(index: 0, pixels: Array(repeating: 1, count: 784), label: 7))
    }

    @Test(arguments: [
        (Data(), "not an MNST file of version 1"),
        (file(version: 2), "not an MNST file of version 1"),
        (file(size: 100), "not an MNST file of version 1"),
        (file(train: 3), "its size does not fit 3 training and 1 test"),
        (file().dropLast(), "its size does not fit 2 training"),
        (file() + [0], "its size does not fit"),
        (file(train: .max), "its size does not fit"), (file(train: 0), "its size does not fit"),
        (file(label: 10), "a label is not a digit"),
        (Data(repeating: 0x4d, count: 4000), "not an MNST file"),
    ])
    func aDamagedFileIsRefusedWithItsReason(_ data: Data, _ reason: String) {
        #expect {
            try MNISTDigits(data: data, name: "digits")
        } throws: { error in
            "\(error)".hasPrefix("digits: \(reason)")
                && "\(error)".hasSuffix("run `make ios-mnist-assets` again")
        }
    }
}
