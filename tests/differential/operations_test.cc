// SPDX-License-Identifier: Apache-2.0
// Every scalar operation on every type that SPIR-V has it for, every conversion and every atomic:
// device against interpreter.
#include <cmath>
#include <limits>

#include "harness.h"

namespace tinsmith::differential {
namespace {

constexpr DType kTypes[] = {DType::F16, DType::F32, DType::F64, DType::I8,  DType::I16, DType::I32,
                            DType::I64, DType::U8,  DType::U16, DType::U32, DType::U64};
constexpr uint32_t kCells = 96;

std::string t(DType type) { return std::string(name(type)); }

// Fields one after the other, each of kCells scalars.
struct Fields {
  std::string text;
  uint32_t end = 0;
  void add(const std::string& field, DType type, uint32_t n = kCells) {
    end = (end + 7) / 8 * 8;
    text += "field @" + field + ": " + t(type) + "[" + std::to_string(n) + "] at " +
            std::to_string(end) + "\n";
    end += n * bytes(type);
  }
};

std::string kernel(const Fields& fields, const std::string& body, uint32_t n = kCells) {
  return fields.text + "kernel @k {\n  %0:i32 = const 0\n  %n:i32 = const " + std::to_string(n) +
         "\n  parallel_for %0 %n { (%i:i32)\n" + body + "  }\n}\n";
}

std::string load(const std::string& field, DType type) {
  return "    %p_" + field + ":*" + t(type) + " = field_ptr @" + field + " %i\n    %" + field +
         ":" + t(type) + " = load %p_" + field + "\n";
}

// Adds `out_NAME = NAME operands` with its own field.
struct Operations {
  Fields fields;
  std::string body;
  void add(const std::string& op, const std::string& operands, DType result,
           const std::string& label) {
    std::string out = "out_" + label;
    fields.add(out, result);
    body += "    %r_" + label + ":" + t(result) + " = " + op + " " + operands + "\n    %q_" +
            label + ":*" + t(result) + " = field_ptr @" + out + " %i\n    store %q_" + label +
            " %r_" + label + "\n";
  }
};

// a: any · b: not zero, and no divisor that overflows · s: shifts · u: in [-1, 1] · p: positive
double fill(const Field& field, uint32_t cell, uint32_t) {
  double x = std::sin(cell * 1.7 + 0.3) * 40;
  if (cell < 4) x = cell - 1.0;
  if (field.name == "s") return cell % bits(field.dtype);
  if (field.name == "u") return std::sin(cell * 0.9);
  if (field.name == "p") return std::abs(x) + 0.01;
  if (field.name == "b") x = std::cos(cell * 2.3) * 9 + (cell % 2 ? 1.5 : -1.5);
  if (!is_real(field.dtype)) {
    x = std::trunc(field.name == "a" && bits(field.dtype) >= 32 ? x * 1e7 : x);
    if (!is_signed(field.dtype)) x = std::abs(x);
    if (field.name == "b" && std::abs(x) < 2) x = 3;
    return x;
  }
  return field.name == "b" && x == 0 ? 1 : x;
}

double tolerance(const Field& field) {
  if (field.dtype == DType::F16) return 4e-3;
  if (field.dtype == DType::F64) return 1e-14;
  return field.dtype == DType::F32 ? 4e-5 : 0;
}

class EveryType : public ::testing::TestWithParam<DType> {};

Operations arithmetic(DType type) {
  Operations ops;
  for (const char* field : {"a", "b", "s", "u", "p"}) {
    ops.fields.add(field, type);
    ops.body += load(field, type);
  }
  for (const char* op : {"add", "sub", "mul", "div", "rem", "floor_div", "mod", "min", "max"})
    ops.add(op, "%a %b", type, op);
  for (const char* op : {"lt", "le", "gt", "ge", "eq", "ne"}) ops.add(op, "%a %b", DType::U1, op);
  ops.add("select", "%r_lt %a %b", type, "select");
  if (is_signed(type)) ops.add("neg", "%a", type, "neg");
  for (const char* op : {"abs", "sign"}) ops.add(op, "%a", type, op);
  return ops;
}

TEST_P(EveryType, ArithmeticAndComparison) {
  DType type = GetParam();
  Operations ops = arithmetic(type);
  if (!is_real(type)) {
    for (const char* op : {"and", "or", "xor"}) ops.add(op, "%a %b", type, op);
    for (const char* op : {"shl", "shr"}) ops.add(op, "%a %s", type, op);
    ops.add("not", "%a", type, "not");
    for (const char* op : {"popcount", "clz"}) {
      ops.add(op, "%a", DType::I32, op);
      ops.add(op, "%s", DType::I32, std::string(op) + "_small");
    }
    ops.add("pow", "%b %s", type, "pow");
  } else {
    for (const char* op : {"floor", "ceil", "round", "frexp_mantissa"}) ops.add(op, "%a", type, op);
    ops.add("frexp_exponent", "%a", DType::I32, "frexp_exponent");
    for (const char* op : {"sqrt", "rsqrt"}) ops.add(op, "%p", type, op);
  }
  compare({kernel(ops.fields, ops.body), {}, fill, tolerance});
}

TEST_P(EveryType, ElementaryFunctions) {
  DType type = GetParam();
  if (!is_real(type)) return;
  Operations ops;
  for (const char* field : {"a", "b", "u", "p"}) {
    ops.fields.add(field, type);
    ops.body += load(field, type);
  }
  for (const char* op : {"sin", "cos", "tan", "asin", "acos", "exp"}) ops.add(op, "%u", type, op);
  ops.add("tanh", "%a", type, "tanh");
  ops.add("log", "%p", type, "log");
  ops.add("atan2", "%a %b", type, "atan2");
  ops.add("pow", "%p %u", type, "pow");
  ops.body += "    %whole:" + t(type) + " = floor %u\n    %three:" + t(type) +
              " = const 3.0\n    %w:" + t(type) + " = add %whole %three\n";
  ops.add("pow", "%b %w", type, "pow_integral");
  compare({kernel(ops.fields, ops.body), {}, fill, tolerance});
}

TEST(ElementaryFunctions, OfF64ReachTheEndsOfTheRange) {
  Operations ops;
  for (const char* field : {"x", "y"}) {
    ops.fields.add(field, DType::F64);
    ops.body += load(field, DType::F64);
  }
  for (const char* op : {"exp", "tanh", "log"}) ops.add(op, "%x", DType::F64, op);
  ops.add("atan2", "%x %y", DType::F64, "atan2");
  ops.add("pow", "%x %y", DType::F64, "pow");
  for (const char* op : {"sin", "cos", "tan"}) ops.add(op, "%y", DType::F64, op);
  auto values = [](const Field& field, uint32_t cell, uint32_t) {
    constexpr double kMost = std::numeric_limits<double>::max();
    const double ends[] = {0,      1,        -1,        1e-300, 4e-310, kMost,
                           -kMost, INFINITY, -INFINITY, NAN,    709.7,  -745};
    if (field.name == "y") return cell * 31.7 - 1500;
    return cell < std::size(ends) ? ends[cell] : std::exp(cell * 0.4 - 12) * (cell % 2 ? 1 : -1);
  };
  compare({kernel(ops.fields, ops.body), {}, values, [](const Field&) { return 3e-13; }});
}

TEST_P(EveryType, ConvertsToEveryOther) {
  DType from = GetParam();
  Operations ops;
  for (const char* field : {"u", "c"}) {
    ops.fields.add(field, from);
    ops.body += load(field, from);
  }
  for (DType to : kTypes) {
    ops.add("cast", "%c", to, t(to));
    if (bits(to) == bits(from)) ops.add("bit_cast", "%c", to, "bits_" + t(to));
  }
  ops.add("cast", "%c", DType::U1, "u1");
  for (DType to : kTypes) ops.add("cast", "%r_u1", to, "back_" + t(to));
  // Small enough for every type; negative where the source is an integer, whose wrapping is
  // defined.
  auto values = [](const Field& field, uint32_t cell, uint32_t) {
    if (is_real(field.dtype)) return cell % 3 ? cell * 0.75 : 0.0;
    return is_signed(field.dtype) ? cell - 40.0 : cell * 1.0;
  };
  compare({kernel(ops.fields, ops.body), {}, values});
}

TEST_P(EveryType, AtomicsGiveWhatAnyOrderGives) {
  DType type = GetParam();
  Fields fields;
  std::string body;
  std::vector<std::string> ops = {"add", "min", "max"};
  if (!is_real(type)) ops.insert(ops.end(), {"and", "or", "xor", "mul"});
  for (const std::string& op : ops) {
    fields.add("f_" + op, type, 5);
    body += "    %p_" + op + ":*" + t(type) + " = field_ptr @f_" + op + " %slot\n    atomic_" + op +
            " %p_" + op + " %v\n";
  }
  std::string start =
      "    %five:i32 = const 5\n    %slot:i32 = rem %i %five\n    %v:" + t(type) + " = cast %i\n";
  auto values = [](const Field& field, uint32_t cell, uint32_t) {
    return field.name == "f_mul" ? 3.0 : cell + 7.0;
  };
  compare({kernel(fields, start + body), {}, values});
}

// Addresses that are the same in all iterations: each invocation gathers first.
TEST_P(EveryType, ReductionsGiveWhatAnyOrderGives) {
  DType type = GetParam();
  Fields fields;
  std::string body = "    %one:i32 = const 1\n    %v:" + t(type) + " = cast %i\n";
  std::vector<std::string> ops = {"add", "min", "max"};
  if (!is_real(type)) ops.insert(ops.end(), {"and", "or", "xor", "mul"});
  for (const std::string& op : ops) {
    fields.add("f_" + op, type, 2);
    body += "    %p_" + op + ":*" + t(type) + " = field_ptr @f_" + op + " %one\n    atomic_" + op +
            " %p_" + op + " %v\n";
  }
  auto values = [](const Field&, uint32_t cell, uint32_t) { return cell + 7.0; };
  compare({kernel(fields, body, 90), {}, values});
}

TEST_P(EveryType, AtomicsOnLocalsGiveTheOldValue) {
  DType type = GetParam();
  Operations ops;
  ops.fields.add("a", type);
  ops.body = load("a", type) + "    %one:" + t(type) + " = cast %i\n    %v:*" + t(type) +
             " = var\n    store %v %a\n";
  ops.add("atomic_add", "%v %one", type, "first");
  ops.add("atomic_max", "%v %one", type, "second");
  ops.add("load", "%v", type, "last");
  compare({kernel(ops.fields, ops.body), {}, fill, tolerance});
}

INSTANTIATE_TEST_SUITE_P(Types, EveryType, ::testing::ValuesIn(kTypes),
                         [](const ::testing::TestParamInfo<DType>& of) {
                           return std::string(tinsmith::name(of.param));
                         });

TEST(Booleans, AreWordsInMemoryAndLogicInRegisters) {
  Operations ops;
  for (const char* field : {"x", "y"}) {
    ops.fields.add(field, DType::U1);
    ops.body += load(field, DType::U1);
  }
  for (const char* op : {"and", "or", "xor", "eq", "ne", "lt", "ge"})
    ops.add(op, "%x %y", DType::U1, op);
  ops.add("not", "%x", DType::U1, "not");
  ops.add("select", "%x %y %r_not", DType::U1, "select");
  compare({kernel(ops.fields, ops.body), {}, [](const Field& field, uint32_t cell, uint32_t) {
             return field.name == "x" ? double{0} + cell % 2 : double{0} + cell / 2 % 2;
           }});
}

// Mesa 22.3 says no to each `i64(x) < c` of an i32 x; src/opt/rules_width.cc keeps them from it.
TEST(Operations, WidenedIntegersAgainstLiterals) {
  for (DType type : {DType::I8, DType::I16, DType::I32, DType::U8, DType::U16, DType::U32}) {
    Operations all;
    all.fields.add("a", type);
    all.body = load("a", type) + "    %w:i64 = cast %a\n";
    for (int64_t c :
         {int64_t{-5000000000}, int64_t{-3}, int64_t{0}, int64_t{5}, int64_t{5000000000}}) {
      std::string label = (c < 0 ? "m" : "") + std::to_string(std::abs(c));
      all.body += "    %c_" + label + ":i64 = const " + std::to_string(c) + "\n";
      for (const char* op : {"lt", "le", "gt", "ge", "eq", "ne"}) {
        std::string name = op + ("_" + label);
        all.body += "    %t_" + name + ":u1 = " + op + " %w %c_" + label + "\n";
        all.add("cast", "%t_" + name, DType::I32, name);
      }
      for (const char* op : {"min", "max"}) {
        all.add(op, "%w %c_" + label, DType::I64, op + ("_" + label));
      }
    }
    all.add("sign", "%w", DType::I64, "sign");
    Case test;
    test.text = kernel(all.fields, all.body);
    test.fill = fill;
    compare(test);
  }
}

}  // namespace
}  // namespace tinsmith::differential
