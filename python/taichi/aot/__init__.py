# SPDX-License-Identifier: Apache-2.0
"""ti.aot: packages in Taichi's own format."""
from taichi.aot.module import Module, export, export_as
