# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-5
# Functions that return tuples, nested functions, recursion bounded by templates, while with several exits, tuples of loop targets,
# kernels called with keywords, f-strings in ti.static_print left out, matrices from ti.math.
import taichi as ti
import taichi.math as tm

ti.init(arch=ti.cpu)
roots = ti.field(ti.f32, shape=10)
steps = ti.field(ti.i32, shape=10)


@ti.func
def value_and_slope(x, a):
    return x * x * x - a, 3.0 * x * x


@ti.func
def solve(a):
    x, n = 1.0, 0
    while True:
        f, df = value_and_slope(x, a)
        if ti.abs(f) < 1e-5 * a:
            break
        if n >= 50:
            break
        x -= f / df
        n += 1
    return x, n


@ti.func
def power(x, n: ti.template()):
    result = 1.0
    if ti.static(n > 0):
        result = x * power(x, n - 1)
    return result


@ti.kernel
def run(scale: ti.f32, shift: ti.f32):
    for i in roots:
        x, n = solve(shift + scale * i)
        roots[i] = x
        steps[i] = n


@ti.kernel
def rotate(angle: ti.f32) -> tm.vec3:
    m = tm.rot_by_axis(tm.vec3(0.0, 0.0, 1.0), angle)
    p = m @ tm.vec4(1.0, 2.0, 3.0, 1.0)
    q = tm.normalize(p.xyz) + tm.cross(tm.vec3(1.0, 0.0, 0.0), p.zyx)
    return tm.mix(q, tm.vec3(0.0), 0.25)


@ti.kernel
def powers() -> ti.f32:
    return power(1.5, 5)


run(shift=1.0, scale=3.0)
print(*(f"{roots[i]:.5f}" for i in range(10)))
print(*(steps[i] > 0 and steps[i] < 50 for i in range(1, 10)))
print(*(f"{c:.5f}" for c in rotate(0.5)))
print(f"{powers():.5f}")
