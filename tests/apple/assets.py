#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The app's assets, smaller: what `make ios-shaders ios-mnist-assets` makes, from the build folder and with few digits.

  tests/apple/assets.py FOLDER [--train 1000] [--test 200]

FOLDER/Autodiff, FOLDER/MNIST/{softmax,mlp} are bundles for device and simulator, FOLDER/MNIST/mnist_subset.bin the digits,
FOLDER/packages/{autodiff,softmax,mlp} what the bundles were made of. TINSMITH_BUILD names the build folder.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve()
SCRIPTS = {
    "autodiff": ("Autodiff", ["autodiff.py", "--size", "1000", "--base", "0.5"]),
    "softmax": ("MNIST/softmax", ["mnist.py", "--model", "softmax"]),
    "mlp": ("MNIST/mlp", ["mnist.py", "--model", "mlp"]),
}


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(str(word) for word in words)}\n{done.stdout}{done.stderr}")


def make_assets(folder, train=1000, test=200):
    """Makes all of them anew."""
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    tinsmith = BUILD / "bin" / "tinsmith"
    for name, (place, (script, *words)) in SCRIPTS.items():
        package = folder / "packages" / name
        call(tinsmith, "run", ROOT / "examples" / script, *words, "--out", package)
        call(tinsmith, "metal", package, "-o", folder / place, "--target", "ios16,ios-sim16")
    call(BUILD / "bin" / "mnist", "prepare", "--from", ROOT / "data" / "mnist", "--train", train, "--test", test,
         "-o", folder / "MNIST" / "mnist_subset.bin")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--train", type=int, default=1000)
    parser.add_argument("--test", type=int, default=200)
    options = parser.parse_args()
    make_assets(options.folder, options.train, options.test)


if __name__ == "__main__":
    main()
