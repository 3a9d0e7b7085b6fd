// SPDX-License-Identifier: Apache-2.0
import CTinsmith

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Kernels, fields and graphs that were exported from Python: a bundle of Metal libraries as
/// `tinsmith metal` makes it, a folder of such bundles for several systems, or the exported package
/// itself.
///
/// Opening checks all of it (hashes, versions, bindings, sizes against the libraries) and refuses
/// what is damaged or foreign with the reason. A package never changes and needs no device; any
/// number of tasks may use it.
public struct Package: Sendable {
    /// SHA-256 of the kernels and fields as they were exported, 64 hexadecimal digits: the same for
    /// every bundle made of one package, whatever its system. Generated bindings compare it with
    /// that of the package they were made from.
    public let fingerprint: String
    /// The systems that it has libraries for, in words.
    public let targets: String
    /// All kernels, in the order of the export.
    public let kernels: [KernelDescription]
    /// All fields.
    public let fields: [FieldDescription]
    /// All graphs.
    public let graphs: [GraphDescription]

    let handle: PackageHandle

    /// Opens the folder, or the `.tcm` archive, at a file URL.
    public init(contentsOf url: URL) throws(TinsmithError) {
        guard url.isFileURL else {
            throw .misuse(
                "Package(contentsOf:) opens files, and this is the address \(url.absoluteString)")
        }
        var pointer: OpaquePointer?
        try check(tin_package_open(url.path, &pointer))
        self.init(PackageHandle(pointer))
    }

    /// Opens a folder that is in memory.
    ///
    /// - Parameters:
    ///   - files: the folder's files by their path within it, `manifest.json` or
    ///     `device/kernels.metallib`.
    ///   - name: what messages call the folder.
    public init(files: [String: Data], name: String) throws(TinsmithError) {
        let copies = files.sorted { $0.key < $1.key }.map { FileCopy(name: $0.key, data: $0.value) }
        defer { for copy in copies { copy.free() } }
        let list = copies.map {
            tin_file(name: $0.name, bytes: $0.bytes.baseAddress, size: $0.bytes.count)
        }
        var pointer: OpaquePointer?
        try check(tin_package_open_files(name, list, list.count, &pointer))
        self.init(PackageHandle(pointer))
    }

    private init(_ handle: PackageHandle) {
        let package = handle.pointer
        self.handle = handle
        fingerprint = String(cString: tin_package_fingerprint(package))
        targets = String(cString: tin_package_targets(package))
        kernels = (0..<tin_package_kernel_count(package)).map {
            KernelDescription(tin_package_kernel(package, $0).pointee)
        }
        fields = (0..<tin_package_field_count(package)).map {
            FieldDescription(tin_package_field(package, $0).pointee)
        }
        graphs = (0..<tin_package_graph_count(package)).map {
            GraphDescription(tin_package_graph(package, $0).pointee)
        }
    }

    /// The kernel of this name.
    public func kernel(_ name: String) -> KernelDescription? { kernels.first { $0.name == name } }
    /// The field of this name.
    public func field(_ name: String) -> FieldDescription? { fields.first { $0.name == name } }
    /// The graph of this name.
    public func graph(_ name: String) -> GraphDescription? { graphs.first { $0.name == name } }
}

/// Owner of a `tin_package`. Unchecked because C cannot say it: a package never changes, tinsmith.h
/// lets any number of threads read it, and it is closed once, by the last owner.
final class PackageHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// `opened` is what a call that succeeded gave.
    init(_ opened: OpaquePointer?) { pointer = opened! }
    deinit { tin_package_close(pointer) }
}

/// A file's name and bytes where C finds them for the length of a call.
private struct FileCopy {
    let name: UnsafePointer<CChar>
    let bytes: UnsafeMutableRawBufferPointer

    init(name: String, data: Data) {
        let characters = name.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
        copy.initialize(from: Array(characters), count: characters.count)
        self.name = UnsafePointer(copy)
        bytes = .allocate(byteCount: data.count, alignment: 16)
        data.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }

    func free() {
        name.deallocate()
        bytes.deallocate()
    }
}
