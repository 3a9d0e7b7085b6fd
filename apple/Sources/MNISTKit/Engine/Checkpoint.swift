// SPDX-License-Identifier: Apache-2.0
// A model in the middle of its training, kept in a file that the command line's trainer reads and
// writes too.
//
// The format, little endian (apps/mnist/checkpoint.h): "TSCK", u32 version 2; model as text; u32
// epoch, u32 samples done of it, u32 samples of an epoch, f64 sum of their losses, u64 how many
// were recognised; settings: u32 epochs, u32 batch, u32 seed, f64 learning rate, f64 decay, f64
// target loss (0: none); u32 parameters; of each its name as text, u64 bytes, f32 values. Text is
// u32 length and UTF-8.
import Foundation
import Tinsmith

/// Weights, and the place in the training where they were taken.
public struct Checkpoint: Equatable, Sendable {
    public struct Parameter: Equatable, Sendable {
        public let name: String
        public let values: [Float]

        public init(name: String, values: [Float]) {
            self.name = name
            self.values = values
        }
    }

    /// What the training was begun with.
    public var settings: TrainingSettings
    /// The place that training goes on from.
    public var place: TrainingPlace
    /// In the order of the package.
    public var parameters: [Parameter]

    public init(settings: TrainingSettings, place: TrainingPlace, parameters: [Parameter]) {
        self.settings = settings
        self.place = place
        self.parameters = parameters
    }

    /// Whole ones.
    public var epochsDone: Int { place.epoch - 1 }
}

/// Where a training is: between two chunks of steps.
public struct TrainingPlace: Equatable, Sendable {
    /// From 1; after the last epoch it is one beyond.
    public var epoch = 1
    /// Of this epoch, and how many there are in all.
    public var samplesDone = 0
    public var samplesTotal = 0
    /// Over those done.
    public var lossSum = 0.0
    public var correct = 0

    public init(
        epoch: Int = 1, samplesDone: Int = 0, samplesTotal: Int, lossSum: Double = 0,
        correct: Int = 0
    ) {
        self.epoch = epoch
        self.samplesDone = samplesDone
        self.samplesTotal = samplesTotal
        self.lossSum = lossSum
        self.correct = correct
    }
}

extension Checkpoint {
    private static let magic = Data("TSCK".utf8)
    private static let version: UInt32 = 2

    public init(contentsOf file: URL) throws(TinsmithError) {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw TinsmithError(
                kind: .system,
                message: "\(file.path): cannot be read: \(error.localizedDescription)")
        }
        try self.init(data: data, name: file.lastPathComponent)
    }

    /// Replaces the file in one step: a crash leaves the old one whole.
    public func write(to file: URL) throws(TinsmithError) {
        do {
            try data.write(to: file, options: .atomic)
        } catch {
            throw TinsmithError(
                kind: .system,
                message: "\(file.path): cannot be written: \(error.localizedDescription)")
        }
    }

    /// The bytes of the file.
    public var data: Data {
        var out = Self.magic
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
        }
        func put(_ value: Double) { put(value.bitPattern) }
        func put(_ text: String) {
            put(UInt32(text.utf8.count))
            out.append(contentsOf: text.utf8)
        }
        put(Self.version)
        put(settings.model.rawValue)
        put(UInt32(place.epoch))
        put(UInt32(place.samplesDone))
        put(UInt32(place.samplesTotal))
        put(place.lossSum)
        put(UInt64(place.correct))
        put(UInt32(settings.epochs))
        put(UInt32(settings.batchSize))
        put(settings.seed)
        put(settings.learningRate)
        put(settings.decay)
        put(settings.targetLoss ?? 0)
        put(UInt32(parameters.count))
        for parameter in parameters {
            put(parameter.name)
            put(UInt64(parameter.values.count * MemoryLayout<Float>.size))
            parameter.values.withUnsafeBytes { out.append(contentsOf: $0) }
        }
        return out
    }

    /// `name` is what messages call it.
    public init(data: Data, name: String) throws(TinsmithError) {
        var reader = ByteReader(data)
        guard let checkpoint = Self.read(&reader), reader.remaining == 0 else {
            throw TinsmithError(
                kind: .invalid,
                message:
                    "\(name): not a checkpoint of this version, or cut short; start the training afresh"
            )
        }
        self = checkpoint
    }

    private static func read(_ reader: inout ByteReader) -> Checkpoint? {
        guard reader.bytes(4) == magic, reader.uint32() == version,
            let model = text(&reader).flatMap(ModelKind.init),
            let place = place(&reader), let settings = settings(&reader, model),
            let count = reader.uint32()
        else { return nil }
        var parameters: [Parameter] = []
        for _ in 0..<count {
            guard let name = text(&reader), let size = reader.uint64(), size % 4 == 0,
                size <= reader.remaining,
                let values = reader.floats(Int(size) / 4)
            else { return nil }
            parameters.append(Parameter(name: name, values: values))
        }
        return Checkpoint(settings: settings, place: place, parameters: parameters)
    }

    private static func place(_ reader: inout ByteReader) -> TrainingPlace? {
        guard let epoch = reader.uint32(), epoch > 0, let done = reader.uint32(),
            let total = reader.uint32(),
            done <= total, let lossSum = reader.double(), let correct = reader.uint64(),
            correct <= done
        else { return nil }
        return TrainingPlace(
            epoch: Int(epoch), samplesDone: Int(done), samplesTotal: Int(total), lossSum: lossSum,
            correct: Int(correct))
    }

    private static func settings(_ reader: inout ByteReader, _ model: ModelKind)
        -> TrainingSettings?
    {
        guard let epochs = reader.uint32(), let batch = reader.uint32(), let seed = reader.uint32(),
            let rate = reader.double(), let decay = reader.double(), let target = reader.double()
        else { return nil }
        return TrainingSettings(
            model: model, epochs: Int(epochs), learningRate: rate, decay: decay,
            batchSize: Int(batch),
            targetLoss: target == 0 ? nil : target, seed: seed)
    }

    private static func text(_ reader: inout ByteReader) -> String? {
        guard let length = reader.uint32(), let bytes = reader.bytes(Int(length)) else {
            return nil
        }
        return String(data: bytes, encoding: .utf8)
    }
}
