// SPDX-License-Identifier: Apache-2.0
import CTinsmith

/// What a device is.
public struct DeviceInfo: Sendable, Hashable {
    /// "Apple A15 GPU"
    public let name: String
    /// System and driver: "iOS 17.4, Apple8, 1.9 GB".
    public let driver: String
    /// Whether it is hardware of its own, not this processor.
    public let isGPU: Bool

    public init(name: String, driver: String, isGPU: Bool) {
        self.name = name
        self.driver = driver
        self.isGPU = isGPU
    }
}

/// What became of the work that ``Device/finish()`` waited for.
public struct Completion: Sendable, Hashable {
    /// How long the device worked on what was recorded since the last time somebody waited, in
    /// seconds; `nil` where the device cannot tell.
    public let deviceSeconds: Double?
}

/// What a device has done since it was opened.
public struct Counters: Sendable, Hashable {
    /// Tasks of kernels that it ran.
    public let dispatches: UInt64
    /// Command buffers that were handed to it.
    public let submissions: UInt64
    /// How often somebody blocked until it was done.
    public let waits: UInt64
    /// Barriers between dispatches that depend on each other.
    public let barriers: UInt64
}

/// A device that runs kernels, and the order in which it runs them.
///
/// Launches and writes are recorded in the order of the calls and run as if one after the other.
/// Nothing waits until a value is read or ``finish()`` is called, and these suspend the task; they
/// do not block its thread.
///
/// The device is an actor because what belongs to it may be used by one thread at a time.
/// Everything that records takes it as an isolated parameter, `on:`. From anywhere such a call is
/// written with `await`. A function that is isolated to the device itself records without, so that
/// a loop of many launches is one hop:
///
/// ```swift
/// import Tinsmith
///
/// func thousandSteps(_ step: Kernel, on device: isolated Device) async throws(TinsmithError) {
///     for index in 0..<1000 {
///         try step.launch(.integer(Int64(index)), on: device)
///         if index % 50 == 49 { try device.submit() }
///     }
///     _ = try await device.finish()
/// }
/// ```
public actor Device {
    /// How a device is opened. The defaults are right for apps.
    public struct Options: Sendable, Hashable {
        /// Of the device `cpu`: threads to use, 0 for one on each core. With 1, results are the
        /// same bits in each run.
        public var threads: Int
        /// Of the device `cpu`: mistakes to look for, `bounds`, `barriers`, `loops`, `nans`, and
        /// `serial`.
        public var debug: [String]
        /// Of the device `cpu`: the folder where compiled code is kept; none by default.
        public var cacheFolder: String?
        /// Of the device `vulkan`: run with its validation layer.
        public var validation: Bool

        public init(
            threads: Int = 0, debug: [String] = [], cacheFolder: String? = nil,
            validation: Bool = false
        ) {
            self.threads = threads
            self.debug = debug
            self.cacheFolder = cacheFolder
            self.validation = validation
        }
    }

    /// What the device is.
    public nonisolated let info: DeviceInfo

    private let handle: Handle
    /// Calls that gave the device something to do, and how many of them are known to be finished.
    private var recorded: UInt64 = 0
    private var finished: UInt64 = 0
    /// Tasks that wait in order to read; see ``finish()``.
    private var readers = 0

    /// Opens a device.
    ///
    /// - Parameters:
    ///   - name: `"metal"`, `"cpu"`, `"vulkan"` or `"vulkan:PART OF ITS NAME"`; `nil` is the GPU on
    ///     Apple's systems and `cpu` elsewhere. An app built with this package has `metal` alone. A
    ///     message names what there is.
    ///   - options: what only tests and Linux need.
    public init(_ name: String? = nil, options: Options = Options()) throws(TinsmithError) {
        guard let threads = UInt32(exactly: options.threads) else {
            throw .misuse("Device(options:): \(options.threads) threads")
        }
        var pointer: OpaquePointer?
        let debug = options.debug.joined(separator: ",")
        let status = withOptionalCString(name) { name in
            withOptionalCString(options.cacheFolder) { folder in
                debug.withCString { debug in
                    var values = tin_device_options(
                        threads: threads, debug: debug, cache_folder: folder,
                        validation: options.validation)
                    return tin_device_open(name, &values, &pointer)
                }
            }
        }
        try check(status)
        handle = Handle(pointer)
        let info = tin_device_get_info(handle.pointer).pointee
        self.info = DeviceInfo(
            name: String(cString: info.name), driver: String(cString: info.driver),
            isGPU: info.is_gpu)
    }

    // Nothing else can be using it here: modules and buffers hold their device, and so do tasks
    // that wait.
    deinit { tin_device_close(handle.pointer) }

    /// What it has done so far.
    public var counters: Counters {
        let counters = tin_device_get_counters(handle.pointer)
        return Counters(
            dispatches: counters.dispatches, submissions: counters.submissions,
            waits: counters.waits,
            barriers: counters.barriers)
    }

    /// Starts what is recorded, without waiting for it.
    public func submit() throws(TinsmithError) {
        try check(tin_device_submit(handle.pointer, nil, nil))
    }

    /// Starts what is recorded and returns when everything recorded so far is done.
    ///
    /// The task is suspended meanwhile; no thread is blocked, and other tasks may record on this
    /// device. A failure is that of the work: a fault of the GPU, for instance.
    ///
    /// Cancelling the task does not cut this short: what the device has begun it finishes, in the
    /// time that it takes. A loop that should stop soon looks at `Task.isCancelled` between
    /// submissions.
    @discardableResult
    public func finish() async throws(TinsmithError) -> Completion {
        let result = await completion()
        // Who waits in order to read comes first, before this task records anew: else a loop of
        // launches and waits would keep readers waiting for ever.
        if readers > 0 { await Task.yield() }
        return try result.get()
    }

    /// For an app that leaves the foreground, where a phone's system stops GPU work (iOS before 26
    /// always): waits for what is in flight, without blocking the thread, and from then on refuses
    /// launches, and reads that need the GPU, with an error of the kind
    /// ``TinsmithError/Kind/paused``.
    ///
    /// Nothing that was recorded is lost. Does nothing on a device that needs no such thing.
    public func pause() async throws(TinsmithError) {
        _ = await completion()  // a failure is for those who wait for the work; pausing comes first
        try check(tin_device_pause(handle.pointer))
    }

    /// Takes launches again.
    public func resume() throws(TinsmithError) {
        try check(tin_device_resume(handle.pointer))
    }
}

// MARK: - For the rest of this module

extension Device {
    /// The `tin_device`, for a call that gives it nothing to do.
    var pointer: OpaquePointer { handle.pointer }

    /// Makes a call that gives the device something to do.
    func record(_ call: () -> tin_status) throws(TinsmithError) {
        try check(call())
        recorded += 1
    }

    /// Waits, suspended, until reading finds everything done that was recorded before.
    ///
    /// Other tasks may have recorded more when this one runs again. It waits for that too, a few
    /// times: then a read within C waits for what is left of it.
    func settle() async throws(TinsmithError) {
        readers += 1
        defer { readers -= 1 }
        for _ in 0..<4 where finished < recorded {
            _ = try await completion().get()
        }
    }

    /// Whether `owner`, what a kernel, field or buffer belongs to, is this device.
    func owns(_ owner: Device, _ what: @autoclosure () -> String) throws(TinsmithError) {
        if owner !== self {
            throw .misuse(
                "\(what()) belongs to another device, \(owner.info.name); given is \(info.name) (on:)"
            )
        }
    }

    /// Closes what belonged to this device, on the device's turn: the last owner may be on any
    /// thread, and the C API takes one thread at a time.
    nonisolated func close(
        _ handle: Handle, by function: @escaping @Sendable (OpaquePointer) -> Void
    ) {
        Task { await self.call(function, handle) }
    }

    private func call(_ function: @Sendable (OpaquePointer) -> Void, _ handle: Handle) {
        function(handle.pointer)
    }

    private func completion() async -> Result<Completion, TinsmithError> {
        let mark = recorded
        var submitted = true
        let result = await withCheckedContinuation { (continuation: Waiter.Continuation) in
            let waiter = Unmanaged.passRetained(Waiter(continuation))
            let status = tin_device_submit(handle.pointer, Waiter.done, waiter.toOpaque())
            if status != TIN_OK {
                submitted = false
                waiter.takeRetainedValue().continuation.resume(
                    returning: .failure(TinsmithError(status)))
            }
        }
        if submitted { finished = max(finished, mark) }
        return result
    }
}

/// A task that waits for a submission. The C API calls back exactly once, from a thread of its own.
private final class Waiter: Sendable {
    typealias Continuation = CheckedContinuation<Result<Completion, TinsmithError>, Never>
    let continuation: Continuation

    init(_ continuation: Continuation) { self.continuation = continuation }

    static let done: tin_done = { context, completion in
        let waiter = Unmanaged<Waiter>.fromOpaque(context!).takeRetainedValue()
        let what = completion!.pointee
        if what.status == TIN_OK {
            let seconds = what.device_seconds
            waiter.continuation.resume(
                returning: .success(Completion(deviceSeconds: seconds.isNaN ? nil : seconds)))
        } else {
            waiter.continuation.resume(
                returning: .failure(TinsmithError(what.status, String(cString: what.message))))
        }
    }
}

/// A handle of the C API. Unchecked because C cannot say it: whoever holds one uses it on the turn
/// of its device, as the isolated parameters of this module make sure, and closes it there.
struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// `opened` is what a call that succeeded gave.
    init(_ opened: OpaquePointer?) { pointer = opened! }
}

func withOptionalCString<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
