# SPDX-License-Identifier: Apache-2.0
"""What the cases share: their command line, and how a launch is timed. Runs under genuine Taichi and under Tinsmith."""
import argparse
import json
import time

import taichi as ti


def start(description, cases):
    """Parses CASE and --threads, starts Taichi on the CPU, and returns the case."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("case", choices=cases)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    ti.init(arch=ti.cpu, cpu_max_num_threads=options.threads, offline_cache=False, log_level=ti.ERROR)
    return options.case


def fastest(step, seconds=0.6):
    """Milliseconds of the fastest call of `step`, waited for, after two that compile."""
    for _ in range(2):
        step()
    ti.sync()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        step()
        ti.sync()
        best = min(best, time.perf_counter() - begin)
    return 1e3 * best


def report(**values):
    print(json.dumps(values))
