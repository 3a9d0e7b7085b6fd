# SPDX-License-Identifier: Apache-2.0
# tolerance: 0
# A prefix sum by hand (Hillis and Steele, two buffers chosen by a template argument), and one by a serial loop.
import taichi as ti

ti.init(arch=ti.cpu)
N = 1000
a = ti.field(ti.i32, shape=N)
b = ti.field(ti.i32, shape=N)
check = ti.field(ti.i32, shape=N)


@ti.kernel
def fill():
    for i in range(N):
        a[i] = (i * 7919) % 13 - 4


@ti.kernel
def sweep(src: ti.template(), dst: ti.template(), stride: ti.i32):
    for i in src:
        if i >= stride:
            dst[i] = src[i] + src[i - stride]
        else:
            dst[i] = src[i]


@ti.kernel
def serial():
    running = 0
    ti.loop_config(serialize=True)
    for i in range(N):
        running += (i * 7919) % 13 - 4
        check[i] = running


fill()
source, target = a, b
stride = 1
while stride < N:
    sweep(source, target, stride)
    source, target = target, source
    stride *= 2
serial()
result = source.to_numpy()
print("different", int((result != check.to_numpy()).sum()))
print(*result[::111])
