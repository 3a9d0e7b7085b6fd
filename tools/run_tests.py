#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs ctest, and says at the end in plain words which checks were skipped and why.

    tools/run_tests.py BUILD [ctest's own options…]

A check that is skipped ends with 77 (or GTEST_SKIP); the last line that it printed is the reason.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree


def skipped(report):
    """The names of the skipped checks by their reason."""
    reasons = collections.defaultdict(list)
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.get("status") != "notrun":
            continue
        lines = [line.strip() for line in (case.findtext("system-out") or "").splitlines()]
        if any(line.startswith("[  SKIPPED ]") for line in lines):  # GoogleTest: the reason stands below "Skipped"
            lines = [after for line, after in zip(lines, lines[1:]) if line.endswith("Skipped")]
        lines = [line for line in lines if line]
        reason = lines[-1] if lines else case.find("skipped").get("message", "no reason given")
        reasons[re.sub(r"^skipped: ", "", reason)].append(case.get("name"))
    return reasons


def main():
    build = pathlib.Path(sys.argv[1])
    report = build / "tests.xml"
    done = subprocess.run(
        ["ctest", "--test-dir", build, "--output-on-failure", "--progress", "-j", str(os.cpu_count()),
         "--output-junit", report.resolve(), "--test-output-size-passed", "4096", "--test-output-truncation", "head",
         *sys.argv[2:]], check=False)
    reasons = skipped(report) if report.exists() else {}
    for reason, names in sorted(reasons.items(), key=lambda item: item[1]):
        print(f"skipped: {', '.join(names)}: {reason}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
