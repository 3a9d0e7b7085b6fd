# SPDX-License-Identifier: Apache-2.0
"""ti.types: annotations and type predicates."""
from taichi.lang.exception import unsupported as _unsupported
from taichi.types import primitive_types
from taichi.types.annotations import NdarrayType, template
from taichi.types.compound_types import (RWTextureType as rw_texture, TextureType as texture,
                                         argpack, matrix, struct, vector)
from taichi.types.ndarray_type import ndarray
from taichi.types.primitive_types import *
from taichi.types.utils import is_integral, is_real, is_signed, is_tensor


def sparse_matrix_builder(*args, **kwargs):
    raise _unsupported("ti.types.sparse_matrix_builder")


class _Quant:
    def __getattr__(self, name):
        raise _unsupported("ti.types.quant")


quant = _Quant()
