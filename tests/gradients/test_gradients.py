# SPDX-License-Identifier: Apache-2.0
"""Gradients of scripts, run on each device, against differences. The constructs where genuine Taichi's GPU back ends are
wrong come first."""
import numpy as np
import pytest
import taichi as ti
from differences import Real, check


@pytest.fixture(autouse=True, params=[ti.cpu, ti.vulkan], ids=["cpu", "vulkan"])
def start(request):
    ti.init(arch=request.param)
    yield
    ti.reset()


def test_sum_carried_through_a_loop():
    w, x, y = Real(4, 3), Real(3), Real(4)
    ws, xs, ys = w.data, x.data, y.data

    @ti.kernel
    def k():
        for i in range(4):
            acc = 0.0
            for j in range(3):
                acc += ws[i, j] * xs[j]
            ys[i] = ti.tanh(acc)

    check(k, [w, x, y])


def test_product_carried_through_a_loop():
    x, y = Real(4), Real(2)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(2):
            p = 1.0
            for j in range(4):
                p *= xs[j] + i
            ys[i] = p

    check(k, [x, y])


def test_branch_that_assigns_an_outer_local():
    x, y = Real(6), Real(6)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in xs:
            a = xs[i]
            if i % 2 == 0:
                a = a * a
            else:
                a = ti.sin(a) * xs[0]
            ys[i] = a * a

    check(k, [x, y])


def test_stable_softmax():
    x, y = Real(2, 4, low=-1, high=1), Real(2, 4)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(2):
            m = xs[i, 0]
            for j in range(1, 4):
                m = max(m, xs[i, j])
            s = 0.0
            for j in range(4):
                s += ti.exp(xs[i, j] - m)
            for j in range(4):
                ys[i, j] = ti.exp(xs[i, j] - m) / s

    check(k, [x, y], step=1e-2)


def test_vector_carried_through_a_loop():
    x, y = Real(3, n=2), Real(2)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(2):
            v = ti.Vector([0.5, 1.0])
            for j in range(3):
                v = v * 0.5 + xs[j] * v.yx
            ys[i] = v.norm() * (i + 1)

    check(k, [x, y])


def test_local_vector_with_a_running_index():
    x, y = Real(4), Real(4)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(4):
            v = ti.Vector([0.0, 0.0, 0.0, 0.0])
            for j in range(4):
                v[j] = xs[j] * xs[i]
            s = 0.0
            for j in range(4):
                s += v[(i + j) % 4] * v[j]
            ys[i] = s

    check(k, [x, y])


def test_doubly_nested_carried_loops():
    x, y = Real(3), Real(2)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(2):
            s = xs[0]
            for j in range(3):
                for n in range(2):
                    s = s * xs[j] * 0.5 + ti.sin(s)
                s = s + xs[j]
            ys[i] = s

    check(k, [x, y])


def test_while_break_and_continue():
    x, y = Real(4), Real(4)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(4):
            r = xs[i]
            n = 0
            while n < 3:
                n += 1
                if n == 2:
                    continue
                r = r * xs[i] + 0.5
            for j in range(10):
                if j > i:
                    break
                r = r * 0.9 + xs[j]
            ys[i] = r * r

    check(k, [x, y])


def test_dynamic_bounds():
    x, y = Real(6), Real(4)
    xs, ys = x.data, y.data
    n = ti.field(ti.i32, shape=4)
    n.from_numpy(np.array([1, 3, 0, 5], dtype=np.int32))

    @ti.kernel
    def k():
        for i in range(4):
            s = 1.0
            for j in range(n[i]):
                s = s * xs[j] + 0.1
            ys[i] = s

    check(k, [x, y])


def test_ndarrays_have_gradients_of_their_own():
    a, b = Real(5, array=True), Real(5, array=True)

    @ti.kernel
    def k(p: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True), q: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True)):
        for i in p:
            q[i] += p[i] * p[4 - i]

    check(k, [a, b], a.data, b.data)


def test_one_array_passed_twice_is_refused():
    a = Real(4, array=True).data

    @ti.kernel
    def k(p: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True), q: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True)):
        for i in p:
            q[i] = p[i] * p[i]

    with pytest.raises(RuntimeError, match="needs different arrays: 'p' and 'q' are the same"):
        k.grad(a, a)


def test_statements_and_loops_mixed():
    x, y, loss = Real(4), Real(4), Real()
    xs, ys, out = x.data, y.data, loss.data

    @ti.kernel
    def k():
        s = 0.0
        for i in range(4):
            s += xs[i] * xs[i]
        out[None] = ti.sqrt(s)
        for i in range(4):
            ys[i] = xs[i] / s
        out[None] += ys[0]

    check(k, [x, y, loss])


def test_pow_with_a_negative_base():
    x, y = Real(4, low=-1.2, high=-0.4), Real(4)
    xs, ys = x.data, y.data
    n = ti.field(ti.i32, shape=4)
    n.from_numpy(np.array([0, 1, 2, 3], dtype=np.int32))

    @ti.kernel
    def k():
        for i in range(4):
            ys[i] = xs[i] ** n[i] + xs[i] ** 3

    check(k, [x, y])


def test_branch_not_taken_gives_no_nan():
    x, y = Real(4, low=-1, high=-0.3), Real(4)
    xs, ys = x.data, y.data

    @ti.kernel
    def k():
        for i in range(4):
            ys[i] = ti.select(xs[i] > 0, ti.sqrt(xs[i]), xs[i] * 2)

    check(k, [x, y])


@pytest.mark.parametrize("name,low,high", [
    ("sin", -2, 2), ("cos", -2, 2), ("tan", -1, 1), ("asin", -0.8, 0.8), ("acos", -0.8, 0.8), ("tanh", -2, 2), ("exp", -1, 1),
    ("log", 0.4, 2), ("sqrt", 0.4, 2), ("rsqrt", 0.5, 2), ("abs", 0.1, 2)])
def test_functions(name, low, high):
    x, y = Real(4, low=low, high=high), Real(4)
    xs, ys, f = x.data, y.data, getattr(ti, name)

    @ti.kernel
    def k():
        for i in range(4):
            ys[i] = f(xs[i])

    check(k, [x, y], step=1e-2)


def test_matrices():
    a, b, c = Real(2, n=3), Real(2, n=3), Real(2)
    p, q, out = a.data, b.data, c.data

    @ti.kernel
    def k():
        for i in range(2):
            out[i] = p[i].cross(q[i]).norm() + p[i].dot(q[1 - i]) + p[i].outer_product(q[i]).trace()

    check(k, [a, b, c])


def test_two_kernels_on_a_tape():
    x = ti.field(ti.f32, shape=4, needs_grad=True)
    y = ti.field(ti.f32, shape=4, needs_grad=True)
    loss = ti.field(ti.f32, shape=(), needs_grad=True)

    @ti.kernel
    def square():
        for i in x:
            y[i] = x[i] * x[i]

    @ti.kernel
    def total():
        for i in y:
            loss[None] += ti.sin(y[i])

    start = np.array([0.1, 0.5, 0.9, 1.3], dtype=np.float32)
    x.from_numpy(start)
    with ti.ad.Tape(loss):
        square()
        total()
    assert np.allclose(x.grad.to_numpy(), np.cos(start ** 2) * 2 * start, atol=1e-5)


def test_time_steps_in_one_field():
    x, v = Real(4, 3), Real(4, 3)
    xs, vs = x.data, v.data

    @ti.kernel
    def k(t: ti.i32):
        for i in range(3):
            vs[t + 1, i] = vs[t, i] * 0.9 - ti.sin(xs[t, i])
            xs[t + 1, i] = xs[t, i] + 0.1 * vs[t + 1, i] * vs[t, i]

    check(k, [x, v], 1)


def test_integer_side_effects_do_not_repeat():
    x, y = Real(4), Real(4)
    xs, ys = x.data, y.data
    count = ti.field(ti.i32, shape=())

    @ti.kernel
    def k():
        for i in range(4):
            count[None] += 1
            ys[i] = xs[i] * xs[i]

    k()
    k.grad()
    assert count[None] == 4
