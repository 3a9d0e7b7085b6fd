# SPDX-License-Identifier: Apache-2.0
"""Small things about types that several modules need."""
import numpy as np

from taichi.lang.dtype import DataType, from_numpy_dtype, u1


def cook_dtype(dtype):
    """Python's and NumPy's types as ti types; int and float are the configured defaults."""
    if isinstance(dtype, DataType):
        return dtype
    from taichi.lang import impl
    if dtype is float:
        return impl.get_runtime().default_fp
    if dtype is int:
        return impl.get_runtime().default_ip
    if dtype is bool:
        return u1
    if isinstance(dtype, (type, np.dtype)) and not isinstance(dtype, DataType):
        try:
            found = from_numpy_dtype(dtype)
        except TypeError:
            found = None
        if found is not None:
            return found
    raise ValueError(f"Invalid data type {dtype}")


def is_scalar_dtype(dtype):
    return isinstance(dtype, DataType) or dtype in (int, float, bool)


def to_numpy_type(dtype):
    return cook_dtype(dtype).numpy


def to_taichi_type(dtype):
    if isinstance(dtype, DataType):
        return dtype
    found = from_numpy_dtype(dtype)
    if found is None:
        raise AssertionError(f"Unsupported dtype {dtype}")
    return found


def has_pytorch():
    try:
        import torch  # noqa: F401  pylint: disable=unused-import
        return True
    except ImportError:
        return False


def in_taichi_scope():
    return False


def in_python_scope():
    return True
