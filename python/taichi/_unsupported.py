# SPDX-License-Identifier: Apache-2.0
"""Names of Taichi that are outside of this version: each says so when it is used, not when it is imported."""
from taichi.lang.exception import unsupported


class Unsupported:
    """Stands where a feature would be. Kernels that name it get the compiler's own diagnostic."""

    def __init__(self, feature):
        self._tinsmith_unsupported = feature

    def __call__(self, *args, **kwargs):
        raise unsupported(self._tinsmith_unsupported)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise unsupported(f"{self._tinsmith_unsupported}.{name}")

    def __repr__(self):
        return f"<{self._tinsmith_unsupported}: not supported>"


def _class(name):
    """A class that isinstance and annotations can name, and that nothing can be made of."""
    feature = f"ti.{name}"

    def refuse(*args, **kwargs):
        raise unsupported(feature)

    return type(name, (), {"__init__": refuse, "field": refuse, "ndarray": refuse,
                           "_tinsmith_unsupported": feature})


_CLASSES = {name: _class(name) for name in """
    Struct StructField Texture ArgPack Mesh MeshInstance TriMesh TetMesh BitpackedFields
    MeshElementFieldProxy
""".split()}
_NAMES = """
    dataclass argpack GUI ui profiler simt linalg sparse algorithms mesh_patch_idx experimental
    activate deactivate is_active append length get_addr deactivate_all_snodes shader ref
    eig solve call_internal
    print_kernel_profile_info kernel_profiler_total_time clear_kernel_profile_info
""".split()


def lookup(name):
    """For the module's __getattr__."""
    if name in _CLASSES:
        return _CLASSES[name]
    if name in _NAMES:
        return Unsupported(f"ti.{name}")
    raise AttributeError(f"module 'taichi' has no attribute '{name}'")
