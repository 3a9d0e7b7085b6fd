# SPDX-License-Identifier: Apache-2.0
"""Vectors and matrices of Python scope, and the matrix types.

`entries` is a NumPy array with one axis for a vector and two for a matrix; operators are NumPy's, element by element.
An element of a field or ndarray that is seen from Python is a matrix whose entries are read, and written, in place.
"""
import numbers

import numpy as np

from taichi.lang.dtype import DataType
from taichi.lang.enums import Layout
from taichi.lang.exception import TaichiRuntimeError, TaichiSyntaxError, TaichiTypeError
from taichi.lang.util import cook_dtype, to_numpy_type

_KEY_GROUPS = ("xyzw", "rgba", "stpq")
_OWN = frozenset(("entries", "ndim", "n", "m", "dt", "_owner", "_key"))


def _swizzle(name):
    """The indices that a swizzle names, or None."""
    if 0 < len(name) <= 4:
        for group in _KEY_GROUPS:
            if all(c in group for c in name):
                return [group.index(c) for c in name]
    return None


def _wrap(array):
    if array.ndim == 1:
        return Vector(array)
    if array.ndim == 2:
        return Matrix(array)
    return array[()]


def plain(value):
    """A number or a NumPy array for what an operator was given; None for what it does not take."""
    if isinstance(value, Matrix):
        return value.entries
    if isinstance(value, (numbers.Number, np.generic, np.ndarray)):
        return value
    if isinstance(value, (list, tuple)):
        return np.array([v.entries if isinstance(v, Matrix) else v for v in value])
    return None


def _binary(function, swapped=False):
    def operate(self, other):
        right = plain(other)
        if right is None:
            return NotImplemented
        left = self.entries
        if isinstance(right, np.ndarray) and right.shape != left.shape and right.ndim:
            raise _shape_error(left.shape, right.shape)
        return _wrap(function(right, left) if swapped else function(left, right))

    return operate


def _shape_error(left, right):
    return TaichiTypeError(f"shapes {list(left)} and {list(right)} of the operands differ")


def _in_place(function):
    def operate(self, other):
        self._set_entries(function(self.entries, plain(other)))
        return self

    return operate


class Matrix:
    """A matrix or vector of numbers."""

    __array_priority__ = 1000
    _is_taichi_class = True
    _is_matrix_class = True

    def __init__(self, arr, dt=None):
        if isinstance(arr, Matrix):
            arr = arr.entries
        if not isinstance(arr, (list, tuple, np.ndarray)):
            raise TaichiTypeError("An Matrix/Vector can only be initialized with an array-like object")
        if len(arr) and isinstance(arr[0], Matrix):
            arr = [v.entries if isinstance(v, Matrix) else v for v in arr]
        self.dt = cook_dtype(dt) if dt is not None else None
        self.entries = np.array(arr, None if dt is None else to_numpy_type(dt))
        if self.entries.dtype == object or self.entries.ndim > 2:
            raise TaichiTypeError("the entries of a matrix are numbers in rows of equal length")
        self.ndim = self.entries.ndim
        self.n = self.entries.shape[0]
        self.m = self.entries.shape[1] if self.ndim == 2 else 1

    # --- Access

    @property
    def shape(self):
        return (self.n,) if self.ndim == 1 else (self.n, self.m)

    def get_shape(self):
        return self.shape

    def _index(self, indices):
        index = tuple(indices) if isinstance(indices, (list, tuple)) else (indices,)
        if len(index) != self.ndim and not any(isinstance(i, slice) for i in index):
            raise AssertionError(f"Expected {self.ndim} indices, got {len(index)}")
        return index

    def __len__(self):
        return self.n

    def __iter__(self):
        if self.ndim == 1:
            return iter(list(self.entries))
        return iter([list(row) for row in self.entries])

    def __getitem__(self, indices):
        return self.entries[self._index(indices)]

    def __setitem__(self, indices, value):
        self.entries[self._index(indices)] = plain(value)

    def __call__(self, *indices):
        return self[indices]

    def __getattr__(self, name):
        indices = _swizzle(name)
        if indices is None or name.startswith("_"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        if self.ndim != 1 or max(indices) >= self.n:
            raise TaichiSyntaxError(
                f"vec{self.n} only has attributes={tuple(_KEY_GROUPS[0][:self.n])}, got={tuple(name)}")
        entries = self.entries
        return entries[indices[0]] if len(indices) == 1 else Vector(entries[indices])

    def __setattr__(self, name, value):
        indices = None if name in _OWN else _swizzle(name)
        if indices is None:
            object.__setattr__(self, name, value)
            return
        if max(indices) >= self.n:
            raise TaichiSyntaxError(
                f"vec{self.n} only has attributes={tuple(_KEY_GROUPS[0][:self.n])}, got={tuple(name)}")
        values = [value] if len(indices) == 1 else list(value)
        if len(values) != len(indices):
            raise TaichiRuntimeError(f"value len does not match the swizzle pattern={name}")
        for index, item in zip(indices, values):
            self[index] = item

    def _set_entries(self, value):
        self.entries[...] = plain(value)

    def to_list(self):
        return self.entries.tolist()

    def to_numpy(self):
        return self.entries

    def fill(self, value):
        self._set_entries(np.full(self.shape, value))

    def cast(self, dtype):
        return _wrap(self.entries.astype(to_numpy_type(dtype)))

    def transpose(self):
        return _wrap(self.entries.T if self.ndim == 2 else self.entries[None, :])

    def __str__(self):
        return str(self.to_numpy())

    __repr__ = __str__

    def __hash__(self):
        return id(self)

    def __copy__(self):
        return _wrap(self.entries.copy())

    def __deepcopy__(self, memo):
        return _wrap(self.entries.copy())

    # --- Operators

    __add__ = _binary(np.add)
    __radd__ = _binary(np.add, True)
    __sub__ = _binary(np.subtract)
    __rsub__ = _binary(np.subtract, True)
    __mul__ = _binary(np.multiply)
    __rmul__ = _binary(np.multiply, True)
    __truediv__ = _binary(np.true_divide)
    __rtruediv__ = _binary(np.true_divide, True)
    __floordiv__ = _binary(np.floor_divide)
    __rfloordiv__ = _binary(np.floor_divide, True)
    __mod__ = _binary(np.mod)
    __rmod__ = _binary(np.mod, True)
    __pow__ = _binary(np.power)
    __rpow__ = _binary(np.power, True)
    __and__ = _binary(np.bitwise_and)
    __rand__ = _binary(np.bitwise_and, True)
    __or__ = _binary(np.bitwise_or)
    __ror__ = _binary(np.bitwise_or, True)
    __xor__ = _binary(np.bitwise_xor)
    __rxor__ = _binary(np.bitwise_xor, True)
    __lshift__ = _binary(np.left_shift)
    __rshift__ = _binary(np.right_shift)
    __lt__ = _binary(np.less)
    __le__ = _binary(np.less_equal)
    __gt__ = _binary(np.greater)
    __ge__ = _binary(np.greater_equal)
    __eq__ = _binary(np.equal)
    __ne__ = _binary(np.not_equal)
    __iadd__ = _in_place(np.add)
    __isub__ = _in_place(np.subtract)
    __imul__ = _in_place(np.multiply)
    __itruediv__ = _in_place(np.true_divide)
    __ifloordiv__ = _in_place(np.floor_divide)
    __imod__ = _in_place(np.mod)

    def __neg__(self):
        return _wrap(-self.entries)

    def __pos__(self):
        return self

    def __invert__(self):
        return _wrap(~self.entries)

    def __abs__(self):
        return _wrap(np.abs(self.entries))

    def __matmul__(self, other):
        return _wrap(np.asarray(self.entries @ plain(other)))

    # --- Construction

    @staticmethod
    def zero(dt, n, m=None):
        return _wrap(np.zeros((n,) if m is None else (n, m), to_numpy_type(dt)))

    @staticmethod
    def one(dt, n, m=None):
        return _wrap(np.ones((n,) if m is None else (n, m), to_numpy_type(dt)))

    @staticmethod
    def unit(n, i, dt=None):
        if not 0 <= i < n:
            raise TaichiTypeError(f"unit vector {i} of {n} dimensions does not exist")
        return _wrap(np.eye(n, dtype=to_numpy_type(int if dt is None else dt))[i])

    @staticmethod
    def identity(dt, n):
        return _wrap(np.eye(n, dtype=to_numpy_type(dt)))

    @staticmethod
    def rows(rows):
        return _wrap(np.array([plain(row) for row in rows]))

    @staticmethod
    def cols(cols):
        return _wrap(np.array([plain(col) for col in cols]).T)

    @staticmethod
    def diag(dim, val):
        return _wrap(np.eye(dim, dtype=np.asarray(val).dtype) * val)

    @classmethod
    def field(cls, n, m, dtype, shape=None, order=None, name="", offset=None, needs_grad=False,
              needs_dual=False, layout=Layout.AOS, ndim=None):
        from taichi.lang.impl import create_matrix_field
        return create_matrix_field(n, m, 2 if ndim is None else ndim, dtype, shape, order, name,
                                   offset, needs_grad, needs_dual, layout)

    @classmethod
    def ndarray(cls, n, m, dtype, shape, needs_grad=False):
        from taichi.lang._ndarray import MatrixNdarray
        return MatrixNdarray(n, m, dtype, shape, needs_grad)


class Vector(Matrix):
    """A vector of numbers."""

    def __init__(self, arr, dt=None):
        super().__init__(arr, dt)
        if self.ndim != 1:
            if self.ndim == 2 and self.m == 1:
                self.entries = self.entries[:, 0]
                self.ndim = 1
            else:
                raise TaichiTypeError("a vector is made from a flat list of numbers")

    @classmethod
    def field(cls, n, dtype, shape=None, order=None, name="", offset=None, needs_grad=False,
              needs_dual=False, layout=Layout.AOS, ndim=1):
        from taichi.lang.impl import create_matrix_field
        return create_matrix_field(n, 1, 1, dtype, shape, order, name, offset, needs_grad,
                                   needs_dual, layout)

    @classmethod
    def ndarray(cls, n, dtype, shape, needs_grad=False):
        from taichi.lang._ndarray import VectorNdarray
        return VectorNdarray(n, dtype, shape, needs_grad)


class _InPlace:
    """Entries that live in a field or ndarray: `_owner._read(key)` and `_owner._write(key, flat)`."""

    @property
    def entries(self):
        return np.array(self._owner._read(self._key)).reshape(self.shape)

    def __setitem__(self, indices, value):
        entries = self.entries
        entries[self._index(indices)] = plain(value)
        self._set_entries(entries)

    def _set_entries(self, value):
        flat = np.broadcast_to(plain(value), self.shape).ravel().tolist()
        self._owner._write(self._key, flat)


class HostVector(_InPlace, Vector):
    def __init__(self, owner, key):  # pylint: disable=super-init-not-called
        self._owner, self._key = owner, key
        self.ndim, self.n, self.m, self.dt = 1, owner.n, 1, owner.dtype


class HostMatrix(_InPlace, Matrix):
    def __init__(self, owner, key):  # pylint: disable=super-init-not-called
        self._owner, self._key = owner, key
        self.ndim, self.n, self.m, self.dt = 2, owner.n, owner.m, owner.dtype


# --- Types


def _flatten(items):
    entries = []
    for item in items:
        if isinstance(item, Matrix):
            entries += item.entries.ravel().tolist()
        elif isinstance(item, np.ndarray):
            entries += item.ravel().tolist()
        elif isinstance(item, (list, tuple)):
            entries += _flatten(item)
        else:
            entries.append(item)
    return entries


class MatrixType:
    """ti.types.matrix(n, m, dtype): an annotation, and a constructor."""

    def __init__(self, n, m, ndim, dtype):
        self.n = n
        self.m = m
        self.ndim = ndim
        self.dtype = cook_dtype(dtype) if dtype is not None else None

    def get_shape(self):
        return (self.n,) if self.ndim == 1 else (self.n, self.m)

    def __call__(self, *args):
        if not args:
            raise TaichiSyntaxError("Custom type instances need to be created with an initial value.")
        count = self.n * self.m
        if len(args) == 1:
            if isinstance(args[0], (numbers.Number, np.generic)):
                return self._make([args[0]] * count)
            args = args[0]
        entries = _flatten(args)
        if len(entries) != count:
            raise TaichiTypeError(f"{self.to_string()} takes {count} numbers, {len(entries)} given")
        return self._make(entries)

    def _make(self, entries):
        dtype = self.dtype
        if isinstance(dtype, DataType) and not dtype.real:
            entries = [int(e) for e in entries]
            if dtype.name != "u1":
                entries = np.array(entries, np.int64 if dtype.name != "u64" else np.uint64)
                entries = entries.astype(dtype.numpy)
        array = np.array(entries, None if dtype is None else dtype.numpy)
        if self.ndim == 1:
            return Vector(array, self.dtype)
        return Matrix(array.reshape(self.n, self.m), self.dtype)

    def field(self, **kwargs):
        if self.ndim == 1:
            return Vector.field(self.n, dtype=self.dtype, **kwargs)
        return Matrix.field(self.n, self.m, dtype=self.dtype, **kwargs)

    def ndarray(self, **kwargs):
        if self.ndim == 1:
            return Vector.ndarray(self.n, dtype=self.dtype, **kwargs)
        return Matrix.ndarray(self.n, self.m, dtype=self.dtype, **kwargs)

    def to_string(self):
        dtype = self.dtype.name if self.dtype is not None else ""
        if self.ndim == 1:
            return f"VectorType[{self.n}, {dtype}]"
        return f"MatrixType[{self.n},{self.m}, {dtype}]"

    def __repr__(self):
        return self.to_string()


class VectorType(MatrixType):
    """ti.types.vector(n, dtype)."""

    def __init__(self, n, dtype):
        super().__init__(n, 1, 1, dtype)


def _method(name):
    def call(self, *args, **kwargs):
        from taichi.lang import matrix_ops
        return getattr(matrix_ops, name)(self, *args, **kwargs)

    call.__name__ = name
    return call


for _name in ("trace", "inverse", "normalized", "determinant", "sum", "norm", "norm_inv", "norm_sqr",
              "max", "min", "any", "all", "dot", "cross", "outer_product"):
    setattr(Matrix, _name, _method(_name))

__all__ = ["Matrix", "Vector"]
