# SPDX-License-Identifier: Apache-2.0
"""Ten kernels of an MNIST MLP compiled and launched for the first time, on the CPU: the same script for genuine Taichi and
for Tinsmith. No cache of an earlier run counts.

Prints one JSON line: milliseconds from the first launch until all ten are done (Python's start, the import and the
declarations are outside).
"""
import json
import time

import numpy as np
import taichi as ti

ti.init(arch=ti.cpu, offline_cache=False, log_level=ti.ERROR)
import mnist_kernels as mnist  # noqa: E402, its fields need ti.init

images = np.ones((mnist.BATCH, mnist.PIXELS), np.float32)
labels = np.zeros(mnist.BATCH, np.int32)
arguments = {mnist.init: (0.05,), mnist.load: (images, labels, 0), mnist.update: (0.1,)}
ti.sync()
start = time.perf_counter()
for kernel in mnist.KERNELS:
    kernel(*arguments.get(kernel, ()))
ti.sync()
elapsed = time.perf_counter() - start
assert 1 < mnist.loss[None] < 4, mnist.loss[None]  # its start is random
print(json.dumps({"milliseconds": 1e3 * elapsed}))
