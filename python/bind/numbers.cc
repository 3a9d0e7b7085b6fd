// SPDX-License-Identifier: Apache-2.0
#include "bind/numbers.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "support/check.h"

namespace tinsmith::python {
namespace {

// IEEE half from double, round to nearest even, through float (whose 24 bits make double rounding
// impossible to see for values that were floats; a double loses at most the last tie).
uint16_t half_bits(double value) {
  const uint32_t bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return static_cast<uint16_t>(sign | 0x7E00u);
  if (magnitude >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7C00u);
  if (magnitude < 0x33000000u) return sign;
  const int exponent = static_cast<int>(magnitude >> 23) - 127;
  const uint32_t mantissa = (magnitude & 0x7FFFFFu) | 0x800000u;
  const int shift = exponent < -14 ? 13 + (-14 - exponent) : 13;
  uint32_t kept = mantissa >> shift;
  const uint32_t rest = mantissa & ((1u << shift) - 1u);
  const uint32_t tie = 1u << (shift - 1);
  if (rest > tie || (rest == tie && (kept & 1u) != 0)) ++kept;
  const uint32_t biased = exponent < -14 ? 0u : static_cast<uint32_t>(exponent + 14) << 10;
  return static_cast<uint16_t>(sign | (biased + kept));
}

double half_value(uint16_t bits) {
  const double sign = (bits & 0x8000u) != 0 ? -1.0 : 1.0;
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  if (exponent == 31) return mantissa != 0 ? std::nan("") : sign * HUGE_VAL;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

template <class T>
void put(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}
template <class T>
T get(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

bool as_double(PyObject* value, double* out) {
  if (PyFloat_CheckExact(value)) {
    *out = PyFloat_AS_DOUBLE(value);
    return true;
  }
  if (PyUnicode_Check(value) || PyBytes_Check(value)) return false;
  *out = PyFloat_AsDouble(value);
  if (*out == -1.0 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return false;
  }
  return true;
}

// The low 64 bits of an integer.
bool as_bits(PyObject* value, RealToInteger reals, uint64_t* out) {
  PyObject* index = PyLong_Check(value) ? Py_NewRef(value) : nullptr;
  if (index == nullptr && PyIndex_Check(value)) index = PyNumber_Index(value);
  if (index == nullptr) {
    PyErr_Clear();
    double real = 0;
    if (reals == RealToInteger::Refuse || !as_double(value, &real)) return false;
    if (!std::isfinite(real)) real = 0;
    index = PyLong_FromDouble(real);  // truncates
  }
  *out = PyLong_AsUnsignedLongLongMask(index);
  Py_DECREF(index);
  return PyErr_Occurred() == nullptr || (PyErr_Clear(), false);
}

bool encode_integer(PyObject* value, DType dtype, RealToInteger reals, std::byte* to) {
  uint64_t raw = 0;
  if (!as_bits(value, reals, &raw)) return false;
  switch (bytes(dtype)) {
    case 1: put(to, static_cast<uint8_t>(raw)); return true;
    case 2: put(to, static_cast<uint16_t>(raw)); return true;
    case 4: put(to, static_cast<uint32_t>(raw)); return true;
    case 8: put(to, raw); return true;
  }
  TS_UNREACHABLE("integers have 1, 2, 4 or 8 bytes");
}

}  // namespace

bool encode(PyObject* value, DType dtype, RealToInteger reals, std::byte* to) {
  if (dtype == DType::U1) {
    if (reals == RealToInteger::Refuse && !PyIndex_Check(value)) return false;
    const int truth = PyObject_IsTrue(value);
    if (truth < 0) return PyErr_Clear(), false;
    put(to, int32_t{truth});
    return true;
  }
  if (!is_real(dtype)) return encode_integer(value, dtype, reals, to);
  double real = 0;
  if (!as_double(value, &real)) return false;
  if (dtype == DType::F32) {
    put(to, static_cast<float>(real));
  } else if (dtype == DType::F64) {
    put(to, real);
  } else {
    put(to, half_bits(real));
  }
  return true;
}

pybind11::object decode(DType dtype, const std::byte* from) {
  namespace py = pybind11;
  switch (dtype) {
    case DType::F16: return py::float_(half_value(get<uint16_t>(from)));
    case DType::F32: return py::float_(static_cast<double>(get<float>(from)));
    case DType::F64: return py::float_(get<double>(from));
    case DType::I8: return py::int_(static_cast<int>(get<int8_t>(from)));
    case DType::I16: return py::int_(static_cast<int>(get<int16_t>(from)));
    case DType::I32: return py::int_(get<int32_t>(from));
    case DType::I64: return py::int_(get<int64_t>(from));
    case DType::U1: return py::bool_(get<int32_t>(from) != 0);
    case DType::U8: return py::int_(static_cast<unsigned>(get<uint8_t>(from)));
    case DType::U16: return py::int_(static_cast<unsigned>(get<uint16_t>(from)));
    case DType::U32: return py::int_(get<uint32_t>(from));
    case DType::U64: return py::int_(get<uint64_t>(from));
  }
  TS_UNREACHABLE("all types are listed");
}

}  // namespace tinsmith::python
