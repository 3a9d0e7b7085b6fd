#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the files of the drop-in test, as a user does: packages of the two examples, and libraries of them and of two genuine
packages.

    make.py TINSMITH OUT
"""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
GENUINE = ROOT / "tests" / "data" / "taichi"


def main():
    tinsmith, out = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(out, ignore_errors=True)
    packages = {name: GENUINE / name / "package" for name in ("a_square_grad", "h_softmax")}
    for name, script, *options in (("autodiff", "autodiff.py", "--size", "100", "--base", "0.5"),
                                   ("mlp", "mnist.py", "--model", "mlp")):
        packages[name] = out / name / "package"
        subprocess.run([tinsmith, "run", ROOT / "examples" / script, *options, "--out", packages[name]], check=True)
    for name, package in packages.items():
        subprocess.run([tinsmith, "metal", package, "-o", out / name / "libraries", "--emit", "metallib", "--per-task",
                        "--numbering", "auto"], check=True)


if __name__ == "__main__":
    main()
