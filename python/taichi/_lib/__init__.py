# SPDX-License-Identifier: Apache-2.0
from taichi._lib import core
