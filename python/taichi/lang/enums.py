# SPDX-License-Identifier: Apache-2.0
"""Enumerations of the public API."""
import enum


class Layout(enum.IntEnum):
    AOS = 1
    SOA = 2


class AutodiffMode(enum.IntEnum):
    NONE = 0
    VALIDATION = 1
    FORWARD = 2
    REVERSE = 3


class Format(enum.IntEnum):
    """Texture formats (the numbers of the package format)."""
    unknown = 0
    r8 = 1
    rg8 = 2
    rgba8 = 3
    r16f = 25
    rgba16f = 28
    r32f = 37
    rg32f = 38
    rgb32f = 39
    rgba32f = 40


class DeviceCapability(str, enum.Enum):
    """Names for `ti.aot.Module(caps=…)`."""
    spirv_version_1_3 = "spirv_version=66304"
    spirv_version_1_4 = "spirv_version=66560"
    spirv_version_1_5 = "spirv_version=66816"
    spirv_has_int8 = "spirv_has_int8"
    spirv_has_int16 = "spirv_has_int16"
    spirv_has_int64 = "spirv_has_int64"
    spirv_has_float16 = "spirv_has_float16"
    spirv_has_float64 = "spirv_has_float64"
    spirv_has_atomic_float = "spirv_has_atomic_float"
    spirv_has_atomic_float_add = "spirv_has_atomic_float_add"


class Arch(enum.Enum):
    """Every architecture's name. What is not here runs on the default device."""
    x64 = "x64"
    arm64 = "arm64"
    cuda = "cuda"
    metal = "metal"
    opengl = "opengl"
    dx11 = "dx11"
    dx12 = "dx12"
    amdgpu = "amdgpu"
    vulkan = "vulkan"
    gles = "gles"

    def __str__(self):
        return f"Arch.{self.value}"

    @property
    def arch_name(self):
        return self.value
