# SPDX-License-Identifier: Apache-2.0
"""`python -m taichi._run SCRIPT args…`: runs a script as `python SCRIPT args…` would. Mistakes in kernels, which have a
place and a caret of their own, are shown without a Python traceback."""
import os
import runpy
import sys


def _is_diagnostic(value):
    return getattr(value, "rendered", None) is not None


def install_excepthook():
    """Shows compile errors as their text alone, in plain `python SCRIPT.py` too."""
    previous = sys.excepthook

    def hook(kind, value, traceback):
        if _is_diagnostic(value):
            sys.stdout.flush()
            sys.stderr.write(value.rendered)
        else:
            previous(kind, value, traceback)

    sys.excepthook = hook


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
        if not _is_diagnostic(error):
            raise
        sys.stdout.flush()
        sys.stderr.write(error.rendered)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
