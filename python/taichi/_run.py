# SPDX-License-Identifier: Apache-2.0
"""`python -m taichi._run SCRIPT args…`: runs a script as `python SCRIPT args…` would. Mistakes in kernels, which have a
place and a caret of their own, are shown without a Python traceback."""
import os
import runpy
import sys

from taichi import _excepthook


def main(argv):
    if not argv:
        sys.stderr.write("usage: tinsmith run SCRIPT.py [args...]\n")
        return 2
    script = argv[0]
    if not os.path.isfile(script):
        sys.stderr.write(f"tinsmith run: {script}: no such file\n")
        return 3
    sys.argv = list(argv)
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    try:
        runpy.run_path(script, run_name="__main__")
    except Exception as error:  # pylint: disable=broad-except
        _excepthook.show(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
