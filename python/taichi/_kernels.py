# SPDX-License-Identifier: Apache-2.0
"""Fills and copies as kernels, so that they take their turn among launches and nothing waits for them.

They are not recorded by a Tape, and do not count in the names of the script's kernels.
"""
import functools

from taichi.lang import impl
from taichi.lang.builtin import grouped
from taichi.lang.kernel_impl import Kernel, kernel
from taichi.types.annotations import NdarrayType, template


def _library_kernel(fn):
    counter = Kernel.counter
    made = kernel(fn)
    made._taped = False
    Kernel.counter = counter
    return made


@functools.lru_cache(maxsize=None)
def _fill_kernels(dtype):
    """(of a field, of a 0-D field, of an ndarray) with values of this type."""

    @_library_kernel
    def fill_field(field: template(), value: dtype):
        for index in grouped(field):
            field[index] = value

    @_library_kernel
    def fill_single(field: template(), value: dtype):
        field[None] = value

    @_library_kernel
    def fill_ndarray(array: NdarrayType(), value: dtype):
        for index in grouped(array):
            array[index] = value

    return fill_field, fill_single, fill_ndarray


@_library_kernel
def _copy_field(to: template(), source: template()):
    for index in grouped(to):
        to[index] = source[index]


@_library_kernel
def _copy_single(to: template(), source: template()):
    to[None] = source[None]


def worthwhile():
    """Whether something was launched that a host write might have to wait for."""
    prog = impl.get_runtime().prog
    return prog is not None and prog.launched()


def fill_field(field, value):
    """Sets every number of a placed field."""
    whole, single, _ = _fill_kernels(field.dtype)
    (whole if field.shape else single)(field, value)


def fill_ndarray(array, value):
    _fill_kernels(array.dtype)[2](array, value)


def copy_field(to, source):
    (_copy_field if to.shape else _copy_single)(to, source)
