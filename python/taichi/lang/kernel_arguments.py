# SPDX-License-Identifier: Apache-2.0
"""Parameters of kernels: what annotations mean, what of an argument is known at compile time, and results."""
import inspect
import types
import typing

import numpy as np

from taichi.lang._ndarray import Ndarray
from taichi.lang.dtype import from_numpy_dtype
from taichi.lang.exception import TaichiRuntimeTypeError, TaichiSyntaxError
from taichi.lang.matrix import MatrixType
from taichi.lang.util import cook_dtype, is_scalar_dtype
from taichi.types.annotations import NdarrayType, template


class ById:
    """A key for an argument that is compared by identity. The instance it leads to keeps the object alive."""

    __slots__ = ("obj",)

    def __init__(self, obj):
        self.obj = obj

    def __hash__(self):
        return id(self.obj)

    def __eq__(self, other):
        return isinstance(other, ById) and self.obj is other.obj


def _template_key(arg):
    if isinstance(arg, (bool, int, float, str, type(None))):
        return (type(arg), arg)
    if isinstance(arg, tuple):
        return tuple(_template_key(item) for item in arg)
    if isinstance(arg, Ndarray):
        raise TaichiRuntimeTypeError(
            "Ndarray shouldn't be passed in via `ti.template()`, please annotate your kernel using "
            "`ti.types.ndarray(...)` instead")
    return ById(arg)


class Parameter:
    """One parameter: `kind` is template, scalar, matrix or ndarray."""

    def __init__(self, position, name, annotation):
        self.position = position
        self.name = name
        self.annotation = annotation
        self.is_template = isinstance(annotation, template)
        self.is_array = isinstance(annotation, NdarrayType)
        self.keyed = self.is_template or self.is_array
        self.key = _template_key if self.is_template else self._array_key

    def type_name(self):
        if self.is_array:
            return repr(self.annotation)
        if isinstance(self.annotation, MatrixType):
            return self.annotation.to_string()
        return cook_dtype(self.annotation).name

    def describe(self, arg):
        """The parameter as `_tinsmith.compile` wants it."""
        if self.is_template:
            return (self.name, "template", arg)
        if self.is_array:
            dtype, rows, cols, dims, ndim, needs_grad = self._array_key(arg)
            return (self.name, "ndarray", dtype, rows, cols, dims, ndim, needs_grad,
                    self.annotation.boundary)
        if isinstance(self.annotation, MatrixType):
            kind = self.annotation
            return (self.name, "matrix", kind.n, kind.m, kind.ndim, kind.dtype.name)
        return (self.name, "scalar", cook_dtype(self.annotation).name)

    # --- Arrays

    def _array_key(self, arg):
        """(dtype, rows, cols, element axes, axes, gradient) of an array argument, checked against the annotation."""
        if isinstance(arg, Ndarray):
            return self._ndarray_key(arg)
        if isinstance(arg, np.ndarray):
            return self._numpy_key(arg)
        raise TaichiRuntimeTypeError(f"Invalid type for argument {self.name}, got {arg}")

    def _ndarray_key(self, arg):
        note = self.annotation
        key = arg._array_key
        if note.dtype is not None:
            self._check_element(arg)
        if note.ndim is not None and note.ndim != key[4]:
            raise ValueError(
                f"Invalid value for argument {self.name} - required ndim={note.ndim}, but "
                f"{key[4]}d ndarray with shape {arg.shape} is provided")
        if note.needs_grad is None:
            return key
        if note.needs_grad and not key[5]:
            raise ValueError(
                f"Invalid value for argument {self.name} - required needs_grad={note.needs_grad}, "
                f"but {key[5]} is provided")
        return key[:5] + (bool(note.needs_grad),)

    def _check_element(self, arg):
        wanted = self.annotation.dtype
        if isinstance(wanted, MatrixType):
            shape = wanted.get_shape()
            fits = (wanted.ndim == arg._element_dims and (wanted.dtype in (None, arg.dtype))
                    and all(w in (None, g) for w, g in zip(shape, arg.element_shape)))
            if not fits:
                raise ValueError(
                    f"Invalid value for argument {self.name} - required element type: "
                    f"{wanted.to_string()}, but {arg._element_text()} is provided")
        elif arg._element_dims or cook_dtype(wanted) is not arg.dtype:
            raise TypeError(f"Expect element type {wanted} for argument {self.name}, "
                            f"but get {arg._element_text()}")

    def _numpy_key(self, arg):
        note = self.annotation
        dtype = from_numpy_dtype(arg.dtype)
        if dtype is None:
            raise TaichiRuntimeTypeError(f"argument {self.name}: arrays of {arg.dtype} are not supported")
        needs_grad = bool(note.needs_grad)
        if isinstance(note.dtype, MatrixType):
            return self._numpy_matrix_key(arg, dtype, note, needs_grad)
        if note.dtype is not None and cook_dtype(note.dtype) is not dtype:
            raise ValueError(
                f"Invalid value for argument {self.name} - required array has "
                f"dtype={cook_dtype(note.dtype).name}, array with dtype={dtype.name} is provided")
        if note.ndim is not None and arg.ndim != note.ndim:
            raise ValueError(
                f"Invalid value for argument {self.name} - required array has ndim={note.ndim}, "
                f"array with {arg.ndim} dimensions is provided")
        return (dtype.name, 1, 1, 0, arg.ndim, needs_grad)

    def _numpy_matrix_key(self, arg, dtype, note, needs_grad):
        dims = note.dtype.ndim
        if arg.ndim < dims or (note.ndim is not None and arg.ndim != dims + note.ndim):
            raise ValueError(
                f"Invalid value for argument {self.name} - required array has ndim={note.ndim} "
                f"element_dim={dims}, array with {arg.ndim} dimensions is provided")
        element = arg.shape[arg.ndim - dims:]
        wanted = note.dtype.get_shape()
        if any(w not in (None, g) for w, g in zip(wanted, element)):
            raise ValueError(
                f"Invalid value for argument {self.name} - required element_shape={wanted}, "
                f"array with element shape of {element} is provided")
        cols = element[1] if dims == 2 else 1
        return (dtype.name, element[0], cols, dims, arg.ndim - dims, needs_grad)


def _resolve(annotation, fn):
    """An annotation that `from __future__ import annotations` turned into text."""
    if not isinstance(annotation, str):
        return annotation
    names = dict(fn.__globals__)
    names.update(zip(fn.__code__.co_freevars, (c.cell_contents for c in fn.__closure__ or ())))
    return eval(annotation, names)  # pylint: disable=eval-used


def parameters_of(fn, classkernel):
    """The Parameters of a kernel, or TaichiSyntaxError for a signature that kernels cannot have."""
    found = []
    for position, param in enumerate(inspect.signature(fn).parameters.values()):
        if param.kind == param.VAR_KEYWORD:
            raise TaichiSyntaxError(
                "Taichi kernels do not support variable keyword parameters (i.e., **kwargs)")
        if param.kind == param.VAR_POSITIONAL:
            raise TaichiSyntaxError(
                "Taichi kernels do not support variable positional parameters (i.e., *args)")
        if param.default is not param.empty:
            raise TaichiSyntaxError("Taichi kernels do not support default values for arguments")
        if param.kind == param.KEYWORD_ONLY:
            raise TaichiSyntaxError("Taichi kernels do not support keyword parameters")
        if param.kind != param.POSITIONAL_OR_KEYWORD:
            raise TaichiSyntaxError('Taichi kernels only support "positional or keyword" parameters')
        annotation = _resolve(param.annotation, fn)
        if annotation is param.empty:
            if position or not classkernel:
                raise TaichiSyntaxError("Taichi kernels parameters must be type annotated")
            annotation = template()
        if annotation in (template, NdarrayType):
            annotation = annotation()
        if not (isinstance(annotation, (template, NdarrayType)) or is_scalar_dtype(annotation)
                or isinstance(annotation, MatrixType)):
            raise TaichiSyntaxError(
                f"Invalid type annotation (argument {position}) of Taichi kernel: {annotation}")
        found.append(Parameter(position, param.name, annotation))
    return found


def returns_of(fn):
    """What a kernel returns, as `_tinsmith.compile` wants it; None for nothing."""
    annotation = _resolve(inspect.signature(fn).return_annotation, fn)
    if annotation in (inspect.Signature.empty, None):
        return None
    if isinstance(annotation, (types.GenericAlias, typing._GenericAlias)) and (
            annotation.__origin__ is tuple):
        annotation = annotation.__args__
    items = annotation if isinstance(annotation, (list, tuple)) else (annotation,)
    returns = []
    for item in items:
        if item is Ellipsis:
            raise TaichiSyntaxError("Ellipsis is not supported in return type annotations")
        if isinstance(item, MatrixType):
            returns.append((cook_dtype(item.dtype or float).name, item.n, item.m, item.ndim))
        elif is_scalar_dtype(item):
            returns.append((cook_dtype(item).name, 1, 1, 0))
        else:
            raise TaichiSyntaxError(f"Invalid return type annotation of Taichi kernel: {item}")
    return returns


def wrap_returns(returns, flat):
    """Python objects for the flat numbers that a kernel returned."""
    from taichi.lang.dtype import by_name
    values, at = [], 0
    for dtype, rows, cols, dims in returns:
        if dims == 0:
            values.append(flat[at])
        else:
            count = rows * cols
            kind = MatrixType(rows, cols, dims, by_name[dtype])
            values.append(kind(flat[at:at + count]))
        at += max(1, rows * cols)
    return values[0] if len(values) == 1 else values or None


