#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what the tests of the API open, with the tinsmith of this build: FOLDER/package (of kernels.py), FOLDER/bundle
(of it, for three systems), and FOLDER/c_arguments_package and _bundle (of what genuine Taichi exported), FOLDER/autodiff.bundle
(of the example), and FOLDER/corpus (bundles to refuse: tests/apple/corpus/make.py).

    bundles.py TINSMITH FOLDER
"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = "ios16,ios-sim16,ios16+atomics"


def main():
    tinsmith, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)

    def run(*words):
        subprocess.run([tinsmith, *map(str, words)], check=True, stdout=subprocess.DEVNULL)

    run("run", HERE / "kernels.py", folder / "package")
    run("metal", folder / "package", "-o", folder / "bundle", "--emit", "metallib", "--target", TARGETS)
    genuine = HERE.parent / "data" / "taichi" / "c_arguments" / "package"
    shutil.copytree(genuine, folder / "c_arguments_package", dirs_exist_ok=True)
    run("metal", genuine, "-o", folder / "c_arguments_bundle", "--emit", "metallib")
    run("run", HERE.parent.parent / "examples" / "autodiff.py", "--size", 4, "--base", 0.5, "--out", folder / "autodiff")
    run("metal", folder / "autodiff", "-o", folder / "autodiff.bundle", "--emit", "metallib")
    subprocess.run([sys.executable, HERE.parent / "apple" / "corpus" / "make.py", folder / "bundle", folder / "corpus"],
                   check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
