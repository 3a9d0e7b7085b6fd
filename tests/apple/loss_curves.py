#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same seed and the same package give the same loss curve on every road.

  tests/apple/loss_curves.py           mnist on the cpu device, and the same program over the Metal device on the fake Metal
  tests/apple/loss_curves.py swift     mnist on the cpu device, and MNISTKit on that and on the Metal device

A training that stops and goes on from its checkpoint, by mnist or by MNISTKit whoever began it, has the same curve too.
With one thread all losses and accuracies are equal to the last bit; with several, to 1e-5 of their size. Over Metal
a chunk of fifty steps is one submission and one wait at most. Skipped (77) where the other road is not built.
"""
import json
import os
import pathlib
import subprocess
import sys

from assets import BUILD, ROOT, make_assets

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
TRAIN, TEST, EPOCHS = 4000, 500, 2
MODELS = ("softmax", "mlp")
TOLERANCE = 1e-5


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def call(words, **environment):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode:
        sys.exit(f"{' '.join(str(word) for word in words)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


class Curve:
    """What a run wrote: curve.jsonl has a line a chunk, history.jsonl a line an epoch."""

    def __init__(self, name, folder):
        self.name = name
        self.chunks, self.epochs = lines(folder / "curve.jsonl"), lines(folder / "history.jsonl")

    def epoch(self, number):
        """The part of it that is of one epoch."""
        part = Curve.__new__(Curve)
        part.name = self.name
        part.chunks = [c for c in self.chunks if c["epoch"] == number]
        part.epochs = [e for e in self.epochs if e["epoch"] == number]
        return part

    def numbers(self):
        for chunk in self.chunks:
            yield f"loss at sample {chunk['samples']} of epoch {chunk['epoch']}", chunk["loss"]
            yield f"accuracy at sample {chunk['samples']} of epoch {chunk['epoch']}", chunk["accuracy"]
        for epoch in self.epochs:
            for key in ("train_loss", "train_accuracy", "test_loss", "test_accuracy"):
                yield f"{key} of epoch {epoch['epoch']}", epoch[key]

    def places(self):
        return [(c["epoch"], c["samples"]) for c in self.chunks], [e["epoch"] for e in self.epochs]


def train(program, assets, model, out, *words, epochs=EPOCHS):
    call([program, "train", "--package", assets / "MNIST" / model, "--data", assets / "MNIST" / "mnist_subset.bin", "--out", out,
          "--epochs", epochs, *words])
    return Curve(f"{program.name} {' '.join(words)}", out)


def compare(one, other, tolerance):
    """The problems, as text."""
    if one.places() != other.places() or not one.epochs:
        return [f"{one.name} reports {one.places()}, {other.name} {other.places()}"]
    problems = []
    for (what, a), (_, b) in zip(one.numbers(), other.numbers()):
        if abs(a - b) > tolerance * abs(a):
            problems.append(f"{what}: {a!r} by {one.name}, {b!r} by {other.name}")
    return problems


def check_counters(curve):
    """All chunks: at most fifty steps each."""
    return [f"{curve.name}: {c['submissions']} submissions and {c['waits']} waits for a chunk"
            for c in curve.chunks if not (c["submissions"] == 1 and c["waits"] <= 1 and c["dispatches"] > 50)]


def check_resumed(assets, folder):
    """An epoch, and another one from its checkpoint: as if nobody had stopped."""
    mnist = BUILD / "bin" / "mnist"
    whole = train(mnist, assets, "softmax", folder / "whole", "--threads", "1")
    train(mnist, assets, "softmax", folder / "halves", "--threads", "1", epochs=1)
    return compare(whole.epoch(2), train(mnist, assets, "softmax", folder / "halves", "--threads", "1", "--resume"), 0)


def check_metal(assets, folder):
    problems = check_resumed(assets, folder)
    if problems:
        return problems
    program = BUILD / "bin" / "mnist_fake_metal"
    if not program.exists():
        skip("build/bin/mnist_fake_metal is not built: it needs clang++-14")
    for model in MODELS:
        cpu = train(BUILD / "bin" / "mnist", assets, model, folder / f"{model}-cpu", "--threads", "1")
        metal = train(program, assets, model, folder / f"{model}-metal", "--device", "metal")
        problems += compare(cpu, metal, 0) + check_counters(metal)
        threads = train(BUILD / "bin" / "mnist", assets, model, folder / f"{model}-threads", "--threads", "4")
        problems += compare(cpu, threads, TOLERANCE)
        print(f"{model}: {len(cpu.chunks)} chunks, last loss {cpu.chunks[-1]['loss']!r} by mnist on cpu and over fake Metal")
    return problems


def train_in_swift(device, assets, out):
    script = ROOT / "tests" / "apple" / "swift_test.py"
    done = subprocess.run([sys.executable, str(script), device, "--filter", "LossCurveTests"], capture_output=True, text=True,
                          env={**os.environ, "TINSMITH_CURVE_ASSETS": str(assets), "TINSMITH_CURVE_OUT": str(out)})
    if done.returncode == SKIPPED:
        skip(done.stdout.strip().removeprefix("skipped: "))
    if done.returncode:
        sys.exit(done.stdout[-4000:] + done.stderr[-4000:])


def check_swift(assets, folder):
    roads = {"cpu": 0}
    if (BUILD / "lib" / "fake_metal" / "libtinsmith.so").exists():
        roads["metal"] = TOLERANCE  # every thread of the grid runs, where the cpu device's kernels choose theirs
    else:
        print("not compared: MNISTKit over the fake Metal, which is not built")
    mnist = BUILD / "bin" / "mnist"
    for model in MODELS:
        train(mnist, assets, model, folder / "begun" / model, "--threads", "1", epochs=1)
    for device in roads:
        train_in_swift(device, assets, folder)
    problems = []
    for model in MODELS:
        cpu = train(mnist, assets, model, folder / "mnist" / model, "--threads", "1")
        for device, tolerance in roads.items():
            out = folder / device / model
            swift = Curve(f"MNISTKit on {device}", out / "whole")
            problems += compare(cpu, swift, tolerance)
            worst = max(abs(a - b) / abs(a) for (_, a), (_, b) in zip(cpu.numbers(), swift.numbers()))
            print(f"{model}: {len(cpu.chunks)} chunks, {swift.name} and mnist on cpu differ by {worst:.1e} at most")
            # Checkpoints go both ways.
            resumed = Curve(f"MNISTKit on {device}, begun by mnist", out / "resumed")
            problems += compare(cpu.epoch(2), resumed, tolerance)
            resumed = train(mnist, assets, model, out / "begun", "--threads", "1", "--resume")
            resumed.name = f"mnist, begun by MNISTKit on {device}"
            problems += compare(cpu.epoch(2), resumed, tolerance)
    return problems


def main():
    road = sys.argv[1] if len(sys.argv) > 1 else "metal"
    folder = BUILD / "loss_curves" / road
    make_assets(folder / "assets", TRAIN, TEST)
    problems = {"metal": check_metal, "swift": check_swift}[road](folder / "assets", folder)
    print("\n".join(problems) if problems else "the curves are the same")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
