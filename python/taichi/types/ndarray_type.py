# SPDX-License-Identifier: Apache-2.0
from taichi.types.annotations import NdarrayType

ndarray = NdarrayType

__all__ = ["NdarrayType", "ndarray"]
