# SPDX-License-Identifier: Apache-2.0
"""ti.aot.Module: fields, kernels and graphs gathered into a package."""
import os

from taichi import _tinsmith
from taichi.lang import impl
from taichi.lang._ndarray import MatrixNdarray, ScalarNdarray, VectorNdarray
from taichi.lang.enums import DeviceCapability
from taichi.lang.exception import TaichiCompilationError
from taichi.lang.field import MatrixField, ScalarField
from taichi.lang.matrix import MatrixType
from taichi.lang.util import cook_dtype

_CAPABILITIES = (
    "spirv_version spirv_has_int8 spirv_has_int16 spirv_has_int64 spirv_has_float16 "
    "spirv_has_float64 spirv_has_atomic_int64 spirv_has_atomic_float16 "
    "spirv_has_atomic_float16_add spirv_has_atomic_float16_minmax spirv_has_atomic_float "
    "spirv_has_atomic_float_add spirv_has_atomic_float_minmax spirv_has_atomic_float64 "
    "spirv_has_atomic_float64_add spirv_has_atomic_float64_minmax spirv_has_variable_ptr "
    "spirv_has_physical_storage_buffer spirv_has_subgroup_basic spirv_has_subgroup_vote "
    "spirv_has_subgroup_arithmetic spirv_has_subgroup_ballot spirv_has_non_semantic_info "
    "spirv_has_no_integer_wrap_decoration"
).split()


class KernelTemplate:
    """Instances of a kernel with ti.template() parameters, named after their values."""

    def __init__(self, kernel, module):
        self._kernel = kernel
        self._module = module

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None

    def _text(self, value):
        if isinstance(value, (bool, int, float)):
            return str(value)
        for name, field in self._module._fields.items():
            if field is value:
                return name
        raise RuntimeError("Arg type must be of type int/float/boolean or taichi field. Type "
                           f"{type(value)} is not supported, or its field was not added")

    def instantiate(self, **kwargs):
        kernel = self._kernel
        name = kernel.func.__name__ + "|"
        for param in kernel.arguments:
            if param.is_template and param.name in kwargs:
                name += f"{param.name}={self._text(kwargs[param.name])},"
        args = [kwargs[p.name] if p.is_template and p.name in kwargs else _dummy(p, kernel)
                for p in kernel.arguments]
        unknown = set(kwargs) - {p.name for p in kernel.arguments if p.is_template}
        if unknown:
            raise TaichiCompilationError(f"kernel '{kernel.func.__name__}' has no template "
                                         f"parameter '{sorted(unknown)[0]}'")
        instance = kernel.ensure_compiled(*args)
        self._module._aot_builder.add(name, instance.compiled)


def _dummy(param, kernel):
    """An argument to compile with, for a parameter that nobody gave one."""
    if param.is_template:
        raise TaichiCompilationError(
            f"kernel '{kernel.func.__name__}': template parameter '{param.name}' needs a value "
            "(template_args=, or add_kernel_template)")
    if not param.is_array:
        if isinstance(param.annotation, MatrixType):
            return [0] * (param.annotation.n * param.annotation.m)
        return 0
    note = param.annotation
    if note.dtype is None or note.ndim is None:
        raise TaichiCompilationError(
            f"kernel '{kernel.func.__name__}': array parameter '{param.name}' needs dtype and ndim "
            "in its annotation to be exported, or an example in template_args=")
    shape = (2,) * note.ndim
    needs_grad = bool(note.needs_grad)
    if isinstance(note.dtype, MatrixType):
        kind = note.dtype
        if None in kind.get_shape() or kind.dtype is None:
            raise TaichiCompilationError(
                f"kernel '{kernel.func.__name__}': the element type of '{param.name}' is not complete")
        if kind.ndim == 1:
            return VectorNdarray(kind.n, kind.dtype, shape, needs_grad)
        return MatrixNdarray(kind.n, kind.m, kind.dtype, shape, needs_grad)
    return ScalarNdarray(cook_dtype(note.dtype), shape, needs_grad)


class Module:
    """A package under construction. Fields declared after it are not part of it."""

    def __init__(self, arch=None, caps=None):
        runtime = impl.get_runtime()
        runtime.require("make a ti.aot.Module")
        runtime.materialize()
        self._arch = arch if arch is not None else runtime.cfg.arch
        self._kernels = []
        self._fields = {}
        self._content = []
        self._aot_builder = _tinsmith.PackageBuilder(runtime.prog)
        for cap in caps or []:
            self._add_capability(cap.value if isinstance(cap, DeviceCapability) else cap)

    def _add_capability(self, text):
        name, _, value = text.partition("=")
        if name not in _CAPABILITIES:
            raise TaichiCompilationError(f"'{name}' is not the name of a device capability")
        self._aot_builder.set_capability(name, int(value) if value else 1)

    def add_field(self, name, field):
        if not isinstance(field, (ScalarField, MatrixField)):
            raise AssertionError(f"add_field takes a scalar or matrix field, not {type(field)}")
        field._ready()
        self._aot_builder.add_field(name, field._handle)
        self._fields[name] = field

    def add_kernel(self, kernel_fn, template_args=None, name=None):
        """Adds a kernel, or a gradient (`add_kernel(k.grad, name=…)`)."""
        kernel, owner = _unbound(kernel_fn)
        given = dict(template_args or {})
        args = []
        for param in kernel.arguments:
            if param.name in given:
                args.append(given.pop(param.name))
            elif owner is not None and param.position == 0:
                args.append(owner)
            else:
                args.append(_dummy(param, kernel))
        if given:
            raise TaichiCompilationError(
                f"kernel '{kernel.func.__name__}' has no parameter '{sorted(given)[0]}'")
        instance = kernel.ensure_compiled(*args)
        name = name or kernel.func.__name__
        self._aot_builder.add(name, instance.compiled)
        self._kernels.append(kernel)
        self._content.append(f"kernel:{name}")

    def add_graph(self, name, graph):
        self._aot_builder.add_graph(name, graph._rows())
        self._content.append(f"cgraph:{name}")

    def add_kernel_template(self, kernel_fn):
        kernel, _ = _unbound(kernel_fn)
        return KernelTemplate(kernel, self)

    def save(self, filepath):
        """Writes the package into the folder, which is made if it does not exist."""
        self._aot_builder.save(os.fspath(filepath), self._content)

    def archive(self, filepath):
        """Writes the package as one .tcm file."""
        filepath = os.fspath(filepath)
        if not filepath.endswith(".tcm"):
            raise AssertionError("AOT module artifact archive must ends with .tcm")
        self._aot_builder.archive(filepath, self._content)


def _unbound(kernel):
    """(Kernel, object or None) for a kernel or a kernel of an object."""
    from taichi.lang.kernel_impl import BoundKernel, Kernel
    if isinstance(kernel, BoundKernel):
        return kernel.kernel, kernel.owner
    if not isinstance(kernel, Kernel):
        raise TaichiCompilationError(f"a @ti.kernel is needed, not {type(kernel)}")
    return kernel, None


class _Exported:
    kernels = []


def export_as(name, *, template_types=None):
    """Registers a kernel under a name for a later export."""

    def register(kernel):
        _Exported.kernels.append((name, kernel, template_types))
        return kernel

    return register


def export(kernel):
    return export_as(kernel.func.__name__)(kernel)


