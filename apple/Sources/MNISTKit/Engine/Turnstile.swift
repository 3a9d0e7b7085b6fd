// SPDX-License-Identifier: Apache-2.0
// One after the other across suspensions: an actor alone lets a second call in while the first
// awaits the device.

/// Lets one task through at a time, in the order of their coming. It belongs to an actor.
final class Turnstile {
    private var taken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// `body` runs while no other body does.
    func pass<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        if taken {
            await withCheckedContinuation { waiting.append($0) }
        }
        taken = true
        defer {
            if waiting.isEmpty {
                taken = false
            } else {
                waiting.removeFirst().resume()  // taken stays true: nobody slips in between
            }
        }
        return try await body()
    }
}
