#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the dumps in documents true: each `<!-- $ COMMAND -->` is followed by a fenced block that holds what it prints.

    tools/dumps.py [-u] FILE.md…        -u rewrites the blocks; without it a difference is an error

Commands run in bash at the top of the repository; both streams count. TINSMITH_BUILD names another build folder than build/.
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- \$ (?P<command>.*?) -->\n```\w*\n)(?P<text>.*?)(^```$)", re.S | re.M)


def run(command):
    command = command.replace("build/bin/", os.environ.get("TINSMITH_BUILD", "build") + "/bin/")
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (0, 1):  # 1: the input is wrong, which a document may show; a crash never
        sys.exit(f"`{command}` ended with {done.returncode}:\n{done.stderr}")
    return done.stdout + done.stderr


def main():
    update = "-u" in sys.argv
    different = 0
    for name in (a for a in sys.argv[1:] if a != "-u"):
        path = ROOT / name
        old = path.read_text()
        new = BLOCK.sub(lambda m: m[1] + run(m["command"]).rstrip("\n") + "\n" + m[4], old)
        if not BLOCK.search(old):
            sys.exit(f"{name}: no dump found")
        if new != old and update:
            path.write_text(new)
            print(f"rewrote {name}")
        elif new != old:
            different += 1
            print("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "now")))
    if different:
        sys.exit("dumps differ; `tools/dumps.py -u FILE` rewrites them, then read `git diff`")


main()
