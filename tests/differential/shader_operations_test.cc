// SPDX-License-Identifier: Apache-2.0
// Every operation of SPIR-V and GLSL.std.450 that computes on numbers, on every type: through AIR
// on the CPU in both dialects against C's arithmetic, and against the Vulkan device where it has
// the type.
#include <gtest/gtest.h>
#include <spirv/unified1/GLSL.std.450.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <type_traits>

#include "shader.h"

namespace tinsmith::differential {
namespace {

using spv::Op;
using Numbers = std::vector<double>;

__extension__ using Wide = __int128;
using Emit = std::function<Word(Shader&, Kind, const std::vector<Word>&)>;

// One operation on lanes of one kind; lane by lane the same as on scalars.
struct Row {
  const char* name;
  Emit emit;
  unsigned arity;
  std::function<double(const double*)> reference;
  double tolerance = 0;  // relative, for 32 bits
  double (*domain)(double) = [](double x) { return x; };
};

// Operands as the numbers that their bits are, with and without sign.
struct Ints {
  Wide s[3], u[3];
};
struct IntegerRow {
  const char* name;
  Emit emit;
  unsigned arity;
  Wide (*reference)(const Ints&);  // its low bits count
  double (*domain)(double, unsigned operand) = [](double x, unsigned) { return x; };
  bool compares = true;  // with Vulkan
};

auto core(Op op) {
  return [op](Shader& s, Kind result, const std::vector<Word>& v) {
    std::vector<Word> operands = {s.type(result), s.asm_.new_id()};
    operands.insert(operands.end(), v.begin(), v.end());
    s.asm_.emit(op, operands);
    return operands[1];
  };
}

auto glsl(unsigned number) {
  return [number](Shader& s, Kind result, const std::vector<Word>& v) {
    std::vector<Word> operands = {s.type(result), s.asm_.new_id(), s.asm_.glsl(), number};
    operands.insert(operands.end(), v.begin(), v.end());
    s.asm_.emit(Op::OpExtInst, operands);
    return operands[1];
  };
}

// Where the operation is not defined.
const double kAnything = std::nan("");

double unit(double x) { return x / 16; }
double positive(double x) { return std::fabs(x) + 0.25; }
double above_one(double x) { return std::fabs(x) + 1; }
double not_zero(double x) { return x == 0 ? 1 : x; }
double small(double x) { return std::clamp(x, -4.0, 4.0); }

// For those that SPIR-V wants to be without sign.
Emit as_unsigned(Op op) {
  return [op](Shader& s, Kind result, const std::vector<Word>& v) {
    if (result.of == 'u') return core(op)(s, result, v);
    const Kind other = {'u', result.width, result.lanes};
    std::vector<Word> operands;
    for (Word x : v) operands.push_back(s.asm_.value(Op::OpBitcast, s.type(other), {x}));
    return s.asm_.value(Op::OpBitcast, s.type(result), {core(op)(s, other, operands)});
  };
}

double divisor(double x, unsigned operand) { return operand == 0 ? x : x == 0 || x == -1 ? 3 : x; }
double shift_count(double x, unsigned operand) {
  return operand == 0 ? x : static_cast<double>(std::abs(static_cast<int>(x)) % 8);
}
Wide floor_modulo(const Ints& v) {
  const Wide rest = v.s[0] % v.s[1];
  return rest != 0 && (rest < 0) != (v.s[1] < 0) ? rest + v.s[1] : rest;
}

double smooth_step(const double* v) {
  if (v[0] == v[1]) return kAnything;
  const double t = std::clamp((v[2] - v[0]) / (v[1] - v[0]), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

const Row kFloatRows[] = {
    {"FAdd", core(Op::OpFAdd), 2, [](const double* v) { return v[0] + v[1]; }},
    {"FSub", core(Op::OpFSub), 2, [](const double* v) { return v[0] - v[1]; }},
    {"FMul", core(Op::OpFMul), 2, [](const double* v) { return v[0] * v[1]; }},
    {"FDiv", core(Op::OpFDiv), 2, [](const double* v) { return v[0] / v[1]; }, 1e-6, not_zero},
    {"FNegate", core(Op::OpFNegate), 1, [](const double* v) { return -v[0]; }},
    {"FMod", core(Op::OpFMod), 2,
     [](const double* v) { return v[0] - v[1] * std::floor(v[0] / v[1]); }, 1e-6, not_zero},
    {"FRem", core(Op::OpFRem), 2, [](const double* v) { return std::fmod(v[0], v[1]); }, 1e-6,
     not_zero},
    {"Round", glsl(GLSLstd450Round), 1, [](const double* v) { return std::nearbyint(v[0]); }},
    {"RoundEven", glsl(GLSLstd450RoundEven), 1,
     [](const double* v) { return std::nearbyint(v[0]); }},
    {"Trunc", glsl(GLSLstd450Trunc), 1, [](const double* v) { return std::trunc(v[0]); }},
    {"FAbs", glsl(GLSLstd450FAbs), 1, [](const double* v) { return std::fabs(v[0]); }},
    {"FSign", glsl(GLSLstd450FSign), 1,
     [](const double* v) { return v[0] > 0   ? 1.0
                                  : v[0] < 0 ? -1.0
                                             : 0.0; }},
    {"Floor", glsl(GLSLstd450Floor), 1, [](const double* v) { return std::floor(v[0]); }},
    {"Ceil", glsl(GLSLstd450Ceil), 1, [](const double* v) { return std::ceil(v[0]); }},
    {"Fract", glsl(GLSLstd450Fract), 1, [](const double* v) { return v[0] - std::floor(v[0]); }},
    {"Sqrt", glsl(GLSLstd450Sqrt), 1, [](const double* v) { return std::sqrt(v[0]); }, 1e-6,
     positive},
    {"InverseSqrt", glsl(GLSLstd450InverseSqrt), 1,
     [](const double* v) { return 1 / std::sqrt(v[0]); }, 1e-6, positive},
    {"FMin", glsl(GLSLstd450FMin), 2, [](const double* v) { return std::min(v[0], v[1]); }},
    {"FMax", glsl(GLSLstd450FMax), 2, [](const double* v) { return std::max(v[0], v[1]); }},
    {"NMin", glsl(GLSLstd450NMin), 2, [](const double* v) { return std::min(v[0], v[1]); }},
    {"NMax", glsl(GLSLstd450NMax), 2, [](const double* v) { return std::max(v[0], v[1]); }},
    {"FClamp", glsl(GLSLstd450FClamp), 3,
     [](const double* v) { return std::min(std::max(v[0], v[1]), v[2]); }},
    {"FMix", glsl(GLSLstd450FMix), 3,
     [](const double* v) { return v[0] * (1 - v[2]) + v[1] * v[2]; }, 2e-6},
    {"Step", glsl(GLSLstd450Step), 2, [](const double* v) { return v[1] < v[0] ? 0.0 : 1.0; }},
    {"Fma", glsl(GLSLstd450Fma), 3, [](const double* v) { return v[0] * v[1] + v[2]; }, 1e-6},
};

// Of 16 and 32 bits only, by the definition of GLSL.std.450.
const Row kElementaryRows[] = {
    {"SmoothStep", glsl(GLSLstd450SmoothStep), 3, smooth_step, 1e-5},
    {"Radians", glsl(GLSLstd450Radians), 1,
     [](const double* v) { return v[0] * 0.017453292519943295; }, 1e-6},
    {"Degrees", glsl(GLSLstd450Degrees), 1,
     [](const double* v) { return v[0] * 57.29577951308232; }, 1e-6},
    {"Sin", glsl(GLSLstd450Sin), 1, [](const double* v) { return std::sin(v[0]); }, 1e-5},
    {"Cos", glsl(GLSLstd450Cos), 1, [](const double* v) { return std::cos(v[0]); }, 1e-5},
    {"Tan", glsl(GLSLstd450Tan), 1, [](const double* v) { return std::tan(v[0]); }, 1e-4, small},
    {"Asin", glsl(GLSLstd450Asin), 1, [](const double* v) { return std::asin(v[0]); }, 1e-3, unit},
    {"Acos", glsl(GLSLstd450Acos), 1, [](const double* v) { return std::acos(v[0]); }, 1e-3, unit},
    {"Atan", glsl(GLSLstd450Atan), 1, [](const double* v) { return std::atan(v[0]); }, 1e-4},
    {"Sinh", glsl(GLSLstd450Sinh), 1, [](const double* v) { return std::sinh(v[0]); }, 1e-4, small},
    {"Cosh", glsl(GLSLstd450Cosh), 1, [](const double* v) { return std::cosh(v[0]); }, 1e-4, small},
    {"Tanh", glsl(GLSLstd450Tanh), 1, [](const double* v) { return std::tanh(v[0]); }, 1e-4},
    {"Asinh", glsl(GLSLstd450Asinh), 1, [](const double* v) { return std::asinh(v[0]); }, 1e-4},
    {"Acosh", glsl(GLSLstd450Acosh), 1, [](const double* v) { return std::acosh(v[0]); }, 1e-3,
     above_one},
    {"Atanh", glsl(GLSLstd450Atanh), 1, [](const double* v) { return std::atanh(v[0]); }, 1e-4,
     unit},
    {"Atan2", glsl(GLSLstd450Atan2), 2, [](const double* v) { return std::atan2(v[0], v[1]); },
     1e-4, positive},
    {"Pow", glsl(GLSLstd450Pow), 2, [](const double* v) { return std::pow(v[0], v[1]); }, 1e-4,
     [](double x) { return positive(small(x)); }},
    {"Exp", glsl(GLSLstd450Exp), 1, [](const double* v) { return std::exp(v[0]); }, 1e-5, small},
    {"Log", glsl(GLSLstd450Log), 1, [](const double* v) { return std::log(v[0]); }, 1e-5, positive},
    {"Exp2", glsl(GLSLstd450Exp2), 1, [](const double* v) { return std::exp2(v[0]); }, 1e-5, small},
    {"Log2", glsl(GLSLstd450Log2), 1, [](const double* v) { return std::log2(v[0]); }, 1e-5,
     positive},
};

const IntegerRow kIntegerRows[] = {
    {"IAdd", core(Op::OpIAdd), 2, [](const Ints& v) { return v.s[0] + v.s[1]; }},
    {"ISub", core(Op::OpISub), 2, [](const Ints& v) { return v.s[0] - v.s[1]; }},
    {"IMul", core(Op::OpIMul), 2, [](const Ints& v) { return v.s[0] * v.s[1]; }},
    {"UDiv", as_unsigned(Op::OpUDiv), 2, [](const Ints& v) { return v.u[0] / v.u[1]; }, divisor},
    {"SDiv", core(Op::OpSDiv), 2, [](const Ints& v) { return v.s[0] / v.s[1]; }, divisor},
    {"UMod", as_unsigned(Op::OpUMod), 2, [](const Ints& v) { return v.u[0] % v.u[1]; }, divisor},
    // Mesa 22.3's lavapipe gives the remainder of SRem for it.
    {"SMod", core(Op::OpSMod), 2, floor_modulo, divisor, false},
    {"SRem", core(Op::OpSRem), 2, [](const Ints& v) { return v.s[0] % v.s[1]; }, divisor},
    {"SNegate", core(Op::OpSNegate), 1, [](const Ints& v) { return -v.s[0]; }},
    {"BitwiseAnd", core(Op::OpBitwiseAnd), 2, [](const Ints& v) { return v.s[0] & v.s[1]; }},
    {"BitwiseOr", core(Op::OpBitwiseOr), 2, [](const Ints& v) { return v.s[0] | v.s[1]; }},
    {"BitwiseXor", core(Op::OpBitwiseXor), 2, [](const Ints& v) { return v.s[0] ^ v.s[1]; }},
    {"Not", core(Op::OpNot), 1, [](const Ints& v) { return ~v.s[0]; }},
    {"ShiftLeftLogical", core(Op::OpShiftLeftLogical), 2,
     [](const Ints& v) { return v.s[0] * (Wide{1} << v.s[1]); }, shift_count},
    {"ShiftRightLogical", core(Op::OpShiftRightLogical), 2,
     [](const Ints& v) { return v.u[0] >> v.s[1]; }, shift_count},
    {"ShiftRightArithmetic", core(Op::OpShiftRightArithmetic), 2,
     [](const Ints& v) { return v.s[0] >> v.s[1]; }, shift_count},
    {"SAbs", glsl(GLSLstd450SAbs), 1, [](const Ints& v) { return v.s[0] < 0 ? -v.s[0] : v.s[0]; }},
    {"SSign", glsl(GLSLstd450SSign), 1,
     [](const Ints& v) { return Wide{v.s[0] > 0} - Wide{v.s[0] < 0}; }},
    {"UMin", glsl(GLSLstd450UMin), 2, [](const Ints& v) { return std::min(v.u[0], v.u[1]); }},
    {"UMax", glsl(GLSLstd450UMax), 2, [](const Ints& v) { return std::max(v.u[0], v.u[1]); }},
    {"SMin", glsl(GLSLstd450SMin), 2, [](const Ints& v) { return std::min(v.s[0], v.s[1]); }},
    {"SMax", glsl(GLSLstd450SMax), 2, [](const Ints& v) { return std::max(v.s[0], v.s[1]); }},
    {"UClamp", glsl(GLSLstd450UClamp), 3,
     [](const Ints& v) { return std::min(std::max(v.u[0], v.u[1]), v.u[2]); }},
    {"SClamp", glsl(GLSLstd450SClamp), 3,
     [](const Ints& v) { return std::min(std::max(v.s[0], v.s[1]), v.s[2]); }},
};

const Numbers kFloats = {0, 1, -1, 0.5, -0.5, 2, 3, -3, 0.25, 7, 10.25, -2.5, 0.75, 1.5, -8, 5};
const Numbers kInts = {0, 1, -1, 2, 3, -3, 7, 100, -100, 127, -128, 5, 64, 32, -7, 12};

// All rows on one kind: each thread reads three operands for each row, and writes its result.
template <class AnyRow>
struct Table {
  std::span<const AnyRow> rows;
  Kind kind;

  static constexpr unsigned kThreads = 64;
  static constexpr bool kIsFloat = std::is_same_v<AnyRow, Row>;

  double operand(const AnyRow& row, size_t thread, size_t i, size_t lane) const {
    const Numbers& values = kIsFloat ? kFloats : kInts;
    const size_t n = values.size();
    const size_t places[] = {thread + lane, thread / n + 3 * thread + 5 * lane, 7 * thread};
    const double x = values[places[i] % n];
    if constexpr (kIsFloat) return row.domain(x);
    if constexpr (!kIsFloat) return row.domain(x, static_cast<unsigned>(i));
  }

  template <class Visit>  // visit(row, thread, slot of its result)
  void each_result(Visit visit) const {
    size_t slot = 0;
    for (size_t thread = 0; thread < kThreads; ++thread) {
      for (const AnyRow& row : rows) {
        visit(row, thread, slot);
        slot += kind.words();
      }
    }
  }

  Words shader() const {
    const unsigned words = kind.words(), n = static_cast<unsigned>(rows.size());
    Shader shader(3 * words * n, words * n);
    for (unsigned r = 0; r < n; ++r) {
      std::vector<Word> operands;
      for (unsigned i = 0; i < rows[r].arity; ++i) {
        operands.push_back(shader.read(kind, (3 * r + i) * words));
      }
      shader.write(kind, r * words, rows[r].emit(shader, kind, operands));
    }
    return shader.finish();
  }

  Words input() const {
    Words words(3 * kind.words() * rows.size() * kThreads);
    each_result([&](const AnyRow& row, size_t thread, size_t slot) {
      for (size_t i = 0; i < 3; ++i) {
        for (unsigned lane = 0; lane < kind.lanes; ++lane) {
          put(kind, words, 3 * slot + i * kind.words(), lane, operand(row, thread, i, lane));
        }
      }
    });
    return words;
  }
};

bool near(double got, double want, double tolerance) {
  if (std::isnan(want) || got == want) return true;
  return std::fabs(got - want) <= tolerance * std::max(1.0, std::fabs(want));
}

double tolerance_of(const Row& row, Kind kind) {
  if (kind.width == 16) return std::max(row.tolerance, 4e-3);
  return kind.width == 64 ? std::min(row.tolerance, 1e-14) : row.tolerance;
}

Wide signed_number(uint64_t bits, unsigned width) {
  const unsigned unused = 64 - width;
  return static_cast<int64_t>(bits << unused) >> unused;
}

// Whether the lane is what C's arithmetic gives.
bool is_right(const Table<Row>& t, const Row& row, const Words& got, size_t slot, size_t thread,
              unsigned lane) {
  double v[3];
  for (size_t i = 0; i < 3; ++i) v[i] = t.operand(row, thread, i, lane);
  return near(number_at(t.kind, got, slot, lane), row.reference(v), tolerance_of(row, t.kind));
}
bool is_right(const Table<IntegerRow>& t, const IntegerRow& row, const Words& got, size_t slot,
              size_t thread, unsigned lane) {
  Ints v;
  Words one(2);
  const Kind scalar = {t.kind.of, t.kind.width, 1};
  for (size_t i = 0; i < 3; ++i) {
    put(scalar, one, 0, 0, t.operand(row, thread, i, lane));
    v.u[i] = bits_at(scalar, one, 0, 0);
    v.s[i] = signed_number(bits_at(scalar, one, 0, 0), t.kind.width);
  }
  const uint64_t mask = t.kind.width == 64 ? ~uint64_t{0} : (uint64_t{1} << t.kind.width) - 1;
  return bits_at(t.kind, got, slot, lane) == (static_cast<uint64_t>(row.reference(v)) & mask);
}

bool is_same(const Table<Row>& t, const Row& row, const Words& x, const Words& y, size_t slot,
             unsigned lane) {
  return near(number_at(t.kind, x, slot, lane), number_at(t.kind, y, slot, lane),
              tolerance_of(row, t.kind));
}
bool is_same(const Table<IntegerRow>& t, const IntegerRow& row, const Words& x, const Words& y,
             size_t slot, unsigned lane) {
  return !row.compares || bits_at(t.kind, x, slot, lane) == bits_at(t.kind, y, slot, lane);
}

template <class AnyRow>
void check(const Table<AnyRow>& t, const Words& cpu, const Words* vulkan) {
  int shown = 0;
  t.each_result([&](const AnyRow& row, size_t thread, size_t slot) {
    for (unsigned lane = 0; lane < t.kind.lanes; ++lane) {
      const bool right = is_right(t, row, cpu, slot, thread, lane);
      const bool same = vulkan == nullptr || is_same(t, row, cpu, *vulkan, slot, lane);
      if ((right && same) || ++shown > 6) continue;
      ADD_FAILURE() << row.name << " of " << name(t.kind) << " (" << t.operand(row, thread, 0, lane)
                    << ", " << t.operand(row, thread, 1, lane) << ", "
                    << t.operand(row, thread, 2, lane)
                    << "): " << number_at(t.kind, cpu, slot, lane)
                    << (right ? ", Vulkan " : " is wrong, Vulkan ")
                    << (vulkan == nullptr ? 0.0 : number_at(t.kind, *vulkan, slot, lane));
    }
  });
}

template <class AnyRow>
void run(const Table<AnyRow>& t) {
  const Words shader = t.shader(), input = t.input();
  const Words empty(t.kind.words() * t.rows.size() * t.kThreads);
  const Words cpu = run_on_cpu(shader, input, empty, t.kThreads, host_options());
  ASSERT_FALSE(cpu.empty());
  if (t.kind.of != 'f' || t.kind.width != 64) {
    const Words phone = run_on_cpu(shader, input, empty, t.kThreads, phone_options());
    EXPECT_EQ(cpu, phone) << "the dialects differ on " << name(t.kind);
  }
  if (!vulkan_can(shader)) return check(t, cpu, nullptr);
  const Words vulkan = run_on_vulkan(shader, input, empty, t.kThreads);
  ASSERT_FALSE(vulkan.empty());
  check(t, cpu, &vulkan);
}

TEST(ShaderOperations, FloatsOfAllWidths) {
  for (unsigned width : {16u, 32u, 64u}) {
    for (unsigned lanes : {1u, 3u}) run(Table<Row>{kFloatRows, {'f', width, lanes}});
  }
}

TEST(ShaderOperations, ElementaryFunctions) {
  for (unsigned width : {16u, 32u}) {
    for (unsigned lanes : {1u, 2u}) run(Table<Row>{kElementaryRows, {'f', width, lanes}});
  }
}

TEST(ShaderOperations, IntegersOfAllWidths) {
  for (char of : {'s', 'u'}) {
    for (unsigned width : {8u, 16u, 32u, 64u}) {
      for (unsigned lanes : {1u, 4u}) run(Table<IntegerRow>{kIntegerRows, {of, width, lanes}});
    }
  }
}

}  // namespace
}  // namespace tinsmith::differential
