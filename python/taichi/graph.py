# SPDX-License-Identifier: Apache-2.0
"""ti.graph: dispatches recorded once, with arguments by name; run here, or exported with ti.aot.Module.add_graph."""
import enum

import numpy as np

from taichi.lang import impl
from taichi.lang._ndarray import MatrixNdarray, Ndarray, ScalarNdarray, VectorNdarray
from taichi.lang.exception import TaichiRuntimeError, unsupported
from taichi.lang.matrix import Matrix, MatrixType
from taichi.lang.util import cook_dtype


class ArgKind(enum.IntEnum):
    """The numbers of the package format (`tag`)."""
    SCALAR = 0
    MATRIX = 1
    NDARRAY = 2
    TEXTURE = 3
    RWTEXTURE = 4


class SymbolicArg:
    """A named argument of a graph."""

    def __init__(self, tag, name, dtype, ndim, element_shape):
        self.tag = tag
        self.name = name
        self.dtype = dtype
        self.ndim = ndim
        self.element_shape = element_shape

    @property
    def row(self):
        """What the package builder wants. The format gives every MATRIX rows and columns."""
        shape = list(self.element_shape)
        if self.tag == ArgKind.MATRIX and len(shape) == 1:
            shape.append(1)
        return (int(self.tag), self.name, self.dtype.name, self.ndim, shape)

    @property
    def same(self):
        return (self.tag, self.dtype, self.ndim, tuple(self.element_shape))

    def dummy(self):
        """An argument to compile with."""
        if self.tag == ArgKind.SCALAR:
            return 0.0 if self.dtype.real else 0
        if self.tag == ArgKind.MATRIX:
            return np.zeros(self.element_shape, self.dtype.numpy)
        shape = (2,) * self.ndim
        if not self.element_shape:
            return ScalarNdarray(self.dtype, shape)
        if len(self.element_shape) == 1:
            return VectorNdarray(self.element_shape[0], self.dtype, shape)
        return MatrixNdarray(*self.element_shape, self.dtype, shape)


def Arg(tag, name, dtype=None, ndim=0, field_dim=None, element_shape=(), channel_format=None,
        shape=(), num_channels=None, fmt=None):
    """A symbolic argument. `dtype` may be a vector or matrix type."""
    del channel_format, num_channels, fmt
    if tag in (ArgKind.TEXTURE, ArgKind.RWTEXTURE):
        raise unsupported("textures in graphs")
    if field_dim is not None:
        ndim = field_dim
    if dtype is None:
        raise TaichiRuntimeError(f"graph argument '{name}' needs a dtype")
    if isinstance(dtype, MatrixType):
        element_shape = dtype.get_shape()
        dtype = dtype.dtype
    if tag == ArgKind.MATRIX and not element_shape:
        raise TaichiRuntimeError(f"graph argument '{name}': a MATRIX needs a vector or matrix dtype")
    del shape
    return SymbolicArg(ArgKind(tag), name, cook_dtype(dtype), ndim, tuple(element_shape))


class Sequential:
    """Dispatches in order."""

    def __init__(self):
        self._dispatches = []

    def dispatch(self, kernel, *args):
        self._dispatches.append((kernel, _flatten(args)))


def _flatten(args):
    flat = []
    for arg in args:
        flat += _flatten(arg) if isinstance(arg, (list, tuple)) else [arg]
    return flat


class GraphBuilder:
    """Collects dispatches; compile() makes the Graph."""

    def __init__(self):
        self._items = []
        impl.get_runtime().materialize()

    def dispatch(self, kernel, *args):
        self._items.append((kernel, _flatten(args)))

    def create_sequential(self):
        return Sequential()

    def append(self, node):
        if not isinstance(node, Sequential):
            raise TaichiRuntimeError(f"a graph takes a Sequential, not {type(node)}")
        self._items.append(node)

    def compile(self):
        dispatches = []
        for item in self._items:
            dispatches += item._dispatches if isinstance(item, Sequential) else [item]
        return Graph([_compile(kernel, args) for kernel, args in dispatches])


def _compile(kernel, args):
    for arg in args:
        if not isinstance(arg, SymbolicArg):
            raise TaichiRuntimeError(f"a dispatch takes ti.graph.Arg objects, not {type(arg)}")
    instance = kernel.ensure_compiled(*[arg.dummy() for arg in args])
    return (kernel, instance.compiled, args)


class Graph:
    """A compiled graph."""

    def __init__(self, dispatches):
        self._dispatches = dispatches
        self._args = {}
        for _, _, args in dispatches:
            for arg in args:
                known = self._args.setdefault(arg.name, arg)
                if known.same != arg.same:
                    raise TaichiRuntimeError(
                        f"graph argument '{arg.name}' is used with two different types or shapes")

    def run(self, args):
        for name in args:
            if name not in self._args:
                raise TaichiRuntimeError(f"the graph has no argument '{name}'")
        values = {}
        for name, arg in self._args.items():
            if name not in args:
                raise TaichiRuntimeError(f"graph argument '{name}' is missing")
            values[name] = _checked(arg, args[name])
        for kernel, _, symbolic in self._dispatches:
            kernel(*[values[arg.name] for arg in symbolic])

    def _rows(self):
        return [(compiled, [arg.row for arg in args]) for _, compiled, args in self._dispatches]


def _checked(arg, value):
    if arg.tag == ArgKind.NDARRAY:
        if not isinstance(value, Ndarray):
            raise TaichiRuntimeError(f"graph argument '{arg.name}' takes an ndarray, not {type(value)}")
        if value.dtype is not arg.dtype or value.element_shape != arg.element_shape:
            raise TaichiRuntimeError(
                f"graph argument '{arg.name}' takes elements {arg.element_shape} of {arg.dtype}, "
                f"{value.element_shape} of {value.dtype} given")
        if len(value.shape) != arg.ndim:
            raise TaichiRuntimeError(
                f"graph argument '{arg.name}' takes {arg.ndim} axes, {len(value.shape)} given")
    elif arg.tag == ArgKind.MATRIX and not isinstance(value, (Matrix, list, tuple, np.ndarray)):
        raise TaichiRuntimeError(f"graph argument '{arg.name}' takes a matrix, not {type(value)}")
    return value


__all__ = ["GraphBuilder", "Graph", "Arg", "ArgKind"]
