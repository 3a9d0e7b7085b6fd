// SPDX-License-Identifier: Apache-2.0
// The digits that travel with the app: mnist_subset.bin, made by `make ios-mnist-assets`.
//
// The format, little endian (apps/mnist/dataset.h writes it): "MNST", u32 version 1, u32 image size
// 784, u32 training count, u32 test count; training images (f32 in 0…1, row by row), training
// labels (u8), test images, test labels.
import Foundation
import Tinsmith

/// One digit of the test set.
public struct Digit: Equatable, Sendable {
    /// In the test set.
    public let index: Int
    /// 784 values from 0 (paper) to 1 (ink), row by row.
    public let pixels: [Float]
    /// What it is.
    public let label: Int

    public init(index: Int, pixels: [Float], label: Int) {
        self.index = index
        self.pixels = pixels
        self.label = label
    }

    public static let side = 28
    public static let pixelCount = side * side
}

/// Handwritten digits to train with, and others to test with.
struct MNISTDigits: Sendable {
    struct Part: Sendable {
        let images: [Float]
        let labels: [UInt8]
        var count: Int { labels.count }

        subscript(index: Int) -> Digit {
            let first = index * Digit.pixelCount
            let pixels = images[first..<first + Digit.pixelCount]
            return Digit(index: index, pixels: Array(pixels), label: Int(labels[index]))
        }
    }
    let train: Part
    let test: Part

    init(contentsOf file: URL) throws(TinsmithError) {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw TinsmithError(
                kind: .system,
                message:
                    "\(file.path): cannot be read: run `make ios-mnist-assets` (\(error.localizedDescription))"
            )
        }
        try self.init(data: data, name: file.lastPathComponent)
    }

    /// `name` is what messages call it.
    init(data: Data, name: String) throws(TinsmithError) {
        var reader = ByteReader(data)
        func refuse(_ reason: String) -> TinsmithError {
            TinsmithError(
                kind: .invalid, message: "\(name): \(reason); run `make ios-mnist-assets` again")
        }
        guard reader.bytes(4) == Data("MNST".utf8), reader.uint32() == 1,
            reader.uint32() == UInt32(Digit.pixelCount),
            let trainCount = reader.uint32(), let testCount = reader.uint32()
        else { throw refuse("not an MNST file of version 1 with images of 784 pixels") }
        let digitSize = Digit.pixelCount * MemoryLayout<Float>.size + 1
        guard trainCount > 0, testCount > 0,
            reader.remaining == (Int(trainCount) + Int(testCount)) * digitSize
        else {
            throw refuse(
                "its size does not fit \(trainCount) training and \(testCount) test digits")
        }
        func part(_ count: UInt32) -> Part? {
            guard let images = reader.floats(Int(count) * Digit.pixelCount),
                let labels = reader.bytes(Int(count)),
                labels.allSatisfy({ $0 < 10 })
            else { return nil }
            return Part(images: images, labels: Array(labels))
        }
        guard let train = part(trainCount), let test = part(testCount) else {
            throw refuse("a label is not a digit")
        }
        self.train = train
        self.test = test
    }
}
