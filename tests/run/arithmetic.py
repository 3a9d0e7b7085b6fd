# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-6
# Numeric rules in one place: division, remainder, powers, shifts, casts, promotion, comparison, ternary, boolean operators.
import taichi as ti

ti.init(arch=ti.cpu)


@ti.kernel
def integers(a: ti.i32, b: ti.i32) -> ti.types.vector(12, ti.i32):
    return ti.Vector([a // b, a % b, ti.raw_div(a, b), ti.raw_mod(a, b), a << 3, a >> 1, a & b, a | b, a ^ b, ~a, a**3, -a])


@ti.kernel
def reals(a: ti.f32, b: ti.f32) -> ti.types.vector(12, ti.f32):
    return ti.Vector([a / b, a // b, a % b, ti.abs(a) ** b, ti.floor(a), ti.ceil(a), ti.atan2(a, b), ti.min(a, b), ti.max(a, b),
                      a**2, ti.sqrt(ti.abs(a)), ti.exp(b)])


@ti.kernel
def mixed(a: ti.i32, b: ti.i32) -> ti.types.vector(8, ti.f32):
    t = 7 if a > b else 3
    u = 1 if 0 < a < 10 and b != 0 else 0
    v = 0.0
    if not (a == b) or b < 0:
        v = 2.5
    c = ti.cast(2.9, ti.i32) + ti.cast(-2.9, ti.i32) * 100
    w = ti.u32(4294967295) + ti.u32(2)
    d = 0.1
    d = 3
    return ti.Vector([a / b, t, u, v, c, w, d, 1 / 3 + 2 // 3])


@ti.kernel
def wrap(a: ti.i32) -> ti.i32:
    return a * 65536 * 65536 + (a + 2147483647)


for a, b in ((7, 3), (-7, 3), (7, -3), (-7, -3)):
    print(*integers(a, b))
    print(*(f"{v:.5f}" for v in reals(a * 1.25, b * 0.5)))
    print(*(f"{v:.4f}" for v in mixed(a, b)))
print(wrap(2))
