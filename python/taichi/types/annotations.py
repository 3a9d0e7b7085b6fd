# SPDX-License-Identifier: Apache-2.0
"""Annotations of kernel parameters that are not scalar or matrix types."""


class template:
    """A parameter that is known at compile time, or passed by reference to a ti.func."""

    def __init__(self, tensor=None, dim=None):
        self.tensor = tensor
        self.dim = dim


_BOUNDARIES = ("unsafe", "clamp")


class NdarrayType:
    """An array parameter: a ti.ndarray or a NumPy array. What is None is taken from each argument."""

    def __init__(self, dtype=None, ndim=None, element_dim=None, element_shape=None,
                 field_dim=None, needs_grad=None, boundary="unsafe"):
        if field_dim is not None:
            raise ValueError("ti.types.ndarray has no field_dim any more; use ndim")
        if boundary not in _BOUNDARIES:
            raise ValueError(f"boundary must be one of {', '.join(_BOUNDARIES)}, not {boundary!r}")
        if element_dim is not None or element_shape is not None:
            dtype = _with_element(dtype, element_dim, element_shape)
        self.dtype = dtype
        self.ndim = ndim
        self.needs_grad = needs_grad
        self.boundary = boundary

    def __repr__(self):
        return f"NdarrayType(dtype={self.dtype}, ndim={self.ndim}, needs_grad={self.needs_grad})"


def _with_element(dtype, element_dim, element_shape):
    from taichi.lang.matrix import MatrixType, VectorType
    if isinstance(dtype, MatrixType):
        raise TypeError("ti.types.ndarray: give a matrix dtype or an element shape, not both")
    dims = element_dim if element_dim is not None else len(element_shape)
    if element_shape is not None and len(element_shape) != dims:
        raise ValueError("ti.types.ndarray: element_shape does not have element_dim entries")
    if dims == 0:
        return dtype
    if dims == 1:
        return VectorType(element_shape[0] if element_shape else None, dtype)
    if dims == 2:
        rows, cols = element_shape if element_shape else (None, None)
        return MatrixType(rows, cols, 2, dtype)
    raise ValueError("elements of an ndarray are scalars, vectors or matrices")


__all__ = ["template"]
