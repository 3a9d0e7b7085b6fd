#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each case with genuine Taichi and with Tinsmith, by turns on the same machine, and prints the ratio of the medians.

    make bench            or        bench/compare.py [--runs 7] [CASE…]

Genuine Taichi lives in an environment of its own, build/bench/venv, made on the first call (needs pip and a network). The
machines are shared and noisy: only ratios of one run mean anything.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build/bench/venv"
# case: (measured quantity, largest ratio that the project promises)
CASES = {"export_mnist": ("milliseconds", 0.5), "launch": ("microseconds", 1 / 3)}


def genuine_python():
    python = VENV / "bin/python"
    if not python.exists():
        print(f"installing genuine Taichi 1.7.4 in {VENV.relative_to(ROOT)} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "taichi==1.7.4", "numpy"], check=True)
    return [str(python)]


def measure(command, case):
    done = subprocess.run(command + [str(ROOT / f"bench/cases/{case}.py")], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{case} failed under {command[0]}:\n{done.stderr}")
    return json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    options = parser.parse_args()
    genuine, ours = genuine_python(), [str(ROOT / "build/bin/tinsmith"), "run"]
    failed = False
    for case in options.cases:
        unit, promised = CASES[case]
        pairs = [(measure(genuine, case)[unit], measure(ours, case)[unit]) for _ in range(options.runs)]
        theirs, mine = (statistics.median(side) for side in zip(*pairs))
        verdict = "kept" if mine <= promised * theirs else "NOT KEPT"
        failed |= mine > promised * theirs
        print(f"{case:14} genuine {theirs:8.2f} {unit}, Tinsmith {mine:8.2f}: ratio {mine / theirs:.3f} "
              f"(promised {promised:.2f}: {verdict})")
    sys.exit(failed)


if __name__ == "__main__":
    main()
