# SPDX-License-Identifier: Apache-2.0
"""Fields as scripts hold them. Memory and layout belong to the C++ program; a field knows its handle there."""
import numbers

import numpy as np

from taichi.lang import impl
from taichi.lang.exception import TaichiIndexError
from taichi.lang.matrix import HostMatrix, HostVector, Matrix, plain
from taichi.lang.snode import Leaf
from taichi.lang.util import to_numpy_type

_NOT_PLACED = "the field has not been placed"


class Field:
    """What scalar and matrix fields share."""

    def __init__(self, dtype, count, name, is_primal):
        self.dtype = dtype
        self._name = name
        self._leaves = [Leaf(self, dtype) for _ in range(count)]
        self._offset = ()
        self._handle = -1
        self._program = None
        self._is_primal = is_primal
        self.grad = None
        self.dual = None

    n = m = 1
    ndim = 0

    # --- Structure

    @property
    def snode(self):
        return self._leaves[0].parent

    @property
    def shape(self):
        node = self.snode
        if node is None:
            if self._is_primal or self.grad is None:
                impl.get_runtime().materialize()
            raise RuntimeError(_NOT_PLACED)
        return node.shape

    @property
    def name(self):
        return self._name

    def parent(self, n=1):
        return self.snode.parent(n - 1) if n > 1 else self.snode

    def _place_offset(self, offset, rank):
        offset = tuple(int(o) for o in offset) if offset else ()
        if offset and len(offset) != rank:
            raise TaichiIndexError(f"offset has {len(offset)} entries for a field of {rank} axes")
        self._offset = offset

    def _ready(self):
        """The program and this field's handle there, made on first use."""
        runtime = impl.get_runtime()
        if self._handle < 0 or runtime.pending:
            runtime.materialize()
            if self._handle < 0:
                raise RuntimeError(_NOT_PLACED)
        if self._program is not runtime.prog:
            raise RuntimeError("the field belongs to a program that ended with ti.init or ti.reset")
        return runtime.prog

    def _index(self, key):
        if key is None:
            key = ()
        elif isinstance(key, (int, np.integer)):
            key = (key,)
        elif isinstance(key, Matrix):
            key = tuple(key.entries.tolist())
        rank = len(self.snode.shape)
        if len(key) == 1 and isinstance(key[0], Matrix):
            key = tuple(key[0].entries.tolist())
        if len(key) != rank and not (rank == 0 and tuple(key) in ((), (0,), (None,))):
            raise AssertionError(f"the field has {rank} axes, {len(key)} indices given")
        return tuple(key) if rank else ()

    # --- Whole-field transfer

    def _numbers_shape(self, keep_dims=False):
        return self.shape

    def to_numpy(self, dtype=None):
        prog = self._ready()
        array = np.zeros(self._numbers_shape(), to_numpy_type(self.dtype))
        prog.read_field(self._handle, array)
        return array if dtype is None else array.astype(_numpy_dtype(dtype))

    def from_numpy(self, arr):
        self._write_all(np.asarray(arr), self._numbers_shape())

    def _write_all(self, arr, shape):
        if arr.shape != tuple(shape):
            raise ValueError(f"ti.field shape {tuple(shape)} does not match the numpy array shape {arr.shape}")
        prog = self._ready()
        prog.write_field(self._handle, np.ascontiguousarray(arr.astype(to_numpy_type(self.dtype))))

    def to_torch(self, device=None):
        import torch
        return torch.from_numpy(self.to_numpy()).to(device)

    def from_torch(self, arr):
        self.from_numpy(arr.detach().cpu().contiguous().numpy())

    def to_paddle(self, place=None):
        import paddle
        return paddle.to_tensor(self.to_numpy(), place=place)

    def from_paddle(self, arr):
        self.from_numpy(arr.numpy())

    def fill(self, val):
        value = np.asarray(plain(val))
        if value.ndim == 0 and self._fill_on_device(value):
            return
        shape = self._numbers_shape()
        self._write_all(np.broadcast_to(_cast_numbers(value, self.dtype), shape), shape)

    def _fill_on_device(self, value):
        """Fills without waiting for earlier launches, where there were any."""
        from taichi import _kernels
        self._ready()
        if not _kernels.worthwhile():
            return False
        _kernels.fill_field(self, _cast_numbers(value, self.dtype).item())
        return True

    def copy_from(self, other):
        if not isinstance(other, Field):
            raise TypeError("Cannot copy from a non-field object")
        if self.shape != other.shape:
            raise ValueError(f"ti.field shape {self.shape} does not match {other.shape}")
        from taichi import _kernels
        if _kernels.worthwhile() and self.dtype is other.dtype and (self.n, self.m) == (other.n, other.m):
            self._ready()
            other._ready()
            _kernels.copy_field(self, other)
        else:
            self.from_numpy(other.to_numpy())

    def _loop_range(self):
        return self.snode

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other

    def __deepcopy__(self, memo):
        return self


def _numpy_dtype(dtype):
    try:
        return to_numpy_type(dtype)
    except ValueError:
        return dtype


def _cast_numbers(array, dtype):
    """Numbers as the field stores them: reals to integers truncate, integers wrap."""
    if not dtype.real and array.dtype.kind == "f":
        array = np.trunc(array).astype(np.int64)
    return array.astype(to_numpy_type(dtype))


class ScalarField(Field):
    """A field of numbers, or one component of a matrix field."""

    def __init__(self, dtype, name="", is_primal=True):
        super().__init__(dtype, 1, name, is_primal)

    @staticmethod
    def _of_leaf(leaf):
        field = ScalarField(leaf.dtype)
        field._leaves = [leaf]
        field._offset = leaf.owner._offset
        return field

    def _place_offset(self, offset, rank):
        super()._place_offset(offset, rank)
        owner = self._leaves[0].owner
        if owner is not self:
            owner._offset = self._offset

    def _ready(self):
        owner = self._leaves[0].owner
        if owner is not self and self._handle < 0:
            prog = owner._ready()
            self._handle = prog.component_field(owner._handle, owner._leaves.index(self._leaves[0]))
            self._program = prog
            return prog
        return super()._ready()

    def __getitem__(self, key):
        prog = self._ready()
        return prog.read_element(self._handle, self._index(key))[0]

    def __setitem__(self, key, value):
        if not isinstance(value, (numbers.Number, np.generic)):
            array = plain(value)
            if array is None or np.size(array) != 1:
                raise TypeError(f"a number is needed to set an element of a scalar field, not {value!r}")
            value = np.asarray(array).reshape(-1)[0]
        prog = self._ready()
        index = self._index(key)
        if index or not self._fill_on_device(np.asarray(value)):
            prog.write_element(self._handle, index, [value])

    def _read(self, key):
        return self._ready().read_element(self._handle, key)

    def __repr__(self):
        return "<ti.field>" if self.snode is None else f"<ti.field shape={self.shape} dtype={self.dtype}>"


class MatrixField(Field):
    """A field of vectors or matrices."""

    def __init__(self, dtype, n, m, ndim, name="", is_primal=True):
        self.n = n
        self.m = m
        self.ndim = ndim
        super().__init__(dtype, n * m, name, is_primal)

    def get_scalar_field(self, *indices):
        i = indices[0]
        j = indices[1] if len(indices) > 1 else 0
        return ScalarField._of_leaf(self._leaves[i * self.m + j])

    def _get_field_members(self):
        return [ScalarField._of_leaf(leaf) for leaf in self._leaves]

    def _numbers_shape(self, keep_dims=False):
        element = (self.n,) if self.m == 1 and not keep_dims else (self.n, self.m)
        return self.shape + element

    def to_numpy(self, keep_dims=False, dtype=None):
        array = super().to_numpy(dtype)
        return array.reshape(self._numbers_shape(keep_dims))

    def from_numpy(self, arr):
        arr = np.asarray(arr)
        shape = self._numbers_shape(arr.ndim == len(self.shape) + 2)
        self._write_all(arr, shape)

    def fill(self, val):
        value = np.asarray(plain(val))
        if value.ndim == 0 and self._fill_on_device(value):
            return
        element = (self.n,) if self.ndim == 1 else (self.n, self.m)
        if value.ndim and value.shape != element:
            raise AssertionError(f"cannot fill elements of shape {element} with {value.shape}")
        shape = self.shape + element
        filled = np.broadcast_to(_cast_numbers(value, self.dtype), shape)
        self._write_all(filled.reshape(self._numbers_shape()), self._numbers_shape())

    def __getitem__(self, key):
        self._ready()
        key = self._index(key)
        return HostVector(self, key) if self.ndim == 1 else HostMatrix(self, key)

    def __setitem__(self, key, value):
        self[key]._set_entries(value)

    def _read(self, key):
        return self._ready().read_element(self._handle, key)

    def _write(self, key, flat):
        self._ready().write_element(self._handle, key, flat)

    def __repr__(self):
        return f"<{self.n}x{self.m} ti.Matrix.field>"


__all__ = ["Field", "ScalarField", "MatrixField"]
