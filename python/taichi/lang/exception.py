# SPDX-License-Identifier: Apache-2.0
"""The exceptions that scripts catch, and how a compiler diagnostic becomes one of them."""


class TaichiCompilationError(Exception):
    """A kernel that cannot be compiled."""


class TaichiSyntaxError(TaichiCompilationError, SyntaxError):
    """A construct that kernels do not have."""


class TaichiNameError(TaichiCompilationError, NameError):
    """A name that is not defined."""


class TaichiIndexError(TaichiCompilationError, IndexError):
    """A wrong number of indices, or an index out of range at compile time."""


class TaichiTypeError(TaichiCompilationError, TypeError):
    """An operation on types it does not have."""


class TaichiRuntimeError(RuntimeError):
    """Something that cannot be done at run time."""


class TaichiAssertionError(TaichiRuntimeError, AssertionError):
    """A failed assertion of a kernel."""


class TaichiRuntimeTypeError(TaichiRuntimeError, TypeError):
    """An argument that does not convert to its parameter's type."""

    @staticmethod
    def get(pos, needed, provided):
        return TaichiRuntimeTypeError(
            f"Argument {pos} (type={provided}) cannot be converted into required type {needed}")


_BY_KIND = {
    "syntax": TaichiSyntaxError,
    "name": TaichiNameError,
    "index": TaichiIndexError,
    "type": TaichiTypeError,
    "compilation": TaichiCompilationError,
    "unsupported": TaichiCompilationError,
    "gradient": TaichiCompilationError,
}


def from_compiler(error):
    """The exception for a `_tinsmith.CompileError`: its text is the rendered diagnostics."""
    exception = _BY_KIND.get(error.kind, TaichiCompilationError)(str(error).rstrip("\n"))
    exception.rendered = str(error)
    return exception


def unsupported(feature):
    """The exception for a feature that this version does not have."""
    return TaichiCompilationError(f"error[E0901]: {feature} is not supported")


__all__ = [
    "TaichiSyntaxError", "TaichiTypeError", "TaichiCompilationError", "TaichiNameError",
    "TaichiIndexError", "TaichiRuntimeError", "TaichiRuntimeTypeError", "TaichiAssertionError",
]
