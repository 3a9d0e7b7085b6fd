// SPDX-License-Identifier: Apache-2.0
// One switch gives every pure operation its meaning; the dispatchers above it choose the C++ type
// to compute in. Integers wrap because they are computed modulo 2^64 and cut to their width.
#include "ir/scalar.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "support/check.h"

namespace tinsmith {

namespace {

template <class T>
T unpack(DType type, uint64_t bits) {
  if constexpr (std::is_integral_v<T>) return static_cast<T>(bits);
  if (type == DType::F64) return static_cast<T>(std::bit_cast<double>(bits));
  return static_cast<T>(std::bit_cast<float>(static_cast<uint32_t>(bits)));
}

uint64_t pack(DType type, float v) {
  if (type == DType::F16) v = f16_to_float(f16_from_float(v));
  return type == DType::F64 ? std::bit_cast<uint64_t>(static_cast<double>(v))
                            : std::bit_cast<uint32_t>(v);
}
uint64_t pack(DType type, double v) {
  return type == DType::F64 ? std::bit_cast<uint64_t>(v) : pack(type, static_cast<float>(v));
}
uint64_t pack(DType type, uint64_t v) { return const_bits_int(type, static_cast<int64_t>(v)); }
uint64_t pack(DType type, int64_t v) { return const_bits_int(type, v); }
uint64_t pack(DType, bool v) { return v; }

// Calls `f` with the operands in a C++ type that fits the operation.
struct Call {
  DType type, result;
  std::span<const uint64_t> in;

  template <class T, class F>
  uint64_t in_type(F f) const {
    if constexpr (std::is_invocable_v<F, T, T>)
      return pack(result, f(unpack<T>(type, in[0]), unpack<T>(type, in[1])));
    else
      return pack(result, f(unpack<T>(type, in[0])));
  }
  template <class F>
  uint64_t real(F f) const {
    return type == DType::F64 ? in_type<double>(f) : in_type<float>(f);
  }
  template <class F>
  uint64_t ordered(F f) const {  // integers with their sign
    if (is_real(type)) return real(f);
    return is_signed(type) ? in_type<int64_t>(f) : in_type<uint64_t>(f);
  }
  template <class F>
  uint64_t wrapping(F f) const {  // integers modulo 2^64
    return is_real(type) ? real(f) : in_type<uint64_t>(f);
  }
};

template <class T>
T quotient(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a / b;
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return static_cast<T>(0 - static_cast<uint64_t>(a));
  return a / b;
}

template <class T>
T remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fmod(a, b);
  else if constexpr (std::is_signed_v<T>)
    return b == 0 || b == -1 ? 0 : a % b;
  else
    return b == 0 ? 0 : a % b;
}

template <class T>
T floor_quotient(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return std::floor(a / b);
  T q = quotient(a, b);
  bool inexact = b != 0 && remainder(a, b) != 0;
  return inexact && ((a < 0) != (b < 0)) ? q - 1 : q;
}

template <class T>
T modulo(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a - b * std::floor(a / b);
  T r = remainder(a, b);
  return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}

// By squaring, from the lowest bit of |exponent|; a negative exponent inverts a real and is ignored
// otherwise. Each product is rounded to `type`.
uint64_t power(DType type, uint64_t base, int64_t exponent) {
  uint64_t one = const_bits(type, 1);
  uint64_t out = one;
  auto times = [&](uint64_t a, uint64_t b) {
    return Call{type, type, std::to_array({a, b})}.wrapping([](auto x, auto y) { return x * y; });
  };
  uint64_t n = exponent < 0 ? 0 - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  for (; n != 0; n >>= 1) {
    if (n & 1) out = times(out, base);
    base = times(base, base);
  }
  if (exponent >= 0 || is_integral(type)) return out;
  return apply(Op::Div, type, type, std::to_array({one, out}));
}

uint64_t truncated(double v, DType to) {
  if (std::isnan(v)) return 0;
  uint32_t width = bits(to);
  if (is_signed(to)) {
    double limit = std::ldexp(1.0, static_cast<int>(width) - 1);
    if (v >= limit) return pack(to, (uint64_t{1} << (width - 1)) - 1);
    if (v <= -limit) return pack(to, uint64_t{1} << (width - 1));
    return pack(to, static_cast<int64_t>(v));
  }
  if (v <= -1) return 0;
  if (v >= std::ldexp(1.0, static_cast<int>(width))) return pack(to, ~uint64_t{0});
  return pack(to, static_cast<uint64_t>(v));
}

uint64_t converted(uint64_t v, DType from, DType to) {
  if (to == DType::U1) return is_real(from) ? unpack<double>(from, v) != 0 : v != 0;
  if (is_integral(to)) return is_real(from) ? truncated(unpack<double>(from, v), to) : pack(to, v);
  if (is_real(from)) return pack(to, unpack<double>(from, v));
  if (to == DType::F64)
    return is_signed(from) ? pack(to, static_cast<double>(static_cast<int64_t>(v)))
                           : pack(to, static_cast<double>(v));
  return is_signed(from) ? pack(to, static_cast<float>(static_cast<int64_t>(v)))
                         : pack(to, static_cast<float>(v));
}

uint64_t bit_cast_scalar(uint64_t v, DType from, DType to) {
  uint64_t raw = v;
  if (from == DType::F16) raw = f16_from_float(unpack<float>(from, v));
  if (to == DType::F16) return std::bit_cast<uint32_t>(f16_to_float(static_cast<uint16_t>(raw)));
  return is_real(to) ? (bits(to) < 64 ? raw & 0xffffffff : raw) : pack(to, raw);
}

uint64_t shifted(Op op, DType type, uint64_t v, uint64_t by) {
  by &= bits(type) - 1;
  if (op == Op::Shl) return pack(type, v << by);
  return is_signed(type) ? pack(type, static_cast<int64_t>(v) >> by) : v >> by;
}

uint64_t low_bits(DType type, uint64_t v) {
  return bits(type) == 64 ? v : v & ((uint64_t{1} << bits(type)) - 1);
}

template <class T>
T sign(T x) {
  return static_cast<T>(static_cast<T>(x > 0) - static_cast<T>(x < 0));
}

}  // namespace

uint64_t apply(Op op, DType type, DType result, std::span<const uint64_t> in) {
  Call call{type, result, in};
  switch (op) {
    case Op::Add: return call.wrapping([](auto a, auto b) { return a + b; });
    case Op::Sub: return call.wrapping([](auto a, auto b) { return a - b; });
    case Op::Mul: return call.wrapping([](auto a, auto b) { return a * b; });
    case Op::Div: return call.ordered([](auto a, auto b) { return quotient(a, b); });
    case Op::Rem: return call.ordered([](auto a, auto b) { return remainder(a, b); });
    case Op::FloorDiv: return call.ordered([](auto a, auto b) { return floor_quotient(a, b); });
    case Op::Mod: return call.ordered([](auto a, auto b) { return modulo(a, b); });
    case Op::Pow:
      if (is_integral(type)) return power(type, in[0], static_cast<int64_t>(in[1]));
      return call.real([](auto a, auto b) { return std::pow(a, b); });
    case Op::IPow: return power(type, in[0], static_cast<int64_t>(in[1]));
    case Op::Atan2: return call.real([](auto a, auto b) { return std::atan2(a, b); });
    case Op::Min: return call.ordered([](auto a, auto b) { return b < a ? b : a; });
    case Op::Max: return call.ordered([](auto a, auto b) { return a < b ? b : a; });
    case Op::And: return in[0] & in[1];
    case Op::Or: return in[0] | in[1];
    case Op::Xor: return in[0] ^ in[1];
    case Op::Shl:
    case Op::Shr: return shifted(op, type, in[0], in[1]);
    case Op::Neg:
      return is_real(type) ? call.real([](auto a) { return -a; }) : pack(type, uint64_t{0} - in[0]);
    case Op::Abs:
      if (is_real(type)) return call.real([](auto a) { return std::fabs(a); });
      return is_signed(type) && static_cast<int64_t>(in[0]) < 0 ? pack(type, uint64_t{0} - in[0])
                                                                : in[0];
    case Op::Sign: return call.ordered([](auto a) { return sign(a); });
    case Op::Not: return type == DType::U1 ? in[0] ^ 1 : pack(type, ~in[0]);
    case Op::Sqrt: return call.real([](auto a) { return std::sqrt(a); });
    case Op::Rsqrt: return call.real([](auto a) { return 1 / std::sqrt(a); });
    case Op::Sin: return call.real([](auto a) { return std::sin(a); });
    case Op::Cos: return call.real([](auto a) { return std::cos(a); });
    case Op::Tan: return call.real([](auto a) { return std::tan(a); });
    case Op::Asin: return call.real([](auto a) { return std::asin(a); });
    case Op::Acos: return call.real([](auto a) { return std::acos(a); });
    case Op::Tanh: return call.real([](auto a) { return std::tanh(a); });
    case Op::Exp: return call.real([](auto a) { return std::exp(a); });
    case Op::Log: return call.real([](auto a) { return std::log(a); });
    case Op::Floor: return call.real([](auto a) { return std::floor(a); });
    case Op::Ceil: return call.real([](auto a) { return std::ceil(a); });
    case Op::Round: return call.real([](auto a) { return std::nearbyint(a); });
    case Op::FrexpMantissa:
      return call.real([](auto a) {
        int e = 0;
        return std::frexp(a, &e);
      });
    case Op::FrexpExponent:
      return call.real([](auto a) {
        int e = 0;
        return std::frexp(a, &e), int64_t{e};
      });
    case Op::PopCount: return static_cast<uint64_t>(std::popcount(low_bits(type, in[0])));
    case Op::Clz:
      return static_cast<uint64_t>(std::countl_zero(low_bits(type, in[0]))) - (64 - bits(type));
    case Op::Lt: return call.ordered([](auto a, auto b) { return a < b; });
    case Op::Le: return call.ordered([](auto a, auto b) { return a <= b; });
    case Op::Gt: return call.ordered([](auto a, auto b) { return a > b; });
    case Op::Ge: return call.ordered([](auto a, auto b) { return a >= b; });
    case Op::Eq: return call.ordered([](auto a, auto b) { return a == b; });
    case Op::Ne: return call.ordered([](auto a, auto b) { return a != b; });
    case Op::Select: return in[0] ? in[1] : in[2];
    case Op::Cast: return converted(in[0], type, result);
    case Op::BitCast: return bit_cast_scalar(in[0], type, result);
    case Op::Const:
    case Op::Arg:
    case Op::ArrayDim:
    case Op::Random:
    case Op::Var:
    case Op::Elem:
    case Op::FieldPtr:
    case Op::ArrayPtr:
    case Op::TempPtr:
    case Op::Load:
    case Op::Store:
    case Op::AtomicAdd:
    case Op::AtomicMul:
    case Op::AtomicMin:
    case Op::AtomicMax:
    case Op::AtomicAnd:
    case Op::AtomicOr:
    case Op::AtomicXor:
    case Op::Return:
    case Op::If:
    case Op::For:
    case Op::While:
    case Op::ParallelFor:
    case Op::Task:
    case Op::Yield:
    case Op::Break:
    case Op::Continue: break;
  }
  TS_UNREACHABLE("not a scalar operation: " + std::string(info(op).text));
}

bool is_defined(Op op, DType type, DType result, std::span<const uint64_t> in) {
  bool divides = op == Op::Div || op == Op::Rem || op == Op::FloorDiv || op == Op::Mod;
  if (divides && is_integral(type)) return in[1] != 0;
  if (op == Op::Shl || op == Op::Shr) return in[1] < bits(type);
  if (op == Op::Pow && is_integral(type)) return static_cast<int64_t>(in[1]) >= 0;
  if (op == Op::Cast && is_real(type) && is_integral(result) && result != DType::U1) {
    double v = std::trunc(unpack<double>(type, in[0]));
    return unpack<double>(DType::F64, apply(Op::Cast, result, DType::F64,
                                            std::to_array({truncated(v, result)}))) == v;
  }
  return true;
}

uint64_t load_scalar(DType type, const std::byte* at) {
  uint64_t raw = 0;
  std::memcpy(&raw, at, bytes(type));
  if (type == DType::F16) return std::bit_cast<uint32_t>(f16_to_float(static_cast<uint16_t>(raw)));
  return is_real(type) ? raw : pack(type, raw);
}

void store_scalar(DType type, std::byte* at, uint64_t value) {
  if (type == DType::F16) value = f16_from_float(unpack<float>(type, value));
  std::memcpy(at, &value, bytes(type));
}

uint16_t f16_from_float(float value) {
  auto raw = std::bit_cast<uint32_t>(value);
  auto sign = static_cast<uint16_t>(raw >> 16 & 0x8000);
  float magnitude = std::fabs(value);
  if (std::isnan(value)) return sign | 0x7e00;
  if (magnitude >= 65520.0f) return sign | 0x7c00;  // half way from the largest f16 to the next
  // Scaled so that the last place of the f16 is 1: nearbyint then rounds as f16 would.
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  int last_place = std::max(exponent - 11, -24);
  auto units = static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, -last_place)));
  if (units == 0) return sign;
  // Normal: units in [1024, 2048], and 1024 units are the implicit bit. Subnormal: units below 1024
  // at 2^-24.
  auto biased = static_cast<uint32_t>(last_place + 24);
  return static_cast<uint16_t>(sign | (biased * 1024 + units));
}

float f16_to_float(uint16_t half) {
  float sign = half & 0x8000 ? -1.0f : 1.0f;
  int exponent = half >> 10 & 31;
  int mantissa = half & 1023;
  if (exponent == 31)
    return sign * (mantissa ? std::numeric_limits<float>::quiet_NaN()
                            : std::numeric_limits<float>::infinity());
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

}  // namespace tinsmith
