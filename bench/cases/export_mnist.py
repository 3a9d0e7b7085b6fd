# SPDX-License-Identifier: Apache-2.0
"""Ten kernels of an MNIST MLP and three of their adjoints, exported: the same script for genuine Taichi and for Tinsmith.

Prints one JSON line: milliseconds from the first kernel's syntax tree to the written package (Python's start, the import and
the declarations are outside), and the size of the package. Uses only names that both have.
"""
import json
import pathlib
import tempfile
import time

import taichi as ti

ti.init(arch=ti.vulkan, offline_cache=False, log_level=ti.ERROR)
import mnist_kernels as mnist  # noqa: E402, its fields need ti.init

start = time.perf_counter()
module = ti.aot.Module(arch=ti.vulkan)
for name, field in mnist.FIELDS:
    module.add_field(name, field)
for kernel in mnist.KERNELS:
    module.add_kernel(kernel)
for kernel in (mnist.forward_hidden, mnist.forward_logits, mnist.forward_loss):
    kernel.grad.ensure_compiled()
    module._aot_builder.add(kernel.__name__ + "_grad", kernel.grad.kernel_cpp)
with tempfile.TemporaryDirectory() as folder:
    module.save(folder)
    elapsed = time.perf_counter() - start
    size = sum(f.stat().st_size for f in pathlib.Path(folder).iterdir())
print(json.dumps({"milliseconds": 1e3 * elapsed, "bytes": size}))
