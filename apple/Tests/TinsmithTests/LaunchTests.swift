// SPDX-License-Identifier: Apache-2.0
import Testing
import Tinsmith

@Suite(.needsDevice) struct LaunchTests {
    @Test(arguments: Fixtures.loadable)
    func runsForwardAndBackward(_ form: String) async throws {
        let (device, module) = try await Fixtures.load(form)
        let x = try module.field("x", of: Float.self)
        try await x.write([1, 2, 3, 4, 5, 6, 7, 8], on: device)
        try await module.kernel("forward").launch(on: device)
        #expect(try await module.field("loss", of: Float.self).value(on: device) == 204)
        try await module.field("loss_grad", of: Float.self).write([1], on: device)
        try await module.kernel("backward").launch(on: device)
        let gradient = try await module.field("x_grad", of: Float.self).values(on: device)
        #expect(gradient == [2, 4, 6, 8, 10, 12, 14, 16])
    }

    @Test func passesNumbersOfEachType() async throws {
        let (device, module) = try await Fixtures.load()
        let out = try module.field("out", of: Float.self)
        let scalars = try module.kernel("scalars")
        try await scalars.launch(0.5, -7, 200, 1, on: device)
        #expect(try await out.values(cells: 0..<4, on: device) == [0.5, -7, 200, 1])
        try await scalars.launch(
            Argument(Float(1.25)), Argument(Int32.min), Argument(UInt8.max), Argument(false),
            on: device)
        #expect(try await out.values(cells: 0..<4, on: device) == [1.25, -2_147_483_648, 255, -1])
    }

    @Test func passesVectorsAndMatrices() async throws {
        let (device, module) = try await Fixtures.load()
        let out = try module.field("out", of: Float.self)
        try await module.kernel("tensors").launch(
            .reals([1, 2, 3]), .integers([100, 200]), .reals([1, 0, 0, 0, 1, 1]), on: device)
        #expect(try await out.values(cells: 0..<2, on: device) == [101, 205])
        try await module.kernel("tensors").launch(
            Argument(SIMD3<Float>(3, 2, 1)), Argument(SIMD2<Int32>(-1, -2)),
            Argument([1, 0, 0, 0, 1, 1] as [Double]), on: device)
        #expect(try await out.values(cells: 0..<2, on: device) == [2, 1])
    }

    @Test func returnsResults() async throws {
        let (device, module) = try await Fixtures.load()
        let split = try module.kernel("split")
        try await split.launch(47, on: device)
        let values = try await split.results(on: device)
        #expect(values.map(\.dtype) == [.i32, .i32])
        #expect(values.map(\.integer) == [4, 7])
        #expect(values.map(\.real) == [4, 7])
        let array = try await Buffer<Float>([1, 2.5, 4], on: device)
        let total = try module.kernel("total")
        try await total.launch(.array(array), on: device)
        #expect(try await total.results(on: device).map(\.real) == [7.5])
    }

    @Test func callsOfOneKernelEachGetTheirOwnResults() async throws {
        let (device, module) = try await Fixtures.load()
        let split = try module.kernel("split")
        try await withThrowingTaskGroup(of: (Int64, [Int64]).self) { group in
            for number: Int64 in 10..<90 {
                group.addTask {
                    (number, try await split.call(.integer(number), on: device).map(\.integer))
                }
            }
            for try await (number, digits) in group {
                #expect(digits == [number / 10, number % 10])
            }
        }
    }

    @Test func aCallNeverGivesTheResultsOfAnotherLaunch() async throws {
        let (device, module) = try await Fixtures.load()
        let split = try module.kernel("split")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number: Int64 in 10..<90 {
                group.addTask { try await split.launch(99, on: device) }
                group.addTask {
                    do {
                        let digits = try await split.call(.integer(number), on: device)
                        #expect(digits.map(\.integer) == [number / 10, number % 10])
                    } catch let error as TinsmithError {
                        #expect(error.kind == .misuse)
                        #expect(error.message.contains("was launched by another task"))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func runsGraphsByName() async throws {
        let (device, module) = try await Fixtures.load()
        let array = try await Buffer<Float>(shape: [2, 2], on: device)
        try await array.write([1, 2, 3, 4], on: device)
        try await module.graph("scale_twice").run(["a": .array(array), "by": 3], on: device)
        #expect(try await array.values(on: device) == [9, 18, 27, 36])
    }

    @Test func recordsManyStepsInOneHop() async throws {
        let (device, module) = try await Fixtures.load()
        let count = try module.kernel("count_up")
        let before = await device.counters
        try await record(200, of: count, on: device)
        try await device.finish()
        let after = await device.counters
        #expect(after.dispatches - before.dispatches == 200)
        #expect(after.submissions - before.submissions <= 1)
        #expect(try await module.field("steps", of: Int32.self).value(on: device) == 200)
        #expect(
            await device.counters.waits == after.waits, "what is finished is read without a wait")
    }

    @Test func seedsRandomNumbers() async throws {
        let (device, module) = try await Fixtures.load(threads: 1)
        let out = try module.field("out", of: Float.self)
        var drawn: [[Float]] = []
        for seed: UInt32 in [1, 2, 1] {
            try await module.seed(seed, on: device)
            try await module.kernel("noise").launch(on: device)
            drawn.append(try await out.values(on: device))
        }
        #expect(drawn[0] == drawn[2])
        #expect(drawn[0] != drawn[1])
    }

    @Test func namesWhatItHasWhereANameIsWrong() async throws {
        let (_, module) = try await Fixtures.load()
        let kernel = await failure { () throws(TinsmithError) in try module.kernel("forwards") }
        expect(kernel, is: .misuse, saying: "forwards", "forward, backward")
        let field = await failure { () throws(TinsmithError) in
            try module.field("y", of: Float.self)
        }
        expect(field, is: .misuse, saying: "y", "points")
        let graph = await failure { () throws(TinsmithError) in try module.graph("loop") }
        expect(graph, is: .misuse, saying: "loop", "scale_twice")
    }

    @Test func errorsNameKernelArgumentExpectedAndGiven() async throws {
        let (device, module) = try await Fixtures.load()
        let scalars = try module.kernel("scalars")
        let tooFew = await failure { () throws(TinsmithError) in
            try await scalars.launch(1, on: device)
        }
        expect(tooFew, is: .invalid, saying: "scalars", "4", "1")
        let real = await failure { () throws(TinsmithError) in
            try await scalars.launch(0.5, 0.5, 1, 1, on: device)
        }
        expect(real, is: .invalid, saying: "scalars", "b", "i32", "0.5")
        let range = await failure { () throws(TinsmithError) in
            try await scalars.launch(0.5, 1, 256, 1, on: device)
        }
        expect(range, is: .invalid, saying: "scalars", "c", "u8", "256")
        let wide = try await Buffer<Double>([1, 2], on: device)
        let total = try module.kernel("total")
        let array = await failure { () throws(TinsmithError) in
            try await total.launch(.array(wide), on: device)
        }
        expect(array, is: .invalid, saying: "total", "a", "f32", "f64")
        #expect(await device.counters.dispatches == 0)
    }

    @Test func graphsCheckTheirArgumentsByName() async throws {
        let (device, module) = try await Fixtures.load()
        let graph = try module.graph("scale_twice")
        let error = await failure { () throws(TinsmithError) in
            try await graph.run(["by": 2], on: device)
        }
        expect(error, is: .invalid, saying: "scale_twice", "a")
    }
}

func record(_ steps: Int, of kernel: Kernel, on device: isolated Device) throws(TinsmithError) {
    for _ in 0..<steps { try kernel.launch(1, on: device) }
}
