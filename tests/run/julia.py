# SPDX-License-Identifier: Apache-2.0
# tolerance: 0
# The classic Julia set with complex arithmetic in a ti.func and a while loop, as in the first page of Taichi's manual,
# and the Mandelbrot set with a break.
import taichi as ti

ti.init(arch=ti.gpu)
n = 64
pixels = ti.field(dtype=float, shape=(n * 2, n))
depth = ti.field(dtype=int, shape=(n, n))


@ti.func
def complex_sqr(z):
    return ti.Vector([z[0] ** 2 - z[1] ** 2, z[1] * z[0] * 2])


@ti.kernel
def paint(t: float):
    for i, j in pixels:
        c = ti.Vector([-0.8, ti.cos(t) * 0.2])
        z = ti.Vector([i / n - 1, j / n - 0.5]) * 2
        iterations = 0
        while z.norm() < 20 and iterations < 50:
            z = complex_sqr(z) + c
            iterations += 1
        pixels[i, j] = 1 - iterations * 0.02


@ti.kernel
def mandelbrot():
    for i, j in depth:
        cx, cy = 3.0 * i / n - 2.0, 2.0 * j / n - 1.0
        x = 0.0
        y = 0.0
        count = 0
        for k in range(100):
            x, y = x * x - y * y + cx, 2.0 * x * y + cy
            if x * x + y * y > 4.0:
                break
            count = k + 1
        depth[i, j] = count


paint(0.3)
mandelbrot()
p = pixels.to_numpy()
print("inside", int((p < 0.01).sum()) // 8, "mean", round(float(p.mean()), 2))
d = depth.to_numpy()
print("mandelbrot inside", int((d == 100).sum()))
for j in range(0, n, 8):
    print("".join(" .:-=+*#%@"[min(9, int(d[i, j]) // 11)] for i in range(0, n, 2)))
