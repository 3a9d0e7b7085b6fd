#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks an Xcode project without Xcode: check_project.py X.xcodeproj  (needs openstep-plist, from PyPI)

Looks for what Xcode would trip over. Every reference leads to an object of the right kind, every object is reached, every
comment names what it stands beside; every path exists, or is made by a make target; package products are in the manifest, and
the app's deployment target is not below the package's; icon and accent colour are in the asset catalog; the shared scheme
starts the target. Prints what is wrong, one a line; exit status 1 then.
"""
import json
import pathlib
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree

import openstep_plist

# Which keys hold references, and to what.
REFERENCES = {
    "PBXBuildFile": {"fileRef": "PBXFileReference", "productRef": "XCSwiftPackageProductDependency"},
    "PBXFrameworksBuildPhase": {"files": "PBXBuildFile"},
    "PBXResourcesBuildPhase": {"files": "PBXBuildFile"},
    "PBXShellScriptBuildPhase": {"files": "PBXBuildFile"},
    "PBXSourcesBuildPhase": {"files": "PBXBuildFile"},
    "PBXGroup": {"children": "PBXFileReference PBXGroup PBXFileSystemSynchronizedRootGroup"},
    "PBXNativeTarget": {
        "buildConfigurationList": "XCConfigurationList",
        "buildPhases": "PBXSourcesBuildPhase PBXFrameworksBuildPhase PBXResourcesBuildPhase PBXShellScriptBuildPhase",
        "fileSystemSynchronizedGroups": "PBXFileSystemSynchronizedRootGroup",
        "packageProductDependencies": "XCSwiftPackageProductDependency",
        "productReference": "PBXFileReference"},
    "PBXProject": {
        "buildConfigurationList": "XCConfigurationList", "mainGroup": "PBXGroup", "productRefGroup": "PBXGroup",
        "packageReferences": "XCLocalSwiftPackageReference", "targets": "PBXNativeTarget"},
    "XCConfigurationList": {"buildConfigurations": "XCBuildConfiguration"},
    "XCSwiftPackageProductDependency": {"package": "XCLocalSwiftPackageReference"},
    "PBXFileReference": {}, "PBXFileSystemSynchronizedRootGroup": {}, "XCBuildConfiguration": {},
    "XCLocalSwiftPackageReference": {},
}
REQUIRED_SETTINGS = {"IPHONEOS_DEPLOYMENT_TARGET", "PRODUCT_BUNDLE_IDENTIFIER", "SDKROOT", "SWIFT_VERSION", "PRODUCT_NAME",
                     "GENERATE_INFOPLIST_FILE", "MARKETING_VERSION", "CURRENT_PROJECT_VERSION", "TARGETED_DEVICE_FAMILY"}
SHIPPED = {".swift", ".xcassets", ".xcprivacy"}  # what may lie in a synchronized folder: all of it goes into the app


class Project:
    def __init__(self, path):
        self.path = path
        self.root = path.parent
        self.text = (path / "project.pbxproj").read_text()
        plist = openstep_plist.loads(self.text, use_numbers=False)
        self.objects = plist["objects"]
        self.first = plist["rootObject"]
        self.plist = plist

    def of_kind(self, kind):
        return {key: value for key, value in self.objects.items() if value["isa"] == kind}


def check_references(project):
    """What the tree of objects has to be, from the root object on."""
    objects, problems = project.objects, []
    reached, todo = set(), [project.first]
    while todo:
        identifier = todo.pop()
        if identifier in reached:
            continue
        reached.add(identifier)
        kind = objects[identifier]["isa"]
        if kind not in REFERENCES:
            problems.append(f"{identifier}: this checker does not know {kind}")
            continue
        for key, kinds in REFERENCES[kind].items():
            value = objects[identifier].get(key, [])
            for target in value if isinstance(value, list) else [value]:
                if target not in objects:
                    problems.append(f"{kind}.{key}: there is no object {target}")
                elif objects[target]["isa"] not in kinds.split():
                    problems.append(f"{kind}.{key}: {target} is a {objects[target]['isa']}")
                else:
                    todo.append(target)
    problems += [f"{i} ({objects[i]['isa']}) is used by nobody" for i in objects if i not in reached]
    return problems


def check_text(project):
    """What a parser does not see: identifiers defined twice, comments that lie, sections out of order."""
    defined = re.findall(r"^\t\t(\w+)(?: /\*.*?\*/)? = \{", project.text, re.M)
    problems = [f"{i} is defined twice" for i in sorted(set(defined)) if defined.count(i) > 1]
    problems += [f"{i} is not 24 hexadecimal digits" for i in defined if not re.fullmatch(r"[0-9A-F]{24}", i)]
    names = {}
    for identifier, comment in re.findall(r"(\w{24}) /\* (.*?) \*/", project.text):
        if names.setdefault(identifier, comment) != comment:
            problems.append(f"{identifier} is called both {names[identifier]} and {comment}")
    sections = re.findall(r"/\* Begin (\w+) section \*/", project.text)
    if sections != sorted(sections):
        problems.append("the sections are not in the order in which Xcode writes them")
    if project.plist["objectVersion"] != "77":
        problems.append(f"objectVersion {project.plist['objectVersion']}: synchronized folders need 77 (Xcode 16)")
    return problems


def check_files(project):
    """Paths, and what lies in the folders that go into the app as a whole."""
    problems = []
    for item in project.of_kind("PBXFileReference").values():
        if item["sourceTree"] != "<group>":
            continue
        if item.get("lastKnownFileType") == "folder":
            # Its last name is what it is called in the app.
            if pathlib.PurePath(item["path"]).name == "Resources":
                problems.append("a folder `Resources` at the top of an app for iOS cannot be signed (codesign takes the "
                                "app for one of macOS)")
        elif not (project.root / item["path"]).exists():
            problems.append(f"no {item['path']} beside the project")
    for item in project.of_kind("PBXFileSystemSynchronizedRootGroup").values():
        folder = project.root / item["path"]
        if not folder.is_dir():
            problems.append(f"no folder {item['path']} beside the project")
        for file in sorted(folder.rglob("*")):
            catalog = any(parent.suffix == ".xcassets" for parent in file.parents)
            if file.is_file() and not catalog and file.suffix not in SHIPPED:
                problems.append(f"{file.relative_to(project.root)} would go into the app")
    return problems


def check_packages(project):
    problems = []
    for dependency in project.of_kind("XCSwiftPackageProductDependency").values():
        manifest = project.root / project.objects[dependency["package"]]["relativePath"] / "Package.swift"
        product = dependency["productName"]
        if not manifest.exists() or f'.library(name: "{product}"' not in manifest.read_text():
            problems.append(f"{manifest} offers no product {product}")
            continue
        lowest = float(re.search(r"\.iOS\(\.v(\d+)\)", manifest.read_text())[1])
        for configuration in project.of_kind("XCBuildConfiguration").values():
            target = float(configuration["buildSettings"].get("IPHONEOS_DEPLOYMENT_TARGET", lowest))
            if target < lowest:
                problems.append(f"deployment target iOS {target}, but {product} needs iOS {lowest}")
    linked = {item.get("productRef") for item in project.of_kind("PBXBuildFile").values()}
    problems += [f"product {value['productName']} is not linked"
                 for key, value in project.of_kind("XCSwiftPackageProductDependency").items() if key not in linked]
    return problems


def settings(project, list_identifier):
    names = project.objects[list_identifier]["buildConfigurations"]
    return {project.objects[i]["name"]: project.objects[i]["buildSettings"] for i in names}


def check_settings(project):
    problems = []
    whole = settings(project, project.objects[project.first]["buildConfigurationList"])
    for target in project.of_kind("PBXNativeTarget").values():
        for name, values in settings(project, target["buildConfigurationList"]).items():
            values = {**whole.get(name, {}), **values}
            problems += [f"{target['name']}, {name}: no {key}" for key in sorted(REQUIRED_SETTINGS - set(values))]
            if float(values.get("SWIFT_VERSION", 0)) < 6:
                problems.append(f"{target['name']}, {name}: not in Swift 6 mode")
            for key, suffix in [("ASSETCATALOG_COMPILER_APPICON_NAME", "appiconset"),
                                ("ASSETCATALOG_COMPILER_GLOBAL_ACCENT_COLOR_NAME", "colorset")]:
                if not list(project.root.rglob(f"*.xcassets/{values.get(key)}.{suffix}/Contents.json")):
                    problems.append(f"{target['name']}, {name}: no {values.get(key)}.{suffix} in an asset catalog")
    return problems


def check_catalogs(project):
    """What Contents.json names is there; an icon is 1024 pixels wide and high and has no alpha."""
    problems = []
    for contents in sorted(project.root.rglob("*.xcassets/**/Contents.json")):
        for image in json.loads(contents.read_text()).get("images", []):
            file = contents.parent / image["filename"]
            if not file.exists():
                problems.append(f"{contents.relative_to(project.root)} names {image['filename']}, which is not there")
                continue
            width, height, depth, colours = struct.unpack(">IIBB", file.read_bytes()[16:26])
            if image["size"] != f"{width}x{height}" or depth != 8 or colours != 2:
                problems.append(f"{file.name}: {width}x{height}, colour type {colours}; wanted {image['size']}, RGB")
    return problems


def check_scheme(project):
    targets = {key: value["name"] for key, value in project.of_kind("PBXNativeTarget").items()}
    schemes = list((project.path / "xcshareddata/xcschemes").glob("*.xcscheme"))
    problems = [] if schemes else ["no shared scheme"]
    for scheme in schemes:
        for reference in ElementTree.parse(scheme).iter("BuildableReference"):
            if targets.get(reference.get("BlueprintIdentifier")) != reference.get("BlueprintName"):
                problems.append(f"{scheme.name}: no target {reference.get('BlueprintName')} of this identifier")
            if reference.get("ReferencedContainer") != f"container:{project.path.name}":
                problems.append(f"{scheme.name}: {reference.get('ReferencedContainer')} is another project")
    return problems


def problems_of(path):
    project = Project(path)
    problems = []
    for check in (check_text, check_references):
        problems += check(project)
    if problems:  # the rest follows references
        return problems
    for check in (check_files, check_packages, check_settings, check_catalogs, check_scheme):
        problems += check(project)
    return problems


def main():
    problems = problems_of(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(problems) if problems else f"{sys.argv[1]}: nothing is wrong")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
