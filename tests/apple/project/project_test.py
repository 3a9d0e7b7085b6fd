#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The app's Xcode project, by every reader of such projects that runs without a Mac: our reference checker, kin, pbxproj,
plutil. And the checker itself: it must find each of a list of faults.

`tools/setup ios` installs the readers from PyPI; skipped (77) without them. TINSMITH_IOS_ASSETS names a folder that `make
ios-shaders ios-mnist-assets` filled: then the files that the app asks for are looked for in it.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build"))
PYTHON = pathlib.Path(os.environ.get("TINSMITH_IOS_TOOLS", BUILD / "ios-tools")) / "bin/python3"
CHECKER = ROOT / "tests/apple/project/check_project.py"
APP = ROOT / "apple/MNISTApp"
PROJECT = APP / "MNISTApp.xcodeproj"

# A fault, by what is replaced in the project, and what the checker has to say of it.
FAULTS = [
    ("7154494E0000000000000701 /* Sources */,", "7154494E0000000000000777 /* Sources */,", "there is no object"),
    ("mainGroup = 7154494E0000000000000401", "mainGroup = 7154494E0000000000000501", "is a PBXNativeTarget"),
    ("\t\t\t\t7154494E0000000000000003 /* Autodiff in Resources */,\n", "", "is used by nobody"),
    ("fileRef = 7154494E0000000000000102 /* Autodiff */", "fileRef = 7154494E0000000000000102 /* Audio */", "is called both"),
    ("\t\t7154494E0000000000000C02 /* Release */ = {", "\t\t7154494E0000000000000C01 /* Debug */ = {", "defined twice"),
    ("objectVersion = 77", "objectVersion = 56", "synchronized folders need 77"),
    ("path = MNISTApp;", "path = Sources;", "no folder Sources"),
    ("productName = MNISTKit", "productName = MNISTKid", "offers no product MNISTKid"),
    ("IPHONEOS_DEPLOYMENT_TARGET = 17.0", "IPHONEOS_DEPLOYMENT_TARGET = 15.0", "but MNISTKit needs iOS 16.0"),
    ("SWIFT_VERSION = 6.0", "SWIFT_VERSION = 5.0", "not in Swift 6 mode"),
    ("APPICON_NAME = AppIcon", "APPICON_NAME = Icon", "no Icon.appiconset"),
    ("path = ../Resources/MNIST;", "path = ../Resources;", "cannot be signed"),
    ("productRef = 7154494E0000000000000B03 /* Tinsmith */", "fileRef = 7154494E0000000000000101 /* MNISTApp.app */",
     "Tinsmith is not linked"),
    ("7154494E0000000000000501 /* MNISTApp */ = {", "7154494E0000000000000599 /* MNISTApp */ = {", "there is no object"),
]


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)


def check_readers(problems):
    for words in ([PYTHON, CHECKER, PROJECT], [PYTHON.parent / "kin", PROJECT / "project.pbxproj"]):
        done = run(*words)
        if done.returncode:
            problems.append(f"{words[-2]}: {done.stdout}{done.stderr}")
    script = ("from pbxproj import XcodeProject; import sys; project = XcodeProject.load(sys.argv[1]); "
              "print([target.name for target in project.objects.get_targets()])")
    done = run(PYTHON, "-c", script, PROJECT / "project.pbxproj")
    if done.stdout.strip() != "['MNISTApp']":
        problems.append(f"pbxproj reads targets {done.stdout}{done.stderr}")
    if plutil := shutil.which("plutil"):
        for file in (PROJECT / "project.pbxproj", APP / "MNISTApp/PrivacyInfo.xcprivacy"):
            done = run(plutil, "-lint", file)
            if done.returncode:
                problems.append(f"plutil: {done.stdout}{done.stderr}")
    else:
        print("plutil is not there (it comes with a Swift toolchain): not asked")


def copy_app(folder):
    """A copy of the app that finds the package manifest where it is in the repository."""
    app = folder / "apple/MNISTApp"
    shutil.copytree(APP, app)
    shutil.copy(ROOT / "Package.swift", folder)
    return app


def check_faults(problems):
    with tempfile.TemporaryDirectory() as folder:
        app = copy_app(pathlib.Path(folder))
        file = app / "MNISTApp.xcodeproj/project.pbxproj"
        text = file.read_text()
        for old, new, reason in FAULTS:
            if old not in text:
                problems.append(f"a fault of this test no longer fits: {old}")
                continue
            file.write_text(text.replace(old, new))
            done = run(PYTHON, CHECKER, file.parent)
            if done.returncode != 1 or reason not in done.stdout:
                problems.append(f"{new!r} should be refused as {reason!r}:\n{done.stdout}{done.stderr}")
        file.write_text(text)
        (app / "MNISTApp/notes.txt").write_text("not for the app")
        if "notes.txt would go into the app" not in run(PYTHON, CHECKER, file.parent).stdout:
            problems.append("a stray file in the app's folder is not seen")


def asked_for():
    """The files in the app's assets, from the sources that open them."""
    models = (ROOT / "apple/Sources/MNISTKit/Models/AppEngines.swift").read_text()
    folders = re.findall(r'"([^"]+)"', re.search(r"packageFolders = \[(.*?)\]", models, re.S)[1])
    return [f"{folder}/manifest.json" for folder in folders] + ["MNIST/mnist_subset.bin"]


def check_assets(problems):
    """Makefile, app and project agree on the assets; the build phase says what to do where they are missing."""
    makefile = (ROOT / "Makefile").read_text()
    project = (PROJECT / "project.pbxproj").read_text()
    script = re.search(r'shellScript = "(.*?)";\n', project)[1].replace("\\n", "\n").replace('\\"', '"')
    for file in asked_for():
        made = file.removesuffix("/manifest.json")
        if not re.search(rf"IOS_ASSETS/{re.escape(made)}\b", makefile):
            problems.append(f"no make target fills IOS_ASSETS/{made}")
        if file not in script:
            problems.append(f"the project does not look for {file} before it builds")
        if f"path = ../Resources/{file.split('/')[0]};" not in project:
            problems.append(f"{file} does not go into the app")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment = {**os.environ, "SRCROOT": str(folder / "MNISTApp")}
        (folder / "MNISTApp").mkdir()
        done = run("/bin/sh", "-c", script, env=environment)
        if done.returncode != 1 or "error: apple/Resources/Autodiff/manifest.json is missing" not in done.stdout:
            problems.append(f"without assets the build phase says: {done.stdout}{done.stderr}")
        for file in asked_for():
            (folder / "Resources" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "Resources" / file).touch()
        done = run("/bin/sh", "-c", script, env=environment)
        if done.returncode or done.stdout:
            problems.append(f"with assets the build phase says: {done.stdout}{done.stderr}")
    if assets := os.environ.get("TINSMITH_IOS_ASSETS"):
        problems += [f"{assets} has no {file}" for file in asked_for() if not (pathlib.Path(assets) / file).is_file()]


def check_availability(problems):
    """The package is for iOS 16, the models are for 17: what extends one must say so too. No compiler on Linux looks."""
    sources = {file: file.read_text() for file in sorted((ROOT / "apple/Sources").rglob("*.swift"))}
    newer = re.compile(r"^@available\(iOS 17.*\)\n(?:@.*\s)?(?:public |final |@\w+ )*(?:class|struct|actor|enum) (\w+)", re.M)
    types = {name for text in sources.values() for name in newer.findall(text)}
    if "AppModel" not in types:
        problems.append("this test no longer finds the models that are for iOS 17")
    for file, text in sources.items():
        for found in re.finditer(r"^(.*)\n(?:public )?extension (\w+)", text, re.M):
            if found[2] in types and not found[1].startswith("@available(iOS 17"):
                problems.append(f"{file.relative_to(ROOT)}: extension {found[2]} without @available(iOS 17, macOS 14, *)")


def main():
    if not (PYTHON.parent / "kin").exists():  # without a network the environment is empty
        print(f"skipped: no tools in {PYTHON.parent} (tools/setup ios installs it: kin, pbxproj, openstep-plist)")
        return 77
    problems = []
    check_readers(problems)
    check_faults(problems)
    check_assets(problems)
    check_availability(problems)
    print("\n".join(problems) if problems else f"the project is read by all, {len(FAULTS) + 1} faults are found")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
