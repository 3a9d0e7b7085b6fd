# SPDX-License-Identifier: Apache-2.0
"""The scalar types. Each is callable as a cast, in kernels and in Python alike."""
import numpy as np


class DataType:
    """A scalar type: `ti.f32(x)` converts."""

    __slots__ = ("name", "long_name", "bits", "real", "signed", "numpy")

    def __init__(self, name, long_name, numpy_type):
        self.name = name
        self.long_name = long_name
        self.bits = int(name[1:])
        self.real = name[0] == "f"
        self.signed = name[0] != "u"
        self.numpy = numpy_type

    def __call__(self, *args):
        if len(args) != 1:
            raise TypeError(f"{self.name}() takes one argument, {len(args)} given")
        from taichi.lang.builtin import cast
        return cast(args[0], self)

    def to_string(self):
        return self.name

    def __repr__(self):
        return self.name

    def __reduce__(self):
        return (_by_name, (self.name,))

    def __deepcopy__(self, memo):
        return self


def _by_name(name):
    return by_name[name]


f16 = float16 = DataType("f16", "float16", np.float16)
f32 = float32 = DataType("f32", "float32", np.float32)
f64 = float64 = DataType("f64", "float64", np.float64)
i8 = int8 = DataType("i8", "int8", np.int8)
i16 = int16 = DataType("i16", "int16", np.int16)
i32 = int32 = DataType("i32", "int32", np.int32)
i64 = int64 = DataType("i64", "int64", np.int64)
u1 = uint1 = DataType("u1", "uint1", np.bool_)
u8 = uint8 = DataType("u8", "uint8", np.uint8)
u16 = uint16 = DataType("u16", "uint16", np.uint16)
u32 = uint32 = DataType("u32", "uint32", np.uint32)
u64 = uint64 = DataType("u64", "uint64", np.uint64)

real_types = [f16, f32, f64, float]
integer_types = [i8, i16, i32, i64, u1, u8, u16, u32, u64, int, bool]
all_types = real_types + integer_types
type_ids = [id(t) for t in all_types]
real_type_ids = [id(t) for t in real_types]
integer_type_ids = [id(t) for t in integer_types]

by_name = {t.name: t for t in (f16, f32, f64, i8, i16, i32, i64, u1, u8, u16, u32, u64)}
_by_numpy = {np.dtype(t.numpy): t for t in by_name.values()}


def from_numpy_dtype(dtype):
    """The scalar type of a NumPy dtype, or None."""
    return _by_numpy.get(np.dtype(dtype))


__all__ = [
    "float32", "f32", "float64", "f64", "float16", "f16", "int8", "i8", "int16", "i16", "int32",
    "i32", "int64", "i64", "uint1", "u1", "uint8", "u8", "uint16", "u16", "uint32", "u32",
    "uint64", "u64",
]
