// SPDX-License-Identifier: Apache-2.0
// What tests/apple/swift_test.py prepared, and where.
import Foundation
import Testing
import Tinsmith

enum Fixtures {
    /// Holds `kinds` (tests/apple/swift/kernels.py exported), `bundle` (its Metal libraries) and
    /// `corpus` (damaged ones).
    static let folder: URL? = ProcessInfo.processInfo.environment["TINSMITH_TEST_FIXTURES"].map {
        URL(fileURLWithPath: $0, isDirectory: true)
    }
    /// The device to run kernels on; none where SwiftPM compiled the runtime, which has no device
    /// on Linux.
    static let device = ProcessInfo.processInfo.environment["TINSMITH_TEST_DEVICE"]

    /// The forms of the test kernels that this device loads: Metal takes bundles alone.
    static let loadable = device == "metal" ? ["bundle"] : forms

    static func url(_ name: String) throws -> URL {
        try #require(folder, "run tests/apple/swift_test.py, which makes the packages")
            .appendingPathComponent(name)
    }

    /// Bundles and packages that hold the same kernels.
    static let forms = ["kinds", "kinds.tcm", "bundle"]

    static func open(_ name: String = "bundle") throws -> Package {
        try Package(contentsOf: url(name))
    }

    /// Code compiled by one test is there for the others.
    static func openDevice(threads: Int = 0) throws -> Device {
        let name: String = try #require(device)
        let cache = try url("cache").path
        return try Device(name, options: .init(threads: threads, cacheFolder: cache))
    }

    static func load(
        _ name: String = "bundle", threads: Int = 0
    ) async throws -> (device: Device, module: Module) {
        let device = try openDevice(threads: threads)
        return (device, try await Module(open(name), on: device))
    }

    /// All files under a folder, by their paths within it.
    static func files(under name: String) throws -> [String: Data] {
        let root = try url(name)
        var files: [String: Data] = [:]
        let paths = try #require(FileManager.default.subpaths(atPath: root.path))
        for path in paths {
            let file = root.appendingPathComponent(path)
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                files[path] = try Data(contentsOf: file)
            }
        }
        return files
    }
}

extension Trait where Self == ConditionTrait {
    /// For tests that run kernels.
    static var needsDevice: Self {
        .enabled(if: Fixtures.device != nil, "this build of the runtime has no device")
    }
}

extension Trait where Self == ConditionTrait {
    /// For tests of what only a GPU does.
    static var needsMetal: Self {
        .enabled(if: Fixtures.device == "metal", "this build of the runtime has no Metal device")
    }
}

/// The error of a call that must fail.
func failure<R>(
    of call: () async throws(TinsmithError) -> R, sourceLocation: SourceLocation = #_sourceLocation
) async -> TinsmithError? {
    do {
        _ = try await call()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error
    }
}

/// Checks that an error is of this kind and says all of these words.
func expect(
    _ error: TinsmithError?, is kind: TinsmithError.Kind, saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let error else { return }
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    for word in words {
        #expect(error.message.contains(word), sourceLocation: sourceLocation)
    }
}
