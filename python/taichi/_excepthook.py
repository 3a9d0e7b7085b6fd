# SPDX-License-Identifier: Apache-2.0
"""How an uncaught exception is shown: a compiler diagnostic as its text alone, which has place and caret; anything else as
Python does, without the frames below the script's own call."""
import os
import sys
import traceback

_HERE = os.path.dirname(os.path.abspath(__file__))


def _is_ours(filename):
    return os.path.realpath(filename).startswith(os.path.realpath(_HERE)) or os.path.abspath(
        filename).startswith(_HERE) or filename.startswith("<frozen runpy")


def show(error):
    """Writes an uncaught exception to stderr."""
    sys.stdout.flush()
    rendered = getattr(error, "rendered", None)
    if rendered is not None:
        sys.stderr.write(rendered)
        return
    report = traceback.TracebackException.from_exception(error)
    kept = [frame for frame in report.stack if not _is_ours(frame.filename)]
    if kept:
        report.stack = traceback.StackSummary.from_list(kept)
    elif isinstance(error, SyntaxError):
        report.stack = None  # the script itself did not parse
    sys.stderr.write("".join(report.format()))


def install():
    """For plain `python SCRIPT.py`; a hook that somebody else has set stays."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = lambda kind, error, trace: show(error)
