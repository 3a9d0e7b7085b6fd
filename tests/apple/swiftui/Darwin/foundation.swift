// SPDX-License-Identifier: Apache-2.0
// What Apple's Foundation has and that of Linux has not, so that the branches for Apple's systems are type-checked too
// (screens_test.py). Declarations only; nothing of it runs.
import Foundation
extension ProcessInfo {
    public enum ThermalState: Int, Sendable { case nominal, fair, serious, critical }
    public var thermalState: ThermalState { .nominal }
    public var isLowPowerModeEnabled: Bool { false }
    public class var thermalStateDidChangeNotification: NSNotification.Name { NSNotification.Name("thermal") }
}
extension NSNotification.Name {
    public static let NSProcessInfoPowerStateDidChange = NSNotification.Name("power")
}
extension NotificationCenter {
    public final class Notifications: AsyncSequence, @unchecked Sendable {
        public typealias Element = Notification
        public struct Iterator: AsyncIteratorProtocol {
            public mutating func next() async -> Notification? { nil }
        }
        public func makeAsyncIterator() -> Iterator { Iterator() }
    }
    public func notifications(
        named name: Notification.Name, object: AnyObject? = nil
    ) -> Notifications { Notifications() }
}
@available(*, unavailable) extension NotificationCenter.Notifications.Iterator: Sendable {}
