#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each case with genuine Taichi, with Tinsmith and in C++, by turns on the same machine, and prints the ratios.

    make bench            or        bench/compare.py [--runs 3] [--json FILE] [CASE…]

CASE is a word of the first column ("matmul", "mlp"). Genuine Taichi lives in an environment of its own, build/bench/venv,
made on the first call (needs pip and a network); GENUINE_PYTHON names another Python that has it. The machines are shared and
noisy: only ratios of one run mean anything. Ends with 1 where a result is wrong, not where a goal is missed: the table says so.
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "build/bench"
KERNELS = ["saxpy", "stencil", "sum", "matmul", "nbody", "scatter"]
COMPILER = ["g++", "-std=c++20", "-O3", "-march=native", "-fno-math-errno", "-fopenmp"]


class Case:
    """A script and its arguments; `goal` is the largest ratio of ours to genuine Taichi's."""

    def __init__(self, name, script, arguments, goal, unit="milliseconds", cpp=False):
        self.name, self.script, self.arguments, self.goal, self.unit, self.cpp = name, script, arguments, goal, unit, cpp

    def command(self, interpreter):
        return [*interpreter, str(ROOT / "bench/cases" / self.script), *self.arguments]


def cases():
    for threads in "12":
        for name in KERNELS:
            yield Case(name, "kernels.py", [name, "--threads", threads], 1.0, cpp=True)
        for name in ("softmax", "mlp"):
            yield Case(name, "training.py", [name, "--threads", threads], 0.1)
    yield Case("cold", "cold.py", [], 0.25)
    yield Case("launch", "launch.py", ["cpu"], 1 / 3, "microseconds")
    yield Case("launch_vulkan", "launch.py", ["vulkan"], 1 / 3, "microseconds")
    yield Case("export_mnist", "export_mnist.py", [], 0.5)


def genuine_python():
    if os.environ.get("GENUINE_PYTHON"):
        return [os.environ["GENUINE_PYTHON"]]
    python = BENCH / "venv/bin/python"
    if not python.exists():
        print(f"installing genuine Taichi 1.7.4 in {python.parent.parent.relative_to(ROOT)} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(BENCH / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "taichi==1.7.4", "numpy"], check=True)
    return [str(python)]


def run(command):
    """The JSON line that a case prints; None where it failed."""
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        print(f"failed: {' '.join(command)}\n{done.stderr.strip()[-2000:]}", file=sys.stderr)
        return None
    return json.loads(lines[-1])


def build_cpp():
    BENCH.mkdir(parents=True, exist_ok=True)
    program = BENCH / "kernels"
    subprocess.run([*COMPILER, str(ROOT / "bench/cpp/kernels.cc"), "-o", str(program)], check=True)
    return str(program)


def agree(results):
    checks = [result["check"] for result in results if "check" in result]
    return all(math.isclose(check, checks[0], rel_tol=1e-3) for check in checks)


def measure(case, sides, runs):
    """{side: median} and whether all sides found the same; a side that failed is missing."""
    found = {side: [] for side in sides}
    for _ in range(runs):
        for side, command in sides.items():
            result = run(command)
            if result is not None:
                found[side].append(result)
    everything = [result for results in found.values() for result in results]
    medians = {side: statistics.median(r[case.unit] for r in results) for side, results in found.items() if results}
    return medians, agree(everything) and all(found.values())


def number(value):
    return "-" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def ratio(a, b):
    return None if a is None or b is None else a / b


def verdict(value, goal):
    return "not measured" if value is None else "reached" if value <= goal else f"missed by {value / goal:.1f}x"


def print_geometric_means(rows):
    """Against C++, the geometric mean of the six kernels; for people, each alone is in the table."""
    for threads in "12":
        ratios = [row["ratio_cpp"] for row in rows if row["threads"] == threads and row["ratio_cpp"] is not None]
        if len(ratios) == len(KERNELS):
            mean = math.exp(statistics.fmean(map(math.log, ratios)))
            print(f"six kernels against C++, {threads} thread(s), geometric mean {mean:.2f} (goal 1.5: {verdict(mean, 1.5)})")


def print_libraries(wanted):
    """What bench/libraries.cc measures: absolute times."""
    program = ROOT / "build/bin/bench_libraries"
    if "libraries" not in wanted or not program.exists():
        return None
    packages = []
    for model in ("softmax", "mlp"):
        folder = BENCH / f"mnist-{model}"
        subprocess.run([str(ROOT / "build/bin/tinsmith"), "run", str(ROOT / "examples/mnist.py"), "--model", model, "--out",
                        str(folder)], check=True, stdout=subprocess.DEVNULL)
        packages.append(str(folder))
    result = run([str(program), *packages])
    if result:
        print(f"writing the MNIST libraries: {result['write_ms']:.1f} ms (goal 100: {verdict(result['write_ms'], 100)})")
        print(f"opening them, everything checked: {result['open_ms']:.1f} ms")
        print(f"JIT of a kernel: median {result['jit_median_ms']:.1f} ms, worst {result['jit_worst_ms']:.1f} ms "
              f"({result['jit_worst']}) of {result['kernels']}, the first of a program {result['jit_first_ms']:.1f} ms "
              f"(goal 20: {verdict(result['jit_worst_ms'], 20)})")
    return result


def print_size(wanted):
    """What bench/size.py measures: bytes of the runtime in an app."""
    if "size" not in wanted:
        return None
    done = subprocess.run([sys.executable, str(ROOT / "bench/size.py"), "--json"], capture_output=True, text=True)
    if not done.stdout.startswith("{"):
        print(f"size of the runtime: {done.stdout.strip() or done.stderr.strip()}")
        return None
    result = json.loads(done.stdout)
    print(f"size of the runtime on arm64, stripped: {result['bytes']} bytes "
          f"(goal {result['goal']}: {verdict(result['bytes'], result['goal'])})")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, help="also write the rows there, as JSON lines")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args()
    known = list(cases())
    names = list(dict.fromkeys(case.name for case in known)) + ["libraries", "size"]
    for name in options.cases:
        if name not in names:
            parser.error(f"no case {name}; there are {' '.join(names)}")
    wanted = options.cases or names
    chosen = [case for case in known if case.name in wanted]
    genuine, ours = genuine_python() if chosen else [], [str(ROOT / "build/bin/tinsmith"), "run"]
    program = build_cpp() if any(case.cpp for case in chosen) else None

    print(f"{'CASE':14} {'THREADS':>7} {'GENUINE':>9} {'TINSMITH':>9} {'C++':>9}  {'RATIO':>6} {'GOAL':>5}  "
          f"{'TO C++':>6}  ", flush=True)
    rows, all_right = [], True
    for case in chosen:
        threads = case.arguments[2] if "--threads" in case.arguments else ""
        sides = {"genuine": case.command(genuine), "ours": case.command(ours)}
        if case.cpp:
            sides["cpp"] = [program, case.name, threads]
        medians, right = measure(case, sides, options.runs)
        theirs, mine, cpp = (medians.get(side) for side in ("genuine", "ours", "cpp"))
        row = {"case": case.name, "threads": threads, "unit": case.unit, "genuine": theirs, "tinsmith": mine, "cpp": cpp,
               "ratio": ratio(mine, theirs), "goal": case.goal, "ratio_cpp": ratio(mine, cpp)}
        rows.append(row)
        all_right &= right
        print(f"{case.name:14} {threads:>7} {number(theirs):>9} {number(mine):>9} {number(cpp):>9}  {number(row['ratio']):>6} "
              f"{case.goal:5.2f}  {number(row['ratio_cpp']):>6}  {verdict(row['ratio'], case.goal)}"
              f"{'' if right else '; RESULTS DIFFER OR A SIDE FAILED'}", flush=True)
    print_geometric_means(rows)
    others = [print_libraries(wanted), print_size(wanted)]
    if options.json:
        lines = rows + [other for other in others if other]
        options.json.write_text("".join(json.dumps(line) + "\n" for line in lines))
    sys.exit(0 if all_right else 1)


if __name__ == "__main__":
    main()
