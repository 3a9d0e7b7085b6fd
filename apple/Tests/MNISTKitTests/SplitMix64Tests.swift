// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import MNISTKit

@Suite struct SplitMix64Tests {
    // The same numbers stand in apps/mnist/random_test.cc.
    @Test func drawsTheNumbersThatTheCommandLineDraws() {
        var bits = SplitMix64(seed: 1, epoch: 0)
        #expect(bits.next() == 0xc42c_5a1a_a382_0138)
        #expect(bits.next() == 0x37ad_5fdd_5756_bd3d)
        var floats = SplitMix64(seed: 1, epoch: 0)
        #expect(
            [floats.symmetric(), floats.symmetric(), floats.symmetric()] == [
                0x1.10b168p-1, -0x1.214a84p-1, 0x1.7abcb8p-2,
            ])
        var order = SplitMix64(seed: 7, epoch: 2)
        #expect(order.shuffled(10) == [9, 1, 3, 8, 7, 2, 4, 6, 0, 5])
    }
}
