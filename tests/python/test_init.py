# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import pytest
import taichi as ti
from taichi import _tinsmith


def test_unknown_option_is_a_key_error():
    with pytest.raises(KeyError, match="Unrecognized keyword argument.s. for ti.init: foo"):
        ti.init(arch=ti.cpu, foo=1)


@pytest.mark.skipif("TI_TINSMITH_DEVICE" in os.environ, reason="the environment says which device")
def test_every_arch_is_accepted(capsys):
    for arch in (ti.cpu, ti.x64, ti.arm64, ti.cuda, ti.metal, ti.vulkan, ti.opengl, ti.gles, ti.dx11,
                 ti.dx12, ti.amdgpu):
        ti.init(arch=arch)
        assert capsys.readouterr().out == f"[Taichi] Starting on arch={arch.value}\n"
    ti.init(arch=ti.gpu)
    assert ti.cfg.arch == (ti.vulkan if _tinsmith.has_gpu() else ti.x64)


def test_options_are_kept_and_types_set():
    ti.init(arch=ti.metal, default_fp=ti.f64, default_ip=ti.i64, offline_cache_file_path="/nowhere",
            random_seed=7, fast_math=False, cpu_max_num_threads=1, log_level=ti.ERROR)
    assert ti.cfg.default_fp is ti.f64 and ti.cfg.default_up is ti.u64
    assert ti.cfg.offline_cache_file_path == "/nowhere" and not ti.cfg.fast_math
    assert ti.field(float, shape=()).dtype is ti.f64


@pytest.mark.skipif("TI_TINSMITH_DEVICE" in os.environ, reason="the environment says which device")
def test_environment_sets_options(monkeypatch, capsys):
    monkeypatch.setenv("TI_ARCH", "metal")
    monkeypatch.setenv("TI_DEBUG", "1")
    monkeypatch.setenv("TI_UNROLLING_LIMIT", "5")
    ti.init(arch=ti.cpu, unrolling_limit=9)
    assert ti.cfg.arch == ti.metal and ti.cfg.debug is True and ti.cfg.unrolling_limit == 9
    assert "overrides" in capsys.readouterr().err


def test_cfg_is_none_after_reset():
    ti.reset()
    assert ti.cfg is None
    with pytest.raises(ti.TaichiRuntimeError, match="init"):
        ti.field(ti.f32, shape=3)


def test_fields_of_an_earlier_program_are_dead():
    x = ti.field(ti.f32, shape=2)
    x[0] = 1
    ti.init(arch=ti.cpu, log_level=ti.ERROR)
    with pytest.raises(RuntimeError):
        x[0]


def test_required_version():
    ti.init(require_version="1.7.0", log_level=ti.ERROR)
    with pytest.raises(Exception, match="mismatch"):
        ti.init(require_version="1.8.0")
    assert ti.__version__ == (1, 7, 4)


@pytest.mark.parametrize("use", [
    lambda: ti.types.struct(a=ti.f32), lambda: ti.Struct(a=1), lambda: ti.GUI("x"),
    lambda: ti.root.pointer(ti.i, 4), lambda: ti.ad.FwdMode(None, None), lambda: ti.ui.Window("x"),
    lambda: ti.eig(None), lambda: ti.Texture(ti.Format.r32f, (4,)), lambda: ti.simt.block.sync()
])
def test_what_is_outside_says_so(use):
    with pytest.raises(ti.TaichiCompilationError, match="not supported"):
        use()


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError):
        ti.no_such_thing


@pytest.mark.skipif("TI_TINSMITH_DEVICE" in os.environ, reason="the environment says which device")
def test_compiled_code_is_kept_unless_offline_cache_is_off(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, taichi as ti\n"
        "ti.init(arch=ti.cpu, log_level=ti.ERROR, offline_cache=sys.argv[1] == 'yes')\n"
        "x = ti.field(ti.f32, 8)\n"
        "@ti.kernel\n"
        "def fill():\n"
        "    for i in x:\n"
        "        x[i] = 3.0\n"
        "fill()\n"
        "assert x[5] == 3.0\n")
    cache = tmp_path / "cache"
    for wanted, kept in (("no", False), ("yes", True)):
        subprocess.run([sys.executable, str(script), wanted], check=True, env={**os.environ, "TINSMITH_CACHE": str(cache)})
        assert any(path.is_file() for path in cache.rglob("*")) == kept
