# SPDX-License-Identifier: Apache-2.0
"""Sum of squares and its gradient, exported as an AOT package: the smallest whole example.

    x[i] = BASE + 0.01 i      loss = sum of x[i]^2      d loss / d x[i] = 2 x[i]

    tinsmith run examples/autodiff.py --size 1000 --base 0.5 --out out/autodiff [--check]

The package holds the kernels init_x, clear_loss, forward and backward. `backward` is the adjoint of `forward`: it reads
loss_grad and accumulates into x_grad. With --check the gradient is compared with 2x and with finite differences.
"""
import argparse
import sys

import numpy as np
import taichi as ti


def declare(size, base):
    x = ti.field(ti.f32, shape=size, needs_grad=True)
    loss = ti.field(ti.f32, shape=(), needs_grad=True)

    @ti.kernel
    def init_x():
        """Sets x[i] to the base plus 0.01 i, and x_grad to zero."""
        for i in x:
            x[i] = base + 0.01 * i
            x.grad[i] = 0.0

    @ti.kernel
    def clear_loss():
        """Sets the loss to zero and its gradient, the seed of `backward`, to one."""
        loss[None] = 0.0
        loss.grad[None] = 1.0

    @ti.kernel
    def forward():
        """Adds the sum of all x[i]^2 to the loss."""
        for i in x:
            loss[None] += x[i] * x[i]

    return x, loss, init_x, clear_loss, forward


def export(folder, x, loss, init_x, clear_loss, forward):
    module = ti.aot.Module(arch=ti.metal)
    for name, field in (("x", x), ("x_grad", x.grad), ("loss", loss), ("loss_grad", loss.grad)):
        module.add_field(name, field)
    module.add_kernel(init_x)
    module.add_kernel(clear_loss)
    module.add_kernel(forward)
    module.add_kernel(forward.grad, name="backward")
    module.save(folder)


def check(x, loss, init_x, clear_loss, forward):
    """The largest errors against 2x and against central differences of the loss at a few places."""
    init_x()
    clear_loss()
    forward()
    forward.grad()
    values, gradient = x.to_numpy().astype(np.float64), x.grad.to_numpy().astype(np.float64)
    scale = np.maximum(1.0, np.abs(2 * values))
    exact = float(np.max(np.abs(gradient - 2 * values) / scale))

    def loss_at(point):
        x.from_numpy(point.astype(np.float32))
        clear_loss()
        forward()
        return float(loss[None])

    # The loss is a sum in f32, so a step must move it by far more than its rounding error.
    rounding = abs(loss_at(values)) * 2.0**-23 * 4
    worst = 0.0
    for i in np.unique(np.linspace(0, len(values) - 1, 5).astype(int)):
        step = max(0.5, float(np.sqrt(rounding)))
        up, down = values.copy(), values.copy()
        up[i] += step
        down[i] -= step
        width = float(np.float32(up[i])) - float(np.float32(down[i]))
        difference = (loss_at(up) - loss_at(down)) / width
        worst = max(worst, abs(difference - gradient[i]) / (scale[i] + 2 * rounding / width / 1e-2))
    return exact, worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--base", type=float, default=1.0)
    parser.add_argument("--out", default="out/autodiff")
    parser.add_argument("--check", action="store_true", help="compare the gradient before exporting")
    options = parser.parse_args()
    if options.size < 1:
        parser.error("--size must be at least 1")

    ti.init(arch=ti.metal)
    parts = declare(options.size, options.base)
    export(options.out, *parts)
    print(f"wrote {options.out}: {options.size} elements from {options.base}")
    if options.check:
        exact, numeric = check(*parts)
        good = exact <= 1e-5 and numeric <= 1e-2
        print(f"gradient against 2x: largest error {exact:.2e}; against finite differences: {numeric:.2e}")
        print("the gradient is right" if good else "THE GRADIENT IS WRONG")
        sys.exit(0 if good else 1)


main()
