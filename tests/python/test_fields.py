# SPDX-License-Identifier: Apache-2.0
"""Fields seen from Python: declaration, placement, element and whole-field access."""
import numpy as np
import pytest
import taichi as ti

NUMPY = {
    ti.f32: np.float32, ti.f64: np.float64, ti.f16: np.float16, ti.i8: np.int8, ti.i16: np.int16,
    ti.i32: np.int32, ti.i64: np.int64, ti.u8: np.uint8, ti.u16: np.uint16, ti.u32: np.uint32,
    ti.u64: np.uint64, ti.u1: np.bool_,
}


@pytest.mark.parametrize("dtype", list(NUMPY), ids=str)
def test_numbers_come_back(dtype):
    x = ti.field(dtype, shape=(3, 4))
    values = np.random.RandomState(1).uniform(0, 100, (3, 4)).astype(NUMPY[dtype])
    x.from_numpy(values)
    assert x.to_numpy().dtype == NUMPY[dtype]
    assert np.array_equal(x.to_numpy(), values)
    x[1, 2] = 1
    assert x[1, 2] == 1 and x[0, 0] == values[0, 0]
    assert x.shape == (3, 4) and x.dtype is dtype


def test_new_fields_are_zero_and_elements_cast():
    x = ti.field(ti.i32, shape=4)
    assert not x.to_numpy().any()
    x[0] = 3.9
    x[1] = -3.9
    x[2] = 2**32 + 5
    assert x.to_numpy().tolist() == [3, -3, 5, 0]
    with pytest.raises(TypeError):
        x[0] = "3"
    with pytest.raises(IndexError):
        x[4]
    with pytest.raises(AssertionError):
        x[1, 2]


def test_scalar_field():
    loss = ti.field(ti.f32, shape=())
    loss[None] = 2.5
    assert loss[None] == 2.5 and loss[()] == 2.5 and loss.shape == ()
    loss.fill(1)
    assert loss.to_numpy() == 1


def test_vector_elements_are_live():
    v = ti.Vector.field(3, ti.f32, shape=2)
    v[1] = [1, 2, 3]
    element = v[1]
    v[1].y = 7
    v[1][2] = 9
    assert element.to_list() == [1, 7, 9]
    element += 1
    assert v[1].to_list() == [2, 8, 10]
    assert (v[1] * 2).sum() == 40 and v[1].xy.to_list() == [2, 8]
    assert v.to_numpy().shape == (2, 3) and v.n == 3


def test_matrix_fields_in_both_layouts():
    for layout in (ti.Layout.AOS, ti.Layout.SOA):
        m = ti.Matrix.field(2, 3, ti.i32, shape=(2, 2), layout=layout)
        values = np.arange(24).reshape(2, 2, 2, 3)
        m.from_numpy(values)
        assert np.array_equal(m.to_numpy(), values)
        assert m[1, 0][1, 2] == values[1, 0, 1, 2]
        assert m.get_scalar_field(0, 1)[1, 1] == values[1, 1, 0, 1]
        m.fill(ti.Matrix([[1, 2, 3], [4, 5, 6]]))
        assert m[0, 1].to_list() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("place", [
    lambda x: ti.root.dense(ti.i, 6).dense(ti.j, 4).place(x),
    lambda x: ti.root.dense(ti.ij, (3, 2)).dense(ti.ij, 2).place(x),
    lambda x: ti.root.dense(ti.j, 4).dense(ti.i, 6).place(x),
    lambda x: ti.root.dense(ti.ij, (6, 4)).place(x),
])
def test_any_nesting_of_denses(place):
    x, y = ti.field(ti.i32), ti.field(ti.f32)
    place(x)
    ti.root.place(y)
    values = np.arange(24).reshape(6, 4)
    assert x.shape == (6, 4)
    for i in range(6):
        for j in range(4):
            x[i, j] = values[i, j]
    assert np.array_equal(x.to_numpy(), values)
    x.from_numpy(values + 1)
    assert x[5, 3] == 24 and y[None] == 0


def test_fields_that_share_cells():
    x, y = ti.field(ti.f32), ti.field(ti.f32)
    ti.root.dense(ti.i, 5).place(x, y)
    ti.root.lazy_grad()
    x.from_numpy(np.arange(5))
    y.fill(3)
    x.grad.fill(7)
    assert x.to_numpy().tolist() == [0, 1, 2, 3, 4] and y.to_numpy().tolist() == [3] * 5
    assert x.grad.to_numpy().tolist() == [7] * 5


def test_order_and_offset():
    x = ti.field(ti.i32, shape=(3, 4), order="ji")
    x.from_numpy(np.arange(12).reshape(3, 4))
    assert x[2, 1] == 9
    y = ti.field(ti.i32, shape=4, offset=-2)
    y[-2] = 5
    y[1] = 6
    assert y.to_numpy().tolist() == [5, 0, 0, 6]
    with pytest.raises(IndexError):
        y[2]
    with pytest.raises(ti.TaichiSyntaxError):
        ti.field(ti.i32, shape=(3, 4), offset=1)


def test_fields_after_the_first_access_go_to_a_new_tree():
    x = ti.field(ti.f32, shape=2)
    x[0] = 1
    y = ti.field(ti.f32, shape=2)
    y[1] = 2
    assert x[0] == 1 and y.to_numpy().tolist() == [0, 2]


def test_layout_is_that_of_macos_taichi():
    x = ti.field(ti.f32, shape=784)
    label = ti.field(ti.i32, shape=())
    w = ti.field(ti.f32, shape=(784, 10))
    b = ti.field(ti.f32, shape=10)
    logits = ti.field(ti.f32, shape=10)
    grad_w = ti.field(ti.f32, shape=(784, 10))
    grad_b = ti.field(ti.f32, shape=10)
    loss = ti.field(ti.f32, shape=())
    loss[None] = 0
    prog = ti.lang.impl.get_runtime().prog
    offsets = [prog.field_offset_in_root(f._handle)
               for f in (loss, label, logits, b, grad_b, x, w, grad_w)]
    assert offsets == [0, 4, 8, 48, 88, 128, 3264, 34624] and prog.tree_bytes(0) == 65984


def test_mistakes():
    x = ti.field(ti.f32)
    with pytest.raises(RuntimeError, match="placed"):
        x[0]
    ti.root.dense(ti.i, 4).place(x)
    with pytest.raises(RuntimeError, match="once"):
        ti.root.place(x)
    with pytest.raises(ti.TaichiRuntimeError):
        ti.field(ti.i32, shape=2, needs_grad=True)
    with pytest.raises(ValueError):
        x.from_numpy(np.zeros(5))
    with pytest.raises(RuntimeError):
        x.grad[0]


def test_builder_makes_a_tree_of_its_own():
    x = ti.field(ti.i32)
    builder = ti.FieldsBuilder()
    builder.dense(ti.i, 3).place(x)
    tree = builder.finalize()
    x[1] = 4
    assert x.to_numpy().tolist() == [0, 4, 0]
    tree.destroy()
    with pytest.raises(RuntimeError):
        x[1]
    with pytest.raises(ti.TaichiRuntimeError):
        ti.FieldsBuilder().finalize()


def test_copy_from():
    x, y = ti.Vector.field(2, ti.f32, shape=3), ti.Vector.field(2, ti.f32, shape=3)
    x.from_numpy(np.arange(6).reshape(3, 2))
    y.copy_from(x)
    assert np.array_equal(y.to_numpy(), x.to_numpy())


def test_fills_take_their_turn_among_launches():
    x = ti.field(ti.i32, shape=5)
    total = ti.field(ti.i64, shape=())
    v = ti.Vector.field(2, ti.f32, shape=3)
    a = ti.ndarray(ti.f32, shape=4)
    y = ti.field(ti.i32, shape=5)

    @ti.kernel
    def add(k: ti.i32):
        for i in x:
            x[i] += k

    add(1)
    ti.sync()
    prog = ti.lang.impl.get_runtime().prog
    before = prog.counters()
    x.fill(7.9)
    add(2)
    total[None] = 2**40
    v.fill(1.5)
    a.fill(2)
    y.copy_from(x)
    x.fill(0)
    assert prog.counters()["waits"] == before["waits"]
    assert y.to_numpy().tolist() == [9] * 5 and x.to_numpy().tolist() == [0] * 5
    assert total[None] == 2**40 and v.to_numpy().tolist() == [[1.5, 1.5]] * 3
    assert a.to_numpy().tolist() == [2] * 4


def test_library_kernels_do_not_count():
    x = ti.field(ti.i32, shape=5)

    @ti.kernel
    def one():
        x[0] = 1

    one()
    x.fill(3)

    @ti.kernel
    def two():
        x[0] = 1

    assert two.kernel_counter == one.kernel_counter + 2
