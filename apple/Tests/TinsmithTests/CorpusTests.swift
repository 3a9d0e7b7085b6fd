// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Tinsmith

/// A bundle of tests/apple/corpus, and why it must be refused.
struct DamagedBundle: Sendable, CustomTestStringConvertible {
    let name: String
    /// `open`, or `load on iOS`: then it opens, and no phone takes it.
    let when: String
    let reason: String

    var testDescription: String { name }

    static let all: [DamagedBundle] = {
        guard let folder = Fixtures.folder,
            let index = try? String(
                contentsOf: folder.appendingPathComponent("corpus/index.tsv"), encoding: .utf8)
        else { return [] }
        return index.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            return DamagedBundle(
                name: String(parts[0]), when: String(parts[1]), reason: String(parts[2]))
        }
    }()
}

@Suite struct CorpusTests {
    @Test func thereIsACorpus() {
        #expect(DamagedBundle.all.count > 50)
        #expect(DamagedBundle.all.contains { $0.when == "open" })
    }

    @Test(arguments: DamagedBundle.all)
    func foldersAreRefusedWithTheReason(_ bundle: DamagedBundle) async throws {
        let url = try Fixtures.url("corpus/\(bundle.name)")
        try await judge(bundle) { () throws(TinsmithError) in try Package(contentsOf: url) }
    }

    @Test(arguments: DamagedBundle.all)
    func filesInMemoryAreRefusedWithTheReason(_ bundle: DamagedBundle) async throws {
        let files = try Fixtures.files(under: "corpus/\(bundle.name)")
        try await judge(bundle) { () throws(TinsmithError) in
            try Package(files: files, name: bundle.name)
        }
    }

    private func judge(
        _ bundle: DamagedBundle, _ open: () throws(TinsmithError) -> Package
    ) async throws {
        guard bundle.when == "open" else {
            _ = try open()
            return
        }
        let error = await failure(of: open)
        #expect(error?.message.contains(bundle.reason) == true, "\(error?.message ?? "")")
        #expect(error?.kind == .invalid || bundle.name.hasSuffix("_missing"), "\(error!.kind)")
    }
}
