// swift-tools-version: 6.0
// SPDX-License-Identifier: Apache-2.0
//
// Tinsmith for apps. SwiftPM compiles the C++ runtime of src/ as it lies: an iOS developer needs
// Xcode and nothing else. On Apple's systems its device is `metal`. On Linux a build of this kind
// has no device; it opens and checks packages.
//
// With TINSMITH_LIBRARY_DIR in the environment (the folder of a libtinsmith.so, build/lib) the same
// Swift code runs over that library instead, with its CPU and Vulkan devices. That is for our tests
// and for Swift on Linux.
import PackageDescription

#if os(Linux)
    let systemSources: [String] = []
#else
    let systemSources = [
        "runtime/metal/device.mm",
        "runtime/metal/errors.mm",
        "runtime/metal/program.mm",
        "runtime/metal/stream.mm",
        "runtime/metal/system.mm",
    ]
#endif

// By file, because tests and other devices lie beside them; tests/apple/package_sources.py compares
// with CMake's lists.
let runtimeSources = [
    "support/check.cc",
    "support/diagnostics.cc",
    "support/dtype.cc",
    "support/files.cc",
    "support/json.cc",
    "support/json_parse.cc",
    "support/sha256.cc",
    "package/argument_shape.cc",
    "package/check.cc",
    "package/inspect_spirv.cc",
    "package/json_place.cc",
    "package/package.cc",
    "package/read.cc",
    "package/read_kernel.cc",
    "package/write.cc",
    "package/write_json.cc",
    "package/zip.cc",
    "metallib/blob.cc",
    "metallib/read.cc",
    "metallib/target.cc",
    "metallib/write.cc",
    "bundle/manifest.cc",
    "bundle/names.cc",
    "bundle/read.cc",
    "bundle/read_manifest.cc",
    "bundle/variants.cc",
    "bundle/words.cc",
    "bundle/write.cc",
    "runtime/accesses.cc",
    "runtime/backend.cc",
    "runtime/block.cc",
    "runtime/describe.cc",
    "runtime/graph.cc",
    "runtime/half.cc",
    "runtime/module.cc",
    "runtime/progress.cc",
    "api/array.cc",
    "api/device.cc",
    "api/entry.cc",
    "api/infos.cc",
    "api/launch.cc",
    "api/module.cc",
    "api/open_device_app.cc",
    "api/package.cc",
    "api/types.cc",
]

let libraryFolder = Context.environment["TINSMITH_LIBRARY_DIR"]

let runtime: Target =
    if libraryFolder == nil {
        .target(
            name: "CTinsmith", path: "src", sources: runtimeSources + systemSources,
            publicHeadersPath: "api/include", cxxSettings: [.headerSearchPath(".")],
            linkerSettings: [
                .linkedFramework("Foundation", .when(platforms: [.iOS, .macOS])),
                .linkedFramework("Metal", .when(platforms: [.iOS, .macOS])),
            ])
    } else {
        .systemLibrary(name: "CTinsmith", path: "apple/CTinsmith")
    }

let librarySettings: [LinkerSetting] =
    libraryFolder.map { [.unsafeFlags(["-L", $0, "-Xlinker", "-rpath", "-Xlinker", $0])] } ?? []

let package = Package(
    name: "Tinsmith",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "Tinsmith", targets: ["Tinsmith"]),
        .library(name: "TinsmithCpp", targets: ["TinsmithCpp"]),
        .library(name: "MNISTKit", targets: ["MNISTKit"]),
    ],
    targets: [
        runtime,
        .target(
            name: "Tinsmith", dependencies: ["CTinsmith"], path: "apple/Sources/Tinsmith",
            linkerSettings: librarySettings),
        // For apps in C++ and Objective-C++: tinsmith.hpp, and through it tinsmith.h.
        .target(
            name: "TinsmithCpp", dependencies: ["CTinsmith"], path: "src/api/cpp",
            publicHeadersPath: ".", cxxSettings: [.headerSearchPath("../include")],
            linkerSettings: librarySettings),
        .target(name: "MNISTKit", dependencies: ["Tinsmith"], path: "apple/Sources/MNISTKit"),
        .testTarget(
            name: "TinsmithTests", dependencies: ["Tinsmith"], path: "apple/Tests/TinsmithTests"),
        .testTarget(
            name: "MNISTKitTests", dependencies: ["MNISTKit"], path: "apple/Tests/MNISTKitTests"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20)
