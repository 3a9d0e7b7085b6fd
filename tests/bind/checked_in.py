#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bindings in the repository are what `tinsmith bind` makes of the examples today; `make bindings` makes them anew."""
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TINSMITH = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve() / "bin/tinsmith"
SWIFT = ROOT / "apple/Sources/MNISTKit/Bindings"
# Package: the script that makes it, and its bindings with the name of each struct.
PACKAGES = {
    "autodiff": (["autodiff.py", "--size", "1000", "--base", "0.5"], {SWIFT / "Autodiff.swift": "Autodiff"}),
    "mnist-softmax": (["mnist.py", "--model", "softmax"], {
        SWIFT / "MNISTSoftmax.swift": "MNISTSoftmax", ROOT / "apps/mnist/mnist_softmax.hpp": "mnist_softmax"}),
    "mnist-mlp": (["mnist.py", "--model", "mlp"], {
        SWIFT / "MNISTMLP.swift": "MNISTMLP", ROOT / "apps/mnist/mnist_mlp.hpp": "mnist_mlp"}),
}


def tinsmith(*arguments):
    subprocess.run([TINSMITH, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def main():
    stale = []
    with tempfile.TemporaryDirectory() as temporary:
        for name, ((script, *options), files) in PACKAGES.items():
            package = pathlib.Path(temporary) / name
            tinsmith("run", ROOT / "examples" / script, *options, "--out", package)
            for path, struct in files.items():
                made = pathlib.Path(temporary) / path.name
                language = "swift" if path.suffix == ".swift" else "cpp"
                tinsmith("bind", package, "--lang", language, "-o", made, "--name", struct)
                want, got = made.read_text(), path.read_text() if path.exists() else ""
                if got != want:
                    stale.append(path.relative_to(ROOT))
                    lines = difflib.unified_diff(got.splitlines(True), want.splitlines(True), str(stale[-1]), "made today")
                    print("".join(lines), end="")
    if stale:
        print(f"{', '.join(map(str, stale))}: not what `tinsmith bind` makes today; run `make bindings`")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
