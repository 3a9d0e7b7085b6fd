#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: an input, and beside it what Tinsmith makes of it.

    CASE.py                   a Taichi script that saves an AOT package into sys.argv[1]; a line `# golden: KIND…` says
    CASE.expected.KIND        what is compared: ir-STEP (the IR after that step), spirv, metal, inspect,
                              hpp and swift (typed bindings)
    CASE.sh                   commands; $TINSMITH, $DATA (tests/data) and an empty folder to work in are given
    CASE.expected.txt         what they print, errors included, and the code they end with where it is not 0

    tools/golden.py [-u] [--in FOLDER] [PATTERN…]      -u writes what is made now; read it with `git diff`
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve()
TINSMITH = str(BUILD / "bin/tinsmith")
ENVIRONMENT = dict(os.environ, TINSMITH=TINSMITH, DATA=str(ROOT / "tests/data"), LC_ALL="C.UTF-8", COLUMNS="100")


class Crash(Exception):
    """An end that no expectation may accept."""


def run(command, folder):
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def must(command, folder):
    done = run(command, folder)
    if done.returncode != 0:
        raise Crash(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def of_script(case, kind, folder):
    """One kind of output of a Taichi script."""
    package = str(folder / "package")
    if kind.startswith("ir-"):
        return must([TINSMITH, "run", f"--dump-after={kind[3:]}", case, package], folder).stderr
    must([TINSMITH, "run", case, package], folder)
    if kind == "spirv":
        return must([TINSMITH, "inspect", "--dis", package], folder).stdout
    if kind == "inspect":
        return must([TINSMITH, "inspect", "package"], folder).stdout
    if kind == "metal":
        must([TINSMITH, "metal", package, "-o", folder / "metal", "--emit", "metal"], folder)
        files = sorted((folder / "metal").glob("*.metal"))
        return "".join(f"// {path.name}\n{path.read_text()}" for path in files)
    if kind in ("hpp", "swift"):
        language = "cpp" if kind == "hpp" else kind
        must([TINSMITH, "bind", "package", "--lang", language, "-o", "bindings", "--name", f"{case.stem}_case"], folder)
        # The fingerprint is of the SPIR-V as well, which is another test's matter.
        return re.sub(r'"[0-9a-f]{64}"', '"FINGERPRINT"', (folder / "bindings").read_text())
    raise Crash(f"there is no kind '{kind}'")


def of_commands(case, folder):
    done = subprocess.run(["bash", "-eu", case], cwd=folder, env=ENVIRONMENT, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 70 or done.returncode < 0 or done.returncode > 128:
        raise Crash(f"it ended with {done.returncode}\n{done.stdout}")
    text = done.stdout.replace(str(ROOT), "ROOT").replace(str(folder), "HERE")
    return text + (f"exit code {done.returncode}\n" if done.returncode else "")


def jobs_of(case):
    """(case, kind, expectation) for each thing to compare."""
    if case.suffix == ".sh":
        return [(case, "txt", case.with_name(f"{case.stem}.expected.txt"))]
    kinds = [k for line in re.findall(r"^# golden: (.*)$", case.read_text(), re.M) for k in line.split()]
    return [(case, kind, case.with_name(f"{case.stem}.expected.{kind}")) for kind in kinds]


def check(job, update):
    case, kind, expected = job
    name = expected.relative_to(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        try:
            here = pathlib.Path(folder)
            got = of_commands(case, here) if case.suffix == ".sh" else of_script(case, kind, here)
        except Crash as crash:
            return f"{name}: {crash}\n"
    want = expected.read_text() if expected.exists() else ""
    if got == want and expected.exists():
        return ""
    if update:
        expected.write_text(got)
        return ""
    return "".join(difflib.unified_diff(want.splitlines(True), got.splitlines(True), str(name), "made now"))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("-u", action="store_true", dest="update")
    arguments.add_argument("--in", dest="folder", default="tests/golden")
    arguments.add_argument("patterns", nargs="*")
    options = arguments.parse_args()
    folder = ROOT / options.folder
    cases = sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".sh"))
    jobs = [job for case in cases for job in jobs_of(case)]
    orphans = sorted(set(folder.rglob("*.expected.*")) - {expected for _, _, expected in jobs})
    jobs = [j for j in jobs if not options.patterns or any(p in str(j[2]) for p in options.patterns)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        complaints = [c for c in pool.map(lambda job: check(job, options.update), jobs) if c]
    complaints += [f"{path.relative_to(ROOT)}: nothing makes this\n" for path in orphans]
    print("".join(complaints), end="")
    print(f"{len(jobs)} golden tests, {len(complaints)} failed" + (" (-u accepts)" if complaints else ""))
    return bool(complaints) or not jobs


if __name__ == "__main__":
    sys.exit(main())
