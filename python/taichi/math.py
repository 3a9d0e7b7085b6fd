# SPDX-License-Identifier: Apache-2.0
"""ti.math: GLSL's functions, and complex numbers as two-component vectors. All work in kernels and in Python."""
import math as _math

from taichi.lang import impl as _impl
from taichi.lang.builtin import (acos, asin, atan2, bit_cast, cast, ceil, cos, exp, floor, log, max,
                                 min, pow, round, sin, sqrt, static, tan, tanh, zero)
from taichi.lang.builtin import clz as _clz
from taichi.lang.builtin import popcnt as _popcnt
from taichi.lang.dtype import f32, f64, i32, u32, u64
from taichi.lang.kernel_impl import pyfunc
from taichi.lang.matrix import Matrix, MatrixType, VectorType
from taichi.types.annotations import template

e = _math.e
pi = _math.pi
inf = _math.inf
nan = _math.nan

vec2, vec3, vec4 = VectorType(2, f32), VectorType(3, f32), VectorType(4, f32)
ivec2, ivec3, ivec4 = VectorType(2, i32), VectorType(3, i32), VectorType(4, i32)
uvec2, uvec3, uvec4 = VectorType(2, u32), VectorType(3, u32), VectorType(4, u32)
mat2, mat3, mat4 = MatrixType(2, 2, 2, f32), MatrixType(3, 3, 2, f32), MatrixType(4, 4, 2, f32)

_LN_2 = _math.log(2.0)
_DEGREES = 180.0 / pi
_RADIANS = pi / 180.0


class _DefaultReal:
    """Asked at compile time: is the default real type f64?"""

    @property
    def wide(self):
        return _impl.get_runtime().default_fp is f64


_default = _DefaultReal()


@pyfunc
def mix(x, y, a):
    return x * (1.0 - a) + y * a


@pyfunc
def clamp(x, xmin, xmax):
    return min(xmax, max(xmin, x))


@pyfunc
def step(edge, x):
    return cast(x >= edge, float)


@pyfunc
def fract(x):
    return x - floor(x)


@pyfunc
def smoothstep(edge0, edge1, x):
    t = clamp((x - edge0) / (edge1 - edge0), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@pyfunc
def sign(x):
    return cast(x >= 0.0, float) - cast(x <= 0.0, float)


@pyfunc
def normalize(v):
    return v / v.norm()


@pyfunc
def log2(x):
    return log(x) / _LN_2


@pyfunc
def reflect(x, n):
    return x - 2.0 * x.dot(n) * n


@pyfunc
def refract(x, n, eta):
    along = x.dot(n)
    result = zero(x)
    k = 1.0 - eta * eta * (1.0 - along * along)
    if k >= 0.0:
        result = eta * x - (eta * along + sqrt(k)) * n
    return result


@pyfunc
def degrees(x):
    return x * _DEGREES


@pyfunc
def radians(x):
    return x * _RADIANS


@pyfunc
def distance(x, y):
    return (x - y).norm()


@pyfunc
def length(x):
    return x.norm()


@pyfunc
def dot(x, y):
    return x.dot(y)


@pyfunc
def cross(x, y):
    return x.cross(y)


@pyfunc
def mod(x, y):
    return x - y * floor(x / y)


@pyfunc
def determinant(m):
    return m.determinant()


@pyfunc
def inverse(mat):
    return mat.inverse()


@pyfunc
def eye(n: template()):
    return Matrix.identity(float, n)


@pyfunc
def vdir(ang):
    return vec2(cos(ang), sin(ang))


@pyfunc
def popcnt(x):
    return _popcnt(x)


@pyfunc
def clz(x):
    return _clz(x)


@pyfunc
def isinf(x):
    value = cast(x, float)
    if static(_default.wide):
        wide = bit_cast(value, u64)
        return (wide & u64(0x7FFFFFFFFFFFFFFF)) == u64(0x7FF0000000000000)
    else:
        bits = bit_cast(value, u32)
        return (bits & 0x7FFFFFFF) == 0x7F800000


@pyfunc
def isnan(x):
    value = cast(x, float)
    if static(_default.wide):
        wide = bit_cast(value, u64)
        return (wide & u64(0x7FFFFFFFFFFFFFFF)) > u64(0x7FF0000000000000)
    else:
        bits = bit_cast(value, u32)
        return (bits & 0x7FFFFFFF) > 0x7F800000


# --- Transformations


@pyfunc
def translate(dx, dy, dz):
    return mat4([[1.0, 0.0, 0.0, dx],
                 [0.0, 1.0, 0.0, dy],
                 [0.0, 0.0, 1.0, dz],
                 [0.0, 0.0, 0.0, 1.0]])


@pyfunc
def scale(sx, sy, sz):
    return mat4([[sx, 0.0, 0.0, 0.0],
                 [0.0, sy, 0.0, 0.0],
                 [0.0, 0.0, sz, 0.0],
                 [0.0, 0.0, 0.0, 1.0]])


@pyfunc
def rotation2d(ang):
    c = cos(ang)
    s = sin(ang)
    return mat2([[c, -s], [s, c]])


@pyfunc
def rot_by_axis(axis, ang):
    c = cos(ang)
    s = sin(ang)
    a = normalize(axis)
    t = (1 - c) * a
    return mat4([[c + t[0] * a[0], t[0] * a[1] + s * a[2], t[0] * a[2] - s * a[1], 0.0],
                 [t[1] * a[0] - s * a[2], c + t[1] * a[1], t[1] * a[2] + s * a[0], 0.0],
                 [t[2] * a[0] + s * a[1], t[2] * a[1] - s * a[0], c + t[2] * a[2], 0.0],
                 [0.0, 0.0, 0.0, 1.0]])


@pyfunc
def rot_yaw_pitch_roll(yaw, pitch, roll):
    cy = cos(yaw)
    sy = sin(yaw)
    cp = cos(pitch)
    sp = sin(pitch)
    cr = cos(roll)
    sr = sin(roll)
    return mat4([[cy * cr + sy * sp * sr, sr * cp, -sy * cr + cy * sp * sr, 0.0],
                 [-cy * sr + sy * sp * cr, cr * cp, sr * sy + cy * sp * cr, 0.0],
                 [sy * cp, -sp, cy * cp, 0.0],
                 [0.0, 0.0, 0.0, 1.0]])


@pyfunc
def rotation3d(ang_x, ang_y, ang_z):
    return rot_yaw_pitch_roll(ang_z, ang_x, ang_y)


# --- Complex numbers


@pyfunc
def cmul(a, b):
    return vec2(a[0] * b[0] - a[1] * b[1], a[0] * b[1] + b[0] * a[1])


@pyfunc
def cconj(z):
    return vec2(z[0], -z[1])


@pyfunc
def cdiv(a, b):
    return vec2(a[0] * b[0] + a[1] * b[1], -a[0] * b[1] + b[0] * a[1]) / dot(b, b)


@pyfunc
def cinv(z):
    return cconj(z) / dot(z, z)


@pyfunc
def csqrt(z):
    result = vec2(0.0)
    if z.any():
        r = sqrt(z.norm())
        ang = atan2(z[1], z[0])
        result = r * vec2(cos(ang / 2.0), sin(ang / 2.0))
    return result


@pyfunc
def cpow(z, n):
    result = vec2(0.0)
    if z.any():
        ang = atan2(z[1], z[0]) * n
        result = pow(dot(z, z), n / 2.0) * vec2(cos(ang), sin(ang))
    return result


@pyfunc
def cexp(z):
    r = exp(z[0])
    return vec2(r * cos(z[1]), r * sin(z[1]))


@pyfunc
def clog(z):
    return vec2(log(dot(z, z)) / 2.0, atan2(z[1], z[0]))


__all__ = [
    "acos", "asin", "atan2", "cconj", "cdiv", "ceil", "cexp", "cinv", "clamp", "clog", "clz",
    "cmul", "cos", "cpow", "cross", "csqrt", "degrees", "determinant", "distance", "dot", "e",
    "exp", "eye", "floor", "fract", "inf", "inverse", "isinf", "isnan", "ivec2", "ivec3", "ivec4",
    "length", "log", "log2", "mat2", "mat3", "mat4", "max", "min", "mix", "mod", "nan",
    "normalize", "pi", "popcnt", "pow", "radians", "reflect", "refract", "rot_by_axis",
    "rot_yaw_pitch_roll", "rotation2d", "rotation3d", "round", "scale", "sign", "sin",
    "smoothstep", "sqrt", "step", "tan", "tanh", "translate", "uvec2", "uvec3", "uvec4", "vdir",
    "vec2", "vec3", "vec4",
]
