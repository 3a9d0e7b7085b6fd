# SPDX-License-Identifier: Apache-2.0
"""Predicates over types."""
from taichi.lang.util import cook_dtype


def is_signed(dtype):
    return cook_dtype(dtype).signed


def is_integral(dtype):
    return not cook_dtype(dtype).real


def is_real(dtype):
    return cook_dtype(dtype).real


def is_tensor(dtype):
    from taichi.lang.matrix import MatrixType
    return isinstance(dtype, MatrixType)
