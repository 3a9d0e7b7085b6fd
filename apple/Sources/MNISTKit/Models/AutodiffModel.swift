// SPDX-License-Identifier: Apache-2.0
import Observation

/// The Autodiff screen: y = Σ x², run forward and backward on the device, and its gradient beside
/// the 2x that it must be.
@available(iOS 17, macOS 14, *)
@MainActor @Observable public final class AutodiffModel {
    /// One line of the table.
    public struct Row: Sendable, Equatable, Identifiable {
        public let id: Int
        public let x: String
        public let gradient: String
        public let expected: String
    }
    /// One point of the chart.
    public struct Point: Sendable, Equatable, Identifiable {
        public let id: Int
        public let x: Double
        public let gradient: Double
        public let expected: Double
    }

    public private(set) var isRunning = false
    public private(set) var result: AutodiffResult?
    public private(set) var problem: Problem?
    /// Of the exported kernel; nil until it is loaded.
    public private(set) var maximumSize: Int?
    public var showsAllRows = false

    private let settings: SettingsStore
    private let source: any EngineSource

    public init(settings: SettingsStore, source: any EngineSource) {
        self.settings = settings
        self.source = source
    }

    // MARK: Input

    public var size: String {
        get { settings.saved.autodiffSize }
        set { settings.saved.autodiffSize = newValue }
    }
    public var base: String {
        get { settings.saved.autodiffBase }
        set { settings.saved.autodiffBase = newValue }
    }

    /// What is wrong with the size, and nil where nothing is.
    public var sizeHint: String? {
        let largest = maximumSize ?? Int.max
        guard let size = NumberText.whole(size), (1...largest).contains(size) else {
            return maximumSize.map { "A whole number from 1 to \($0)" } ?? "A whole number from 1 on"
        }
        return nil
    }
    public var baseHint: String? {
        guard let base = NumberText.real(base), abs(base) <= 1e6 else {
            return "A number from −1000000 to 1000000, such as 0.5"
        }
        return nil
    }
    public var canRun: Bool { !isRunning && sizeHint == nil && baseHint == nil }

    // MARK: Running

    /// Loads the kernel, so that its size is known and a failure is seen before anything is run.
    public func prepare() async {
        guard maximumSize == nil else { return }
        do {
            maximumSize = try await source.autodiff().maximumSize
            problem = nil
        } catch {
            problem = Problem("The autodiff kernels could not be loaded", error)
        }
    }

    public func run() async {
        await prepare()
        guard canRun, maximumSize != nil, let size = NumberText.whole(size),
            let base = NumberText.real(base)
        else { return }
        isRunning = true
        defer { isRunning = false }
        do {
            result = try await source.autodiff().run(size: size, base: Float(base))
            problem = nil
        } catch {
            problem = Problem("The gradient could not be computed", error)
        }
    }

    // MARK: Results

    /// Rows that are shown before somebody asks for all.
    public static let firstRows = 16

    public var rows: [Row] {
        guard let result else { return [] }
        let count = showsAllRows ? result.x.count : min(result.x.count, Self.firstRows)
        return (0..<count).map { index in
            Row(
                id: index, x: Self.text(result.x[index]),
                gradient: Self.text(result.gradient[index]),
                expected: Self.text(result.expected[index]))
        }
    }
    public var hasMoreRows: Bool { (result?.x.count ?? 0) > Self.firstRows }

    /// At most 100 points, evenly spread over the elements, the last among them.
    public var points: [Point] {
        guard let result, !result.x.isEmpty else { return [] }
        let last = result.x.count - 1
        let count = min(result.x.count, 100)
        return (0..<count).map { step in
            let index = count == 1 ? 0 : step * last / (count - 1)
            return Point(
                id: index, x: Double(result.x[index]), gradient: Double(result.gradient[index]),
                expected: Double(result.expected[index]))
        }
    }

    public var lossText: String { result.map { NumberText.short(Double($0.loss), digits: 7) } ?? "" }
    public var greatestErrorText: String {
        result.map { NumberText.short(Double($0.greatestError)) } ?? ""
    }
    public var gpuTimeText: String { result.map { NumberText.seconds($0.gpuSeconds ?? .nan) } ?? "" }
    public var wallTimeText: String { result.map { NumberText.seconds($0.wallSeconds) } ?? "" }

    /// The chart in words, for those who do not see it.
    public var chartSummary: String {
        guard let result, let first = result.x.first, let last = result.x.last else { return "" }
        return """
            x from \(Self.text(first)) to \(Self.text(last)); the gradient follows 2x with a \
            greatest error of \(greatestErrorText)
            """
    }

    private static func text(_ value: Float) -> String { NumberText.fixed(Double(value), digits: 4) }
}
