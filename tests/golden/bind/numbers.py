# golden: hpp swift
"""Numbers of every type, vectors and matrices by value, and results of all shapes."""
import sys

import taichi as ti

ti.init(arch=ti.vulkan)
vec3, ivec2, vec9 = ti.types.vector(3, ti.f32), ti.types.vector(2, ti.i64), ti.types.vector(9, ti.u32)
mat23, wide = ti.types.matrix(2, 3, ti.f32), ti.types.vector(2, ti.u64)
seen = ti.field(ti.f32, shape=16)


@ti.kernel
def every_type(a: ti.f16, b: ti.f32, c: ti.f64, d: ti.i8, e: ti.i16, f: ti.i32, g: ti.i64, h: ti.u1, i: ti.u8,
               j: ti.u16, k: ti.u32, l: ti.u64):
    """Adds all of them."""
    seen[0] = a + b + ti.cast(c, ti.f32) + d + e + f + g + h + i + j + k + l


@ti.kernel
def by_value(v: vec3, i: ivec2, n: vec9, m: mat23, w: wide):
    for k in range(3):
        seen[k] = v[k] * m[1, k] + i[0] + n[8] + w[1]


@ti.kernel
def one(a: ti.f32) -> ti.f32:
    """Twice `a`."""
    return 2 * a


@ti.kernel
def large() -> ti.u64:
    return ti.u64(18446744073709551615)


@ti.kernel
def vector(a: ti.f32) -> vec3:
    return vec3(a, 2 * a, 3 * a)


@ti.kernel
def matrix() -> mat23:
    return mat23([[1, 2, 3], [4, 5, 6]])


@ti.kernel
def long_vector() -> vec9:
    return vec9(1)


@ti.kernel
def several(a: ti.i32) -> tuple[ti.i32, ti.f32, vec3]:
    return a + 1, a * 0.5, vec3(a, a, a)


module = ti.aot.Module(ti.vulkan)
module.add_field("seen", seen)
for kernel in (every_type, by_value, one, large, vector, matrix, long_vector, several):
    module.add_kernel(kernel)
module.save(sys.argv[1])
