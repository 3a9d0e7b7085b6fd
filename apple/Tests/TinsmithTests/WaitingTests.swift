// SPDX-License-Identifier: Apache-2.0
// Completion, many tasks, several devices, cancelling, pausing.
import Testing
import Tinsmith

@Suite(.needsDevice, .timeLimit(.minutes(5))) struct WaitingTests {
    @Test func finishTellsTheTimeOfTheDevice() async throws {
        let (device, module) = try await Fixtures.load()
        try await module.kernel("spin").launch(30_000_000, on: device)
        let seconds = try #require(try await device.finish().deviceSeconds)
        #expect(seconds > 0)
        let idle = try #require(try await device.finish().deviceSeconds)
        #expect(idle < seconds, "nothing was recorded since")
    }

    /// While one task waits for the device, another runs on the actor and records.
    @Test func othersRecordWhileATaskWaits() async throws {
        let (device, module) = try await Fixtures.load()
        let spin = try module.kernel("spin")
        let steps = try module.field("steps", of: Int32.self)
        try await spin.launch(100_000_000, on: device)
        async let waiting = device.finish()
        try await spin.launch(1, on: device)
        try await spin.launch(1, on: device)
        _ = try await waiting
        #expect(try await steps.value(on: device) == 3)
    }

    @Test func manyTasksShareADevice() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        let steps = try module.field("steps", of: Int32.self)
        try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await record(25, of: count, on: device)
                    try await device.finish()
                    return try await steps.value(on: device)
                }
            }
            for try await seen in group { #expect(seen >= 25 && seen <= 1000 && seen % 25 == 0) }
        }
        #expect(try await steps.value(on: device) == 1000)
    }

    /// A task that records and waits, over and over, leaves room for one that reads.
    @Test func aReaderGetsItsTurnBesideABusyTask() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        let steps = try module.field("steps", of: Int32.self)
        let busy = Task {
            while !Task.isCancelled {
                try await record(20, of: count, on: device)
                try await device.finish()
            }
        }
        var last: Int32 = 0
        for _ in 0..<50 {
            let seen = try await steps.value(on: device)
            #expect(seen >= last && seen % 20 == 0)
            last = seen
        }
        busy.cancel()
        try await busy.value
    }

    @Test func devicesRunAtTheSameTime() async throws {
        let (first, firstModule) = try await Fixtures.load(threads: 1)
        let (second, secondModule) = try await Fixtures.load(threads: 1)
        async let one = accumulate(firstModule, base: 1, on: first)
        async let two = accumulate(secondModule, base: 2, on: second)
        #expect(try await one == 8 * 20)
        #expect(try await two == 32 * 20)
    }

    @Test func aCancelledTaskStillGetsWhatWasBegun() async throws {
        let (device, module) = try await Fixtures.load()
        let spin = try module.kernel("spin")
        let steps = try module.field("steps", of: Int32.self)
        let task = Task {
            try await spin.launch(100_000_000, on: device)
            try await device.finish()
            return try await steps.value(on: device)
        }
        task.cancel()
        #expect(try await task.value == 1)
        try await spin.launch(1, on: device)
        #expect(try await steps.value(on: device) == 2)
    }

    @Test func aLoopStopsBetweenSubmissions() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        let steps = try module.field("steps", of: Int32.self)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            while true {
                try Task.checkCancellation()
                try await record(50, of: count, on: device)
                try await device.finish()
                beginning.yield()
            }
        }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let done = try await steps.value(on: device)
        #expect(done >= 50 && done % 50 == 0)
    }

    @Test func submitDoesNotWait() async throws {
        let (device, module) = try await Fixtures.load()
        try await module.kernel("count_up").launch(1, on: device)
        try await device.submit()
        try await device.submit()
        #expect(try await module.field("steps", of: Int32.self).value(on: device) == 1)
    }

    @Test func pausingKeepsWhatWasRecorded() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        try await count.launch(4, on: device)
        try await device.pause()
        #expect(try await module.field("steps", of: Int32.self).value(on: device) == 4)
        try await device.resume()
        try await count.launch(5, on: device)
        #expect(try await module.field("steps", of: Int32.self).value(on: device) == 9)
    }

    @Test(.needsMetal) func pausedDevicesRefuseLaunchesAndKeepTheirMemory() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        let steps = try module.field("steps", of: Int32.self)
        try await record(100, of: count, on: device)
        try await device.pause()
        let refused = await failure { () throws(TinsmithError) in
            try await count.launch(1, on: device)
        }
        expect(refused, is: .paused)
        #expect(
            try await steps.value(on: device) == 100, "what was done is read while it is paused")
        try await device.finish()
        try await device.resume()
        try await count.launch(1, on: device)
        #expect(try await steps.value(on: device) == 101)
    }

    /// A loop that meets a pause in its midst goes on after it, and no step is lost or done twice.
    @Test(.needsMetal) func aLoopGoesOnAfterAPause() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        let loop = Task {
            for step in 1...500 {
                while try await !launch(count, unlessPaused: device) { await Task.yield() }
                if step % 50 == 0 { try await device.finish() }
            }
        }
        for _ in 0..<5 {
            try await device.pause()
            try await device.resume()
        }
        try await loop.value
        #expect(try await module.field("steps", of: Int32.self).value(on: device) == 500)
    }

    @Test(.needsMetal) func packagesWithoutMetalLibrariesAreRefused() async throws {
        let device = try Fixtures.openDevice()
        let package = try Fixtures.open("kinds")
        let error = await failure { () throws(TinsmithError) in
            try await Module(package, on: device)
        }
        expect(error, is: .invalid, saying: "tinsmith metal")
    }

    /// The last owner of everything is a task that is not on the device's turn, while the device
    /// works.
    @Test func thingsMayDieAnywhereAndAtAnyTime() async throws {
        for _ in 0..<10 {
            let (device, module) = try await Fixtures.load()
            try await module.kernel("spin").launch(1_000_000, on: device)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<20 { _ = try? await Buffer<Float>([1, 2, 3], on: device) }
                    }
                }
            }
            try await device.submit()
        }
    }

    @Test func unknownDevicesAreRefusedByName() async throws {
        let error = await failure { () throws(TinsmithError) in try Device("abacus") }
        #expect(error?.message.contains("abacus") == true)
        let threads = await failure { () throws(TinsmithError) in
            try Device("cpu", options: .init(threads: -1))
        }
        expect(threads, is: .misuse, saying: "-1")
        let debug = await failure { () throws(TinsmithError) in
            try Device("cpu", options: .init(debug: ["bounds", "nonsense"]))
        }
        #expect(debug?.message.contains("nonsense") == true)
    }

    @Test func describesItself() async throws {
        let device = try Fixtures.openDevice()
        #expect(!device.info.name.isEmpty && !device.info.driver.isEmpty)
        #expect(device.info.isGPU == (Fixtures.device == "metal"))
    }
}

func accumulate(_ module: Module, base: Float, on device: Device) async throws -> Float {
    let x = try module.field("x", of: Float.self)
    try await x.write([Float](repeating: base, count: 8), on: device)
    let forward = try module.kernel("forward")
    for _ in 0..<20 {
        try await forward.launch(on: device)
        try await device.finish()
    }
    return try await module.field("loss", of: Float.self).value(on: device)
}

/// Whether it was launched.
func launch(_ kernel: Kernel, unlessPaused device: Device) async throws(TinsmithError) -> Bool {
    do throws(TinsmithError) {
        try await kernel.launch(1, on: device)
        return true
    } catch  where error.kind == .paused {
        return false
    }
}
