#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kernels that Apple's compiler made (MLX 0.2.0), run on the CPU by `tinsmith exec` and compared with NumPy.

  tests/apple/kernels.py [NAME…]

Skipped where the library is absent; tools/fetch_apple_libraries gets it. How each kernel is launched is what MLX's
own host code does: threads, threadgroups and the order of the buffers.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cases

BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", "build"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def library():
    folder = pathlib.Path(os.environ.get("TINSMITH_APPLE_LIBRARIES", BUILD / "apple"))
    found = sorted(folder.glob("**/mlx-0.2.0*/*.metallib"))
    return found[0] if found else None


def run(path, case, folder):
    """The buffers after the launch, by index."""
    words = ["exec", str(path), case.kernel, "--grid", ",".join(map(str, case.grid)), "--group",
             ",".join(map(str, case.group))]
    for index, array in case.buffers.items():
        np.save(folder / f"{index}.npy", np.atleast_1d(np.ascontiguousarray(array)))
        words.append(f"buffer{index}={folder}/{index}.npy")
    words += [f"buffer{at}+{offset}=buffer{to}" for at, offset, to in case.addresses]
    words += [f"threadgroup{index}={size}" for index, size in case.threadgroup.items()]
    for index in case.expected:
        words += ["--out", f"buffer{index}={folder}/out{index}.npy"]
    done = subprocess.run([str(BUILD / "bin" / "tinsmith"), *words], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "TINSMITH_CACHE": "off"})
    if done.returncode != 0:
        raise AssertionError(done.stderr.strip())
    return {index: np.load(folder / f"out{index}.npy") for index in case.expected}


def check(case, results):
    for index, expected in case.expected.items():
        got = results[index].reshape(-1)[:expected.size].reshape(expected.shape)
        if expected.dtype.kind in "fc":
            np.testing.assert_allclose(got, expected, rtol=case.rtol, atol=case.atol)
        else:
            np.testing.assert_array_equal(got, expected)


def main():
    path = library()
    if path is None:
        print("skipped: no library of Apple's compiler is here; tools/fetch_apple_libraries gets one")
        return SKIPPED
    wanted = sys.argv[1:]
    failed = []
    every = [case for case in cases.all_cases() if not wanted or case.kernel in wanted]
    with tempfile.TemporaryDirectory() as temporary:
        for case in every:
            try:
                check(case, run(path, case, pathlib.Path(temporary)))
            except AssertionError as error:
                failed.append(case.kernel)
                print(f"{case.kernel}: {' '.join(str(error).split())[:400]}")
    print(f"{len(every) - len(failed)} of {len(every)} kernels agree with NumPy")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
