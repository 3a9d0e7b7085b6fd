# SPDX-License-Identifier: Apache-2.0
"""Tape(grad_check=[…]): the gradient of an f64 loss against central differences along random directions."""
import numpy as np

from taichi.lang import impl
from taichi.lang.dtype import f64

_STEPS = [2.0**-power for power in range(3, 30, 2)]
_TOLERANCE = 100  # error times this must not exceed the derivative, for one of the steps


def _replay(tape):
    tape.loss.fill(0)
    for kernel, args in tape.calls:
        kernel(*args)
    return tape.loss[None] if tape.loss.shape == () else tape.loss[0]


def check_gradients(tape):
    """Raises AssertionError for a field whose gradient differs. All fields are left as they were."""
    if tape.loss.dtype is not f64:
        raise RuntimeError("grad_check needs an f64 loss")
    saved = [(f, f.to_numpy()) for f in impl.get_runtime().fields]
    saved += [(f.grad, f.grad.to_numpy()) for f in impl.get_runtime().fields
              if f.grad is not None and f.grad._handle >= 0]
    failed = []
    for field in tape.grad_check:
        if not _agrees(tape, field):
            failed.append(field)
        for other, values in saved:
            other.from_numpy(values)
    if failed:
        raise AssertionError(f"the gradients of {len(failed)} fields differ from finite differences")


def _agrees(tape, field):
    direction = np.random.RandomState(0).uniform(-1, 1, field.to_numpy().shape)
    analytic = float((field.grad.to_numpy() * direction).sum())
    start = field.to_numpy()
    best = np.inf
    for step in _STEPS:
        field.from_numpy(start + step * direction)
        above = _replay(tape)
        field.from_numpy(start - step * direction)
        below = _replay(tape)
        error = abs((above - below) / (2 * step) - analytic)
        best = min(best, error)
        if error * _TOLERANCE <= abs(analytic):
            return True
    print(f"gradient check: derivative {analytic}, best error {best}")
    return False
