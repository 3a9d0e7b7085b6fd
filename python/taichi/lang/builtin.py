# SPDX-License-Identifier: Apache-2.0
"""The functions that the compiler implements itself, and what they do when Python calls them.

`Builtin.name` is what the compiler knows; calling the object works on numbers and on matrices of Python scope.
"""
import builtins
import collections.abc
import math
import random as _py_random

import numpy as np

from taichi.lang.dtype import DataType, u1
from taichi.lang.exception import (TaichiCompilationError, TaichiRuntimeError, TaichiSyntaxError,
                                   TaichiTypeError)
from taichi.lang.matrix import Matrix, _wrap, plain
from taichi.lang.util import cook_dtype, to_numpy_type


class Builtin:
    """A function of the compiler."""

    def __init__(self, name, python):
        self.name = name
        self.python = python
        self.__name__ = name

    def __call__(self, *args, **kwargs):
        return self.python(*args, **kwargs)

    def __repr__(self):
        return f"<ti.{self.name}>"


def _result(value):
    return _wrap(value) if isinstance(value, np.ndarray) else value


def _numeric(name, function):
    def call(*args):
        values = [plain(a) for a in args]
        if builtins.any(v is None for v in values):
            raise TaichiTypeError(f"ti.{name} takes numbers, vectors and matrices")
        return _result(function(*values))

    call.__name__ = name
    return Builtin(name, call)


def _only_in_kernels(name):
    def call(*_args, **_kwargs):
        raise TaichiRuntimeError(f"ti.{name} can only be called inside a kernel")

    return Builtin(name, call)


def _fold(function):
    def call(*values):
        result = values[0]
        for value in values[1:]:
            result = function(result, value)
        return result

    return call


def _raw_div(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    return int(math.trunc(a / b)) if not isinstance(a, np.ndarray) else np.trunc(a / b).astype(a.dtype)


sin = _numeric("sin", np.sin)
cos = _numeric("cos", np.cos)
tan = _numeric("tan", np.tan)
asin = _numeric("asin", np.arcsin)
acos = _numeric("acos", np.arccos)
atan2 = _numeric("atan2", np.arctan2)
tanh = _numeric("tanh", np.tanh)
exp = _numeric("exp", np.exp)
log = _numeric("log", np.log)
sqrt = _numeric("sqrt", np.sqrt)
rsqrt = _numeric("rsqrt", lambda x: 1 / np.sqrt(x))
abs = _numeric("abs", np.abs)
min = _numeric("min", _fold(np.minimum))
max = _numeric("max", _fold(np.maximum))
pow = _numeric("pow", lambda a, b: a**b)
raw_div = _numeric("raw_div", _raw_div)
raw_mod = _numeric("raw_mod", np.fmod)
select = _numeric("select", np.where)
popcnt = _numeric("popcnt", lambda x: bin(int(x) & 0xFFFFFFFF).count("1"))
clz = _numeric("clz", lambda x: 32 - (int(x) & 0xFFFFFFFF).bit_length())
frexp = _numeric("frexp", np.frexp)
logical_not = _numeric("logical_not", np.logical_not)


def _rounding(name, function):
    def call(x, dtype=None):
        value = _result(function(plain(x)))
        return value if dtype is None else cast(value, dtype)

    call.__name__ = name
    return Builtin(name, call)


floor = _rounding("floor", np.floor)
ceil = _rounding("ceil", np.ceil)
round = _rounding("round", np.round)


def _convert(value, dtype):
    dtype = cook_dtype(dtype)
    if isinstance(value, np.ndarray):
        return value.astype(dtype.numpy)
    if dtype is u1:
        return bool(value)
    if dtype.real:
        return float(dtype.numpy(value))
    bits = int(value) & ((1 << dtype.bits) - 1)
    return bits - (1 << dtype.bits) if dtype.signed and bits >> (dtype.bits - 1) else bits


def _cast(obj, dtype):
    return _result(_convert(plain(obj), dtype))


def _bit_cast(obj, dtype):
    dtype = cook_dtype(dtype)
    value = plain(obj)
    if not isinstance(value, (np.ndarray, np.generic)):
        value = np.asarray(value, to_numpy_type(float if isinstance(value, float) else int))
    if value.dtype.itemsize * 8 != dtype.bits:
        raise TaichiTypeError("bit_cast needs types of the same width")
    return _result(value.view(dtype.numpy)[()])


def _bit_shr(a, b):
    return (int(a) & 0xFFFFFFFF) >> int(b)


cast = Builtin("cast", _cast)
bit_cast = Builtin("bit_cast", _bit_cast)
bit_shr = Builtin("bit_shr", _bit_shr)


def _random(dtype=float):
    dtype = cook_dtype(dtype)
    if dtype.real:
        return _py_random.random()
    return _convert(_py_random.getrandbits(dtype.bits), dtype)


random = Builtin("random", _random)

# --- Compile time


def _static(x, *xs):
    return (x,) + xs if xs else x


def _static_assert(cond, msg=None):
    if not cond:
        raise TaichiCompilationError(f"Static assertion failed: {msg}" if msg else "Static assertion failed")


def _grouped(x):
    return x.grouped() if isinstance(x, Ndrange) else x


def _zero(x):
    return x * 0 if not isinstance(x, Matrix) else _wrap(np.zeros_like(x.entries))


def _one(x):
    return type(x)(1) if not isinstance(x, Matrix) else _wrap(np.ones_like(x.entries))


static = Builtin("static", _static)
static_range = Builtin("static_range", lambda *args: builtins.range(*args))
static_assert = Builtin("static_assert", _static_assert)
static_print = Builtin("static_print", print)
grouped = Builtin("grouped", _grouped)
zero = Builtin("zero", _zero)
one = Builtin("one", _one)
assume_in_range = Builtin("assume_in_range", lambda value, *_: value)
loop_config = _only_in_kernels("loop_config")
stop_grad = _only_in_kernels("stop_grad")
block_local = Builtin("no_op", lambda *_: None)
cache_read_only = Builtin("no_op", lambda *_: None)
mesh_local = Builtin("no_op", lambda *_: None)

atomic_add = _only_in_kernels("atomic_add")
atomic_sub = _only_in_kernels("atomic_sub")
atomic_mul = _only_in_kernels("atomic_mul")
atomic_min = _only_in_kernels("atomic_min")
atomic_max = _only_in_kernels("atomic_max")
atomic_and = _only_in_kernels("atomic_and")
atomic_or = _only_in_kernels("atomic_or")
atomic_xor = _only_in_kernels("atomic_xor")


class Ndrange:
    """The product of ranges that `ti.ndrange` gives in Python scope."""

    def __init__(self, *args):
        self.bounds = []
        for arg in args:
            pair = tuple(arg) if isinstance(arg, collections.abc.Sequence) else (0, arg)
            if len(pair) != 2:
                raise TaichiSyntaxError(
                    "Every argument of ndrange should be a scalar or a tuple/list like (begin, end)")
            if not builtins.all(isinstance(b, (int, np.integer)) for b in pair):
                raise TaichiTypeError(
                    "Every argument of ndrange should be an integer scalar or a tuple/list of (int, int)")
            begin, end = int(pair[0]), int(pair[1])
            self.bounds.append((begin, builtins.max(begin, end)))

    @property
    def dimensions(self):
        return [end - begin for begin, end in self.bounds]

    def __iter__(self):
        def walk(axis, prefix):
            if axis == len(self.bounds):
                yield prefix
                return
            for index in builtins.range(*self.bounds[axis]):
                yield from walk(axis + 1, prefix + (index,))

        return walk(0, ())

    def grouped(self):
        return GroupedNdrange(self)


class GroupedNdrange:
    """Its indices as vectors."""

    def __init__(self, ndrange):
        self.ndrange = ndrange

    def __iter__(self):
        from taichi.lang.matrix import Vector
        for index in self.ndrange:
            yield Vector(list(index))


ndrange = Builtin("ndrange", Ndrange)

# What Python's own functions are called by the compiler.
OF_PYTHON = {
    builtins.getattr(builtins, name): f"py.{name}"
    for name in ("int", "float", "bool", "abs", "min", "max", "pow", "round", "len", "range", "zip",
                 "enumerate", "sum", "print", "isinstance", "getattr", "hasattr", "map", "filter",
                 "list", "tuple", "reversed")
}

# Constructors that kernels call on the Matrix and Vector classes.
MATRIX_CONSTRUCTORS = ("zero", "one", "unit", "identity", "rows", "cols", "diag")


def is_dtype(obj):
    return isinstance(obj, DataType)


__all__ = [
    "sin", "cos", "tan", "asin", "acos", "atan2", "tanh", "exp", "log", "sqrt", "rsqrt", "floor",
    "ceil", "round", "abs", "min", "max", "pow", "select", "cast", "bit_cast", "raw_div", "raw_mod",
    "bit_shr", "random", "static", "static_assert", "static_print", "grouped", "ndrange", "zero",
    "one", "loop_config", "stop_grad", "block_local", "cache_read_only", "mesh_local",
    "assume_in_range", "atomic_add", "atomic_sub", "atomic_mul", "atomic_min", "atomic_max",
    "atomic_and", "atomic_or", "atomic_xor",
]
