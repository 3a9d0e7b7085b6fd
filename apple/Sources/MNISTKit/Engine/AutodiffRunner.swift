// SPDX-License-Identifier: Apache-2.0
// The smallest whole example: a sum of squares, and its gradient by autodiff, on the device.
import Foundation
import Tinsmith

/// What a run forward and backward gave.
public struct AutodiffResult: Equatable, Sendable {
    /// base + 0.01 i
    public let x: [Float]
    /// d loss / d x, from the kernel that autodiff made.
    public let gradient: [Float]
    /// 2 x
    public let expected: [Float]
    /// Sum of the squares.
    public let loss: Float
    /// Largest difference between gradient and expected.
    public let greatestError: Float
    /// That the device worked; `nil` where it cannot tell.
    public let gpuSeconds: Double?
    /// From the call to the numbers.
    public let wallSeconds: Double

    public init(
        x: [Float], gradient: [Float], expected: [Float], loss: Float, greatestError: Float,
        gpuSeconds: Double?,
        wallSeconds: Double
    ) {
        self.x = x
        self.gradient = gradient
        self.expected = expected
        self.loss = loss
        self.greatestError = greatestError
        self.gpuSeconds = gpuSeconds
        self.wallSeconds = wallSeconds
    }
}

/// The kernels of examples/autodiff.py. They were compiled for one size; smaller ones leave the
/// rest at 0, which changes neither the sum nor the gradient of what is asked for.
public actor AutodiffRunner {
    /// The size that the kernels were compiled for (`make ios-shaders SIZE=…`).
    public nonisolated let maximumSize: Int

    private let device: Device
    private let program: Autodiff
    private let turnstile = Turnstile()

    /// Reads the folder `assets` (Autodiff of the app's resources) and makes the kernels ready.
    public init(assets: URL, device: Device) async throws(TinsmithError) {
        let package = try openAsset(
            assets, fingerprint: Autodiff.fingerprint, madeBy: "ios-shaders")
        program = try await Autodiff(package, on: device)
        maximumSize = Autodiff.Shape.x[0]
        self.device = device
    }

    /// x[i] = base + 0.01 i for `size` of them, the sum of their squares, and its gradient.
    public func run(size: Int, base: Float) async throws -> AutodiffResult {
        guard (1...maximumSize).contains(size) else {
            throw TinsmithError(
                kind: .invalid,
                message: "choose a size of 1 to \(maximumSize), for which the kernels were compiled"
            )
        }
        guard base.isFinite else {
            throw TinsmithError(kind: .invalid, message: "choose a base that is a number")
        }
        let x = (0..<maximumSize).map { $0 < size ? base + 0.01 * Float($0) : 0 }
        let start = ContinuousClock.now
        let output = try await turnstile.pass { try await program.run(x, on: device) }
        let seconds = start.duration(to: .now) / .seconds(1)
        let expected = x.prefix(size).map { 2 * $0 }
        let gradient = Array(output.gradient.prefix(size))
        return AutodiffResult(
            x: Array(x.prefix(size)), gradient: gradient, expected: expected, loss: output.loss,
            greatestError: zip(gradient, expected).map { abs($0 - $1) }.max() ?? 0,
            gpuSeconds: output.gpuSeconds,
            wallSeconds: seconds)
    }
}

extension Autodiff {
    fileprivate func run(
        _ values: [Float], on device: isolated Device
    ) async throws(TinsmithError) -> (gradient: [Float], loss: Float, gpuSeconds: Double?) {
        try x.write(values, on: device)
        // The gradient adds to what is there.
        try xGrad.write([Float](repeating: 0, count: values.count), on: device)
        try clearLoss(on: device)
        try forward(on: device)
        try forward.gradient(on: device)
        let completion = try await device.finish()
        return (
            try await xGrad.values(on: device), try await loss.value(on: device),
            completion.deviceSeconds
        )
    }
}
