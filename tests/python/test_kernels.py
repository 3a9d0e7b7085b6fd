# SPDX-License-Identifier: Apache-2.0
"""Kernels called from Python: arguments, results, specialisation, classes."""
import numpy as np
import pytest
import taichi as ti


def test_scalar_arguments_and_result():
    @ti.kernel
    def add(a: ti.i32, b: ti.f32, c: float) -> ti.f32:
        return a + b * c

    assert add(1, 2.5, 2) == 6
    assert add(c=2.0, a=1, b=0.5) == 2
    assert add(np.int64(3), np.float32(0), 0) == 3
    with pytest.raises(ti.TaichiRuntimeTypeError):
        add(1.5, 1, 1)
    with pytest.raises(ti.TaichiRuntimeTypeError):
        add(1, "1", 1)
    with pytest.raises(ti.TaichiSyntaxError, match="missing"):
        add(1, 2.0)
    with pytest.raises(ti.TaichiSyntaxError, match="Too many"):
        add(1, 2.0, 3.0, 4.0)
    with pytest.raises(ti.TaichiSyntaxError, match="Unexpected"):
        add(1, 2.0, d=3.0)
    with pytest.raises(ti.TaichiSyntaxError, match="Multiple"):
        add(1, 2.0, 3.0, a=1)


def test_integers_wrap_to_their_width():
    @ti.kernel
    def same(a: ti.i32) -> ti.i32:
        return a

    assert same(2**31) == -2**31 and same(-1) == -1 and same(True) == 1


def test_unsigned_and_bool():
    @ti.kernel
    def flip(a: ti.u32, on: ti.u1) -> ti.u32:
        r = a
        if on:
            r = ~a
        return r

    assert flip(0, True) == 2**32 - 1 and flip(5, False) == 5


def test_vectors_and_tuples():
    vec3 = ti.types.vector(3, ti.f32)
    mat2 = ti.types.matrix(2, 2, ti.i32)

    @ti.kernel
    def scale(v: vec3, m: mat2) -> vec3:
        return v * m[0, 1] + m[1, 0]

    result = scale(ti.Vector([1, 2, 3]), ti.Matrix([[1, 2], [3, 4]]))
    assert isinstance(result, ti.Matrix) and result.to_list() == [5, 7, 9]
    assert scale([1, 2, 3], [[1, 2], [3, 4]]).to_list() == [5, 7, 9]
    with pytest.raises(ti.TaichiRuntimeTypeError):
        scale([1, 2, 3], [[1.5, 2], [3, 4]])

    @ti.kernel
    def pair(a: ti.i32) -> tuple[ti.i32, ti.f32]:
        return a + 1, a * 0.5

    assert pair(3) == [4, 1.5]  # a list, as genuine Taichi gives

    @ti.kernel
    def transposed() -> mat2:
        return ti.Matrix([[1, 2], [3, 4]]).transpose()

    assert transposed().to_list() == [[1, 3], [2, 4]]


def test_fields_are_written_and_read():
    x = ti.field(ti.f32, shape=(4, 3))
    v = ti.Vector.field(2, ti.f32, shape=4)

    @ti.kernel
    def fill():
        for i, j in x:
            x[i, j] = i * 10 + j
        for i in v:
            v[i] = [i, -i]

    fill()
    assert x.to_numpy().tolist() == [[i * 10 + j for j in range(3)] for i in range(4)]
    assert v[3].to_list() == [3, -3]


def test_template_arguments_specialise_once():
    x, y = ti.field(ti.f32, shape=4), ti.field(ti.i32, shape=3)

    @ti.kernel
    def fill(f: ti.template(), value: ti.template(), offset: ti.i32):
        for i in f:
            f[i] = value + offset

    fill(x, 1.5, 1)
    fill(y, 2, 2)
    fill(x, 1.5, 2)
    assert len(fill._instances) == 2
    fill(x, 2.5, 0)
    assert len(fill._instances) == 3
    assert x.to_numpy().tolist() == [2.5] * 4 and y.to_numpy().tolist() == [4] * 3


def test_names_are_those_of_genuine_taichi():
    @ti.kernel
    def one(a: ti.template()) -> ti.i32:
        return a

    @ti.kernel
    def two() -> ti.i32:
        return 2

    one(1), one(2), two()
    assert one.kernel_counter % 2 == 0 and two.kernel_counter == one.kernel_counter + 2
    assert one.grad.kernel_counter == one.kernel_counter + 1
    assert one.kernel_cpp.name == f"one_c{one.kernel_counter}_1"


def test_ndarray_arguments():
    @ti.kernel
    def double(a: ti.types.ndarray(), b: ti.types.ndarray(dtype=ti.f32, ndim=1)):
        for i in a:
            b[i] = 2 * a[i]

    a, b = ti.ndarray(ti.i32, 4), ti.ndarray(ti.f32, 4)
    a.from_numpy(np.arange(4, dtype=np.int32))
    double(a, b)
    assert b.to_numpy().tolist() == [0, 2, 4, 6]
    with pytest.raises(ValueError):
        double(a, ti.ndarray(ti.f32, (4, 4)))
    with pytest.raises((TypeError, ValueError)):
        double(a, ti.ndarray(ti.i32, 4))
    with pytest.raises(ti.TaichiRuntimeTypeError):
        double(a, 3)


@pytest.mark.parametrize("order", ["C", "F"])
def test_numpy_arguments_are_changed_in_place(order):
    @ti.kernel
    def add(a: ti.types.ndarray(), b: ti.types.ndarray()):
        for i, j in a:
            a[i, j] += b[i, j]

    a = np.array(np.arange(6).reshape(2, 3), dtype=np.float32, order=order)
    b = np.ones((2, 3), dtype=np.int32)
    add(a, b)
    assert a.tolist() == [[1, 2, 3], [4, 5, 6]] and b.tolist() == [[1] * 3] * 2
    with pytest.raises(ValueError, match="contiguous"):
        add(np.zeros((4, 6), np.float32)[::2, ::2], b)


def test_numpy_of_vectors():
    @ti.kernel
    def norms(a: ti.types.ndarray(dtype=ti.math.vec3), out: ti.types.ndarray()):
        for i in out:
            out[i] = a[i].norm()

    out = np.zeros(2, np.float32)
    norms(np.array([[3, 4, 0], [0, 0, 2]], np.float32), out)
    assert out.tolist() == [5, 2]
    with pytest.raises(ValueError):
        norms(np.zeros((2, 2), np.float32), out)


def test_partly_written_numpy_keeps_the_rest():
    @ti.kernel
    def first(a: ti.types.ndarray()):
        a[0] = 9

    a = np.arange(3, dtype=np.int32)
    first(a)
    assert a.tolist() == [9, 1, 2]


def test_globals_are_captured_at_first_compilation():
    scale = 3

    @ti.kernel
    def get() -> ti.i32:
        return scale

    assert get() == 3
    scale = 4
    assert get() == 3


@ti.data_oriented
class Counter:
    step = 2

    def __init__(self, n, start):
        self.n = n
        self.start = start
        self.x = ti.field(ti.i32, shape=n)

    @ti.func
    def value(self, i):
        return self.start + i * self.step

    @ti.kernel
    def fill(self):
        for i in self.x:
            self.x[i] = self.value(i)

    @ti.kernel
    def total(self, scale: ti.i32) -> ti.i32:
        s = 0
        for i in self.x:
            s += self.x[i] * scale
        return s

    @staticmethod
    @ti.kernel
    def twice(a: ti.i32) -> ti.i32:
        return 2 * a

    @property
    @ti.kernel
    def first(self) -> ti.i32:
        return self.x[0]


class Faster(Counter):
    step = 5


def test_classes():
    a, b, c = Counter(3, 1), Counter(4, 10), Faster(2, 0)
    for counter in (a, b, c):
        counter.fill()
    assert a.x.to_numpy().tolist() == [1, 3, 5] and b.x.to_numpy().tolist() == [10, 12, 14, 16]
    assert c.x.to_numpy().tolist() == [0, 5]
    assert a.total(2) == 18 and b.total(scale=1) == 52 and a.twice(4) == 8
    assert b.first == 10


def test_self_may_be_annotated_and_nodes_looped_over():
    @ti.data_oriented
    class Grid:
        def __init__(self):
            self.x = ti.field(ti.i32)
            self.node = ti.root.dense(ti.ij, (2, 3))
            self.node.place(self.x)

    # At module level of a class body the name has no <locals>.
    Sample.x = ti.field(ti.i32, shape=3)
    Sample().fill(4)
    assert Sample.x.to_numpy().tolist() == [4, 5, 6]
    grid = Grid()

    @ti.kernel
    def number(node: ti.template(), x: ti.template()):
        for i, j in node:
            x[i, j] = 10 * i + j

    number(grid.node, grid.x)
    assert grid.x.to_numpy().tolist() == [[0, 1, 2], [10, 11, 12]]


@ti.data_oriented
class Sample:
    @ti.kernel
    def fill(self: ti.template(), start: ti.i32):
        for i in self.x:
            self.x[i] = start + i


def test_bool_arguments_are_integers():
    @ti.kernel
    def same(a: ti.u1) -> ti.i32:
        return a

    assert same(True) == 1 and same(0) == 0 and same(np.bool_(True)) == 1
    for wrong in ("1", 0.5, None):
        with pytest.raises(ti.TaichiRuntimeTypeError):
            same(wrong)


def test_class_must_be_data_oriented():
    class Plain:
        @ti.kernel
        def k(self):
            pass

    with pytest.raises(ti.TaichiSyntaxError, match="data_oriented"):
        Plain().k()


def test_signatures_that_kernels_cannot_have():
    with pytest.raises(ti.TaichiSyntaxError, match="annotated"):
        @ti.kernel
        def a(x):
            pass
    with pytest.raises(ti.TaichiSyntaxError, match="default"):
        @ti.kernel
        def b(x: ti.i32 = 1):
            pass
    with pytest.raises(ti.TaichiSyntaxError, match="variable"):
        @ti.kernel
        def c(*x: ti.i32):
            pass
    with pytest.raises(ti.TaichiSyntaxError, match="Invalid type annotation"):
        @ti.kernel
        def d(x: "str"):
            pass


def test_funcs_only_in_kernels_pyfuncs_in_both():
    @ti.func
    def f(x):
        return x + 1

    @ti.pyfunc
    def g(x):
        return x + 1

    @ti.kernel
    def k() -> ti.i32:
        return f(1) + g(2)

    assert k() == 5 and g(2) == 3
    with pytest.raises(ti.TaichiSyntaxError, match="Python-scope"):
        f(1)


def test_matrix_methods_in_kernels():
    m = ti.Matrix.field(3, 3, ti.f32, shape=())
    out = ti.field(ti.f32, shape=12)
    inv = ti.Matrix.field(3, 3, ti.f32, shape=())
    values = np.array([[2, 1, 0], [0.5, 3, -1], [1, 0, 1]], np.float32)
    m.from_numpy(values)

    @ti.kernel
    def compute():
        a = m[None]
        v = ti.Vector([3.0, 4.0, 0.0])
        w = ti.Vector([0.0, 1.0, 2.0])
        inv[None] = a.inverse()
        out[0] = a.determinant()
        out[1] = a.trace()
        out[2] = v.norm()
        out[3] = v.dot(w)
        out[4] = v.cross(w).z
        out[5] = v.max() + w.min()
        out[6] = (a @ v).sum()
        out[7] = v.normalized().x
        out[8] = v.norm_inv()
        out[9] = v.outer_product(w)[1, 2]
        out[10] = v.any()
        out[11] = a.sum()

    compute()
    v, w = np.array([3, 4, 0.0]), np.array([0, 1, 2.0])
    expected = [np.linalg.det(values), np.trace(values), 5, v @ w, np.cross(v, w)[2], 4,
                (values @ v).sum(), 0.6, 0.2, 8, 1, values.sum()]
    assert np.allclose(out.to_numpy(), expected, rtol=1e-5)
    assert np.allclose(inv.to_numpy(), np.linalg.inv(values), rtol=1e-4, atol=1e-6)


def test_inverse_of_four_by_four():
    values = np.array([[2, 1, 0, 0], [0.5, 3, -1, 1], [1, 0, 1, 2], [0, 1, 0, 1]], np.float32)
    m = ti.Matrix.field(4, 4, ti.f32, shape=2)
    m[0] = values.tolist()

    @ti.kernel
    def invert() -> ti.f32:
        m[1] = m[0].inverse()
        return m[0].determinant()

    assert invert() == pytest.approx(np.linalg.det(values), rel=1e-5)
    assert np.allclose(m.to_numpy()[1], np.linalg.inv(values), atol=1e-5)


def test_math_in_kernels():
    tm = ti.math
    out = ti.field(ti.f32, shape=10)

    @ti.kernel
    def compute(x: ti.f32):
        out[0] = tm.clamp(x, 0.0, 1.0)
        out[1] = tm.mix(1.0, 3.0, 0.25)
        out[2] = tm.fract(x)
        out[3] = tm.sign(-x)
        out[4] = tm.smoothstep(0.0, 4.0, x)
        out[5] = tm.length(tm.vec2(3, 4))
        out[6] = tm.cmul(tm.vec2(0, 1), tm.vec2(0, 1)).x
        out[7] = tm.isnan(x) + tm.isinf(1.0 / (x - 2.5))
        out[8] = tm.mod(-x, 1.0)
        out[9] = tm.rotation2d(tm.pi / 2)[1, 0]

    compute(2.5)
    t = 2.5 / 4
    assert np.allclose(out.to_numpy(), [1, 1.5, 0.5, -1, t * t * (3 - 2 * t), 5, -1, 1, 0.5, 1],
                       atol=1e-6)


def test_compile_errors_have_genuine_types_and_a_caret():
    @ti.kernel
    def undefined():
        a = no_such_name + 1  # noqa: F821

    with pytest.raises(ti.TaichiNameError) as caught:
        undefined()
    assert "no_such_name" in str(caught.value) and "^" in str(caught.value)
    assert "test_kernels.py" in str(caught.value)


def test_launches_do_not_wait():
    x = ti.field(ti.i32, shape=8)

    @ti.kernel
    def step(k: ti.i32):
        for i in x:
            x[i] += k

    step(1)
    ti.sync()
    prog = ti.lang.impl.get_runtime().prog
    before = prog.counters()
    for _ in range(50):
        step(2)
    after = prog.counters()
    assert after["waits"] == before["waits"] and after["dispatches"] == before["dispatches"] + 50
    assert after["submissions"] - before["submissions"] <= 2
    assert x.to_numpy().tolist() == [101] * 8
