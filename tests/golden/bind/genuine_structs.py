# golden: hpp swift
"""A package of genuine Taichi's (structs by value and as results), as it lies in tests/data/taichi."""
import os
import shutil
import sys

shutil.copytree(os.path.join(os.environ["DATA"], "taichi/c_arguments/package"), sys.argv[1])
