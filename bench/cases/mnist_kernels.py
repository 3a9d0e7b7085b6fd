# SPDX-License-Identifier: Apache-2.0
"""Ten kernels of an MNIST MLP and their fields. Import after ti.init."""
import taichi as ti

BATCH, PIXELS, HIDDEN, CLASSES = 32, 784, 128, 10
x = ti.field(ti.f32, (BATCH, PIXELS))
label = ti.field(ti.i32, BATCH)
w1 = ti.field(ti.f32, (HIDDEN, PIXELS), needs_grad=True)
b1 = ti.field(ti.f32, HIDDEN, needs_grad=True)
w2 = ti.field(ti.f32, (CLASSES, HIDDEN), needs_grad=True)
b2 = ti.field(ti.f32, CLASSES, needs_grad=True)
hidden = ti.field(ti.f32, (BATCH, HIDDEN), needs_grad=True)
logits = ti.field(ti.f32, (BATCH, CLASSES), needs_grad=True)
norm = ti.field(ti.f32, BATCH, needs_grad=True)
loss = ti.field(ti.f32, (), needs_grad=True)
predicted = ti.field(ti.i32, BATCH)
correct = ti.field(ti.i32, ())


@ti.kernel
def init(scale: ti.f32):
    for i, j in w1:
        w1[i, j] = (2.0 * ti.random() - 1.0) * scale
    for i, j in w2:
        w2[i, j] = (2.0 * ti.random() - 1.0) * scale


@ti.kernel
def load(images: ti.types.ndarray(ti.f32, 2), labels: ti.types.ndarray(ti.i32, 1), first: ti.i32):
    for s, k in x:
        x[s, k] = images[first + s, k]
    for s in label:
        label[s] = labels[first + s]


@ti.kernel
def clear_activations():
    for s, h in hidden:
        hidden[s, h] = 0.0
        hidden.grad[s, h] = 0.0
    for s, c in logits:
        logits[s, c] = 0.0
        logits.grad[s, c] = 0.0
    for s in norm:
        norm[s] = 0.0
        norm.grad[s] = 0.0


@ti.kernel
def clear_gradients():
    for I in ti.grouped(w1):
        w1.grad[I] = 0.0
    for I in ti.grouped(w2):
        w2.grad[I] = 0.0
    for I in b1:
        b1.grad[I] = 0.0
    for I in b2:
        b2.grad[I] = 0.0


@ti.kernel
def clear_loss():
    loss[None] = 0.0
    loss.grad[None] = 1.0


@ti.kernel
def forward_hidden():
    for s, h in ti.ndrange(BATCH, HIDDEN):
        for k in range(PIXELS):
            hidden[s, h] += w1[h, k] * x[s, k]


@ti.kernel
def forward_logits():
    for s, c in ti.ndrange(BATCH, CLASSES):
        for h in range(HIDDEN):
            logits[s, c] += w2[c, h] * ti.max(hidden[s, h] + b1[h], 0.0)


@ti.kernel
def forward_loss():
    for s, c in ti.ndrange(BATCH, CLASSES):
        norm[s] += ti.exp(logits[s, c] + b2[c])
    for s in range(BATCH):
        loss[None] += (ti.log(norm[s]) - logits[s, label[s]] - b2[label[s]]) / BATCH


@ti.kernel
def update(rate: ti.f32):
    for i, j in w1:
        w1[i, j] -= rate * w1.grad[i, j]
    for i, j in w2:
        w2[i, j] -= rate * w2.grad[i, j]
    for i in b1:
        b1[i] -= rate * b1.grad[i]
    for i in b2:
        b2[i] -= rate * b2.grad[i]


@ti.kernel
def score():
    for s in range(BATCH):
        best = 0
        for c in range(1, CLASSES):
            if logits[s, c] + b2[c] > logits[s, best] + b2[best]:
                best = c
        predicted[s] = best
        if best == label[s]:
            correct[None] += 1


KERNELS = (init, load, clear_activations, clear_gradients, clear_loss, forward_hidden, forward_logits, forward_loss, update,
           score)
FIELDS = (("x", x), ("label", label), ("w1", w1), ("b1", b1), ("w2", w2), ("b2", b2), ("loss", loss))
