// SPDX-License-Identifier: Apache-2.0
// The trees of the screens as text, beside the tests: TINSMITH_UPDATE_SCREENS=1 writes them anew.
import Foundation
import SwiftUI
import Testing

@MainActor func expect(
    _ screen: Screen, isLike name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Screens").standardizedFileURL
    let file = folder.appendingPathComponent("\(name).txt")
    let system = ProcessInfo.processInfo.operatingSystemVersionString
    let outline = screen.tree.outline.replacingOccurrences(of: system, with: "THIS SYSTEM")
    if ProcessInfo.processInfo.environment["TINSMITH_UPDATE_SCREENS"] == "1" {
        try Data(outline.utf8).write(to: file)
        return
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(
        outline == expected, "Screens/\(name).txt differs; TINSMITH_UPDATE_SCREENS=1 accepts what is new",
        sourceLocation: sourceLocation)
}
