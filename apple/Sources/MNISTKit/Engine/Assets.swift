// SPDX-License-Identifier: Apache-2.0
// The app's packages, opened only if they are those that its bindings were made from.
import Foundation
import Tinsmith

/// Opens the package in a folder of the app's resources; every failure tells which `make` target
/// makes it.
func openAsset(_ folder: URL, fingerprint: String, madeBy target: String) throws(TinsmithError)
    -> Package
{
    let package: Package
    do {
        package = try Package(contentsOf: folder)
    } catch {
        throw TinsmithError(
            kind: error.kind,
            message: "\(error.message)\nRun `make \(target)` and build the app again.")
    }
    guard package.fingerprint == fingerprint else {
        throw TinsmithError(
            kind: .invalid,
            message:
                "\(folder.lastPathComponent): stale: it was made from other kernels (\(package.fingerprint.prefix(12))…) "
                + "than this app (\(fingerprint.prefix(12))…).\nRun `make \(target)` and build the app again."
        )
    }
    return package
}
