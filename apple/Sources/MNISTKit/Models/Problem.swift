// SPDX-License-Identifier: Apache-2.0
import Tinsmith

/// Something that went wrong, as the screens show it: what the app was doing, the whole text of the
/// error, and what a person can do about it.
public struct Problem: Sendable, Equatable {
    public let title: String
    public let message: String
    public let advice: String

    public init(title: String, message: String, advice: String) {
        self.title = title
        self.message = message
        self.advice = advice
    }

    /// `title` says what the app was doing: "The device could not be opened".
    public init(_ title: String, _ error: any Error) {
        self.title = title
        if let error = error as? TinsmithError {
            message = error.message
            advice = Self.advice(error.kind)
        } else {
            message = String(describing: error)
            advice = Self.report
        }
    }

    private static let report = "Please send the text of Diagnostics to whoever built this app."

    private static func advice(_ kind: TinsmithError.Kind) -> String {
        switch kind {
        case .invalid:
            """
            The app's files are missing, damaged, or made for another version of the app or of iOS. \
            On the computer that builds it run "make ios-shaders ios-mnist-assets", then build and \
            install the app again.
            """
        case .system:
            "Close other apps and try again; restart the phone if it stays. \(report)"
        case .paused:
            "The GPU rests while the app is not in front. Come back to the app and try again."
        case .misuse, .bug:
            "This is a mistake in the app. \(report)"
        }
    }

    /// All of it, to copy and send.
    public var text: String { "\(title)\n\(message)\n\(advice)" }
}
