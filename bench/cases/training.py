# SPDX-License-Identifier: Apache-2.0
"""A training step (forward, gradient, update) on the CPU: the same script for genuine Taichi and for Tinsmith.

softmax is 784-10, mlp 784-128-10, batches of 128, kernels as people write them. Prints one JSON line: milliseconds of the
fastest step, and the loss after twenty steps.
"""
import numpy as np
import taichi as ti
from timing import fastest, report, start

case = start(__doc__.splitlines()[0], ["softmax", "mlp"])
BATCH, PIXELS, CLASSES = 128, 784, 10
HIDDEN = 128
INPUT = PIXELS if case == "softmax" else HIDDEN  # of the last layer

x = ti.field(ti.f32, (BATCH, PIXELS))
label = ti.field(ti.i32, BATCH)
w1 = ti.field(ti.f32, (PIXELS, HIDDEN), needs_grad=True)
b1 = ti.field(ti.f32, HIDDEN, needs_grad=True)
hidden = ti.field(ti.f32, (BATCH, HIDDEN), needs_grad=True)
w2 = ti.field(ti.f32, (INPUT, CLASSES), needs_grad=True)
b2 = ti.field(ti.f32, CLASSES, needs_grad=True)
logits = ti.field(ti.f32, (BATCH, CLASSES), needs_grad=True)
norm = ti.field(ti.f32, BATCH, needs_grad=True)
loss = ti.field(ti.f32, (), needs_grad=True)


@ti.kernel
def clear():
    if ti.static(case == "mlp"):
        for s, h in hidden:
            hidden[s, h] = 0.0
            hidden.grad[s, h] = 0.0
    for s, c in logits:
        logits[s, c] = 0.0
        logits.grad[s, c] = 0.0
    for s in norm:
        norm[s] = 0.0
        norm.grad[s] = 0.0
    if ti.static(case == "mlp"):
        for k, h in w1:
            w1.grad[k, h] = 0.0
        for h in b1:
            b1.grad[h] = 0.0
    for h, c in w2:
        w2.grad[h, c] = 0.0
    for c in b2:
        b2.grad[c] = 0.0
    loss[None] = 0.0
    loss.grad[None] = 1.0


@ti.kernel
def first_layer():
    for s, h in ti.ndrange(BATCH, HIDDEN):
        for k in range(PIXELS):
            hidden[s, h] += x[s, k] * w1[k, h]


@ti.kernel
def last_layer():
    for s, c in ti.ndrange(BATCH, CLASSES):
        for h in range(INPUT):
            if ti.static(case == "softmax"):
                logits[s, c] += x[s, h] * w2[h, c]
            else:
                logits[s, c] += ti.max(hidden[s, h] + b1[h], 0.0) * w2[h, c]


@ti.kernel
def cross_entropy():
    for s, c in ti.ndrange(BATCH, CLASSES):
        norm[s] += ti.exp(logits[s, c] + b2[c])
    for s in range(BATCH):
        loss[None] += (ti.log(norm[s]) - logits[s, label[s]] - b2[label[s]]) / BATCH


@ti.kernel
def update(rate: ti.f32):
    if ti.static(case == "mlp"):
        for k, h in w1:
            w1[k, h] -= rate * w1.grad[k, h]
        for h in b1:
            b1[h] -= rate * b1.grad[h]
    for h, c in w2:
        w2[h, c] -= rate * w2.grad[h, c]
    for c in b2:
        b2[c] -= rate * b2.grad[c]


def step():
    clear()
    if case == "mlp":
        first_layer()
    last_layer()
    cross_entropy()
    cross_entropy.grad()
    last_layer.grad()
    if case == "mlp":
        first_layer.grad()
    update(0.1)


random = np.random.default_rng(1)
ink = random.random((BATCH, PIXELS)) < 0.2
x.from_numpy(random.random((BATCH, PIXELS), dtype=np.float32) * ink)
label.from_numpy(random.integers(0, CLASSES, BATCH).astype(np.int32))
w1.from_numpy((random.random((PIXELS, HIDDEN), dtype=np.float32) - 0.5) * 0.1)
w2.from_numpy((random.random((INPUT, CLASSES), dtype=np.float32) - 0.5) * 0.1)
for _ in range(20):
    step()
check = loss[None]
report(milliseconds=fastest(step, 1.5), check=float(check))
