# SPDX-License-Identifier: Apache-2.0
"""The few names of genuine Taichi's C++ module that published scripts reach for."""
from taichi.lang.enums import Arch, AutodiffMode
from taichi.lang.misc import VERSION

GGUI_AVAILABLE = False


def arch_name(arch):
    return arch.value


def arch_from_name(name):
    return Arch(name)


def host_arch():
    return Arch.x64


def get_version_string():
    return ".".join(map(str, VERSION))


def get_version_major():
    return VERSION[0]


def get_version_minor():
    return VERSION[1]


def get_version_patch():
    return VERSION[2]


def with_cuda():
    return False


def with_metal():
    return False


def with_vulkan():
    return True


def with_opengl():
    return False


def is_extension_supported(arch, extension):
    del arch, extension
    return False
