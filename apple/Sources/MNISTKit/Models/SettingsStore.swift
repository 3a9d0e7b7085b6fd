// SPDX-License-Identifier: Apache-2.0
import Foundation
import Observation

/// Where settings are kept from one start of the app to the next: `UserDefaults`, and a dictionary
/// in tests.
@MainActor public protocol SettingsStorage: AnyObject {
    func savedValue(forKey key: String) -> Data?
    func save(_ value: Data, forKey key: String)
}
extension UserDefaults: SettingsStorage {
    public func savedValue(forKey key: String) -> Data? { data(forKey: key) }
    public func save(_ value: Data, forKey key: String) { set(value, forKey: key) }
}

/// What people entered, as they entered it: a number that is not one yet is kept too.
public struct SavedSettings: Codable, Equatable, Sendable {
    public var training = TrainingForm()
    public var autodiffSize = "16"
    public var autodiffBase = "0.5"
    public init() {}
}

@available(iOS 17, macOS 14, *)
@MainActor @Observable public final class SettingsStore {
    /// Saved at every change.
    public var saved: SavedSettings {
        didSet { if saved != oldValue { save() } }
    }
    @ObservationIgnored private let storage: any SettingsStorage
    private static let key = "settings"

    /// Settings of another version of the app that cannot be read are left for the defaults.
    public init(_ storage: any SettingsStorage) {
        self.storage = storage
        let data = storage.savedValue(forKey: Self.key)
        saved =
            data.flatMap { try? JSONDecoder().decode(SavedSettings.self, from: $0) }
            ?? SavedSettings()
    }

    private func save() {
        if let data = try? JSONEncoder().encode(saved) { storage.save(data, forKey: Self.key) }
    }
}
