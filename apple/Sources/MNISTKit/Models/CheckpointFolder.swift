// SPDX-License-Identifier: Apache-2.0
import Foundation
import Tinsmith

/// The folder where the last checkpoint of each model is kept.
public struct CheckpointFolder: Sendable {
    private let folder: URL

    public init(_ folder: URL) { self.folder = folder }

    /// The app's own, which is backed up with the phone.
    public static var standard: CheckpointFolder {
        let support = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask)
        return CheckpointFolder(
            (support.first ?? FileManager.default.temporaryDirectory)
                .appendingPathComponent("Checkpoints", isDirectory: true))
    }

    private func file(_ kind: ModelKind) -> URL {
        folder.appendingPathComponent("\(kind.rawValue).checkpoint")
    }

    /// nil where none was saved. Off the main thread, as ``save(_:)``.
    public func load(_ kind: ModelKind) async throws -> Checkpoint? {
        guard FileManager.default.fileExists(atPath: file(kind).path) else { return nil }
        return try Checkpoint(contentsOf: file(kind))
    }

    public func save(_ checkpoint: Checkpoint) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try checkpoint.write(to: file(checkpoint.settings.model))
    }
}
