// SPDX-License-Identifier: Apache-2.0
import CTinsmith

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What went wrong, in words for a person: the place, what was expected, what was given, and a way
/// out.
///
/// Every throwing function of this module throws this type and no other, so a `catch` needs no
/// cast:
///
/// ```swift
/// import Tinsmith
///
/// func launch(_ kernel: Kernel, on device: Device) async {
///     do {
///         try await kernel.launch(0.5, on: device)
///     } catch {
///         print(error.kind, error.message)
///     }
/// }
/// ```
public struct TinsmithError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Who can do something about it.
    public enum Kind: Sendable {
        /// What was given is wrong: a damaged bundle, an argument of another type, a value out of
        /// range.
        case invalid
        /// The call is wrong: a kernel of another device, a field asked for by another element
        /// type.
        case misuse
        /// The system failed: no such device, no such file, no memory, a fault of the GPU.
        case system
        /// ``Device/pause()`` is in force. Nothing was recorded; call again after
        /// ``Device/resume()``.
        case paused
        /// A bug of Tinsmith's. Please report the message.
        case bug
    }

    /// Who can do something about it.
    public let kind: Kind
    /// One or more lines for a person.
    public let message: String

    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}

extension TinsmithError: LocalizedError {
    public var errorDescription: String? { message }
}

extension TinsmithError {
    /// The failure that a call of the C API just reported on this thread.
    init(_ status: tin_status) {
        self.init(status, String(cString: tin_last_error()))
    }

    init(_ status: tin_status, _ message: String) {
        let kind: Kind =
            switch status {
            case TIN_INVALID: .invalid
            case TIN_MISUSE: .misuse
            case TIN_WORLD: .system
            case TIN_PAUSED: .paused
            default: .bug
            }
        self.init(kind: kind, message: message)
    }

    static func misuse(_ message: String) -> TinsmithError {
        TinsmithError(kind: .misuse, message: message)
    }
}

/// Throws the reason of a call of the C API that failed. To be called on the thread of that call,
/// before any other.
func check(_ status: tin_status) throws(TinsmithError) {
    if status != TIN_OK { throw TinsmithError(status) }
}
