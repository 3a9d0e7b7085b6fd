#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the app's icon: python3 apple/MNISTApp/make_icon.py

A 7 of tin squares, as a picture of few pixels, over the falling curve of a loss. 1024 by 1024, no transparency, no text:
Xcode makes every other size from it.
"""
import pathlib
import struct
import zlib

import numpy as np

SIDE = 1024
ICON = pathlib.Path(__file__).resolve().parent / "MNISTApp/Assets.xcassets/AppIcon.appiconset/icon.png"
# Ink of the digit, 0 to 9.
DIGIT = ["0000000",
         "4999994",
         "2444696",
         "0000393",
         "0002950",
         "0008800",
         "0049300"]
DEEP, BRIGHT = np.array([18, 38, 58.0]), np.array([36, 82, 110.0])
TIN, SHADE, CURVE = np.array([226, 232, 236.0]), np.array([150, 166, 178.0]), np.array([255, 158, 66.0])


def mix(base, colour, share):
    """`share` (a picture of 0 to 1) of the colour over the base."""
    return base + (colour - base) * share[..., None]


def rounded_square(x, y, left, top, size, radius):
    """How much of each pixel a square with round corners covers, soft by one pixel."""
    dx = np.abs(x - left - size / 2) - (size / 2 - radius)
    dy = np.abs(y - top - size / 2) - (size / 2 - radius)
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0)
    return np.clip(radius - outside + 0.5, 0, 1)


def draw():
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    picture = mix(np.broadcast_to(DEEP, (SIDE, SIDE, 3)), BRIGHT, 1 - y / SIDE)
    height = 250 + 610 * (1 - np.exp(-x / 260))  # of the curve, from above
    slope = 610 / 260 * np.exp(-x / 260)
    distance = np.abs(y - height) / np.hypot(1, slope)
    picture = mix(picture, CURVE, np.clip(14 - distance, 0, 1))
    cell, left, top = 92, 190, 150
    for row, line in enumerate(DIGIT):
        for column, ink in enumerate(line):
            if ink == "0":
                continue
            cover = rounded_square(x, y, left + column * cell, top + row * cell, cell - 8, 16)
            down = (y - top - row * cell) / cell  # each square is bright above, as metal is
            tin = mix(np.broadcast_to(TIN, (SIDE, SIDE, 3)), SHADE, np.clip(down, 0, 1))
            picture = picture + (tin - picture) * (cover * int(ink) / 9)[..., None]
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def png(picture):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB without alpha
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"sRGB", b"\0") +
            chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


if __name__ == "__main__":
    ICON.write_bytes(png(draw()))
