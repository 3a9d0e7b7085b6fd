# SPDX-License-Identifier: Apache-2.0
"""Two MNIST classifiers as AOT packages: softmax regression, and an MLP 784-128-10 with ReLU.

    tinsmith run examples/mnist.py --model mlp --out out/mnist-mlp [--batch 64]

The host keeps the images and draws the first weights; a training step is   gather, clear, forward, score, forward_grad,
update   and needs nothing else from it. `forward_grad` is the adjoint of `forward`, made by autodiff. Kernels of both:

    gather(images, labels, order, first, n)  copies n samples order[first…] into the batch; the rest of it is masked
    clear()                                  zeroes what accumulates, seeds the gradient of the loss
    forward()                                logits, and the mean cross-entropy in `loss`
    update(rate)                             one step of gradient descent
    score()                                  predictions and confidences; adds to total_loss, total_correct and confusion
    reset_totals()                           zeroes these three

A field whose gradient is exported beside it (w1 and w1_grad) is a parameter: that is what a checkpoint holds.
"""
import argparse

import taichi as ti

PIXELS, CLASSES, HIDDEN = 784, 10, 128


def declare(model, batch):
    f32 = ti.f32
    x = ti.field(f32, (batch, PIXELS))
    label = ti.field(ti.i32, batch)
    weight = ti.field(f32, batch)  # 1/n for the samples of this step, 0 for the others
    logits = ti.field(f32, (batch, CLASSES), needs_grad=True)
    peak = ti.field(f32, batch, needs_grad=True)  # largest logit
    norm = ti.field(f32, batch, needs_grad=True)
    loss = ti.field(f32, (), needs_grad=True)
    predicted = ti.field(ti.i32, batch)
    confidence = ti.field(f32, batch)
    total_loss = ti.field(f32, ())
    total_correct = ti.field(ti.i32, ())
    confusion = ti.field(ti.i32, (CLASSES, CLASSES))  # [what it is, what it was taken for]
    w = b = w1 = b1 = hidden = w2 = b2 = None
    if model == "mlp":
        w1 = ti.field(f32, (HIDDEN, PIXELS), needs_grad=True)
        b1 = ti.field(f32, HIDDEN, needs_grad=True)
        hidden = ti.field(f32, (batch, HIDDEN), needs_grad=True)
        w2 = ti.field(f32, (CLASSES, HIDDEN), needs_grad=True)
        b2 = ti.field(f32, CLASSES, needs_grad=True)
        parameters = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    else:
        w = ti.field(f32, (CLASSES, PIXELS), needs_grad=True)
        b = ti.field(f32, CLASSES, needs_grad=True)
        parameters = {"w": w, "b": b}
    activations = [logits, peak, norm] + ([hidden] if model == "mlp" else [])

    @ti.kernel
    def gather(images: ti.types.ndarray(f32, 2), labels: ti.types.ndarray(ti.i32, 1),
               order: ti.types.ndarray(ti.i32, 1), first: ti.i32, n: ti.i32):
        """Copies the `n` samples order[first], order[first + 1], … into the batch.

        `images` holds a sample a row, pixels from 0 to 1; `labels` the classes 0 to 9. Where `n` is less than the batch,
        the rest of it is masked: it counts neither in the loss nor in the totals.
        """
        for s, k in x:
            x[s, k] = images[order[first + ti.min(s, n - 1)], k]
        for s in label:
            label[s] = labels[order[first + ti.min(s, n - 1)]]
            weight[s] = ti.select(s < n, 1.0 / n, 0.0)

    @ti.kernel
    def clear():
        """Sets the loss and all gradients to zero, and the gradient of the loss to one: before each step."""
        loss[None] = 0.0
        loss.grad[None] = 1.0
        for s in norm:
            norm[s] = 0.0
        for a in ti.static(activations):
            for I in ti.grouped(a):
                a.grad[I] = 0.0
        for p in ti.static(list(parameters.values())):
            for I in ti.grouped(p):
                p.grad[I] = 0.0

    @ti.kernel
    def forward():
        """The logits of the batch, and in `loss` the mean cross-entropy of its samples."""
        if ti.static(model == "mlp"):
            for s, h in ti.ndrange(batch, HIDDEN):
                total = b1[h]
                for k in range(PIXELS):
                    total += w1[h, k] * x[s, k]
                hidden[s, h] = ti.max(total, 0.0)
            for s, c in ti.ndrange(batch, CLASSES):
                total = b2[c]
                for h in range(HIDDEN):
                    total += w2[c, h] * hidden[s, h]
                logits[s, c] = total
        else:
            for s, c in ti.ndrange(batch, CLASSES):
                total = b[c]
                for k in range(PIXELS):
                    total += w[c, k] * x[s, k]
                logits[s, c] = total
        for s in range(batch):
            largest = logits[s, 0]
            for c in range(1, CLASSES):
                largest = ti.max(largest, logits[s, c])
            peak[s] = largest
        for s, c in ti.ndrange(batch, CLASSES):
            norm[s] += ti.exp(logits[s, c] - peak[s])
        for s in range(batch):
            loss[None] += weight[s] * (ti.log(norm[s]) + peak[s] - logits[s, label[s]])

    @ti.kernel
    def update(rate: f32):
        """One step of gradient descent: takes `rate` times its gradient from each parameter."""
        for p in ti.static(list(parameters.values())):
            for I in ti.grouped(p):
                p[I] -= rate * p.grad[I]

    @ti.kernel
    def score():
        """After `forward`: the class of each sample in `predicted`, its probability in `confidence`.

        Adds the loss of each sample to `total_loss`, the number of right answers to `total_correct`, and each sample to
        its cell of `confusion`: the row is what it is, the column what it was taken for.
        """
        for s in range(batch):
            best = 0
            for c in range(1, CLASSES):
                if logits[s, c] > logits[s, best]:
                    best = c
            predicted[s] = best
            confidence[s] = ti.exp(logits[s, best] - peak[s]) / norm[s]
            if weight[s] > 0.0:
                total_correct[None] += ti.cast(best == label[s], ti.i32)
                total_loss[None] += ti.log(norm[s]) + peak[s] - logits[s, label[s]]
                confusion[label[s], best] += 1

    @ti.kernel
    def reset_totals():
        """Sets `total_loss`, `total_correct` and `confusion` to zero."""
        total_loss[None] = 0.0
        total_correct[None] = 0
        for I in ti.grouped(confusion):
            confusion[I] = 0

    fields = {"predicted": predicted, "confidence": confidence, "loss": loss, "logits": logits,
              "total_loss": total_loss, "total_correct": total_correct, "confusion": confusion, "label": label}
    for name, p in parameters.items():
        fields[name] = p
        fields[name + "_grad"] = p.grad
    return fields, [gather, clear, forward, update, score, reset_totals], forward


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=["softmax", "mlp"], default="mlp")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    ti.init(arch=ti.metal)
    fields, kernels, forward = declare(options.model, options.batch)
    module = ti.aot.Module(arch=ti.metal)
    for name, field in fields.items():
        module.add_field(name, field)
    for kernel in kernels:
        module.add_kernel(kernel)
    module.add_kernel(forward.grad, name="forward_grad")
    module.save(options.out)
    print(f"wrote {options.out}: {options.model}, batches of {options.batch}")


main()
