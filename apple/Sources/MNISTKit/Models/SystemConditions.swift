// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the phone says of itself: how warm it is, and whether it saves power.
public struct SystemConditions: Sendable, Equatable {
    public enum Heat: Int, Sendable, Comparable {
        case nominal, fair, serious, critical
        public static func < (a: Heat, b: Heat) -> Bool { a.rawValue < b.rawValue }
    }
    public var heat: Heat
    public var savesPower: Bool

    public init(heat: Heat = .nominal, savesPower: Bool = false) {
        self.heat = heat
        self.savesPower = savesPower
    }

    /// How much of the time training may keep the GPU busy; nil: not at all for now.
    public var share: Double? {
        if heat == .critical { return nil }
        return heat == .serious || savesPower ? 0.5 : 1
    }

    /// Why training is slower than it could be, or waits.
    public var message: String? {
        if heat == .critical {
            return "Training waits: the phone is too hot. It goes on when the phone has cooled down."
        }
        if heat == .serious { return "Training at half speed: the phone is hot." }
        return savesPower ? "Training at half speed: Low Power Mode is on." : nil
    }
}

extension SystemConditions {
    /// As they are now. Off Apple's systems nothing is known and nothing is slowed down.
    public static var current: SystemConditions {
        #if canImport(Darwin)
            let process = ProcessInfo.processInfo
            let heat: Heat =
                switch process.thermalState {
                case .nominal: .nominal
                case .fair: .fair
                case .serious: .serious
                case .critical: .critical
                @unknown default: .critical
                }
            return SystemConditions(heat: heat, savesPower: process.isLowPowerModeEnabled)
        #else
            return SystemConditions()
        #endif
    }

    /// The conditions now, and anew whenever the phone says that they changed.
    public static func changes() -> AsyncStream<SystemConditions> {
        let (stream, continuation) = AsyncStream.makeStream(of: SystemConditions.self)
        continuation.yield(current)
        #if canImport(Darwin)
            let names = [
                ProcessInfo.thermalStateDidChangeNotification,
                Notification.Name.NSProcessInfoPowerStateDidChange,
            ]
            let tasks = names.map { name in
                Task {
                    for await _ in NotificationCenter.default.notifications(named: name) {
                        continuation.yield(current)
                    }
                }
            }
            continuation.onTermination = { _ in tasks.forEach { $0.cancel() } }
        #else
            continuation.finish()
        #endif
        return stream
    }
}
