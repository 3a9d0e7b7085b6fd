// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Numbers as texts, and texts as numbers. With a point on every phone, as in the reports that
/// people send; a comma is taken for one when they type.
enum NumberText {
    static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return "not a number" }
        return String(format: "%.\(digits)f", value)
    }

    /// As short as `digits` significant digits allow: "0.5", "2.5e-05".
    static func short(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return "not a number" }
        return String(format: "%.\(digits)g", value)
    }

    static func percent(_ fraction: Double) -> String { "\(fixed(fraction * 100, digits: 1)) %" }

    static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "not known on this device" }
        if seconds < 0.001 { return "\(fixed(seconds * 1e6, digits: 0)) µs" }
        if seconds < 1 { return "\(fixed(seconds * 1000, digits: 2)) ms" }
        return "\(fixed(seconds, digits: 2)) s"
    }

    static func real(_ text: String) -> Double? {
        let point = trimmed(text).replacingOccurrences(of: ",", with: ".")
        guard let value = Double(point), value.isFinite else { return nil }
        return value
    }

    static func whole(_ text: String) -> Int? { Int(trimmed(text)) }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces)
    }
}
