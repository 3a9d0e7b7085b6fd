# SPDX-License-Identifier: Apache-2.0
"""Taichi's Python interface, on Tinsmith."""
from taichi.lang import *
from taichi.lang import impl as _impl
from taichi.lang import misc as _misc
from taichi.lang.builtin import static_range
from taichi.lang.misc import gpu, i, ij, j, k, l
from taichi.types.annotations import template
from taichi.types.primitive_types import *

from taichi import lang, types
from taichi import math
from taichi import ad
from taichi import graph
from taichi import aot
from taichi import _lib, tools
from taichi._decompositions import *
from taichi._funcs import *
from taichi import _unsupported
from taichi._excepthook import install as _install_excepthook

__version__ = _misc.VERSION
_install_excepthook()


def __getattr__(name):
    if name == "cfg":
        return _impl.current_cfg()
    return _unsupported.lookup(name)
