# SPDX-License-Identifier: Apache-2.0
"""The state behind the module: configuration, the C++ program, the root tree, declared kernels; and ti.field."""
import numbers
import os
import sys
import weakref

from taichi.lang import config as config_module
from taichi.lang.dtype import DataType, f32, i32
from taichi.lang.enums import Layout
from taichi.lang.exception import TaichiRuntimeError, TaichiSyntaxError, unsupported
from taichi.lang.snode import FieldsBuilder, SNode
from taichi.lang.util import cook_dtype


class Runtime:
    """What lives from one ti.init to the next."""

    def __init__(self):
        self.kernels = weakref.WeakSet()
        self.default_fp = f32
        self.default_ip = i32
        self.cfg = None
        self.prog = None
        self.root_builder = None
        self.pending = False  # the root tree holds fields that have no memory yet
        self.trees = []
        self.target_tape = None
        self.grad_replaced = False
        self.fwd_mode_manager = None

    # --- Life

    def start(self, cfg):
        from taichi import _tinsmith
        prog = _tinsmith.Program(
            device=config_module.device_of(cfg), debug=config_module.debug_of(cfg),
            validation=cfg.tinsmith_validation, threads=int(cfg.cpu_max_num_threads),
            fast_math=bool(cfg.fast_math), cache=bool(cfg.offline_cache))
        self.stop()
        self.cfg = cfg
        self.default_fp = cfg.default_fp
        self.default_ip = cfg.default_ip
        self.prog = prog
        self.root_builder = FieldsBuilder()

    def stop(self):
        for kernel in self.kernels:
            kernel.reset()
        if self.prog is not None:
            self.prog.close()
        self.prog = None
        self.cfg = None
        self.pending = False
        self.trees = []
        self.root_builder = None
        self.target_tape = None
        self.grad_replaced = False
        self.default_fp, self.default_ip = f32, i32

    def sync(self):
        if self.prog is not None:
            self.materialize()
            self.prog.wait()

    def require(self, what):
        if self.prog is None:
            raise TaichiRuntimeError(f"Cannot {what}, maybe you forgot to call `ti.init()` first?")

    # --- Trees

    def materialize(self):
        """Gives memory to the fields under ti.root that have none; later ones go to a new tree."""
        self.require("launch a kernel or access a field")
        builder = self.root_builder
        if not self.pending or builder.empty:
            return
        self.root_builder = FieldsBuilder()
        self.pending = False
        builder.finalized = True
        self.add_tree(builder)

    def add_tree(self, builder):
        name_fields(list(vars(sys.modules["__main__"]).items()))
        leaves = []
        spec = builder.root._spec(leaves)
        fields = [f for f in builder._fields if all(leaf.parent is not None for leaf in f._leaves)]
        rows = [(f._name, f.dtype.name, f.n, f.m, f.ndim, [leaf.number for leaf in f._leaves],
                 list(f._offset)) for f in fields]
        handles = self.prog.add_tree(spec, rows)
        for field, handle in zip(fields, handles):
            field._handle = handle
            field._program = self.prog
        self.trees.append(builder)
        for field in fields:
            if field.grad is not None and field.grad._handle >= 0:
                self.prog.set_grad(field._handle, field.grad._handle)

    @property
    def fields(self):
        return [f for tree in self.trees for f in tree._fields]


def name_fields(names):
    """Calls unnamed fields after the variables that hold them, for messages and the compiler's intermediate code."""
    for name, value in names:
        if getattr(value, "_name", None) == "" and hasattr(value, "_leaves"):
            _name_field(value, name)
            for suffix in ("grad", "dual"):
                companion = getattr(value, suffix)
                if companion is not None:
                    _name_field(companion, f"{name}.{suffix}")


def _name_field(field, name):
    field._name = name
    if field._handle >= 0 and field._program is _runtime.prog:
        _runtime.prog.name_field(field._handle, name)


_runtime = Runtime()


def get_runtime():
    return _runtime


def current_cfg():
    return _runtime.cfg


def default_cfg():
    return config_module.Config()


def reset():
    """Drops the program: fields, arrays and compiled kernels become invalid."""
    _runtime.stop()


def inside_kernel():
    return False


def dump_step():
    """The compiler step whose IR `tinsmith run --dump-after` wants to see."""
    return os.environ.get("TINSMITH_DUMP_AFTER", "")


def warn_text(text):
    """Warnings of the compiler, rendered as they are."""
    sys.stderr.write(text if text.endswith("\n") else text + "\n")


class _Root:
    """ti.root: the root of the tree that is being built."""

    def _builder(self):
        if _runtime.root_builder is None:
            raise TaichiRuntimeError("Please call init() first")
        return _runtime.root_builder

    def dense(self, axes, dimensions):
        return self._builder().dense(axes, dimensions)

    def place(self, *fields, offset=None):
        self._builder().place(*fields, offset=offset)

    def lazy_grad(self):
        self._builder().lazy_grad()

    def lazy_dual(self):
        self._builder().lazy_dual()

    def parent(self, n=1):
        return None

    @property
    def shape(self):
        return ()

    def deactivate_all(self):
        return None

    def __getattr__(self, name):
        return getattr(self._builder(), name)

    def __repr__(self):
        return "ti.root"


root = _Root()


def _create_snode(axes, extents, same_level):
    node = _runtime.root_builder.root
    if same_level:
        return node.dense(axes, extents)
    for axis, extent in zip(axes, extents):
        node = node.dense([axis], [extent])
    return node


def _normalized_shape(shape, order, offset):
    if shape is None:
        if offset is not None:
            raise TaichiSyntaxError("shape cannot be None when offset is set")
        if order is not None:
            raise TaichiSyntaxError("shape cannot be None when order is set")
        return None, None, None
    shape = (shape,) if isinstance(shape, numbers.Number) else tuple(shape)
    offset = (offset,) if isinstance(offset, numbers.Number) else offset
    rank = len(shape)
    if rank > 12:
        raise TaichiRuntimeError(f"a field has at most 12 axes, not {rank}")
    if offset is not None and rank != len(offset):
        raise TaichiSyntaxError(
            f"The dimensionality of shape and offset must be the same ({rank} != {len(offset)})")
    if order is None:
        return shape, list(range(rank)), offset
    if rank != len(order):
        raise TaichiSyntaxError(
            f"The dimensionality of shape and order must be the same ({rank} != {len(order)})")
    if rank != len(set(order)):
        raise TaichiSyntaxError("The axes in order must be different")
    axes = [ord(ch) - ord("i") for ch in order]
    for ch, axis in zip(order, axes):
        if not 0 <= axis < rank:
            raise TaichiSyntaxError(f"Invalid axis {ch}")
    return shape, axes, offset


def _place(make_members, shape, order, offset):
    """Each group of fields in a dense of its own under the root."""
    shape, axes, offset = _normalized_shape(shape, order, offset)
    if shape is None:
        return
    for member in make_members:
        node = _create_snode(axes, [shape[a] for a in axes], order is None)
        node.place(member, offset=offset)


def _check_gradient(dtype, needs_grad, needs_dual):
    if (needs_grad or needs_dual) and not dtype.real:
        raise TaichiRuntimeError(
            f"{dtype} is not supported for field with `needs_grad=True` or `needs_dual=True`.")


def field(dtype, shape=None, order=None, name="", offset=None, needs_grad=False, needs_dual=False,
          **kwargs):
    """A field of numbers; of vectors or matrices if `dtype` is such a type."""
    from taichi.lang.field import ScalarField
    from taichi.lang.matrix import MatrixType
    _runtime.require("create a field")
    if isinstance(dtype, MatrixType):
        return create_matrix_field(dtype.n, dtype.m, dtype.ndim, dtype.dtype, shape, order, name,
                                   offset, needs_grad, needs_dual, kwargs.pop("layout", Layout.AOS))
    if kwargs:
        raise TypeError(f"field() got an unexpected keyword argument '{next(iter(kwargs))}'")
    dtype = cook_dtype(dtype)
    _check_gradient(dtype, needs_grad, needs_dual)
    primal = ScalarField(dtype, name)
    members = [primal]
    if dtype.real:
        primal.grad = ScalarField(dtype, f"{name}.grad" if name else "", False)
        primal.dual = ScalarField(dtype, f"{name}.dual" if name else "", False)
        members += [primal.grad] if needs_grad else []
        members += [primal.dual] if needs_dual else []
    _place(members, shape, order, offset)
    return primal


def create_matrix_field(n, m, ndim, dtype, shape, order, name, offset, needs_grad, needs_dual,
                        layout):
    from taichi.lang.field import MatrixField
    _runtime.require("create a field")
    if isinstance(dtype, (list, tuple)):
        flat = [d for row in dtype for d in (row if isinstance(row, (list, tuple)) else (row,))]
        if any(cook_dtype(d) is not cook_dtype(flat[0]) for d in flat):
            raise unsupported("a matrix field whose components have different types")
        dtype = flat[0]
    dtype = cook_dtype(dtype)
    _check_gradient(dtype, needs_grad, needs_dual)
    primal = MatrixField(dtype, n, m, ndim, name)
    members = [primal]
    if dtype.real:
        primal.grad = MatrixField(dtype, n, m, ndim, f"{name}.grad" if name else "", False)
        primal.dual = MatrixField(dtype, n, m, ndim, f"{name}.dual" if name else "", False)
        members += [primal.grad] if needs_grad else []
        members += [primal.dual] if needs_dual else []
    if layout == Layout.SOA:
        members = [component for f in members for component in f._get_field_members()]
    _place(members, shape, order, offset)
    return primal


def ndarray(dtype, shape, needs_grad=False):
    """An array of numbers, vectors or matrices in device memory."""
    from taichi.lang._ndarray import MatrixNdarray, ScalarNdarray, VectorNdarray
    from taichi.lang.matrix import MatrixType
    _runtime.require("create a ndarray")
    if isinstance(dtype, MatrixType):
        if dtype.ndim == 1:
            return VectorNdarray(dtype.n, dtype.dtype, shape, needs_grad)
        return MatrixNdarray(dtype.n, dtype.m, dtype.dtype, shape, needs_grad)
    if not (isinstance(dtype, DataType) or dtype in (int, float, bool)):
        raise TaichiRuntimeError(f"{dtype} is not supported as ndarray element type")
    return ScalarNdarray(dtype, shape, needs_grad)


__all__ = ["FieldsBuilder", "SNode", "field", "ndarray", "root", "reset"]
