// SPDX-License-Identifier: Apache-2.0
// Calls generated bindings (tests/bind/run_swift.py makes them of tests/golden/bind) and compares what comes out.
import Foundation
import Tinsmith

struct Wrong: Error, CustomStringConvertible {
    let description: String
}

func expect(_ right: Bool, line: Int = #line) throws {
    if !right { throw Wrong(description: "run.swift:\(line): wrong") }
}

func numbersComeThrough(_ folder: URL, on device: isolated Device) async throws {
    let net = try Numbers(contentsOf: folder.appendingPathComponent("numbers"), on: device)
    try net.everyType(
        a: 0.5, b: 1.25, c: 2.5, d: -3, e: -300, f: 70000, g: 1, h: true, i: 200, j: 60000, k: 7, l: 11, on: device)
    let sum: Float = 0.5 + 1.25 + 2.5 - 3 - 300 + 70000 + 1 + 1 + 200 + 60000 + 7 + 11
    try expect(try await net.seen.values(on: device)[0] == sum)
    try net.byValue(
        v: [1, 2, 3], i: [-5, 0], n: [0, 0, 0, 0, 0, 0, 0, 0, 9], m: [0, 0, 0, 10, 20, 30], w: [0, 4], on: device)
    let seen = try await net.seen.values(on: device)
    try expect(seen[0] == 10 - 5 + 9 + 4 && seen[2] == 90 - 5 + 9 + 4)
    try expect(try await net.one(a: 1.5, on: device) == 3)
    try expect(try await net.large(on: device) == UInt64.max)
    try expect(try await net.vector(a: 2, on: device) == [2, 4, 6])
    try expect(try await net.matrix(on: device) == [1, 2, 3, 4, 5, 6])
    try expect(try await net.longVector(on: device) == [UInt32](repeating: 1, count: 9))
    let several = try await net.several(a: 5, on: device)
    try expect(several.0 == 6 && several.1 == 2.5 && several.2 == [5, 5, 5])
    do {
        try net.byValue(v: [1, 2, 3], i: [0, 0], n: [1], m: [0, 0, 0, 10, 20, 30], w: [0, 4], on: device)
        try expect(false)
    } catch let error as TinsmithError {
        try expect(error.message.contains("'by_value'") && error.message.contains("'n'"))
    }
}

func arraysAndGradients(_ folder: URL, on device: isolated Device) async throws {
    let net = try Arrays(contentsOf: folder.appendingPathComponent("arrays.bundle"), on: device)
    let x = try Buffer<Float>([1, 2, 3], on: device)
    let y = try Buffer<Float>([10, 20, 30], on: device)
    try net.saxpy(a: 2, x: x, y: y, on: device)
    try expect(try await y.values(on: device) == [12, 24, 36])
    try net.lossGrad.write([1], on: device)
    try net.energy(x: x, k: 0.5, on: device)
    try expect(try await net.loss.value(on: device) == 7)
    let gradient = try Buffer<Float>(shape: [3], on: device)
    try x.setGradient(gradient, on: device)
    try net.energy.gradient(x: x, k: 0.5, on: device)
    try expect(try await gradient.values(on: device) == [1, 2, 3])
    try net.step(factor: 1, array: x, other: y, shift: [0.25, 0.25], on: device)
    try expect(try await y.values(on: device) == [13.5, 26.5, 39.5])
    do {
        _ = try Arrays(contentsOf: folder.appendingPathComponent("numbers"), on: device)
        try expect(false)
    } catch let error as TinsmithError {
        try expect(error.kind == .invalid && error.message.contains("tinsmith bind"))
    }
}

func structs(_ folder: URL, on device: isolated Device) async throws {
    let net = try GenuineStructs(contentsOf: folder.appendingPathComponent("genuine_structs.bundle"), on: device)
    let ray = try await net.returnStruct(a: 2.5, on: device)
    try expect(ray.origin == [2.5, 1] && ray.direction == [0, -2.5] && ray.id == 7)
    try net.structArgument(r: .init(origin: [1, 2], direction: [10, 20], id: 3), t: 0.5, on: device)
    try expect(try await net.out.values(on: device).suffix(3) == [6, 12, 3])
    try expect(GenuineStructs.Shape.out == [8] && net.out.shape == [8])
}

@main
struct Run {
    static func main() async throws {
        let folder = URL(fileURLWithPath: CommandLine.arguments[1])
        let device = try Device("cpu")
        try await numbersComeThrough(folder, on: device)
        try await arraysAndGradients(folder, on: device)
        try await structs(folder, on: device)
        print("all as expected")
    }
}
