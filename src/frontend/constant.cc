// SPDX-License-Identifier: Apache-2.0
// Python's arithmetic on compile-time numbers: what `2 ** 10 // 3` in a kernel means before
// anything runs. Whole numbers are exact up to 127 bits; what does not fit is refused rather than
// wrapped.
#include <algorithm>
#include <cmath>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

namespace {

Constant make_int(Integer v) { return {Constant::Kind::Int, v, 0, {}}; }
Constant make_real(double v) { return {Constant::Kind::Float, 0, v, {}}; }
Constant make_bool(bool v) { return {Constant::Kind::Bool, v, 0, {}}; }

std::optional<Integer> int_power(Integer base, Integer exponent) {
  Integer result = 1;
  for (Integer i = 0; i < exponent; ++i) {
    if (__builtin_mul_overflow(result, base, &result)) return std::nullopt;
    if (result == 0 || (result == 1 && base == 1)) break;
    if (base == -1) return exponent % 2 ? -1 : 1;
  }
  return result;
}

Integer floor_div(Integer a, Integer b) {
  Integer q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

std::optional<Constant> checked(bool overflow, Integer v, std::string& why) {
  if (!overflow) return make_int(v);
  why = "the result has more than 127 bits";
  return std::nullopt;
}

std::optional<Constant> shift(Operator op, Integer a, Integer n, std::string& why) {
  if (n < 0) {
    why = "negative shift count";
    return std::nullopt;
  }
  if (op == Operator::RShift) return make_int(a >> static_cast<int>(std::min<Integer>(n, 126)));
  if (a == 0) return make_int(0);
  Integer result = n < 126 ? a * (Integer{1} << static_cast<int>(n)) : 0;
  return checked(n >= 126 || result >> static_cast<int>(n) != a, result, why);
}

std::optional<Constant> fold_ints(Operator op, Integer a, Integer b, std::string& why) {
  Integer r = 0;
  switch (op) {
    case Operator::Add: {
      bool overflow = __builtin_add_overflow(a, b, &r);
      return checked(overflow, r, why);
    }
    case Operator::Sub: {
      bool overflow = __builtin_sub_overflow(a, b, &r);
      return checked(overflow, r, why);
    }
    case Operator::Mult: {
      bool overflow = __builtin_mul_overflow(a, b, &r);
      return checked(overflow, r, why);
    }
    case Operator::LShift:
    case Operator::RShift: return shift(op, a, b, why);
    case Operator::BitAnd: return make_int(a & b);
    case Operator::BitOr: return make_int(a | b);
    case Operator::BitXor: return make_int(a ^ b);
    case Operator::Pow: {
      if (b < 0) return make_real(std::pow(static_cast<double>(a), static_cast<double>(b)));
      auto power = int_power(a, b);
      return checked(!power, power.value_or(0), why);
    }
    case Operator::Div:
    case Operator::FloorDiv:
    case Operator::Mod:
      if (b == 0) {
        why = "division by zero";
        return std::nullopt;
      }
      if (op == Operator::Div) return make_real(static_cast<double>(a) / static_cast<double>(b));
      return make_int(op == Operator::FloorDiv ? floor_div(a, b) : a - b * floor_div(a, b));
    default: why = "not defined for whole numbers"; return std::nullopt;
  }
}

std::optional<Constant> fold_reals(Operator op, double a, double b, std::string& why) {
  if (b == 0 && (op == Operator::Div || op == Operator::FloorDiv || op == Operator::Mod)) {
    why = "division by zero";
    return std::nullopt;
  }
  switch (op) {
    case Operator::Add: return make_real(a + b);
    case Operator::Sub: return make_real(a - b);
    case Operator::Mult: return make_real(a * b);
    case Operator::Div: return make_real(a / b);
    case Operator::FloorDiv: return make_real(std::floor(a / b));
    case Operator::Mod: {
      double r = std::fmod(a, b);
      return make_real(r != 0 && (r < 0) != (b < 0) ? r + b : r);
    }
    case Operator::Pow: return make_real(std::pow(a, b));
    default: why = "not defined for real numbers"; return std::nullopt;
  }
}

template <class T>
std::optional<bool> ordered(Operator op, const T& a, const T& b) {
  switch (op) {
    case Operator::Eq: return a == b;
    case Operator::NotEq: return a != b;
    case Operator::Lt: return a < b;
    case Operator::LtE: return a <= b;
    case Operator::Gt: return a > b;
    case Operator::GtE: return a >= b;
    default: return std::nullopt;
  }
}

}  // namespace

std::string decimal(Integer v) {
  bool negative = v < 0;
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(negative ? -(v % 10) : v % 10));
    v /= 10;
  } while (v != 0);
  if (negative) digits += '-';
  return {digits.rbegin(), digits.rend()};
}

bool truth_of(const Constant& c) {
  switch (c.kind) {
    case Constant::Kind::None: return false;
    case Constant::Kind::Bool:
    case Constant::Kind::Int: return c.integer != 0;
    case Constant::Kind::Float: return c.real != 0;
    case Constant::Kind::Str: return !c.text.empty();
  }
  TS_UNREACHABLE("constant kind");
}

std::optional<Constant> fold_binary(Operator op, const Constant& a, const Constant& b,
                                    std::string& why) {
  if (a.kind == Constant::Kind::Str && b.kind == Constant::Kind::Str && op == Operator::Add)
    return Constant{Constant::Kind::Str, 0, 0, a.text + b.text};
  if (!a.is_number() || !b.is_number()) {
    why = "not defined for these operands";
    return std::nullopt;
  }
  bool bits = op == Operator::BitAnd || op == Operator::BitOr || op == Operator::BitXor;
  if (bits && a.kind == Constant::Kind::Bool && b.kind == Constant::Kind::Bool)
    return make_bool(fold_ints(op, a.integer, b.integer, why)->integer != 0);
  if (a.is_int() && b.is_int()) return fold_ints(op, a.integer, b.integer, why);
  return fold_reals(op, a.as_real(), b.as_real(), why);
}

std::optional<Constant> fold_unary(Operator op, const Constant& a, std::string& why) {
  if (op == Operator::Not) return make_bool(!truth_of(a));
  if (a.is_int()) {
    if (op == Operator::USub) return make_int(-a.integer);
    if (op == Operator::UAdd) return make_int(a.integer);
    if (op == Operator::Invert) return make_int(~a.integer);
  }
  if (a.kind == Constant::Kind::Float) {
    if (op == Operator::USub) return make_real(-a.real);
    if (op == Operator::UAdd) return a;
  }
  why = "not defined for this operand";
  return std::nullopt;
}

std::optional<bool> fold_compare(Operator op, const Constant& a, const Constant& b) {
  if (op == Operator::Is || op == Operator::IsNot) {
    bool same = a.kind == b.kind && a.integer == b.integer && a.real == b.real && a.text == b.text;
    return same == (op == Operator::Is);
  }
  if (a.is_int() && b.is_int()) return ordered(op, a.integer, b.integer);
  if (a.is_number() && b.is_number()) return ordered(op, a.as_real(), b.as_real());
  if (a.kind == Constant::Kind::Str && b.kind == Constant::Kind::Str)
    return ordered(op, a.text, b.text);
  if (op == Operator::Eq || op == Operator::NotEq)
    return (a.kind == b.kind) == (op == Operator::Eq);  // None, or of different sorts
  return std::nullopt;
}

}  // namespace tinsmith::frontend
