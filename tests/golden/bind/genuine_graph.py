# golden: hpp swift
"""A package of genuine Taichi's (graphs), as it lies in tests/data/taichi."""
import os
import shutil
import sys

shutil.copytree(os.path.join(os.environ["DATA"], "taichi/e_graph/package"), sys.argv[1])
