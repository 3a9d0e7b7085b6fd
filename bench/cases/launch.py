# SPDX-License-Identifier: Apache-2.0
"""What a launch from Python costs, `launch.py cpu` or `launch.py vulkan`: the same script for genuine Taichi and for Tinsmith.

Prints one JSON line: microseconds a launch of a small kernel with one argument, without waiting for it.
"""
import json
import sys
import time

import taichi as ti

ti.init(arch=getattr(ti, sys.argv[1]), offline_cache=False, log_level=ti.ERROR)
x = ti.field(ti.f32, 16)


@ti.kernel
def add(v: ti.f32):
    for i in x:
        x[i] += v


for _ in range(200):
    add(0.5)
ti.sync()
LAUNCHES = 3000
start = time.perf_counter()
for _ in range(LAUNCHES):
    add(0.5)
elapsed = time.perf_counter() - start
ti.sync()
waited = time.perf_counter() - start
assert x[3] == (200 + LAUNCHES) * 0.5, x[3]
print(json.dumps({"microseconds": 1e6 * elapsed / LAUNCHES, "microseconds_with_work": 1e6 * waited / LAUNCHES}))
