// SPDX-License-Identifier: Apache-2.0
// Whatever is drawn by lot: first weights and orders of digits. The same numbers as
// apps/mnist/random.cc draws, on every machine: integer arithmetic, and products of floats that
// round once.

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// What a training draws comes from one stream for each epoch, and from stream 0 the first
    /// weights, in the order in which the package lists the parameters.
    init(seed: UInt32, epoch: Int) {
        state = UInt64(seed) << 32 | UInt64(epoch)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in -1..<1: a multiple of 2⁻²³.
    mutating func symmetric() -> Float {
        Float(next() >> 40) * 0x1p-23 - 1
    }

    /// A permutation of `0..<count` by Fisher and Yates.
    mutating func shuffled(_ count: Int) -> [Int32] {
        var order = Array(0..<Int32(count))
        for i in stride(from: count, to: 1, by: -1) {
            order.swapAt(i - 1, Int(next() % UInt64(i)))
        }
        return order
    }
}
