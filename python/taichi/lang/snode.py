# SPDX-License-Identifier: Apache-2.0
"""The tree under `ti.root`: dense nodes and the scalar leaves that fields place in them."""
import numbers

from taichi.lang.exception import TaichiRuntimeError, TaichiSyntaxError, unsupported


class Leaf:
    """One scalar of a field in each cell of the dense node above it."""

    __slots__ = ("owner", "dtype", "parent", "number")

    def __init__(self, owner, dtype):
        self.owner = owner
        self.dtype = dtype
        self.parent = None
        self.number = -1


class SNode:
    """A dense node, or the root of a tree."""

    def __init__(self, parent, axes, extents, builder):
        self._parent = parent
        self.axes = axes
        self.extents = extents
        self.children = []
        self._builder = builder

    def dense(self, axes, dimensions):
        if isinstance(dimensions, numbers.Number):
            dimensions = [dimensions] * len(axes)
        if len(dimensions) != len(axes):
            raise TaichiSyntaxError(f"dense: {len(axes)} axes but {len(dimensions)} dimensions")
        if any(not isinstance(d, (int,)) and int(d) != d for d in dimensions) or min(
                [int(d) for d in dimensions], default=1) < 1:
            raise TaichiRuntimeError(f"dense: dimensions must be positive integers, not {dimensions}")
        self._builder._check_open()
        node = SNode(self, [int(a) for a in axes], [int(d) for d in dimensions], self._builder)
        self.children.append(node)
        return node

    def place(self, *fields, offset=None):
        self._builder._check_open()
        if isinstance(offset, numbers.Number):
            offset = (offset,)
        for field in fields:
            if isinstance(field, (list, tuple)):
                self.place(*field, offset=offset)
                continue
            for leaf in field._leaves:
                if leaf.parent is not None:
                    raise RuntimeError("a field can be placed only once")
                leaf.parent = self
                self.children.append(leaf)
            field._place_offset(offset, len(self.shape))
            self._builder._touch(field)
        return self

    def lazy_grad(self):
        self._place_companions("grad")

    def lazy_dual(self):
        self._place_companions("dual")

    def _place_companions(self, which):
        owners = []
        for child in list(self.children):
            if isinstance(child, SNode):
                child._place_companions(which)
            elif child.owner not in owners:
                owners.append(child.owner)
        for owner in owners:
            companion = getattr(owner, which, None)
            if owner._is_primal and companion is not None and companion._leaves[0].parent is None:
                self.place(companion, offset=owner._offset or None)

    def parent(self, n=1):
        node = self
        for _ in range(n):
            node = node._parent
            if node is None:
                return None
        return node

    @property
    def path(self):
        """The nodes from below the root to this one."""
        above = self._parent.path if self._parent is not None else []
        return above + ([self] if self._parent is not None else [])

    @property
    def shape(self):
        extents = {}
        for node in self.path:
            for axis, extent in zip(node.axes, node.extents):
                extents[axis] = extents.get(axis, 1) * extent
        return tuple(extents[axis] for axis in sorted(extents))

    @property
    def _id(self):
        return id(self)

    def loop_range(self):
        return self

    def deactivate_all(self):
        raise unsupported("deactivate_all")

    def _spec(self, leaves):
        children = []
        for child in self.children:
            if isinstance(child, SNode):
                if child.children:
                    children.append(child._spec(leaves))
            else:
                child.number = len(leaves)
                leaves.append(child)
                children.append(("place", child.number, child.dtype.name))
        return ("dense", self.axes, self.extents, children)


def _sparse(name):
    def call(self, *args, **kwargs):
        raise unsupported(f"sparse SNode '{name}'")

    return call


for _name in ("pointer", "bitmasked", "dynamic", "hash", "quant_array"):
    setattr(SNode, _name, _sparse(_name))


class FieldsBuilder:
    """A tree under construction."""

    def __init__(self):
        self._root = SNode(None, [], [], self)
        self._fields = []
        self.finalized = False

    def _check_open(self):
        if self.finalized:
            raise TaichiRuntimeError("FieldsBuilder finalized")

    def _touch(self, field):
        from taichi.lang import impl
        runtime = impl.get_runtime()
        if self is runtime.root_builder:
            runtime.pending = True
        for leaf in field._leaves:
            if leaf.owner not in self._fields:
                self._fields.append(leaf.owner)

    @property
    def empty(self):
        return not self._fields

    @property
    def root(self):
        return self._root

    def dense(self, indices, dimensions):
        return self._root.dense(indices, dimensions)

    def place(self, *fields, offset=None):
        self._root.place(*fields, offset=offset)

    def lazy_grad(self):
        self._root.lazy_grad()

    def lazy_dual(self):
        self._root.lazy_dual()

    def finalize(self, raise_warning=True):
        self._check_open()
        if self.empty and raise_warning:
            raise TaichiRuntimeError("Finalizing an empty FieldsBuilder")
        self.finalized = True
        from taichi.lang import impl
        impl.get_runtime().add_tree(self)
        return SNodeTree(self)


for _name in ("pointer", "bitmasked", "dynamic", "hash", "quant_array"):
    setattr(FieldsBuilder, _name, _sparse(_name))


class SNodeTree:
    """A finished tree."""

    def __init__(self, builder):
        self._builder = builder
        self.destroyed = False

    def destroy(self):
        if self.destroyed:
            raise TaichiRuntimeError("SNode tree has been destroyed")
        self.destroyed = True
        for field in self._builder._fields:
            field._handle = -1


def _axis_names():
    names = {}
    letters = "ijkl"

    def extend(prefix):
        for at, letter in enumerate(letters):
            if not prefix or at > letters.index(prefix[-1]):
                name = prefix + letter
                names[name] = [letters.index(c) for c in name]
                extend(name)

    extend("")
    return names


AXES = _axis_names()


def axes(*numbers_of_axes):
    return list(numbers_of_axes)


def rescale_index(a, b, index):
    from taichi.lang.matrix import Vector
    shape_a = a.shape
    shape_b = b.shape
    return Vector([int(index[k] * shape_b[k] // shape_a[k]) for k in range(min(len(shape_a), len(shape_b)))])


def _unsupported_call(name):
    def call(*args, **kwargs):
        raise unsupported(f"ti.{name}")

    call.__name__ = name
    return call


SPARSE_FUNCTIONS = {name: _unsupported_call(name) for name in
                    ("activate", "deactivate", "is_active", "append", "length", "get_addr")}
