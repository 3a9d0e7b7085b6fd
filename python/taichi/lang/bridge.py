# SPDX-License-Identifier: Apache-2.0
"""What the compiler asks of Python: `describe` an object that a kernel captured, `matrix_method` by name.

The answers are tuples whose first item is the kind; src/frontend reads them. C++ deals with exact int, float, bool, str,
None, tuple, list and dict itself and never asks about those.
"""
import types

import numpy as np

from taichi.lang import builtin
from taichi.lang._ndarray import Ndarray
from taichi.lang.builtin import Builtin, Ndrange
from taichi.lang.dtype import DataType
from taichi.lang.field import Field
from taichi.lang.kernel_impl import BoundFunc, BoundKernel, Func, Kernel
from taichi.lang.matrix import Matrix, MatrixType, Vector
from taichi.lang.snode import Leaf, SNode
from taichi.lang.source import source_of


def _dtype_name(dtype):
    return None if dtype is None else dtype.name


def _matrix(obj):
    entries = obj.entries
    dtype = _dtype_name(obj.dt) or {"float32": "f32", "float16": "f16"}.get(entries.dtype.name)
    return ("matrix", obj.n, obj.m, obj.ndim, entries.ravel().tolist(), dtype)


def _field(obj):
    if obj._handle < 0:
        try:
            obj._ready()
        except RuntimeError:
            pass
    return ("field", obj._handle, obj)


def _snode(obj):
    """A dense node stands for the first field in its cells: loops over the one are loops over the other."""
    for child in obj.children:
        if isinstance(child, Leaf):
            return _field(child.owner)
    return ("unsupported", "an SNode that no field is placed in, inside a kernel")


def _integer(obj):
    return ("int", int(obj))


def _real(obj):
    return ("float", float(obj))


# Static methods of Matrix: plain functions in Python scope, the compiler's own in kernels.
_CONSTRUCTORS = {getattr(Matrix, name): ("builtin", f"Matrix.{name}")
                 for name in builtin.MATRIX_CONSTRUCTORS}


def _python_function(obj):
    """A plain Python function that a kernel calls: inlined, as genuine Taichi does."""
    return _CONSTRUCTORS.get(obj) or ("func", source_of(obj), None)


# Methods of fields that read or write all of it: run at compile time, they would happen once instead of at each launch.
_TRANSFERS = frozenset(("copy_from", "from_numpy", "to_numpy", "from_torch", "to_torch", "from_paddle", "to_paddle"))


def _bound_method(obj):
    if isinstance(obj.__self__, Field):
        name = obj.__func__.__name__
        if name == "fill":
            from taichi._funcs import fill_in_kernel
            return ("func", source_of(fill_in_kernel.func), obj.__self__)
        if name in _TRANSFERS:
            return ("unsupported", f"`{name}` of a field inside of a kernel")
    return ("object", obj)


def _describe_class(obj):
    if obj is Matrix:
        return ("builtin", "Matrix")
    if obj is Vector:
        return ("builtin", "Vector")
    feature = getattr(obj, "_tinsmith_unsupported", None)
    return ("unsupported", feature) if isinstance(feature, str) else ("object", obj)


_HANDLERS = {
    DataType: lambda obj: ("dtype", obj.name),
    Builtin: lambda obj: ("builtin", obj.name),
    Func: lambda obj: ("func", source_of(obj.func), None),
    BoundFunc: lambda obj: ("func", source_of(obj.func.func), obj.owner),
    Kernel: lambda obj: ("kernel", obj.func.__name__),
    BoundKernel: lambda obj: ("kernel", obj.kernel.func.__name__),
    Ndrange: lambda obj: ("ndrange", list(obj.bounds)),
    types.FunctionType: _python_function,
    types.MethodType: _bound_method,
}
_BY_BASE = (
    (Field, _field),
    (MatrixType, lambda obj: ("matrix_type", obj.n, obj.m, obj.ndim, _dtype_name(obj.dtype))),
    (Matrix, _matrix),
    ((bool, np.bool_), lambda obj: ("bool", bool(obj))),
    ((int, np.integer), _integer),
    ((float, np.floating), _real),
    (Ndarray, lambda obj: ("unsupported", "an ndarray captured by a kernel; pass it as an argument")),
    (SNode, _snode),
)


def describe(obj):
    """The answer for one object; see the module's docstring."""
    kind = type(obj)
    handler = _HANDLERS.get(kind)
    if handler is not None:
        return handler(obj)
    if kind is type or isinstance(obj, type):
        name = builtin.OF_PYTHON.get(obj)
        return ("builtin", name) if name else _describe_class(obj)
    if kind is types.BuiltinFunctionType:
        name = builtin.OF_PYTHON.get(obj)
        if name:
            return ("builtin", name)
        return ("object", obj)
    for base, make in _BY_BASE:
        if isinstance(obj, base):
            return make(obj)
    feature = getattr(obj, "_tinsmith_unsupported", None)
    if isinstance(feature, str):
        return ("unsupported", feature)
    return ("object", obj)


def matrix_method(name):
    """The source of a method of matrices that is written in Python, or None."""
    from taichi.lang import matrix_ops
    function = getattr(matrix_ops, name, None)
    if name.startswith("_") or not isinstance(function, Func):
        return None
    return source_of(function.func)
