// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

@Suite struct PackageTests {
    @Test(arguments: Fixtures.forms)
    func listsWhatItHolds(_ form: String) throws {
        let package = try Fixtures.open(form)
        #expect(package.kernels.contains { $0.name == "forward" })
        #expect(package.fields.map(\.name).sorted().prefix(3) == ["bytes", "counts", "flags"])
        #expect(package.graphs.map(\.name) == ["scale_twice"])
        #expect(package.kernel("nothing") == nil)
    }

    @Test func formsOfOnePackageHaveOneFingerprint() throws {
        let fingerprints = try Fixtures.forms.map { try Fixtures.open($0).fingerprint }
        #expect(Set(fingerprints).count == 1)
        #expect(fingerprints[0].count == 64)
    }

    @Test func saysForWhichSystemsItIs() throws {
        #expect(try Fixtures.open("kinds").targets == "SPIR-V")
        let targets = try Fixtures.open("bundle").targets
        #expect(targets.contains("iOS 16") && targets.contains("simulator"))
    }

    @Test(arguments: Fixtures.forms)
    func describesKernels(_ form: String) throws {
        let package = try Fixtures.open(form)
        let forward = try #require(package.kernel("forward"))
        #expect(forward.documentation == "Adds the sum of all x[i]^2 to the loss.")
        #expect(forward.gradientOf == nil && forward.parameters.isEmpty && forward.results.isEmpty)
        #expect(package.kernel("backward")?.gradientOf == "forward")
        let scalars = try #require(package.kernel("scalars"))
        #expect(scalars.parameters.map(\.name) == ["a", "b", "c", "d"])
        #expect(
            scalars.parameters.map(\.kind) == [
                .scalar(.f32), .scalar(.i32), .scalar(.u8), .scalar(.u1),
            ])
        #expect(scalars.parameters.map(\.numberCount) == [1, 1, 1, 1])
        #expect(package.kernel("split")?.results == [.i32, .i32])
        #expect(package.kernel("total")?.results == [.f32])
    }

    @Test(arguments: Fixtures.forms)
    func describesTensorsAndArrays(_ form: String) throws {
        let package = try Fixtures.open(form)
        let tensors = try #require(package.kernel("tensors")).parameters
        #expect(
            tensors.map(\.kind) == [
                .tensor(.f32, shape: [3]), .tensor(.i32, shape: [2]), .tensor(.f32, shape: [2, 3]),
            ])
        #expect(tensors.map(\.numberCount) == [3, 2, 6])
        let shift = try #require(package.kernel("shift")).parameters[0]
        #expect(shift.kind == .array(.f32, axisCount: 1, elementShape: [3]))
        #expect(shift.access == [.read, .write])
        let total = try #require(package.kernel("total")).parameters[0]
        #expect(total.access == .read)
        let gradient = try #require(package.kernel("energy_grad")).parameters
        #expect(gradient.map(\.needsGradient) == [true, true])
        #expect(package.graph("scale_twice")?.parameters.map(\.name) == ["a", "by"])
    }

    @Test(arguments: Fixtures.forms)
    func describesFields(_ form: String) throws {
        let package = try Fixtures.open(form)
        let counts = try #require(package.field("counts"))
        #expect(counts.dtype == .i32 && counts.shape == [2, 3] && counts.elementShape.isEmpty)
        #expect(counts.cellCount == 6 && counts.byteCount == 24)
        let matrices = try #require(package.field("matrices"))
        #expect(
            matrices.shape == [2] && matrices.elementShape == [2, 3] && matrices.componentCount == 6
        )
        #expect(package.field("points")?.elementShape == [3])
        let loss = try #require(package.field("loss"))
        #expect(loss.shape.isEmpty && loss.cellCount == 1 && loss.byteCount == 4)
        #expect(package.field("flags")?.dtype == .u1)
        #expect(package.field("flags")?.byteCount == 16)
    }

    @Test(arguments: ["kinds", "bundle"])
    func opensFromMemory(_ form: String) throws {
        let package = try Package(files: Fixtures.files(under: form), name: "in memory")
        let onDisk = try Fixtures.open(form)
        #expect(package.fingerprint == onDisk.fingerprint)
        #expect(package.kernels == onDisk.kernels)
        #expect(package.fields == onDisk.fields)
        #expect(package.graphs == onDisk.graphs)
    }

    @Test func namesTheFileThatIsMissing() async throws {
        let missing = await failure { () throws(TinsmithError) in
            try Package(contentsOf: URL(fileURLWithPath: "/nowhere/Square"))
        }
        expect(missing, is: .system, saying: "/nowhere/Square")
        let files = try Fixtures.files(under: "bundle").filter { !$0.key.hasSuffix(".metallib") }
        let cut = await failure { () throws(TinsmithError) in
            try Package(files: files, name: "in memory")
        }
        expect(cut, is: .invalid, saying: "in memory", ".metallib")
    }

    @Test func opensFilesAlone() async throws {
        let address = try #require(URL(string: "https://example.org/Square"))
        let error = await failure { () throws(TinsmithError) in try Package(contentsOf: address) }
        expect(error, is: .misuse, saying: "https://example.org/Square")
    }

    @Test func errorsAreWordsForPeople() async throws {
        let error = await failure { () throws(TinsmithError) in
            try Package(files: [:], name: "empty one")
        }
        expect(error, is: .invalid, saying: "empty one")
        #expect(error?.localizedDescription == error?.message)
        #expect(error?.description == error?.message)
    }
}

/// Where SwiftPM compiled the runtime on Linux.
@Suite(.enabled(if: Fixtures.device == nil, "this build of the runtime has devices"))
struct NoDeviceTests {
    @Test(arguments: [nil, "metal", "cpu"] as [String?])
    func saysThatThisBuildHasNoDevice(_ name: String?) async {
        let error = await failure { () throws(TinsmithError) in try Device(name) }
        expect(error, is: .system, saying: "no device")
    }
}
