# SPDX-License-Identifier: Apache-2.0
"""The language: what `import taichi as ti` gives, by topic."""
from taichi.lang import impl
from taichi.lang.builtin import *
from taichi.lang.enums import DeviceCapability, Format, Layout
from taichi.lang.exception import *
from taichi.lang.field import *
from taichi.lang.matrix import *
from taichi.lang._ndarray import *
from taichi.lang.kernel_impl import *
from taichi.lang.misc import *
from taichi.lang.snode import SNode, SPARSE_FUNCTIONS, FieldsBuilder, rescale_index
from taichi.lang.impl import field, ndarray, root
