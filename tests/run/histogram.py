# SPDX-License-Identifier: Apache-2.0
# tolerance: 0
# Integer work: a histogram by atomics, old values of atomics as tickets, bit operations, a counting sort.
import taichi as ti

ti.init(arch=ti.cpu)
N, BINS = 5000, 16
data = ti.field(ti.u32, N)
bins = ti.field(ti.i32, BINS)
start = ti.field(ti.i32, BINS)
cursor = ti.field(ti.i32, BINS)
ordered = ti.field(ti.u32, N)


@ti.kernel
def fill(seed: ti.u32):
    for i in data:
        s = ti.cast(i, ti.u32) * ti.u32(747796405) + seed
        s = ((s >> ((s >> 28) + ti.u32(4))) ^ s) * ti.u32(277803737)
        data[i] = (s >> 22) ^ s


@ti.kernel
def count():
    for i in data:
        bins[data[i] >> 28] += 1


@ti.kernel
def scan():
    total = 0
    ti.loop_config(serialize=True)
    for b in range(BINS):
        start[b] = total
        total += bins[b]


@ti.kernel
def scatter():
    for i in data:
        b = ti.cast(data[i] >> 28, ti.i32)
        at = start[b] + ti.atomic_add(cursor[b], 1)
        ordered[at] = data[i]


@ti.kernel
def misplaced() -> ti.i32:
    wrong = 0
    for i in range(N - 1):
        if (ordered[i] >> 28) > (ordered[i + 1] >> 28):
            wrong += 1
    return wrong


fill(12345)
count()
scan()
scatter()
print(*bins.to_numpy())
print(*start.to_numpy())
print("misplaced", misplaced(), "sum", int(ordered.to_numpy().astype("uint64").sum() - data.to_numpy().astype("uint64").sum()))
print("first", data[0], data[1], data[4999])
