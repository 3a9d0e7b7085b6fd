# SPDX-License-Identifier: Apache-2.0
"""ti.init and what goes with it: architectures, logging, axes, random seeds."""
import random as _py_random
import sys

from taichi.lang import config, impl
from taichi.lang.enums import Arch
from taichi.lang.snode import AXES, axes

cpu = Arch.x64
x64 = x86_64 = Arch.x64
arm64 = Arch.arm64
cuda = Arch.cuda
metal = Arch.metal
vulkan = Arch.vulkan
opengl = Arch.opengl
gles = Arch.gles
dx11 = Arch.dx11
dx12 = Arch.dx12
amdgpu = Arch.amdgpu
gpu = [cuda, metal, vulkan, opengl, dx11, dx12, gles, amdgpu]

VERSION = (1, 7, 4)  # the Taichi whose language and packages these are

TRACE, DEBUG, INFO, WARN, ERROR, CRITICAL = "trace", "debug", "info", "warn", "error", "critical"
_LEVELS = [TRACE, DEBUG, INFO, WARN, ERROR, CRITICAL]


class _Logging:
    level = INFO


def set_logging_level(level):
    if level not in _LEVELS:
        raise ValueError(f"logging level must be one of {', '.join(_LEVELS)}, not {level!r}")
    _Logging.level = level


def is_logging_effective(level):
    return _LEVELS.index(level) >= _LEVELS.index(_Logging.level)


def _warn(message):
    if is_logging_effective(WARN):
        print(f"[Taichi] warning: {message}", file=sys.stderr)


def _check_version(required):
    wanted = tuple(int(part) for part in str(required).split(".")[:3])
    if len(wanted) != 3:
        raise ValueError(f"require_version must look like 1.7.4, not {required!r}")
    if wanted > VERSION:
        here = ".".join(map(str, VERSION))
        raise Exception(f"Taichi version mismatch. required >= {required}, installed {here}")


def init(arch=None, default_fp=None, default_ip=None, enable_fallback=True, require_version=None,
         _test_mode=False, **kwargs):
    """Starts a program: earlier fields, arrays and compiled kernels become invalid."""
    del enable_fallback  # nothing is refused, so there is nothing to fall back from
    if require_version is not None:
        _check_version(require_version)
    set_logging_level(kwargs.get("log_level", INFO))
    cfg = config.make(arch, default_fp, default_ip, dict(kwargs), _warn)
    set_logging_level(cfg.log_level)
    impl.get_runtime().start(cfg)
    seed(cfg.random_seed)
    if cfg.log_level != ERROR and is_logging_effective(INFO):
        print(f"[Taichi] Starting on arch={cfg.arch.value}", flush=True)


def seed(value):
    """Seeds ti.random: of kernels, and of Python scope."""
    _py_random.seed(value)
    impl.get_runtime().prog.set_seed(int(value) & 0xFFFFFFFF)


def reset():
    impl.reset()


def sync():
    """Waits until the device has done everything that was launched."""
    impl.get_runtime().sync()


def no_activate(*args):
    del args


def global_thread_idx():
    from taichi.lang.exception import unsupported
    raise unsupported("ti.global_thread_idx")


def is_arch_supported(arch, use_gles=False):
    del use_gles
    return arch in (Arch.x64, Arch.arm64, Arch.vulkan, Arch.metal)


class _Extension:
    """Names of extensions; no back end here has one."""
    sparse = quant = quant_basic = data64 = adstack = bls = assertion = extfunc = mesh = None


extension = _Extension


def is_extension_supported(arch, ext):
    del arch, ext
    return False


i, j, k, l = AXES["i"], AXES["j"], AXES["k"], AXES["l"]
globals().update(AXES)

__all__ = [
    "cpu", "x64", "x86_64", "arm64", "cuda", "metal", "vulkan", "opengl", "gles", "dx11", "dx12",
    "amdgpu", "gpu", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "CRITICAL", "set_logging_level",
    "is_logging_effective", "init", "reset", "sync", "axes", "no_activate", "global_thread_idx",
    "extension", "is_extension_supported", *AXES,
]
