# SPDX-License-Identifier: Apache-2.0
"""Tape and gradients, as scripts use them. What adjoints compute is tested in tests/gradients."""
import numpy as np
import pytest
import taichi as ti


def make():
    x = ti.field(ti.f32, shape=4, needs_grad=True)
    loss = ti.field(ti.f32, shape=(), needs_grad=True)
    x.from_numpy(np.array([1, 2, 3, 4]))

    @ti.kernel
    def square():
        for i in x:
            loss[None] += x[i] * x[i]

    return x, loss, square


def test_tape():
    x, loss, square = make()
    loss[None] = 100
    x.grad.fill(5)
    with ti.ad.Tape(loss=loss):
        square()
    assert loss[None] == 30 and x.grad.to_numpy().tolist() == [2, 4, 6, 8]


def test_tape_runs_backwards():
    x = ti.field(ti.f32, shape=3, needs_grad=True)
    y = ti.field(ti.f32, shape=3, needs_grad=True)
    loss = ti.field(ti.f32, shape=(), needs_grad=True)
    x.fill(2)

    @ti.kernel
    def first(k: ti.f32):
        for i in x:
            y[i] = k * x[i] * x[i]

    @ti.kernel
    def second():
        for i in y:
            loss[None] += ti.sin(y[i])

    with ti.ad.Tape(loss):
        first(0.5)
        second()
    assert np.allclose(x.grad.to_numpy(), np.cos(2.0) * 2.0, rtol=1e-5)


def test_kernel_grad_alone():
    x, loss, square = make()
    square()
    loss.grad[None] = 2
    square.grad()
    assert x.grad.to_numpy().tolist() == [4, 8, 12, 16]
    ti.ad.clear_all_gradients()
    assert not x.grad.to_numpy().any() and loss.grad[None] == 0


def test_without_clearing():
    x, loss, square = make()
    x.grad.fill(1)
    with ti.ad.Tape(loss, clear_gradients=False):
        square()
    assert x.grad.to_numpy().tolist() == [3, 5, 7, 9]


def test_lazy_grad():
    x = ti.field(ti.f32)
    loss = ti.field(ti.f32)
    ti.root.dense(ti.i, 3).place(x)
    ti.root.place(loss)
    ti.root.lazy_grad()
    x.fill(3)

    @ti.kernel
    def cube():
        for i in x:
            loss[None] += x[i]**3

    with ti.ad.Tape(loss):
        cube()
    assert x.grad.to_numpy().tolist() == [27] * 3


def test_ndarray_gradient():
    x = ti.ndarray(ti.f32, 3, needs_grad=True)
    loss = ti.ndarray(ti.f32, 1, needs_grad=True)
    x.from_numpy(np.array([1, 2, 3], np.float32))

    @ti.kernel
    def square(a: ti.types.ndarray(), out: ti.types.ndarray()):
        for i in a:
            out[0] += a[i] * a[i]

    with ti.ad.Tape(loss):
        square(x, loss)
    assert loss[0] == 14 and x.grad.to_numpy().tolist() == [2, 4, 6]
    assert x.to_numpy().tolist() == [1, 2, 3]


def test_methods_on_a_tape():
    @ti.data_oriented
    class Model:
        def __init__(self):
            self.x = ti.field(ti.f32, shape=2, needs_grad=True)
            self.loss = ti.field(ti.f32, shape=(), needs_grad=True)

        @ti.kernel
        def forward(self):
            for i in self.x:
                self.loss[None] += 3 * self.x[i]

    model = Model()
    with ti.ad.Tape(model.loss):
        model.forward()
    assert model.x.grad.to_numpy().tolist() == [3, 3]
    model.loss.grad[None] = 1
    model.forward.grad()
    assert model.x.grad.to_numpy().tolist() == [6, 6]


def test_custom_gradient():
    x, loss, square = make()

    @ti.ad.grad_replaced
    def twice(k):
        square()
        square()

    @ti.ad.grad_for(twice)
    def twice_grad(k):
        x.grad.fill(k)

    with ti.ad.Tape(loss):
        twice(7)
    assert loss[None] == 60 and x.grad.to_numpy().tolist() == [7] * 4
    with pytest.raises(RuntimeError):
        ti.ad.grad_for(twice)(lambda k: None)


def test_no_grad():
    x, loss, square = make()

    @ti.ad.no_grad
    def quiet():
        square()

    with ti.ad.Tape(loss):
        quiet()
    assert loss[None] == 30 and not x.grad.to_numpy().any()


def test_mistakes():
    x, loss, square = make()
    plain = ti.field(ti.f32, shape=())
    with pytest.raises(RuntimeError, match="needs_grad"):
        with ti.ad.Tape(plain):
            pass
    with pytest.raises(RuntimeError, match="0-D"):
        with ti.ad.Tape(x):
            pass
    tape = ti.ad.Tape(loss)
    with tape:
        square()
    with pytest.raises(AssertionError):
        with tape:
            pass


def test_what_has_no_gradient_is_refused_with_a_place():
    x, loss, _ = make()

    @ti.kernel
    def run():
        for i in x:
            ti.atomic_mul(loss[None], x[i])

    run()
    with pytest.raises(ti.TaichiCompilationError) as caught:
        run.grad()
    assert "^" in str(caught.value) and "test_ad.py" in str(caught.value)


def test_training_steps_do_not_wait():
    x, loss, square = make()

    @ti.kernel
    def descend(rate: ti.f32):
        for i in x:
            x[i] -= rate * x.grad[i]

    prog = ti.lang.impl.get_runtime().prog

    def step():
        with ti.ad.Tape(loss):
            square()
        descend(0.25)

    step()
    before = prog.counters()["waits"]
    for _ in range(3):
        step()
    assert prog.counters()["waits"] == before
    assert x.to_numpy().tolist() == [0.0625, 0.125, 0.1875, 0.25]
