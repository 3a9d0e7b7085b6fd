# SPDX-License-Identifier: Apache-2.0
"""Whole scripts, written for genuine Taichi and run as they are, on cpu and on Vulkan: what they print must be what
genuine Taichi printed.

A case is NAME.py; its first lines hold `# tolerance: T` (absolute below 1, relative above; 0 is exact). NAME.expected.txt was
printed by genuine Taichi 1.7.4 on its CPU backend:

    python3 tests/run/test_scripts.py --record PYTHON_WITH_TAICHI [NAME…]
"""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TINSMITH = os.environ.get("TINSMITH", str(HERE.parent.parent / "build/bin/tinsmith"))
SCRIPTS = sorted(p.stem for p in HERE.glob("*.py") if not p.name.startswith("test_"))
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?$")


def output(command, script):
    done = subprocess.run(command + [str(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{script.name} ended with {done.returncode}:\n{done.stderr}"
    # Log lines and warnings (a place, an excerpt) are not results.
    return [line for line in done.stdout.splitlines() if not line.startswith("[")]


def same(want, got, tolerance):
    if want == got:
        return True
    if not (NUMBER.match(want) and NUMBER.match(got)):
        return False
    a, b = float(want), float(got)
    return abs(a - b) <= tolerance * max(1.0, abs(a))


def pytest_generate_tests(metafunc):
    metafunc.parametrize("name", SCRIPTS)
    metafunc.parametrize("device", ["cpu", "vulkan"])


def test_prints_what_genuine_taichi_printed(name, device):
    script = HERE / f"{name}.py"
    tolerance = float(re.search(r"^# tolerance: (\S+)$", script.read_text(), re.M)[1])
    want = (HERE / f"{name}.expected.txt").read_text().splitlines()
    got = output([TINSMITH, "run", "--device", device], script)
    assert len(got) == len(want), "\n".join(got)
    for number, (w, g) in enumerate(zip(want, got), 1):
        pairs = list(zip(w.split(), g.split()))
        good = len(w.split()) == len(g.split()) and all(same(a, b, tolerance) for a, b in pairs)
        assert good, f"line {number} of {name}:\n  genuine  {w}\n  Tinsmith {g}"


def record(python, names):
    for name in names or SCRIPTS:
        source = (HERE / f"{name}.py").read_text()
        source = re.sub(r"ti\.init\(arch=ti\.\w+", "ti.init(arch=ti.cpu, log_level=ti.ERROR, offline_cache=False", source)
        copy = HERE / f".{name}.record.py"  # beside the script: kernels are read from a file
        copy.write_text(source)
        try:
            lines = output([python], copy)
        finally:
            copy.unlink()
        (HERE / f"{name}.expected.txt").write_text("\n".join(lines) + "\n")
        print(f"recorded {name}: {len(lines)} lines")


if __name__ == "__main__":
    assert sys.argv[1:2] == ["--record"], __doc__
    record(sys.argv[2], sys.argv[3:])
