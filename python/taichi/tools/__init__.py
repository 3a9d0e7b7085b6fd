# SPDX-License-Identifier: Apache-2.0
"""ti.tools: image files through Pillow, where it is installed."""
from taichi.tools.image import imread, imresize, imshow, imwrite
