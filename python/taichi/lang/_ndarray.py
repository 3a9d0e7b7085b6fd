# SPDX-License-Identifier: Apache-2.0
"""ti.ndarray: arrays in device memory, of numbers, vectors or matrices."""
import numbers

import numpy as np

from taichi import _tinsmith
from taichi.lang import impl
from taichi.lang.exception import TaichiRuntimeError
from taichi.lang.field import _cast_numbers
from taichi.lang.matrix import HostMatrix, HostVector, Matrix, plain
from taichi.lang.util import cook_dtype, to_numpy_type


def _checked_shape(shape):
    if isinstance(shape, numbers.Number):
        shape = (shape,)
    shape = tuple(shape)
    if not all(isinstance(n, (int, np.integer)) and 0 < n < 2**31 for n in shape):
        raise TaichiRuntimeError(f"{shape} is not a valid shape for ndarray")
    return tuple(int(n) for n in shape)


class Ndarray:
    """What the three kinds share. `arr` is the C++ array."""

    def __init__(self, dtype, shape, element_shape, needs_grad):
        runtime = impl.get_runtime()
        runtime.require("create a ndarray")
        self.dtype = cook_dtype(dtype)
        self.shape = _checked_shape(shape)
        self.element_shape = element_shape
        self._element_dims = len(element_shape)
        if needs_grad and not self.dtype.real:
            raise TaichiRuntimeError(
                f"{self.dtype} is not supported for ndarray with `needs_grad=True` or `needs_dual=True`.")
        self.arr = _tinsmith.NdArray(runtime.prog, self.dtype.name, self.shape, element_shape)
        self.grad = None
        if needs_grad:
            self.grad = self._like(False)
            self.arr.set_gradient(self.grad.arr)
        rows = element_shape[0] if element_shape else 1
        cols = element_shape[1] if len(element_shape) == 2 else 1
        self._array_key = (self.dtype.name, rows, cols, self._element_dims, len(self.shape),
                           self.grad is not None)

    @property
    def element_type(self):
        return self.dtype

    def _element_text(self):
        if not self.element_shape:
            return self.dtype.name
        return f"{list(self.element_shape)} of {self.dtype.name}"

    def _index(self, key):
        if key is None:
            key = ()
        elif isinstance(key, (int, np.integer)):
            key = (key,)
        elif isinstance(key, Matrix):
            key = tuple(key.entries.tolist())
        key = tuple(key)
        full = len(self.shape)
        if len(key) not in (full, full + self._element_dims):
            raise IndexError(f"{full}d ndarray indexed with {len(key)}d indices: {list(key)}")
        return key

    def _read(self, key):
        return self.arr.read_element(key)

    def _write(self, key, flat):
        self.arr.write_element(key, flat)

    # --- Whole-array transfer

    def to_numpy(self):
        array = np.zeros(self.shape + self.element_shape, to_numpy_type(self.dtype))
        self.arr.read(array)
        return array

    def from_numpy(self, arr):
        if not isinstance(arr, np.ndarray):
            raise TypeError(f"{type(arr)} is not a numpy array")
        shape = self.shape + self.element_shape
        if arr.shape != shape:
            raise ValueError(f"Mismatch shape: {shape} expected, but {arr.shape} provided")
        self.arr.write(np.ascontiguousarray(arr.astype(to_numpy_type(self.dtype))))

    def fill(self, val):
        from taichi import _kernels
        shape = self.shape + self.element_shape
        value = _cast_numbers(np.asarray(plain(val)), self.dtype)
        if value.ndim == 0 and shape and _kernels.worthwhile():
            _kernels.fill_ndarray(self, value.item())
            return
        self.arr.write(np.ascontiguousarray(np.broadcast_to(value, shape)))

    def copy_from(self, other):
        if not isinstance(other, Ndarray):
            raise TypeError("Cannot copy from a non-ndarray object")
        if self.shape != other.shape:
            raise ValueError(f"cannot copy shape {other.shape} to {self.shape}")
        self.from_numpy(other.to_numpy())

    def _reset_grad(self):
        if self.grad is not None:
            self.grad.fill(0)

    def __deepcopy__(self, memo=None):
        copy = self._like(self.grad is not None)
        copy.copy_from(self)
        return copy

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other

    def __len__(self):
        return self.shape[0]


class ScalarNdarray(Ndarray):
    def __init__(self, dtype, shape, needs_grad=False):
        super().__init__(dtype, shape, (), needs_grad)

    def _like(self, needs_grad):
        return ScalarNdarray(self.dtype, self.shape, needs_grad)

    def __getitem__(self, key):
        return self._read(self._index(key))[0]

    def __setitem__(self, key, value):
        self._write(self._index(key), [value])

    def __repr__(self):
        return "<ti.ndarray>"


class _ElementNdarray(Ndarray):
    def __getitem__(self, key):
        key = self._index(key)
        if len(key) > len(self.shape):
            element = self[key[:len(self.shape)]]
            return element[key[len(self.shape):]]
        return HostVector(self, key) if self._element_dims == 1 else HostMatrix(self, key)

    def __setitem__(self, key, value):
        key = self._index(key)
        if len(key) > len(self.shape):
            element = self[key[:len(self.shape)]]
            element[key[len(self.shape):]] = value
            return
        self[key]._set_entries(value)


class VectorNdarray(_ElementNdarray):
    def __init__(self, n, dtype, shape, needs_grad=False):
        self.n, self.m = n, 1
        super().__init__(dtype, shape, (n,), needs_grad)

    def _like(self, needs_grad):
        return VectorNdarray(self.n, self.dtype, self.shape, needs_grad)

    def __repr__(self):
        return f"<{self.n} Layout.AOS ti.Vector.ndarray>"


class MatrixNdarray(_ElementNdarray):
    def __init__(self, n, m, dtype, shape, needs_grad=False):
        self.n, self.m = n, m
        super().__init__(dtype, shape, (n, m), needs_grad)

    def _like(self, needs_grad):
        return MatrixNdarray(self.n, self.m, self.dtype, self.shape, needs_grad)

    def __repr__(self):
        return f"<{self.n}x{self.m} Layout.AOS ti.Matrix.ndarray>"


__all__ = ["Ndarray", "ScalarNdarray", "VectorNdarray", "MatrixNdarray"]
