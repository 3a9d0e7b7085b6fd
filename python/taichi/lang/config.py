# SPDX-License-Identifier: Apache-2.0
"""The options of ti.init: every name that genuine Taichi 1.7 knows, its default, and TI_<NAME> of the environment.

Options that steer a back end which is not here are accepted and kept; those that mean something here are read by name.
"""
import os

from taichi.lang.dtype import by_name, f32, i32, u32
from taichi.lang.enums import Arch

_FALSE = (
    "print_ir print_preprocessed_ir print_ir_dbg_info debug check_out_of_bound print_accessor_ir "
    "print_struct_llvm_ir print_kernel_llvm_ir print_kernel_llvm_ir_optimized print_kernel_asm "
    "print_kernel_amdgcn verbose_kernel_launches kernel_profiler timeline half2_vectorization "
    "quant_opt_store_fusion allow_nv_shader_extension optimize_mesh_reordered_mapping "
    "mesh_localize_to_end_mapping mesh_localize_from_end_mapping mesh_localize_all_attr_mappings "
    "demote_no_access_mesh_fors experimental_auto_mesh_local gdb_trigger print_full_traceback"
).split()
_TRUE = (
    "cfg_optimization use_llvm simplify_before_lower_access simplify_after_lower_access "
    "lower_access move_loop_invariant_outside_if cache_loop_invariant_global_vars "
    "cpu_block_dim_adaptive verbose demote_dense_struct_fors fast_math advanced_optimization "
    "flatten_if make_thread_local make_block_local detect_read_only real_matrix_scalarize "
    "force_scalarize_matrix make_cpu_multithreading_loop quant_opt_atomic_demotion "
    "make_mesh_block_local offline_cache short_circuit_operators"
).split()
_VALUES = {
    "opt_level": 1, "default_cpu_block_dim": 32, "default_gpu_block_dim": 128, "gpu_max_reg": 0,
    "saturating_grid_dim": 0, "max_block_dim": 0, "cpu_max_num_threads": os.cpu_count() or 1,
    "random_seed": 0, "device_memory_GB": 1.0, "device_memory_fraction": 0.0, "ad_stack_size": 0,
    "default_ad_stack_size": 32, "auto_mesh_local_default_occupacy": 4,
    "offline_cache_file_path": "", "offline_cache_cleaning_policy": "lru",
    "offline_cache_max_size_of_files": 100 * 1024 * 1024, "offline_cache_cleaning_factor": 0.25,
    "num_compile_threads": 4, "vk_api_version": "", "cuda_stack_limit": 0, "log_level": "info",
    "unrolling_limit": 32, "external_optimization_level": 3,
    # Ours: which device runs kernels ("cpu", "vulkan", "vulkan:PART-OF-ITS-NAME"; empty: as the arch says), what it
    # looks after ("bounds,barriers,loops,nans,serial"), and whether Vulkan's validation layer watches.
    "tinsmith_device": "", "tinsmith_debug": "", "tinsmith_validation": False,
}
_DEFAULTS = {
    **{name: False for name in _FALSE},
    **{name: True for name in _TRUE},
    **_VALUES,
}

ARCH_NAMES = {arch.value: arch for arch in Arch}
ARCH_NAMES.update(cpu=Arch.x64, x86_64=Arch.x64, gpu=Arch.vulkan)


class Config:
    """What ti.cfg shows."""

    def __init__(self):
        self.__dict__.update(_DEFAULTS)
        self.arch = Arch.x64
        self.default_fp = f32
        self.default_ip = i32
        self.default_up = u32


def _of_text(name, default, text):
    if isinstance(default, bool):
        return text.strip().lower() not in ("", "0", "false", "off", "no")
    try:
        return type(default)(text)
    except ValueError:
        raise ValueError(f"TI_{name.upper()}={text!r} is not a {type(default).__name__}") from None


def choose_arch(arch):
    """One Arch for what ti.init was given: an Arch, a name, or a list in order of preference."""
    text = os.environ.get("TI_ARCH")
    if text:
        if text not in ARCH_NAMES:
            raise ValueError(f"TI_ARCH={text!r} is not the name of an arch")
        return ARCH_NAMES[text]
    if arch is None:
        return Arch.x64
    if isinstance(arch, (list, tuple)):
        return _choose_among(arch)
    if isinstance(arch, str):
        if arch not in ARCH_NAMES:
            raise ValueError(f"{arch!r} is not the name of an arch")
        return ARCH_NAMES[arch]
    return arch


def _choose_among(archs):
    """The first of a list that is here: ti.gpu is Vulkan on a machine with a GPU, else the processor."""
    from taichi import _tinsmith
    for arch in archs:
        if arch in (Arch.x64, Arch.arm64) or (arch is Arch.vulkan and _tinsmith.has_gpu()):
            return arch
    return Arch.x64


def device_of(cfg):
    """The device of a Config, as `_tinsmith.Program` takes it. Metal libraries run on the processor here."""
    return cfg.tinsmith_device or ("vulkan" if cfg.arch is Arch.vulkan else "cpu")


def debug_of(cfg):
    """What the device looks after, as `_tinsmith.Program` takes it."""
    wanted = [cfg.tinsmith_debug] if cfg.tinsmith_debug else []
    if cfg.debug or cfg.check_out_of_bound:
        wanted.append("bounds")
    return ",".join(wanted)


def make(arch, default_fp, default_ip, options, warn):
    """The Config of a ti.init call; unknown options raise KeyError."""
    cfg = Config()
    for name, default in _DEFAULTS.items():
        text = os.environ.get(f"TI_{name.upper()}")
        given = name in options
        value = options.pop(name) if given else default
        if text is not None:
            if given:
                warn(f"ti.init argument `{name}` overrides the environment variable TI_{name.upper()}")
            else:
                value = _of_text(name, default, text)
        setattr(cfg, name, value)
    if "default_up" in options:
        raise KeyError("'default_up' cannot be set: it follows default_ip")
    if options:
        names = ", ".join(options)
        raise KeyError(f"Unrecognized keyword argument(s) for ti.init: {names}")
    cfg.arch = choose_arch(arch)
    if cfg.tinsmith_device:
        cfg.arch = Arch.vulkan if cfg.tinsmith_device.startswith("vulkan") else Arch.x64
    _set_default_types(cfg, default_fp, default_ip)
    return cfg


def _set_default_types(cfg, default_fp, default_ip):
    fp = default_fp or by_name.get(os.environ.get("TI_DEFAULT_FP", ""), f32)
    ip = default_ip or by_name.get(os.environ.get("TI_DEFAULT_IP", ""), i32)
    if fp is float or fp not in (by_name["f16"], by_name["f32"], by_name["f64"]):
        raise ValueError(f"default_fp must be ti.f16, ti.f32 or ti.f64, not {fp}")
    if ip not in (by_name["i32"], by_name["i64"]):
        raise ValueError(f"default_ip must be ti.i32 or ti.i64, not {ip}")
    cfg.default_fp, cfg.default_ip = fp, ip
    cfg.default_up = u32 if ip is i32 else by_name["u64"]
