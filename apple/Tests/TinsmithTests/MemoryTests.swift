// SPDX-License-Identifier: Apache-2.0
import Testing
import Tinsmith

@Suite(.needsDevice) struct MemoryTests {
    @Test func fieldsStartAtZero() async throws {
        let (device, module) = try await Fixtures.load()
        #expect(
            try await module.field("x", of: Float.self).values(on: device)
                == [Float](repeating: 0, count: 8))
    }

    @Test func fieldsOfEachTypeAreRead() async throws {
        let (device, module) = try await Fixtures.load()
        try await module.kernel("spread").launch(on: device)
        #expect(
            try await module.field("counts", of: Int32.self).values(on: device) == [
                0, 1, 2, 10, 11, 12,
            ])
        #expect(try await module.field("flags", of: Int32.self).values(on: device) == [0, 1, 0, 1])
        #expect(
            try await module.field("bytes", of: UInt8.self).values(on: device) == [
                250, 251, 252, 253,
            ])
        #expect(
            try await module.field("wide", of: Int64.self).values(on: device) == [
                1 << 40, 1 << 40 + 1,
            ])
    }

    @Test func componentsOfACellLieTogether() async throws {
        let (device, module) = try await Fixtures.load()
        try await module.kernel("spread").launch(on: device)
        let matrices = try module.field("matrices", of: Float.self)
        #expect(
            try await matrices.values(on: device) == [
                0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112,
            ])
        #expect(
            try await matrices.values(cells: 1..<2, on: device) == [100, 101, 102, 110, 111, 112])
    }

    @Test func fieldsOfVectorsAreSIMD() async throws {
        let (device, module) = try await Fixtures.load()
        try await module.kernel("spread").launch(on: device)
        let points = try module.field("points", of: Float.self)
        let values = try await points.values(as: SIMD3<Float>.self, on: device)
        #expect(values == (0..<4).map { SIMD3(1, 10, 100) * Float($0) })
        let reversed = Array(values.reversed())
        try await points.write(reversed, on: device)
        #expect(try await points.values(as: SIMD3<Float>.self, on: device) == reversed)
        let wrong = await failure { () throws(TinsmithError) in
            try await points.values(as: SIMD4<Float>.self, on: device)
        }
        expect(wrong, is: .misuse, saying: "points", "vectors of 3", "vectors of 4")
    }

    @Test func partsOfAFieldAreWritten() async throws {
        let (device, module) = try await Fixtures.load()
        let x = try module.field("x", of: Float.self)
        try await x.write([5, 6], at: 3, on: device)
        #expect(try await x.values(on: device) == [0, 0, 0, 5, 6, 0, 0, 0])
        #expect(try await x.values(cells: 4..<6, on: device) == [6, 0])
        #expect(try await x.values(cells: 8..<8, on: device) == [])
        let matrices = try module.field("matrices", of: Float.self)
        try await matrices.write([1, 2, 3, 4, 5, 6], at: 1, on: device)
        #expect(try await matrices.values(on: device) == [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6])
    }

    @Test func sizesAreChecked() async throws {
        let (device, module) = try await Fixtures.load()
        let x = try module.field("x", of: Float.self)
        let whole = await failure { () throws(TinsmithError) in
            try await x.write([1, 2], on: device)
        }
        expect(whole, is: .misuse, saying: "field x", "8 values", "2")
        let beyond = await failure { () throws(TinsmithError) in
            try await x.values(cells: 6..<9, on: device)
        }
        expect(beyond, is: .misuse, saying: "field x", "8 cells", "9")
        let negative = await failure { () throws(TinsmithError) in
            try await x.write([1], at: -1, on: device)
        }
        expect(negative, is: .misuse, saying: "-1")
        let matrices = try module.field("matrices", of: Float.self)
        let part = await failure { () throws(TinsmithError) in
            try await matrices.write([1, 2, 3], at: 0, on: device)
        }
        expect(part, is: .misuse, saying: "matrices", "6 numbers a cell", "3")
        let one = await failure { () throws(TinsmithError) in try await x.value(on: device) }
        expect(one, is: .misuse, saying: "8 values")
    }

    @Test func elementTypesAreChecked() async throws {
        let (_, module) = try await Fixtures.load()
        let error = await failure { () throws(TinsmithError) in
            try module.field("x", of: Int32.self)
        }
        expect(error, is: .misuse, saying: "field x", "f32", "i32")
    }

    @Test func arraysHaveShapesAndGradients() async throws {
        let (device, module) = try await Fixtures.load()
        let values = try await Buffer<Float>([1, -2, 3], on: device)
        let energy = try await Buffer<Float>(shape: [1], on: device)
        try await module.kernel("energy").launch(.array(values), .array(energy), on: device)
        #expect(try await energy.values(on: device) == [7])
        let backward = try module.kernel("energy_grad")
        let without = await failure { () throws(TinsmithError) in
            try await backward.launch(.array(values), .array(energy), on: device)
        }
        expect(without, is: .invalid, saying: "energy_grad", "gradient")
        let gradient = try await Buffer<Float>(shape: [3], on: device)
        try await values.setGradient(gradient, on: device)
        try await energy.setGradient(Buffer([1], on: device), on: device)
        try await backward.launch(.array(values), .array(energy), on: device)
        #expect(try await gradient.values(on: device) == [1, -2, 3])
    }

    @Test func arraysOfVectors() async throws {
        let (device, module) = try await Fixtures.load()
        let array = try await Buffer<Float>(shape: [2], elementShape: [3], on: device)
        try await array.write([SIMD3<Float>(1, 2, 3), SIMD3<Float>(4, 5, 6)], on: device)
        try await module.kernel("shift").launch(.array(array), .reals([10, 20, 30]), on: device)
        #expect(
            try await array.values(as: SIMD3<Float>.self, on: device) == [
                SIMD3(11, 22, 33), SIMD3(14, 25, 36),
            ])
        #expect(try await array.values(cells: 1..<2, on: device) == [14, 25, 36])
        try await array.clear(on: device)
        #expect(try await array.values(on: device) == [0, 0, 0, 0, 0, 0])
    }

    @Test func impossibleShapesAreRefused() async throws {
        let (device, _) = try await Fixtures.load()
        let negative = await failure { () throws(TinsmithError) in
            try await Buffer<Float>(shape: [-1], on: device)
        }
        expect(negative, is: .misuse, saying: "-1")
        let huge = await failure { () throws(TinsmithError) in
            try await Buffer<Float>(shape: [1 << 31, 1 << 31, 1 << 31], on: device)
        }
        #expect(huge != nil)
    }

    @Test func writesAndLaunchesKeepTheirOrder() async throws {
        let (device, module) = try await Fixtures.load()
        let array = try await Buffer<Float>(shape: [1, 1], on: device)
        let scale = try module.kernel("scale")
        try await interleave(array, scale, on: device)
        #expect(try await array.values(on: device) == [10])
    }

    /// What a kernel was given lives until it is done, whoever lets go of it.
    @Test func arraysOutliveTheirOwner() async throws {
        let (device, module) = try await Fixtures.load()
        let total = try module.kernel("total")
        for index in 1...20 {
            let array = try await Buffer<Float>(
                [Float](repeating: Float(index), count: 1000), on: device)
            try await total.launch(.array(array), on: device)
        }
        #expect(try await total.results(on: device).map(\.real) == [20_000])
    }

    @Test func kernelsAndFieldsKeepTheirModule() async throws {
        let device = try Fixtures.openDevice()
        let parts = try await {
            let module = try await Module(Fixtures.open(), on: device)
            return (
                kernel: try module.kernel("count_up"),
                field: try module.field("steps", of: Int32.self)
            )
        }()
        try await parts.kernel.launch(3, on: device)
        #expect(try await parts.field.value(on: device) == 3)
    }

    @Test func thingsOfAnotherDeviceAreRefused() async throws {
        let (device, module) = try await Fixtures.load()
        let (other, _) = try await Fixtures.load()
        let kernel = try module.kernel("total")
        let launch = await failure { () throws(TinsmithError) in try await kernel.launch(on: other)
        }
        expect(launch, is: .misuse, saying: "kernel total", "another device")
        let array = try await Buffer<Float>([1], on: other)
        let argument = await failure { () throws(TinsmithError) in
            try await kernel.launch(.array(array), on: device)
        }
        expect(argument, is: .misuse, saying: "kernel total", "another device")
        let read = await failure { () throws(TinsmithError) in try await array.values(on: device) }
        expect(read, is: .misuse, saying: "another device")
        let field = try module.field("x", of: Float.self)
        let write = await failure { () throws(TinsmithError) in
            try await field.write([1], at: 0, on: other)
        }
        expect(write, is: .misuse, saying: "field x", "another device")
    }
}

func interleave(
    _ array: Buffer<Float>, _ scale: Kernel, on device: isolated Device
) throws(TinsmithError) {
    try array.write([3], on: device)
    try scale.launch(.array(array), 2, on: device)
    try array.write([5], on: device)
    try scale.launch(.array(array), 2, on: device)
}
