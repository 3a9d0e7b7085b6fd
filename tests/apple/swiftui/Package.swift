// swift-tools-version: 6.0
// SPDX-License-Identifier: Apache-2.0
//
// The app's own sources against stand-ins for SwiftUI and Charts: type-checked, evaluated, pressed. Xcode builds the same
// sources against the real ones (apple/MNISTApp).
import PackageDescription

let package = Package(
    name: "AppCheck",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "Tinsmith", path: "../../..")],
    targets: [
        .target(name: "SwiftUI"),
        .target(name: "Charts", dependencies: ["SwiftUI"]),
        .executableTarget(
            name: "MNISTApp",
            dependencies: ["SwiftUI", "Charts", .product(name: "MNISTKit", package: "Tinsmith")],
            exclude: ["Assets.xcassets", "PrivacyInfo.xcprivacy"],
            swiftSettings: [.unsafeFlags(["-warnings-as-errors"])]),
        .testTarget(
            name: "MNISTAppTests",
            dependencies: ["MNISTApp", "SwiftUI", .product(name: "MNISTKit", package: "Tinsmith")]),
    ],
    swiftLanguageModes: [.v6])
