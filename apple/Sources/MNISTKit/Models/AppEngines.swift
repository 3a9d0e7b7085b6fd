// SPDX-License-Identifier: Apache-2.0
import Foundation
import Tinsmith

/// One device, and the engines on it, each made when it is first asked for. What failed is tried
/// again by the next who asks.
public actor AppEngines: EngineSource {
    private let assets: URL
    private let deviceName: String?
    private var opened: Device?
    private var autodiffRunner: Task<AutodiffRunner, any Error>?
    private var trainers: [ModelKind: Task<Trainer, any Error>] = [:]

    /// - Parameters:
    ///   - assets: the folder that holds `Autodiff` and `MNIST`: the app's bundle, or apple/Resources.
    ///   - deviceName: as for `Device`; nil is the GPU on a phone.
    public init(assets: URL, deviceName: String? = nil) {
        self.assets = assets
        self.deviceName = deviceName
    }

    public func openDevice() throws -> DeviceInfo { try device().info }

    public func autodiff() async throws -> any AutodiffEngine {
        let device = try device()
        let folder = assets.appendingPathComponent("Autodiff")
        let making = autodiffRunner ?? Task { try await AutodiffRunner(assets: folder, device: device) }
        autodiffRunner = making
        do {
            return try await making.value
        } catch {
            if autodiffRunner == making { autodiffRunner = nil }
            throw error
        }
    }

    public func digits(_ kind: ModelKind) async throws -> any DigitEngine {
        let device = try device()
        let folder = assets.appendingPathComponent("MNIST")
        let making =
            trainers[kind]
            ?? Task { try await Trainer(assets: folder, model: kind, device: device) }
        trainers[kind] = making
        do {
            return try await making.value
        } catch {
            if trainers[kind] == making { trainers[kind] = nil }
            throw error
        }
    }

    public func pause() async throws { try await opened?.pause() }
    public func resume() async throws { try await opened?.resume() }

    /// Folders of packages within the assets.
    public static let packageFolders = ["Autodiff", "MNIST/softmax", "MNIST/mlp"]

    public func assetReports() -> [AssetReport] {
        Self.packageFolders.map { name in
            do throws(TinsmithError) {
                let package = try Package(contentsOf: assets.appendingPathComponent(name))
                let text = "\(package.targets); \(package.fingerprint)"
                return AssetReport(name: name, text: text, isGood: true)
            } catch {
                return AssetReport(name: name, text: error.message, isGood: false)
            }
        }
    }

    private func device() throws(TinsmithError) -> Device {
        if let opened { return opened }
        let device = try Device(deviceName)
        opened = device
        return device
    }
}
