// SPDX-License-Identifier: Apache-2.0
// Operations whose operands and results are of several kinds: comparisons, conversions, bit fields,
// numbers in parts, packing, vectors and matrices, atomics. Expected values are written down, and
// the Vulkan device must agree.
#include <gtest/gtest.h>
#include <spirv/unified1/GLSL.std.450.h>

#include <cmath>
#include <functional>

#include "shader.h"

namespace tinsmith::differential {
namespace {

using spv::Op;

constexpr Kind kF32 = {'f', 32, 1}, kU32 = {'u', 32, 1}, kS32 = {'s', 32, 1}, kBool = {'b', 32, 1};
constexpr Kind kF16 = {'f', 16, 1}, kF64 = {'f', 64, 1}, kS64 = {'s', 64, 1}, kU64 = {'u', 64, 1};
constexpr double kInf = HUGE_VAL;
const double kNan = std::nan("");

Kind of(Kind kind, unsigned lanes) { return {kind.of, kind.width, lanes}; }

struct Operand {
  Kind kind;
  std::vector<double> lanes;
};

// One expression: operands are read from the input, its result must be `want`.
struct Expression {
  std::string name;
  std::vector<Operand> operands;
  std::function<Word(Shader&, const std::vector<Word>&)> emit;
  Kind result;
  std::vector<double> want;
  double tolerance = 0;
};

std::function<Word(Shader&, const std::vector<Word>&)> core(Op op, Kind result) {
  return [op, result](Shader& s, const std::vector<Word>& v) {
    std::vector<Word> operands = {s.type(result), s.asm_.new_id()};
    operands.insert(operands.end(), v.begin(), v.end());
    s.asm_.emit(op, operands);
    return operands[1];
  };
}
std::function<Word(Shader&, const std::vector<Word>&)> glsl(unsigned number, Kind result) {
  return [number, result](Shader& s, const std::vector<Word>& v) {
    std::vector<Word> operands = {s.type(result), s.asm_.new_id(), s.asm_.glsl(), number};
    operands.insert(operands.end(), v.begin(), v.end());
    s.asm_.emit(Op::OpExtInst, operands);
    return operands[1];
  };
}

void check_results(const std::vector<Expression>& all, const Words& output, const char* where) {
  size_t slot = 0;
  for (const Expression& e : all) {
    for (unsigned lane = 0; lane < e.result.lanes; ++lane) {
      const double got = number_at(e.result, output, slot, lane), want = e.want[lane];
      const bool near = std::fabs(got - want) <= e.tolerance * std::max(1.0, std::fabs(want));
      EXPECT_TRUE(got == want || near || (std::isnan(got) && std::isnan(want)))
          << e.name << " lane " << lane << " " << where << ": " << got << ", should be " << want;
    }
    slot += e.result.words();
  }
}

bool has_double(const std::vector<Expression>& all) {
  for (const Expression& e : all) {
    if (e.result == kF64) return true;
    for (const Operand& operand : e.operands) {
      if (operand.kind.of == 'f' && operand.kind.width == 64) return true;
    }
  }
  return false;
}

// All in one shader, of which every thread does the same.
void check(const std::vector<Expression>& all) {
  unsigned in = 0, out = 0;
  for (const Expression& e : all) {
    for (const Operand& operand : e.operands) in += operand.kind.words();
    out += e.result.words();
  }
  Shader shader(0, out);
  Words input(std::max(in, 1u));
  unsigned slot = 0, result_slot = 0;
  for (const Expression& e : all) {
    std::vector<Word> operands;
    for (const Operand& operand : e.operands) {
      for (unsigned lane = 0; lane < operand.kind.lanes; ++lane) {
        put(operand.kind, input, slot, lane, operand.lanes[lane]);
      }
      operands.push_back(shader.read(operand.kind, slot));
      slot += operand.kind.words();
    }
    shader.write(e.result, result_slot, e.emit(shader, operands));
    result_slot += e.result.words();
  }
  const Words words = shader.finish(), empty(out * Shader::kGroup);
  check_results(all, run_on_cpu(words, input, empty, Shader::kGroup, host_options()), "on the CPU");
  if (!has_double(all)) {
    const Words phone = run_on_cpu(words, input, empty, Shader::kGroup, phone_options());
    check_results(all, phone, "as for a phone");
  }
  if (!vulkan_can(words)) return;
  check_results(all, run_on_vulkan(words, input, empty, Shader::kGroup), "by Vulkan");
}

Operand f(double x) { return {kF32, {x}}; }
Operand u(double x) { return {kU32, {x}}; }
Operand s(double x) { return {kS32, {x}}; }
Operand vec(std::vector<double> lanes) {
  return {of(kF32, static_cast<unsigned>(lanes.size())), lanes};
}

TEST(ShaderSpecial, Comparisons) {
  std::vector<Expression> all;
  const double numbers[] = {1, -3, kInf, kNan};
  const struct {
    Op op;
    const char* name;
    bool (*holds)(double, double);
    bool unordered;
  } floats[] = {
      {Op::OpFOrdEqual, "FOrdEqual", [](double x, double y) { return x == y; }, false},
      {Op::OpFUnordEqual, "FUnordEqual", [](double x, double y) { return x == y; }, true},
      {Op::OpFOrdNotEqual, "FOrdNotEqual", [](double x, double y) { return x < y || x > y; },
       false},
      {Op::OpFUnordNotEqual, "FUnordNotEqual", [](double x, double y) { return x != y; }, true},
      {Op::OpFOrdLessThan, "FOrdLessThan", [](double x, double y) { return x < y; }, false},
      {Op::OpFUnordLessThan, "FUnordLessThan", [](double x, double y) { return x < y; }, true},
      {Op::OpFOrdGreaterThan, "FOrdGreaterThan", [](double x, double y) { return x > y; }, false},
      {Op::OpFUnordGreaterThan, "FUnordGreaterThan", [](double x, double y) { return x > y; },
       true},
      {Op::OpFOrdLessThanEqual, "FOrdLessThanEqual", [](double x, double y) { return x <= y; },
       false},
      {Op::OpFUnordLessThanEqual, "FUnordLessThanEqual", [](double x, double y) { return x <= y; },
       true},
      {Op::OpFOrdGreaterThanEqual, "FOrdGreaterThanEqual",
       [](double x, double y) { return x >= y; }, false},
      {Op::OpFUnordGreaterThanEqual, "FUnordGreaterThanEqual",
       [](double x, double y) { return x >= y; }, true},
  };
  for (const auto& row : floats) {
    for (double x : numbers) {
      for (double y : numbers) {
        const bool is_unordered = std::isnan(x) || std::isnan(y);
        const bool want = is_unordered ? row.unordered : row.holds(x, y);
        all.push_back({std::string(row.name) + " " + std::to_string(x) + " " + std::to_string(y),
                       {f(x), f(y)},
                       core(row.op, kBool),
                       kBool,
                       {static_cast<double>(want)}});
      }
    }
  }
  const Op integers[] = {Op::OpIEqual,           Op::OpINotEqual,      Op::OpSLessThan,
                         Op::OpULessThan,        Op::OpSLessThanEqual, Op::OpULessThanEqual,
                         Op::OpSGreaterThan,     Op::OpUGreaterThan,   Op::OpSGreaterThanEqual,
                         Op::OpUGreaterThanEqual};
  const double less[] = {0, 1, 1, 0, 1, 0, 0, 1, 0, 1};  // -1 against 1
  for (size_t i = 0; i < std::size(integers); ++i) {
    all.push_back({"integer comparison " + std::to_string(i),
                   {s(-1), s(1)},
                   core(integers[i], kBool),
                   kBool,
                   {less[i]}});
  }
  check(all);
}

TEST(ShaderSpecial, LogicAndClasses) {
  const Kind bool3 = of(kBool, 3);
  check({
      {"LogicalAnd",
       {{bool3, {1, 0, 1}}, {bool3, {1, 1, 0}}},
       core(Op::OpLogicalAnd, bool3),
       bool3,
       {1, 0, 0}},
      {"LogicalOr",
       {{bool3, {1, 0, 0}}, {bool3, {1, 1, 0}}},
       core(Op::OpLogicalOr, bool3),
       bool3,
       {1, 1, 0}},
      {"LogicalEqual",
       {{bool3, {1, 0, 0}}, {bool3, {1, 1, 0}}},
       core(Op::OpLogicalEqual, bool3),
       bool3,
       {1, 0, 1}},
      {"LogicalNotEqual",
       {{bool3, {1, 0, 0}}, {bool3, {1, 1, 0}}},
       core(Op::OpLogicalNotEqual, bool3),
       bool3,
       {0, 1, 0}},
      {"LogicalNot", {{bool3, {1, 0, 0}}}, core(Op::OpLogicalNot, bool3), bool3, {0, 1, 1}},
      {"Any", {{bool3, {0, 0, 1}}}, core(Op::OpAny, kBool), kBool, {1}},
      {"Any of none", {{bool3, {0, 0, 0}}}, core(Op::OpAny, kBool), kBool, {0}},
      {"All", {{bool3, {1, 1, 1}}}, core(Op::OpAll, kBool), kBool, {1}},
      {"All but one", {{bool3, {1, 0, 1}}}, core(Op::OpAll, kBool), kBool, {0}},
      {"IsNan", {vec({1, kNan, kInf})}, core(Op::OpIsNan, bool3), bool3, {0, 1, 0}},
      {"IsInf", {vec({1, kNan, -kInf})}, core(Op::OpIsInf, bool3), bool3, {0, 0, 1}},
      {"Select",
       {{bool3, {1, 0, 1}}, vec({1, 2, 3}), vec({4, 5, 6})},
       core(Op::OpSelect, of(kF32, 3)),
       of(kF32, 3),
       {1, 5, 3}},
  });
}

TEST(ShaderSpecial, Conversions) {
  const auto all_of = [](Op op, Kind from, Kind to, std::vector<std::pair<double, double>> pairs) {
    std::vector<Expression> result;
    for (auto [x, want] : pairs) {
      result.push_back({"conversion " + name(from) + " to " + name(to) + " of " + std::to_string(x),
                        {{from, {x}}},
                        core(op, to),
                        to,
                        {want}});
    }
    return result;
  };
  std::vector<Expression> all;
  const auto add = [&](std::vector<Expression> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  const Kind s8 = {'s', 8, 1}, u8 = {'u', 8, 1}, s16 = {'s', 16, 1}, u16 = {'u', 16, 1};
  for (Kind to : {s8, s16, kS32, kS64}) {
    add(all_of(Op::OpConvertFToS, kF32, to, {{1.75, 1}, {-1.75, -1}, {100, 100}}));
    add(all_of(Op::OpConvertSToF, to, kF32, {{-7, -7}, {100, 100}}));
    add(all_of(Op::OpSConvert, kS32, to == kS32 ? kS64 : to, {{-7, -7}, {100, 100}}));
  }
  for (Kind to : {u8, u16, kU32, kU64}) {
    add(all_of(Op::OpConvertFToU, kF32, to, {{1.75, 1}, {200, 200}}));
    add(all_of(Op::OpConvertUToF, to, kF32, {{200, 200}}));
    add(all_of(Op::OpUConvert, kU32, to == kU32 ? kU64 : to, {{200, 200}}));
  }
  add(all_of(Op::OpFConvert, kF32, kF16, {{1.5, 1.5}, {-2.25, -2.25}}));
  add(all_of(Op::OpFConvert, kF16, kF32, {{1.5, 1.5}}));
  add(all_of(Op::OpConvertSToF, kS32, kF16, {{-9, -9}}));
  add(all_of(Op::OpConvertFToS, kF16, kS32, {{-9.5, -9}}));
  add(all_of(Op::OpQuantizeToF16, kF32, kF32, {{1 + 0x1p-12, 1}, {-3, -3}, {1e6, kInf}}));
  all.push_back({"vectors",
                 {vec({1.5, -2.5, 3})},
                 core(Op::OpConvertFToS, of(kS32, 3)),
                 of(kS32, 3),
                 {1, -2, 3}});
  all.push_back({"wider vectors",
                 {{of(kS32, 2), {-5, 6}}},
                 core(Op::OpSConvert, of(kS64, 2)),
                 of(kS64, 2),
                 {-5, 6}});
  all.push_back({"half vectors",
                 {vec({1.5, -2.5})},
                 core(Op::OpFConvert, of(kF16, 2)),
                 of(kF16, 2),
                 {1.5, -2.5}});
  all.push_back({"Bitcast", {f(1)}, core(Op::OpBitcast, kU32), kU32, {0x3f800000}});
  all.push_back({"Bitcast of two words",
                 {{of(kU32, 2), {5, 1}}},
                 core(Op::OpBitcast, kU64),
                 kU64,
                 {4294967301.0}});
  check(all);
  std::vector<Expression> doubles;
  const auto add_double = [&](std::vector<Expression> more) {
    doubles.insert(doubles.end(), more.begin(), more.end());
  };
  add_double(all_of(Op::OpFConvert, kF64, kF32, {{1.1, static_cast<double>(1.1f)}}));
  add_double(all_of(Op::OpFConvert, kF32, kF64, {{0.1, static_cast<double>(0.1f)}}));
  add_double(all_of(Op::OpConvertFToS, kF64, kS32, {{-1e9, -1e9}, {7.99, 7}}));
  add_double(all_of(Op::OpConvertSToF, kS64, kF64, {{-4503599627370497, -4503599627370497}}));
  add_double(all_of(Op::OpConvertUToF, kU32, kF64, {{4294967295, 4294967295}}));
  check(doubles);
}

TEST(ShaderSpecial, BitFields) {
  const auto bits = [](Op op) { return core(op, kU32); };
  check({
      {"insert",
       {u(0xffff0000), u(0xabc), u(4), u(8)},
       bits(Op::OpBitFieldInsert),
       kU32,
       {0xffff0bc0}},
      {"insert nothing", {u(77), u(5), u(3), u(0)}, bits(Op::OpBitFieldInsert), kU32, {77}},
      {"insert all", {u(77), u(5), u(0), u(32)}, bits(Op::OpBitFieldInsert), kU32, {5}},
      {"extract", {u(0x12345678), u(8), u(12)}, bits(Op::OpBitFieldUExtract), kU32, {0x456}},
      {"extract all",
       {u(0x12345678), u(0), u(32)},
       bits(Op::OpBitFieldUExtract),
       kU32,
       {0x12345678}},
      {"extract nothing", {u(0x12345678), u(3), u(0)}, bits(Op::OpBitFieldUExtract), kU32, {0}},
      {"extract with sign", {s(0xf0), s(4), s(4)}, core(Op::OpBitFieldSExtract, kS32), kS32, {-1}},
      {"extract the top", {s(-16), u(28), u(4)}, core(Op::OpBitFieldSExtract, kS32), kS32, {-1}},
      {"reverse", {u(1)}, bits(Op::OpBitReverse), kU32, {0x80000000}},
      {"count", {s(-1)}, core(Op::OpBitCount, kS32), kS32, {32}},
      {"count in vectors",
       {{of(kU32, 2), {7, 0x101}}},
       core(Op::OpBitCount, of(kU32, 2)),
       of(kU32, 2),
       {3, 2}},
      {"FindILsb", {u(0x50)}, glsl(GLSLstd450FindILsb, kS32), kS32, {4}},
      {"FindILsb of 0", {u(0)}, glsl(GLSLstd450FindILsb, kS32), kS32, {-1}},
      {"FindUMsb", {u(0x50)}, glsl(GLSLstd450FindUMsb, kS32), kS32, {6}},
      {"FindUMsb of 0", {u(0)}, glsl(GLSLstd450FindUMsb, kS32), kS32, {-1}},
      {"FindSMsb", {s(-17)}, glsl(GLSLstd450FindSMsb, kS32), kS32, {4}},
      {"FindSMsb of -1", {s(-1)}, glsl(GLSLstd450FindSMsb, kS32), kS32, {-1}},
  });
}

// An operation that gives a struct of two, of which `part` is looked at.
std::function<Word(Shader&, const std::vector<Word>&)> member(Op op, unsigned number, Kind first,
                                                              Kind second, unsigned part) {
  return [=](Shader& s, const std::vector<Word>& v) {
    const std::vector<Word> types = {s.type(first), s.type(second)};
    std::vector<Word> operands = {s.asm_.type_struct(types), s.asm_.new_id()};
    if (op == Op::OpExtInst) operands.insert(operands.end(), {s.asm_.glsl(), number});
    operands.insert(operands.end(), v.begin(), v.end());
    s.asm_.emit(op, operands);
    return s.asm_.value(Op::OpCompositeExtract, types[part], {operands[1], part});
  };
}

TEST(ShaderSpecial, NumbersInParts) {
  std::vector<Expression> all;
  const auto two = [&](const char* what, std::vector<Operand> operands, Op op, unsigned number,
                       Kind first, Kind second, double x, double y) {
    all.push_back({what, operands, member(op, number, first, second, 0), first, {x}});
    all.push_back({what, operands, member(op, number, first, second, 1), second, {y}});
  };
  two("carry", {u(0xffffffff), u(2)}, Op::OpIAddCarry, 0, kU32, kU32, 1, 1);
  two("no carry", {u(3), u(2)}, Op::OpIAddCarry, 0, kU32, kU32, 5, 0);
  two("borrow", {u(1), u(2)}, Op::OpISubBorrow, 0, kU32, kU32, 0xffffffff, 1);
  two("wide product", {u(0x10000), u(0x30000)}, Op::OpUMulExtended, 0, kU32, kU32, 0, 3);
  two("signed product", {s(-2), s(3)}, Op::OpSMulExtended, 0, kS32, kS32, -6, -1);
  for (double x : {6.0, -0.375, 1.0, 0.0, 1e-30, -3e30}) {
    int exponent = 0;
    const double single = static_cast<float>(x), part = std::frexp(single, &exponent);
    two("frexp", {f(x)}, Op::OpExtInst, GLSLstd450FrexpStruct, kF32, kS32, part, exponent);
    const double whole = std::trunc(single);
    two("modf", {f(x)}, Op::OpExtInst, GLSLstd450ModfStruct, kF32, kF32, single - whole, whole);
  }
  all.push_back({"ldexp", {f(0.75), s(5)}, glsl(GLSLstd450Ldexp, kF32), kF32, {24}});
  check(all);
}

// A GPU may take such numbers for zero; the CPU does not.
TEST(ShaderSpecial, FrexpOfNumbersTooSmallToBeNormal) {
  Shader shader(2, 2);
  Words input(16);
  const double numbers[] = {0x1p-140, -0x1.8p-148};
  for (unsigned i = 0; i < 2; ++i) {
    put(kF32, input, i, 0, numbers[i]);
    const Word parts =
        member(Op::OpExtInst, GLSLstd450FrexpStruct, kF32, kS32, i)(shader, {shader.read(kF32, i)});
    shader.write(i == 0 ? kF32 : kS32, i, parts);
  }
  const Words got = run_on_cpu(shader.finish(), input, Words(16), 8, host_options());
  EXPECT_EQ(number_at(kF32, got, 0, 0), 0.5);
  EXPECT_EQ(number_at(kS32, got, 1, 0), -147);
}

TEST(ShaderSpecial, Packing) {
  const Kind f2 = of(kF32, 2), f4 = of(kF32, 4);
  check({
      {"PackUnorm4x8",
       {vec({0, 0.5, 2, -1})},
       glsl(GLSLstd450PackUnorm4x8, kU32),
       kU32,
       {0x00ff8000}},
      {"PackSnorm4x8",
       {vec({-1, 1, 0, -2})},
       glsl(GLSLstd450PackSnorm4x8, kU32),
       kU32,
       {0x81007f81}},
      {"PackUnorm2x16", {vec({1, 0})}, glsl(GLSLstd450PackUnorm2x16, kU32), kU32, {0xffff}},
      {"PackSnorm2x16", {vec({-1, 1})}, glsl(GLSLstd450PackSnorm2x16, kU32), kU32, {0x7fff8001}},
      {"PackHalf2x16", {vec({1, -2})}, glsl(GLSLstd450PackHalf2x16, kU32), kU32, {0xc0003c00}},
      {"UnpackUnorm4x8",
       {u(0x00ff8033)},
       glsl(GLSLstd450UnpackUnorm4x8, f4),
       f4,
       {0.2, 128 / 255.0, 1, 0},
       1e-6},
      {"UnpackSnorm4x8",
       {u(0x80007f81)},
       glsl(GLSLstd450UnpackSnorm4x8, f4),
       f4,
       {-1, 1, 0, -1},
       1e-6},
      {"UnpackUnorm2x16", {u(0xffff0000)}, glsl(GLSLstd450UnpackUnorm2x16, f2), f2, {0, 1}, 1e-6},
      {"UnpackSnorm2x16", {u(0x80007fff)}, glsl(GLSLstd450UnpackSnorm2x16, f2), f2, {1, -1}, 1e-6},
      {"UnpackHalf2x16", {u(0xc0003c00)}, glsl(GLSLstd450UnpackHalf2x16, f2), f2, {1, -2}},
  });
}

TEST(ShaderSpecial, Geometry) {
  const Kind f3 = of(kF32, 3);
  const double t = 1e-6;
  check({
      {"Dot", {vec({1, 2, 3}), vec({4, -5, 6})}, core(Op::OpDot, kF32), kF32, {12}, t},
      {"Length", {vec({3, 4})}, glsl(GLSLstd450Length, kF32), kF32, {5}, t},
      {"Length of a number", {f(-3)}, glsl(GLSLstd450Length, kF32), kF32, {3}, t},
      {"Distance", {vec({1, 1}), vec({4, 5})}, glsl(GLSLstd450Distance, kF32), kF32, {5}, t},
      {"Cross", {vec({1, 0, 0}), vec({0, 1, 0})}, glsl(GLSLstd450Cross, f3), f3, {0, 0, 1}, t},
      {"Normalize", {vec({0, 3, 4})}, glsl(GLSLstd450Normalize, f3), f3, {0, 0.6, 0.8}, 1e-3},
      {"FaceForward",
       {vec({1, 2, 3}), vec({1, 0, 0}), vec({1, 0, 0})},
       glsl(GLSLstd450FaceForward, f3),
       f3,
       {-1, -2, -3},
       t},
      {"Reflect", {vec({1, -1, 0}), vec({0, 1, 0})}, glsl(GLSLstd450Reflect, f3), f3, {1, 1, 0}, t},
      {"Refract",
       {vec({0, -1, 0}), vec({0, 1, 0}), f(0.5)},
       glsl(GLSLstd450Refract, f3),
       f3,
       {0, -1, 0},
       t},
      {"Refract where none is",
       {vec({1, 0, 0}), vec({0, 1, 0}), f(2)},
       glsl(GLSLstd450Refract, f3),
       f3,
       {0, 0, 0},
       t},
      {"VectorTimesScalar",
       {vec({1, 2, 3}), f(2)},
       core(Op::OpVectorTimesScalar, f3),
       f3,
       {2, 4, 6},
       t},
  });
}

Word matrix_type(Shader& s, unsigned columns, unsigned rows) {
  const Word id = s.asm_.type_vector(s.type(kF32), rows);
  return s.asm_.type_matrix(id, columns);
}
Word matrix(Shader& s, const std::vector<Word>& columns, unsigned rows) {
  std::vector<Word> operands = {matrix_type(s, static_cast<unsigned>(columns.size()), rows),
                                s.asm_.new_id()};
  operands.insert(operands.end(), columns.begin(), columns.end());
  s.asm_.emit(Op::OpCompositeConstruct, operands);
  return operands[1];
}
Word column(Shader& s, Word m, unsigned rows, unsigned i) {
  return s.asm_.value(Op::OpCompositeExtract, s.type(of(kF32, rows)), {m, i});
}

TEST(ShaderSpecial, Matrices) {
  const Kind f2 = of(kF32, 2), f3 = of(kF32, 3);
  using Values = std::vector<Word>;
  const Operand a = vec({1, 2}), b = vec({3, 5}), c = vec({-1, 4});
  check({
      {"MatrixTimesVector",
       {a, b, c, vec({2, 3, 4})},
       [&](Shader& s, const Values& v) {
         const Word m = matrix(s, {v[0], v[1], v[2]}, 2);
         return s.asm_.value(Op::OpMatrixTimesVector, s.type(f2), {m, v[3]});
       },
       f2,
       {7, 35},
       1e-6},
      {"VectorTimesMatrix",
       {a, b, c, vec({2, 3})},
       [&](Shader& s, const Values& v) {
         const Word m = matrix(s, {v[0], v[1], v[2]}, 2);
         return s.asm_.value(Op::OpVectorTimesMatrix, s.type(f3), {v[3], m});
       },
       f3,
       {8, 21, 10},
       1e-6},
      {"MatrixTimesMatrix",
       {a, b, vec({2, 3}), vec({4, 5})},
       [&](Shader& s, const Values& v) {
         const Word m = matrix(s, {v[0], v[1]}, 2), n = matrix(s, {v[2], v[3]}, 2);
         const Word p = s.asm_.value(Op::OpMatrixTimesMatrix, matrix_type(s, 2, 2), {m, n});
         return column(s, p, 2, 1);
       },
       f2,
       {19, 33},
       1e-6},
      {"MatrixTimesScalar and Transpose",
       {a, b, c, f(2)},
       [&](Shader& s, const Values& v) {
         const Word m = matrix(s, {v[0], v[1], v[2]}, 2);
         const Word twice = s.asm_.value(Op::OpMatrixTimesScalar, matrix_type(s, 3, 2), {m, v[3]});
         const Word turned = s.asm_.value(Op::OpTranspose, matrix_type(s, 2, 3), {twice});
         return column(s, turned, 3, 1);
       },
       f3,
       {4, 10, 8},
       1e-6},
      {"OuterProduct",
       {a, vec({3, 4, 5})},
       [&](Shader& s, const Values& v) {
         const Word m = s.asm_.value(Op::OpOuterProduct, matrix_type(s, 3, 2), {v[0], v[1]});
         return column(s, m, 2, 2);
       },
       f2,
       {5, 10},
       1e-6},
      {"Determinant",
       {vec({2, 0, 1}), vec({1, 3, 0}), vec({0, 1, 4})},
       [&](Shader& s, const Values& v) {
         return s.glsl(GLSLstd450Determinant, kF32, {matrix(s, v, 3)});
       },
       kF32,
       {25},
       1e-6},
      {"MatrixInverse",
       {vec({2, 0, 1}), vec({1, 3, 0}), vec({0, 1, 4})},
       [&](Shader& s, const Values& v) {
         const Word m = matrix(s, v, 3);
         std::vector<Word> operands = {matrix_type(s, 3, 3), s.asm_.new_id(), s.asm_.glsl(),
                                       GLSLstd450MatrixInverse, m};
         s.asm_.emit(Op::OpExtInst, operands);
         return column(s, operands[1], 3, 1);
       },
       f3,
       {-4 / 25.0, 8 / 25.0, 1 / 25.0},
       1e-5},
  });
}

}  // namespace
}  // namespace tinsmith::differential
