# SPDX-License-Identifier: Apache-2.0
"""Functions of the top level that are written over kernel constructs, and colour helpers."""
from taichi.lang.builtin import cos, grouped, log, random, sqrt
from taichi.lang.kernel_impl import func
from taichi.types.annotations import template
from taichi import math as _math


@func
def randn(dt: template() = float):
    u1 = 1.0 - random(dt)
    u2 = random(dt)
    return sqrt(-2 * log(u1)) * cos(2 * _math.pi * u2)


@func
def fill_in_kernel(self: template(), val):
    """What `field.fill(value)` is in a kernel: a loop of its own, at each launch."""
    for index in grouped(self):
        self[index] = val


def rgb_to_hex(c):
    """0xRRGGBB of three numbers from 0 to 1, or of arrays of them."""
    r, g, b = [(255.99 * x).astype(int) if hasattr(x, "astype") else int(255.99 * x) for x in c]
    return r * 65536 + g * 256 + b


def hex_to_rgb(hex_color):
    return tuple(((hex_color >> shift) & 255) / 255 for shift in (16, 8, 0))


__all__ = ["randn", "rgb_to_hex", "hex_to_rgb"]
