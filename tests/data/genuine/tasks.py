# SPDX-License-Identifier: Apache-2.0
"""Kernels whose tasks, bounds, groups, arguments or results are unusual; runs under genuine Taichi and under Tinsmith."""
import sys

import taichi as ti
from taichi.math import mat2, vec2, vec3

ti.init(arch=ti.metal, offline_cache=False, log_level=ti.ERROR)
x = ti.field(ti.f32, 64)
y = ti.field(ti.f32, 300)
count = ti.field(ti.i32, ())
grid = ti.Vector.field(3, ti.f32, (5, 7))
shifted = ti.field(ti.f32, (6, 4), offset=(-3, 2))
small = ti.field(ti.i32, 10)
big = ti.field(ti.f32, 1000)
wide_matrix = ti.Matrix.field(2, 3, ti.f32, 4)
boxes = ti.field(ti.f32, (2, 3, 4))
first, second = ti.field(ti.f32), ti.field(ti.i32)
ti.root.dense(ti.ij, (4, 8)).place(first, second)
nested = ti.field(ti.f32)
ti.root.dense(ti.i, 4).dense(ti.j, 8).place(nested)
Array1 = ti.types.ndarray(ti.f32, 1)
Array2 = ti.types.ndarray(ti.f32, 2)
Vectors = ti.types.ndarray(vec3, 1)


@ti.kernel
def empty():
    pass


@ti.kernel
def empty_with_arguments(a: ti.i32, b: ti.f32):
    pass


@ti.kernel
def unused_statement(a: ti.i32):
    b = a + 1


@ti.kernel
def only_return() -> ti.i32:
    return 7


@ti.kernel
def return_argument(a: ti.i32, b: ti.f32) -> ti.f32:
    return a * b


@ti.kernel
def return_vector(a: ti.f32) -> vec3:
    return vec3(a, 2 * a, 3 * a)


@ti.kernel
def return_matrix(m: mat2) -> mat2:
    return m @ m


@ti.kernel
def return_several(a: ti.i32) -> (ti.i32, ti.f32):
    return a, 0.5 * a


@ti.kernel
def return_sum() -> ti.f32:
    total = 0.0
    for i in range(64):
        total += x[i]
    return total


@ti.kernel
def return_bool(a: ti.i32) -> ti.u1:
    return a > 3


@ti.kernel
def dynamic_end(n: ti.i32):
    for i in range(n):
        x[i] = i


@ti.kernel
def dynamic_both(a: ti.i32, b: ti.i32):
    for i in range(a, b):
        x[i] = i


@ti.kernel
def dynamic_begin(a: ti.i32):
    for i in range(a, 64):
        x[i] = i


@ti.kernel
def bound_from_field():
    for i in range(count[None]):
        x[i] = i


@ti.kernel
def bound_from_local(n: ti.i32):
    m = n * 2
    if m > 10:
        m = 10
    for i in range(m):
        x[i] = m


@ti.kernel
def two_dynamic(n: ti.i32, m: ti.i32):
    for i in range(n):
        x[i] = i
    for i in range(m * 2):
        y[i] = i


@ti.kernel
def constant_range():
    for i in range(3, 50):
        x[i] = i


@ti.kernel
def negative_range():
    for i in range(-5, 5):
        x[i + 5] = i


@ti.kernel
def empty_range():
    for i in range(5, 5):
        x[i] = i


@ti.kernel
def reversed_range():
    for i in range(9, 2):
        x[i] = i


@ti.kernel
def shape_of_argument(a: Array1):
    for i in range(a.shape[0]):
        a[i] = i


@ti.kernel
def shape_product(a: Array2):
    for i, j in ti.ndrange(a.shape[0], a.shape[1]):
        a[i, j] += 1.0


@ti.kernel
def over_argument(a: Array2):
    for i, j in a:
        a[i, j] = 2.0


@ti.kernel
def grouped_argument(a: Array2, b: Array2):
    for I in ti.grouped(a):
        a[I] = b[I]


@ti.kernel
def copy_vectors(a: Vectors, b: Vectors):
    for i in a:
        a[i] = b[i] * 2.0


@ti.kernel
def shape_less_one(a: Array1):
    for i in range(1, a.shape[0] - 1):
        a[i] = 0.0


@ti.kernel
def argument_unused(a: Array1, k: ti.f32, b: Array1):
    for i in a:
        a[i] = k


@ti.kernel
def argument_read(a: Array1) -> ti.f32:
    total = 0.0
    for i in a:
        total += a[i]
    return total


@ti.kernel
def argument_atomic(a: ti.types.ndarray(ti.i32, 1)):
    for i in range(100):
        a[i % 10] += 1


@ti.kernel
def mixed_arguments(k: ti.f32, a: Array1, v: vec3, flag: ti.u1, m: mat2, n: ti.i32):
    for i in range(64):
        x[i] = k * a[0] + v.y + m[1, 0] + n
        if flag:
            x[i] = 0.0


@ti.kernel
def ndrange_offsets():
    for i, j in ti.ndrange((2, 6), (1, 4)):
        y[i * 10 + j] = i + j


@ti.kernel
def ndrange_dynamic(n: ti.i32):
    for i, j in ti.ndrange(n, (1, 4)):
        y[i * 10 + j] = i + j


@ti.kernel
def ndrange_grouped():
    for I in ti.grouped(ti.ndrange(5, 7)):
        grid[I] = vec3(1.0)


@ti.kernel
def over_shifted():
    for i, j in shifted:
        shifted[i, j] = i * 10 + j


@ti.kernel
def over_small():
    for i in small:
        small[i] = i


@ti.kernel
def over_scalar():
    for i in ti.grouped(count):
        count[i] = 3


@ti.kernel
def block_size_range():
    ti.loop_config(block_dim=32)
    for i in range(300):
        y[i] = i


@ti.kernel
def block_size_dynamic(n: ti.i32):
    ti.loop_config(block_dim=64)
    for i in range(n):
        y[i] = i


@ti.kernel
def block_size_field():
    ti.loop_config(block_dim=256)
    for i in y:
        y[i] = i


@ti.kernel
def block_size_small_field():
    ti.loop_config(block_dim=64)
    for i in small:
        small[i] = i


@ti.kernel
def serialized():
    ti.loop_config(serialize=True)
    for i in range(63):
        x[i + 1] = x[i] + 1.0


@ti.kernel
def serialized_then_parallel():
    count[None] = 0
    ti.loop_config(serialize=True)
    for i in range(10):
        count[None] += i
    for i in x:
        x[i] = count[None]
    count[None] = 1


@ti.kernel
def loop_with_break():
    ti.loop_config(serialize=True)
    for i in range(64):
        if x[i] > 3.0:
            break
        x[i] = 3.0


@ti.kernel
def while_at_top():
    i = 0
    while i < 64:
        x[i] = i
        i += 1


@ti.kernel
def loop_in_if(n: ti.i32):
    if n > 3:
        for i in range(n):
            x[i] = i


@ti.kernel
def loop_in_static_if():
    if ti.static(True):
        for i in range(n_static):
            x[i] = i
    else:
        for i in y:
            y[i] = i


@ti.kernel
def unrolled_loops():
    for k in ti.static(range(3)):
        for i in range(10 + k):
            x[i] += k


@ti.kernel
def serial_around(a: ti.f32):
    k = ti.sin(a)
    for i in x:
        x[i] = k
    k += 1.0
    for i in y:
        y[i] = k
    count[None] = ti.cast(k, ti.i32)


@ti.kernel
def local_vector_crosses(a: vec2):
    v = ti.Vector([a.x, a.y, x[0]])
    for i in range(20):
        x[i] = v[i % 3]


@ti.kernel
def several_loops():
    for i in x:
        x[i] = 0.0
    for i, j in grid:
        grid[i, j] = vec3(0.0)
    for i in range(5):
        count[None] += i


@ti.kernel
def nested_loops(n: ti.i32):
    for i in range(8):
        for j in range(n):
            x[i] += j


@ti.func
def fill_from(start: ti.i32):
    for i in range(start, 20):
        x[i] = start


@ti.kernel
def loop_in_function():
    fill_from(4)
    count[None] = 4


@ti.kernel
def random_numbers():
    for i in x:
        x[i] = ti.random()


@ti.kernel
def integer_atomics():
    for i in small:
        ti.atomic_max(count[None], small[i])
        ti.atomic_add(x[0], 1.0)



@ti.kernel
def block_size_wanted():
    ti.loop_config(block_dim=64, block_dim_adaptive=False)
    for i in small:
        small[i] = i * 2


@ti.kernel
def over_matrix():
    for i in wide_matrix:
        wide_matrix[i] *= 2.0


@ti.kernel
def over_pair():
    for i, j in first:
        first[i, j] = second[i, j]


@ti.kernel
def over_nested():
    for i, j in nested:
        nested[i, j] = i + j


@ti.kernel
def over_3d():
    for i, j, k in boxes:
        boxes[i, j, k] = i + j * k


@ti.kernel
def mat_arrays(p: ti.types.ndarray(mat2, 2), q: ti.types.ndarray(ti.types.vector(2, ti.i32), 3)):
    for i, j in p:
        p[i, j] = p[i, j] @ p[i, j]
    for I in ti.grouped(q):
        q[I] += 1


@ti.kernel
def small_ints(p: ti.i8, q: ti.u8, r: ti.i16, s: ti.u16, t: ti.u32) -> ti.u32:
    return ti.cast(p, ti.u32) + q + r + s + t


@ti.kernel
def wide(p: ti.i64, q: ti.f64, r: ti.f32) -> ti.i64:
    return p + ti.cast(q, ti.i64)


@ti.kernel
def while_dynamic(n: ti.i32) -> ti.i32:
    i = 0
    while i < n:
        i += 2
    return i


@ti.kernel
def return_of_field() -> ti.f32:
    return big[3]


@ti.kernel
def static_loops_of_fields():
    for f in ti.static((first, nested)):
        for i, j in f:
            f[i, j] = 1.0


@ti.kernel
def reduce_max() -> ti.f32:
    m = -1e30
    for i in big:
        ti.atomic_max(m, big[i])
    return m


@ti.kernel
def matvec(v: vec3, m: ti.types.matrix(2, 3, ti.f32)) -> vec2:
    return m @ v


@ti.kernel
def scalar_rw(out: ti.types.ndarray(ti.i32, 1), src: ti.types.ndarray(ti.f32, 2), only_w: ti.types.ndarray(ti.f32, 0)):
    for i in range(4):
        out[i] = ti.cast(src[i, 0], ti.i32)
    only_w[None] = 3.0


@ti.kernel
def shape_serial(p: ti.types.ndarray(ti.f32, 2)) -> ti.i32:
    return p.shape[0] * p.shape[1]


@ti.kernel
def shape_scaled(p: ti.types.ndarray(ti.f32, 1)):
    for i in range(p.shape[0] * 2):
        big[i] = 1.0


@ti.kernel
def shape_min(p: ti.types.ndarray(ti.f32, 1), n: ti.i32):
    for i in range(ti.min(p.shape[0], n)):
        big[i] = 1.0


@ti.kernel
def shape_local(p: ti.types.ndarray(ti.f32, 1)):
    n = p.shape[0]
    for i in range(n):
        big[i] = n


@ti.kernel
def arg_bound_in_serial(n: ti.i32):
    small[0] = n
    for i in range(n + 1):
        big[i] = small[0]


@ti.kernel
def const_local_bound():
    n = 30
    for i in range(n):
        big[i] = n


@ti.kernel
def loop_step():
    for i in range(10):
        for j in range(i, 20):
            big[j] += i


@ti.kernel
def f64_math(r: ti.f32):
    for i in big:
        big[i] = ti.cast(ti.cast(big[i], ti.f64) * 2.0, ti.f32)


n_static = 12
module = ti.aot.Module(arch=ti.metal, caps=[ti.DeviceCapability.spirv_has_int8, ti.DeviceCapability.spirv_has_int16,
                                               ti.DeviceCapability.spirv_has_int64, ti.DeviceCapability.spirv_has_float64])
for name in ("x", "y", "count", "grid", "shifted", "small", "big", "wide_matrix", "boxes"):
    module.add_field(name, globals()[name])
for kernel in [v for v in list(globals().values()) if getattr(v, "_is_wrapped_kernel", False)]:
    module.add_kernel(kernel)
module.save(sys.argv[1])
