# SPDX-License-Identifier: Apache-2.0
"""@ti.kernel, @ti.func, @ti.pyfunc, @ti.data_oriented.

A Kernel keeps one compiled instance for each combination of what is known at compile time: template arguments, and the
types of arrays. A launch is a look-up and one call into C++, which converts the arguments.
"""
import functools
import inspect

import numpy as np

from taichi import _tinsmith
from taichi.lang import impl
from taichi.lang.enums import AutodiffMode
from taichi.lang.exception import (TaichiRuntimeError, TaichiRuntimeTypeError, TaichiSyntaxError,
                                   from_compiler)
from taichi.lang.kernel_arguments import parameters_of, returns_of, wrap_returns
from taichi.lang.source import source_of

_FIRST_COUNTER = 80  # genuine Taichi makes 40 kernels of its own first, two objects each (names in packages show it)
_MAX_ARGUMENTS = 64


class _Instance:
    """A compiled specialisation. `keep` holds the template arguments alive, whose identity is in the key."""

    __slots__ = ("compiled", "launch", "number", "keep")

    def __init__(self, compiled, number, keep):
        self.compiled = compiled
        self.launch = None
        self.number = number
        self.keep = keep


class Kernel:
    """A kernel, or the adjoint of one."""

    counter = _FIRST_COUNTER
    _is_wrapped_kernel = True

    def __init__(self, func, mode, classkernel):
        functools.update_wrapper(self, func)
        self.func = func
        self.autodiff_mode = mode
        self.kernel_counter = Kernel.counter
        Kernel.counter += 1
        self._is_classkernel = classkernel
        self.grad = None
        self.kernel_cpp = None
        self._parameters = None
        self._keyed = []
        self._returns = None
        self._instances = {}
        self._origins = {}  # shared with the adjoint: what the instances of a key are known by
        self._launches = {}
        self._runtime = impl.get_runtime()
        self._runtime.kernels.add(self)
        self._parameters = parameters_of(func, classkernel)
        self._keyed = [p for p in self._parameters if p.keyed]
        self._returns = returns_of(func)
        self._taped = mode == AutodiffMode.NONE
        self._is_adjoint = mode == AutodiffMode.REVERSE

    @property
    def _primal(self):
        return self

    @property
    def _adjoint(self):
        return self.grad

    @property
    def arguments(self):
        return self._parameters

    @property
    def return_type(self):
        return self._returns

    def reset(self):
        self._instances = {}
        self._origins.clear()
        self._launches = {}
        self.kernel_cpp = None

    def __get__(self, owner, owner_type=None):
        if owner is None or not self._is_classkernel:
            return self
        return BoundKernel(self, owner)

    # --- Compilation

    def _key(self, args):
        if len(args) != len(self._parameters):
            self._positional(args, {})
        return tuple([p.key(args[p.position]) for p in self._keyed])

    def instance(self, args):
        """The compiled instance for these arguments."""
        key = self._key(args)
        found = self._instances.get(key)
        if found is None:
            found = self._compile(key, args)
        self.kernel_cpp = found.compiled
        return found

    def _compile(self, key, args):
        runtime = self._runtime
        runtime.require(f"launch kernel '{self.func.__name__}'")
        runtime.materialize()
        if len(self._parameters) > _MAX_ARGUMENTS:
            raise TaichiRuntimeError(
                f"kernel '{self.func.__name__}' has {len(self._parameters)} arguments; "
                f"the most is {_MAX_ARGUMENTS}")
        impl.name_fields(captured_by(self.func))
        number = len(self._instances)
        gradient = self.autodiff_mode == AutodiffMode.REVERSE
        name = f"{self.func.__name__}_c{self.kernel_counter}_{number}"
        name += "_reverse_grad" if gradient else ""
        params = [p.describe(arg) for p, arg in zip(self._parameters, args)]
        origin = self._origins.setdefault(key, f"{self.func.__qualname__} {self.kernel_counter} {len(self._origins)}")
        compiled = compile_source(source_of(self.func), name, params, self._returns, gradient,
                                  origin, "" if gradient else doc_of(self.func))
        keep = [args[p.position] for p in self._keyed if p.is_template]
        found = self._instances[key] = _Instance(compiled, number, keep)
        return found

    def ensure_compiled(self, *args):
        """Compiles for these arguments; `kernel_cpp` is the result."""
        return self.instance(args)

    # --- Launch

    def __call__(self, *args, **kwargs):
        if kwargs:
            args = self._positional(args, kwargs)
        runtime = self._runtime
        if runtime.pending:
            runtime.materialize()
        if self._taped and runtime.target_tape is not None and not runtime.grad_replaced:
            runtime.target_tape.insert(self, args)
        if self._is_adjoint:
            self._check_distinct(args)
        launch = self._launches.get(self._key(args) if self._keyed else ())
        if launch is None:
            launch = self._prepare(args)
        try:
            result = launch(args)
        except _tinsmith.ArgumentError as error:
            raise self._argument_error(error, args) from None
        return result if result is None else wrap_returns(self._returns, result)

    def _check_distinct(self, args):
        """An adjoint kernel takes its arrays to be different memory."""
        arrays = [(p.name, args[p.position]) for p in self._parameters if p.is_array and p.position < len(args)]
        for i, (first, array) in enumerate(arrays):
            for second, other in arrays[:i]:
                same = array is other or (isinstance(array, np.ndarray) and isinstance(other, np.ndarray)
                                          and np.shares_memory(array, other))
                if same:
                    raise TaichiRuntimeError(
                        f"the gradient of kernel '{self.func.__name__}' needs different arrays: "
                        f"'{second}' and '{first}' are the same; pass a copy for one of them")

    def _prepare(self, args):
        if len(args) != len(self._parameters):
            self._positional(args, {})
        found = self.instance(args)
        positions = [p.position for p in self._parameters if not p.is_template]
        names = [p.type_name() for p in self._parameters if not p.is_template]
        found.launch = _tinsmith.new_launch(self._runtime.prog, found.compiled, positions,
                                            len(self._parameters), names)
        self._launches[self._key(args)] = found.launch
        return found.launch

    def _argument_error(self, error, args):
        kind, position, needed = error.args[:3]
        if kind == "count":
            try:
                self._positional(args, {})
            except TaichiSyntaxError as missing:
                return missing
            return TypeError(f"{len(self._parameters)} argument(s) needed but {len(args)} provided.")
        if kind == "layout":
            return ValueError(
                "Non contiguous numpy arrays are not supported, please call np.ascontiguousarray(arr) "
                "before passing it into taichi kernel.")
        return TaichiRuntimeTypeError.get((position,), needed, type(args[position]))

    def _positional(self, args, kwargs):
        params = self._parameters
        if len(args) > len(params):
            expected = ", ".join(f"{p.name} : {p.annotation}" for p in params)
            given = ", ".join(str(a) for a in args)
            raise TaichiSyntaxError(f"Too many arguments. Expected ({expected}), got ({given}).")
        values = dict(zip((p.name for p in params), args))
        names = {p.name for p in params}
        for name, value in kwargs.items():
            if name not in names:
                raise TaichiSyntaxError(f"Unexpected argument '{name}'.")
            if name in values:
                raise TaichiSyntaxError(f"Multiple values for argument '{name}'.")
            values[name] = value
        for param in params:
            if param.name not in values:
                raise TaichiSyntaxError(f"Parameter `{param.name} : {param.annotation}` missing.")
        return tuple(values[p.name] for p in params)

    def __repr__(self):
        return f"<ti.kernel {self.func.__qualname__}>"


def captured_by(func):
    """(name, value) of the variables of enclosing functions that `func` uses."""
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or ()):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not assigned yet
            pass


def doc_of(func):
    """The docstring as packages carry it: without its indentation and without control characters."""
    text = inspect.cleandoc(func.__doc__ or "")
    return "".join(c if c == "\n" or (c >= " " and c != "\x7f") else " " for c in text)


def compile_source(source, name, params, returns, gradient, origin="", doc=""):
    """Through C++; its diagnostics become exceptions, its warnings go to stderr."""
    runtime = impl.get_runtime()
    cfg = runtime.cfg
    options = {
        "gradient": gradient,
        "origin": origin,
        "doc": doc,
        "default_fp": runtime.default_fp.name,
        "default_ip": runtime.default_ip.name,
        "debug": bool(cfg.debug),
        "fast_math": bool(cfg.fast_math),
        "short_circuit": bool(cfg.short_circuit_operators),
        "unrolling_limit": int(cfg.unrolling_limit),
    }
    if impl.dump_step():
        options["dump"] = impl.dump_step()
    elif cfg.print_ir:
        options["dump"] = "all"
    try:
        compiled = _tinsmith.compile(runtime.prog, source, name, params, returns, options)
    except _tinsmith.CompileError as error:
        raise from_compiler(error) from None
    if compiled.warnings:
        impl.warn_text(compiled.warnings)
    return compiled


class BoundKernel:
    """A kernel of a class, seen through an object of it."""

    __slots__ = ("kernel", "owner")

    def __init__(self, kernel, owner):
        if not getattr(type(owner), "_data_oriented", False):
            raise TaichiSyntaxError(f"Please decorate class {type(owner).__name__} with @ti.data_oriented")
        self.kernel = kernel
        self.owner = owner

    def __call__(self, *args, **kwargs):
        return self.kernel(self.owner, *args, **kwargs)

    @property
    def grad(self):
        return BoundKernel(self.kernel.grad, self.owner)

    @property
    def __name__(self):
        return self.kernel.func.__name__

    @property
    def kernel_cpp(self):
        return self.kernel.kernel_cpp

    @property
    def _primal(self):
        return self.kernel

    @property
    def _adjoint(self):
        return self.kernel.grad

    def ensure_compiled(self, *args):
        return self.kernel.ensure_compiled(self.owner, *args)


class Func:
    """A function that kernels inline."""

    def __init__(self, func, pyfunc):
        functools.update_wrapper(self, func)
        self.func = func
        self.pyfunc = pyfunc
        for param in inspect.signature(func).parameters.values():
            if param.kind in (param.VAR_POSITIONAL, param.VAR_KEYWORD, param.KEYWORD_ONLY):
                raise TaichiSyntaxError('Taichi functions only support "positional or keyword" parameters')

    def __call__(self, *args, **kwargs):
        if not self.pyfunc:
            raise TaichiSyntaxError("Taichi functions cannot be called from Python-scope.")
        return self.func(*args, **kwargs)

    def __get__(self, owner, owner_type=None):
        return self if owner is None else BoundFunc(self, owner)

    def __repr__(self):
        return f"<ti.func {self.func.__qualname__}>"


class BoundFunc:
    """A ti.func of a class, seen through an object of it."""

    __slots__ = ("func", "owner")

    def __init__(self, func, owner):
        self.func = func
        self.owner = owner

    def __call__(self, *args, **kwargs):
        return self.func(self.owner, *args, **kwargs)


def _inside_class(func):
    """Whether a function is defined in the body of a class. (A static method is never asked for its object.)"""
    parent = func.__qualname__.rpartition(".")[0]
    return bool(parent) and not parent.endswith("<locals>")


def kernel(fn):
    """A kernel: its outermost loops run in parallel on the device."""
    if isinstance(fn, (staticmethod, classmethod)):
        raise TaichiSyntaxError("put @ti.kernel below @staticmethod, next to the function")
    classkernel = _inside_class(fn)
    primal = Kernel(fn, AutodiffMode.NONE, classkernel)
    primal.grad = Kernel(fn, AutodiffMode.REVERSE, classkernel)
    primal.grad._origins = primal._origins
    return primal


def func(fn, is_real_function=False):
    """A function for kernels, inlined where it is called."""
    return Func(fn, pyfunc=False)


def pyfunc(fn):
    """A function for kernels and for Python."""
    return Func(fn, pyfunc=True)


def real_func(fn):
    from taichi.lang.exception import unsupported
    raise unsupported("ti.real_func")


def data_oriented(cls):
    """Lets the methods of a class be kernels."""
    cls._data_oriented = True
    return cls


__all__ = ["data_oriented", "func", "kernel", "pyfunc", "real_func"]
