# SPDX-License-Identifier: Apache-2.0
"""ti.types.vector, ti.types.matrix; structs and packs say that they are not here."""
from taichi.lang.exception import unsupported
from taichi.lang.matrix import MatrixType, VectorType


def matrix(n=None, m=None, dtype=None):
    return MatrixType(n, m, 2, dtype)


def vector(n=None, dtype=None):
    return VectorType(n, dtype)


def struct(**members):
    raise unsupported("ti.types.struct")


def argpack(**members):
    raise unsupported("ti.types.argpack")


class TextureType:
    def __init__(self, *args, **kwargs):
        raise unsupported("ti.types.texture")


class RWTextureType:
    def __init__(self, *args, **kwargs):
        raise unsupported("ti.types.rw_texture")
