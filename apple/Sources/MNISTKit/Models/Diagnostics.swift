// SPDX-License-Identifier: Apache-2.0
import Foundation
import Tinsmith

/// What to send to whoever built the app: the phone, the app's packages, and the whole text of
/// every error.
@available(iOS 17, macOS 14, *)
extension AppModel {
    public struct Fact: Sendable, Equatable, Identifiable {
        public let name: String
        public let value: String
        public var id: String { name }
    }

    public var facts: [Fact] {
        let device =
            switch start {
            case .opening: Fact(name: "Device", value: "being opened")
            case .ready(let info): Fact(name: "Device", value: info.name)
            case .failed: Fact(name: "Device", value: "none, see below")
            }
        var facts = [device]
        if case .ready(let info) = start { facts.append(Fact(name: "Driver", value: info.driver)) }
        facts.append(
            Fact(name: "System", value: ProcessInfo.processInfo.operatingSystemVersionString))
        facts.append(Fact(name: "App", value: Self.version))
        facts.append(Fact(name: "Heat", value: "\(conditions.heat)"))
        facts.append(Fact(name: "Low Power Mode", value: conditions.savesPower ? "on" : "off"))
        return facts
    }

    /// All problems there are now, the gravest first.
    public var problems: [Problem] {
        var problems: [Problem?] = []
        if case .failed(let problem) = start { problems.append(problem) }
        problems += [
            autodiff.problem, training.problem, recognition.problem, engines.checkpointProblem,
            pauseProblem,
        ]
        return problems.compactMap { $0 }
    }

    /// Facts, packages, problems and the last results, to copy and send.
    public var diagnosticsText: String {
        var lines = ["Tinsmith diagnostics"]
        lines += facts.map { "\($0.name): \($0.value)" }
        lines += assets.map { "\($0.name): \($0.isGood ? "" : "REFUSED: ")\($0.text)" }
        if let result = autodiff.result {
            lines.append(
                "Autodiff: size \(result.x.count), greatest error \(autodiff.greatestErrorText), "
                    + "GPU \(autodiff.gpuTimeText), in all \(autodiff.wallTimeText)")
        }
        for report in training.epochs {
            lines.append(
                "Epoch \(report.epoch): training \(report.trainText); test \(report.testText); "
                    + "\(NumberText.fixed(report.samplesPerSecond, digits: 0)) samples/s")
        }
        if let outcome = training.outcome { lines.append("Training: \(outcome)") }
        let problems = problems
        lines += problems.isEmpty ? ["No problem."] : problems.map { "PROBLEM: \($0.text)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static var version: String {
        let info = Bundle.main.infoDictionary
        let version = info?["CFBundleShortVersionString"] as? String ?? "no version"
        let build = info?["CFBundleVersion"] as? String ?? "-"
        return "\(version) (\(build))"
    }
}
