# SPDX-License-Identifier: Apache-2.0
"""ti.ad: a Tape records launches and runs their adjoints backwards."""
import numpy as np

from taichi.lang import impl
from taichi.lang.exception import unsupported
from taichi.lang.field import Field, ScalarField
from taichi.lang._ndarray import Ndarray


def clear_all_gradients(gradient_type=None):
    """Sets the adjoint of every placed field to zero."""
    del gradient_type
    runtime = impl.get_runtime()
    runtime.materialize()
    for field in runtime.fields:
        if field.grad is not None and field.grad._handle >= 0:
            field.grad.fill(0)


class Tape:
    """`with ti.ad.Tape(loss=…):` launches inside are differentiated when the block ends."""

    def __init__(self, loss=None, clear_gradients=True, validation=False, grad_check=None):
        if validation:
            raise unsupported("ti.ad.Tape(validation=True)")
        self.loss = loss
        self.clear_gradients = clear_gradients
        self.grad_check = list(grad_check) if grad_check else []
        self.calls = []
        self.entered = False
        self.gradient_evaluated = False

    def __enter__(self):
        if self.entered:
            raise AssertionError("Tape can be entered only once.")
        self.entered = True
        runtime = impl.get_runtime()
        runtime.materialize()
        if self.loss is not None:
            _check_loss(self.loss)
        if self.clear_gradients:
            clear_all_gradients()
        if isinstance(self.loss, Field):
            self.loss.fill(0)
        elif self.loss is not None:
            self.loss.fill(0)
            self.loss._reset_grad()
        if runtime.target_tape is not None:
            raise RuntimeError("a ti.ad.Tape is active already")
        runtime.target_tape = self
        return self

    def __exit__(self, kind, value, traceback):
        impl.get_runtime().target_tape = None
        if self.loss is not None and kind is None:
            self.grad()
            if self.grad_check:
                from taichi._grad_check import check_gradients
                check_gradients(self)

    def insert(self, kernel, args):
        self.calls.append((kernel, args))

    def grad(self):
        """Runs the adjoints of what was recorded, last first."""
        if not self.entered:
            raise AssertionError("Before evaluating gradients tape must be entered.")
        if self.gradient_evaluated:
            raise AssertionError("Gradients of grad is not supported yet, and a tape is used once.")
        if self.loss is not None:
            self.loss.grad.fill(1.0)
        runtime = impl.get_runtime()
        tape, runtime.target_tape = runtime.target_tape, None
        try:
            for kernel, args in reversed(self.calls):
                kernel.grad(*args)
        finally:
            runtime.target_tape = tape
        self.gradient_evaluated = True


def _check_loss(loss):
    if isinstance(loss, Field):
        if not isinstance(loss, ScalarField) or loss.shape != ():
            raise RuntimeError("The loss of `Tape` must be a 0-D field, i.e. scalar")
        if loss.grad is None or loss.grad.snode is None:
            raise RuntimeError("Gradients of loss are not allocated, please use ti.field(..., needs_grad=True)"
                               " for all fields that are required by autodiff.")
    elif isinstance(loss, Ndarray):
        if int(np.prod(loss.shape)) != 1 or loss.element_shape:
            raise RuntimeError("The loss of `Tape` must be an ndarray with only one element.")
        if loss.grad is None:
            raise RuntimeError("Gradients of loss are not allocated, please set needs_grad=True for all "
                               "ndarrays that are required by autodiff.")
    else:
        raise RuntimeError(f"The loss of `Tape` must be a 0-D field or an ndarray of one element, not {type(loss)}")


class FwdMode:
    """Forward mode is not in this version."""

    def __init__(self, *args, **kwargs):
        raise unsupported("forward-mode differentiation (ti.ad.FwdMode)")


class _Replacing:
    """While it is active, launches are not recorded: a custom gradient stands for them."""

    def __enter__(self):
        runtime = impl.get_runtime()
        self.before, runtime.grad_replaced = runtime.grad_replaced, True

    def __exit__(self, *exc):
        impl.get_runtime().grad_replaced = self.before


class _Replaced:
    """A Python function whose gradient is another one; `owner` is the object when it is a method."""

    def __init__(self, func, gradient, owner=None):
        self.func = func
        self.gradient = gradient
        self.owner = owner
        self.__name__ = func.__name__
        self.__doc__ = func.__doc__
        self.__wrapped__ = func

    def __get__(self, owner, owner_type=None):
        return self if owner is None else _Replaced(self.func, self.gradient, owner)

    def _bound(self, args):
        return args if self.owner is None else (self.owner, *args)

    def __call__(self, *args, **kwargs):
        runtime = impl.get_runtime()
        tape = runtime.target_tape
        if tape is not None and not runtime.grad_replaced:
            tape.insert(self, args)
        with _Replacing():
            result = self.func(*self._bound(args), **kwargs)
        return result

    def grad(self, *args, **kwargs):
        if self.gradient is None:
            raise RuntimeError(f"Primal function must have a **python** gradient: no @ti.ad.grad_for({self.__name__})")
        with _Replacing():
            return self.gradient(*self._bound(args), **kwargs)


def grad_replaced(func):
    """Marks a Python function whose gradient `grad_for` will give."""
    return _Replaced(func, None)


def grad_for(primal):
    """Registers the decorated Python function as the gradient of `primal`."""
    if not isinstance(primal, _Replaced):
        raise RuntimeError(
            f"Cannot find `grad_replaced` on {getattr(primal, '__name__', primal)}: decorate it with @ti.ad.grad_replaced")

    def register(func):
        if primal.gradient is not None:
            raise RuntimeError("Primal function must be a **python** function without a gradient of its own: "
                               f"{primal.__name__} has one already")
        primal.gradient = func
        return func

    return register


def no_grad(func):
    """A Python function through which no gradient flows."""
    def nothing(*args, **kwargs):
        del args, kwargs

    return _Replaced(func, nothing)


__all__ = ["FwdMode", "Tape", "clear_all_gradients", "grad_for", "grad_replaced", "no_grad"]
