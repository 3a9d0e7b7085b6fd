# SPDX-License-Identifier: Apache-2.0
"""Images as Taichi stores them: the first axis goes right, the second up."""
import numpy as np


def _pillow():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("ti.tools image functions need Pillow: apt install python3-pil") from error
    return Image


def _to_rows(img):
    array = img.to_numpy() if hasattr(img, "to_numpy") else np.asarray(img)
    if array.dtype.kind == "f":
        array = np.clip(array * 255, 0, 255)
    array = array.astype(np.uint8)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return np.ascontiguousarray(np.swapaxes(array, 0, 1)[::-1])


def imwrite(img, filename):
    _pillow().fromarray(_to_rows(img)).save(filename)


def imread(filename, channels=0):
    image = _pillow().open(filename)
    if channels:
        image = image.convert({1: "L", 3: "RGB", 4: "RGBA"}[channels])
    return np.ascontiguousarray(np.swapaxes(np.asarray(image)[::-1], 0, 1))


def imresize(img, w, h=None):
    image = _pillow().fromarray(_to_rows(img)).resize((w, h or w))
    return np.ascontiguousarray(np.swapaxes(np.asarray(image)[::-1], 0, 1))


def imshow(img, title="imshow"):
    del img
    raise RuntimeError(f"ti.tools.imshow({title!r}): there is no window here; use ti.tools.imwrite")
