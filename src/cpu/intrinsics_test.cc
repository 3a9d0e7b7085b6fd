// SPDX-License-Identifier: Apache-2.0
// Float operations and conversions: each name against C's functions in double, every form (half,
// float, vectors, double, fast_) against the same reference.
#include "cpu/intrinsics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "cpu/intrinsics_harness.h"

namespace tinsmith::cpu {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = 3.14159265358979323846;

struct Operation {
  const char* name;
  unsigned arity;
  double (*reference)(double, double, double);
  double ulps;  // that the float form may be off
  bool has_double = true;
};

double median(double x, double y, double z) {
  return std::fmax(std::fmin(x, y), std::fmin(std::fmax(x, y), z));
}

const Operation kOperations[] = {
    {"acos", 1, [](double x, double, double) { return std::acos(x); }, 1},
    {"acosh", 1, [](double x, double, double) { return std::acosh(x); }, 2},
    {"asin", 1, [](double x, double, double) { return std::asin(x); }, 1},
    {"asinh", 1, [](double x, double, double) { return std::asinh(x); }, 2},
    {"atan", 1, [](double x, double, double) { return std::atan(x); }, 1},
    {"atan2", 2, [](double x, double y, double) { return std::atan2(x, y); }, 1},
    {"atanh", 1, [](double x, double, double) { return std::atanh(x); }, 2},
    {"ceil", 1, [](double x, double, double) { return std::ceil(x); }, 0},
    {"clamp", 3, [](double x, double y, double z) { return std::fmin(std::fmax(x, y), z); }, 0},
    {"cos", 1, [](double x, double, double) { return std::cos(x); }, 1},
    {"cosh", 1, [](double x, double, double) { return std::cosh(x); }, 2},
    {"cospi", 1, [](double x, double, double) { return std::cos(kPi * std::fmod(x, 2)); }, 1,
     false},
    {"exp", 1, [](double x, double, double) { return std::exp(x); }, 1},
    {"exp10", 1, [](double x, double, double) { return std::pow(10.0, x); }, 1},
    {"exp2", 1, [](double x, double, double) { return std::exp2(x); }, 1},
    {"fabs", 1, [](double x, double, double) { return std::fabs(x); }, 0},
    {"floor", 1, [](double x, double, double) { return std::floor(x); }, 0},
    {"fma", 3, [](double x, double y, double z) { return std::fma(x, y, z); }, 0.5},
    {"fmax", 2, [](double x, double y, double) { return std::fmax(x, y); }, 0},
    {"fmax3", 3, [](double x, double y, double z) { return std::fmax(std::fmax(x, y), z); }, 0},
    {"fmedian3", 3, median, 0},
    {"fmin", 2, [](double x, double y, double) { return std::fmin(x, y); }, 0},
    {"fmin3", 3, [](double x, double y, double z) { return std::fmin(std::fmin(x, y), z); }, 0},
    {"fmod", 2, [](double x, double y, double) { return std::fmod(x, y); }, 0},
    {"log", 1, [](double x, double, double) { return std::log(x); }, 1},
    {"log10", 1, [](double x, double, double) { return std::log10(x); }, 2},
    {"log2", 1, [](double x, double, double) { return std::log2(x); }, 1},
    {"pow", 2, [](double x, double y, double) { return std::pow(x, y); }, 1},
    {"powr", 2, [](double x, double y, double) { return std::pow(x, y); }, 1},
    {"rint", 1, [](double x, double, double) { return std::nearbyint(x); }, 0},
    {"round", 1, [](double x, double, double) { return std::round(x); }, 0},
    {"rsqrt", 1, [](double x, double, double) { return 1 / std::sqrt(x); }, 1},
    {"saturate", 1, [](double x, double, double) { return std::fmin(std::fmax(x, 0), 1); }, 0},
    {"sign", 1,
     [](double x, double, double) { return x > 0    ? 1.0
                                           : x < 0  ? -1.0
                                           : x == 0 ? x
                                                    : 0.0; }, 0},
    {"sin", 1, [](double x, double, double) { return std::sin(x); }, 1},
    {"sinh", 1, [](double x, double, double) { return std::sinh(x); }, 2},
    {"sinpi", 1, [](double x, double, double) { return std::sin(kPi * std::fmod(x, 2)); }, 1,
     false},
    {"sqrt", 1, [](double x, double, double) { return std::sqrt(x); }, 0},
    {"tan", 1, [](double x, double, double) { return std::tan(x); }, 1},
    {"tanh", 1, [](double x, double, double) { return std::tanh(x); }, 2},
    {"tanpi", 1, [](double x, double, double) { return std::tan(kPi * std::fmod(x, 2)); }, 1,
     false},
    {"trunc", 1, [](double x, double, double) { return std::trunc(x); }, 0},
};

// All exact in half, so that every width gets the same arguments.
const double kArguments[] = {0.0,   -0.0, 1.0,     -1.0, 0.5,   -0.5,  2.0,   -3.0,
                             0.25,  1.5,  2.5,     -2.5, 7.0,   0.125, 10.25, -10.25,
                             100.5, 0.75, 0.03125, kInf, -kInf, kNan};

bool near_enough(double got, double want, double ulps, int digits, double least) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want) || std::isinf(got) || ulps == 0) return got == want;
  const double ulp = std::ldexp(1.0, std::ilogb(want == 0 ? least : want) - digits + 1);
  return std::fabs(got - want) <= (ulps + 0.5) * std::max(ulp, least);
}

// The argument triples of an operation: all of one, all pairs, or a walk through the triples.
std::vector<std::vector<double>> arguments_of(unsigned arity) {
  std::vector<std::vector<double>> rows;
  for (double x : kArguments) {
    if (arity == 1) rows.push_back({x, 0, 0});
    for (double y : kArguments) {
      if (arity == 2) rows.push_back({x, y, 0});
      if (arity == 3) rows.push_back({x, y, kArguments[rows.size() * 7 % std::size(kArguments)]});
    }
  }
  return rows;
}

template <class T>
double run(CompiledCalls::Function function, const std::vector<double>& row, unsigned arity) {
  alignas(64) unsigned char in[192] = {};
  for (unsigned i = 0; i < arity; ++i) {
    const T value = static_cast<T>(row[i]);
    std::memcpy(in + 64 * i, &value, sizeof value);
  }
  T result{};
  function(in, &result);
  return static_cast<double>(result);
}

CallText form(const Operation& op, const std::string& prefix, const std::string& type,
              const std::string& suffix) {
  return {"air." + prefix + op.name + "." + suffix, type, std::vector<std::string>(op.arity, type)};
}

// The references of the π family are themselves rounded: near zeros and poles they prove nothing.
bool is_inexact(const Operation& op, double x) {
  const std::string name = op.name;
  return (name == "sinpi" || name == "cospi" || name == "tanpi") && std::fmod(x, 0.5) == 0;
}

TEST(Intrinsics, FloatOperationsAgreeWithLibm) {
  std::vector<CallText> calls;
  for (const Operation& op : kOperations) {
    calls.push_back(form(op, "", "float", "f32"));
    calls.push_back(form(op, "fast_", "float", "f32"));
    calls.push_back(form(op, "", "half", "f16"));
    if (op.has_double) calls.push_back(form(op, "", "double", "f64"));
  }
  const CompiledCalls compiled = CompiledCalls::from(calls);
  size_t next = 0;
  for (const Operation& op : kOperations) {
    const CompiledCalls::Function single = compiled.call(next++), fast = compiled.call(next++);
    const CompiledCalls::Function half = compiled.call(next++);
    const CompiledCalls::Function twice = op.has_double ? compiled.call(next++) : nullptr;
    for (const auto& row : arguments_of(op.arity)) {
      if (is_inexact(op, row[0])) continue;
      const double want = op.reference(row[0], row[1], row[2]);
      SCOPED_TRACE(std::string(op.name) + "(" + std::to_string(row[0]) + ", " +
                   std::to_string(row[1]) + ", " + std::to_string(row[2]) + ")");
      const double rounded = op.ulps == 0 ? static_cast<float>(want) : want;
      const double got = run<float>(single, row, op.arity);
      EXPECT_TRUE(std::fabs(want) > 3.4e38 || near_enough(got, rounded, op.ulps, 24, 0x1p-149))
          << got << " for " << want;
      const double fast_got = run<float>(fast, row, op.arity);
      EXPECT_TRUE(fast_got == got || std::isnan(got)) << fast_got;
      const double half_got = run<float>(half, row, op.arity);
      EXPECT_TRUE(std::fabs(want) > 65500 || near_enough(half_got, want, 0.5, 11, 0x1p-24))
          << half_got << " for " << want;
      if (twice == nullptr) continue;
      const double double_got = run<double>(twice, row, op.arity);
      EXPECT_TRUE(near_enough(double_got, want, op.ulps, 53, 0x1p-1074)) << double_got;
    }
  }
}

TEST(Intrinsics, VectorsAreTheirLanes) {
  std::vector<CallText> calls;
  for (const Operation& op : kOperations) {
    calls.push_back(form(op, "", "float", "f32"));
    calls.push_back(form(op, "", "<3 x float>", "v3f32"));
    calls.push_back(form(op, "", "<4 x float>", "v4f32"));
  }
  const CompiledCalls compiled = CompiledCalls::from(calls);
  for (size_t i = 0; i < std::size(kOperations); ++i) {
    const Operation& op = kOperations[i];
    const auto rows = arguments_of(op.arity);
    for (size_t lanes = 3; lanes <= 4; ++lanes) {
      alignas(64) float in[48] = {}, out[4] = {};
      for (size_t lane = 0; lane < lanes; ++lane) {
        for (size_t arg = 0; arg < 3; ++arg)
          in[16 * arg + lane] = static_cast<float>(rows[2 + lane][arg]);
      }
      compiled.call(3 * i + lanes - 2)(in, out);
      for (size_t lane = 0; lane < lanes; ++lane) {
        const double want = run<float>(compiled.call(3 * i), rows[2 + lane], op.arity);
        EXPECT_TRUE(out[lane] == want || (std::isnan(want) && std::isnan(out[lane])))
            << op.name << " lane " << lane << ": " << out[lane] << " for " << want;
      }
    }
  }
}

TEST(Intrinsics, SinpiIsExactAtMultiplesOfAHalf) {
  const CompiledCalls compiled = CompiledCalls::from(
      {{"air.sinpi.f32", "float", {"float"}}, {"air.cospi.f32", "float", {"float"}}});
  for (int i = -8; i <= 8; ++i) {
    const double x = i * 0.5;
    const int quarter = ((i % 4) + 4) % 4;
    const double sine[] = {0, 1, 0, -1}, cosine[] = {1, 0, -1, 0};
    EXPECT_EQ(run<float>(compiled.call(0), {x}, 1), sine[quarter]) << x;
    EXPECT_EQ(run<float>(compiled.call(1), {x}, 1), cosine[quarter]) << x;
  }
}

TEST(Intrinsics, FractStaysBelowOne) {
  const CompiledCalls compiled = CompiledCalls::from({{"air.fract.f32", "float", {"float"}}});
  EXPECT_EQ(run<float>(compiled.call(0), {2.75}, 1), 0.75);
  EXPECT_EQ(run<float>(compiled.call(0), {-0.25}, 1), 0.75);
  EXPECT_LT(run<float>(compiled.call(0), {-1e-10}, 1), 1.0);
}

TEST(Intrinsics, LdexpRoundsOnceAndSaturates) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.ldexp.f32", "float", {"float", "i32"}},
                           {"air.ldexp.f64", "double", {"double", "i32"}}});
  struct alignas(64) Slot {
    double x;
  };
  for (float x : {1.0f, -1.5f, 0.0f, 0x1p-149f, 0x1.fffffep127f}) {
    for (int n : {0, 1, -1, 100, -100, -130, 300, -300, 2000000000, -2000000000}) {
      alignas(64) unsigned char in[128] = {};
      float out = 0;
      std::memcpy(in, &x, 4);
      std::memcpy(in + 64, &n, 4);
      compiled.call(0)(in, &out);
      EXPECT_EQ(out, std::ldexp(x, n)) << x << " " << n;
      const double wide = x;
      double wide_out = 0;
      std::memcpy(in, &wide, 8);
      compiled.call(1)(in, &wide_out);
      EXPECT_EQ(wide_out, std::ldexp(wide, n)) << x << " " << n;
    }
  }
}

TEST(Intrinsics, NextafterIsLibms) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.nextafter.f32", "float", {"float", "float"}}});
  for (const auto& row : arguments_of(2)) {
    const float want = std::nextafter(static_cast<float>(row[0]), static_cast<float>(row[1]));
    const double got = run<float>(compiled.call(0), row, 2);
    EXPECT_TRUE(got == want || (std::isnan(want) && std::isnan(got)))
        << row[0] << " to " << row[1] << ": " << got;
  }
}

TEST(Intrinsics, DotSincosAndClasses) {
  const CompiledCalls compiled = CompiledCalls::from(
      {{"air.dot.v3f32", "float", {"<3 x float>", "<3 x float>"}},
       {"air.isnan.f32", "i1", {"float"}},
       {"air.isinf.f32", "i1", {"float"}}},
      "declare float @air.sincos.f32(float, float*)\n"
      "define void @sc(i8* %in, i8* %out) {\n"
      "%i = bitcast i8* %in to float*\n%x = load float, float* %i\n%c = alloca float\n"
      "%s = call float @air.sincos.f32(float %x, float* %c)\n%k = load float, float* %c\n"
      "%o = bitcast i8* %out to float*\nstore float %s, float* %o\n"
      "%o1 = getelementptr float, float* %o, i64 1\nstore float %k, float* %o1\nret void\n}\n");
  alignas(64) float in[32] = {1, 2, 3};
  in[16] = 4, in[17] = 5, in[18] = -6;
  float out[2] = {};
  compiled.call(0)(in, out);
  EXPECT_EQ(out[0], -4.0f);
  in[0] = 0.5f;
  compiled.find("sc")(in, out);
  EXPECT_FLOAT_EQ(out[0], std::sin(0.5f));
  EXPECT_FLOAT_EQ(out[1], std::cos(0.5f));
  for (double x : kArguments) {
    in[0] = static_cast<float>(x);
    unsigned char nan = 2, inf = 2;
    compiled.call(1)(in, &nan);
    compiled.call(2)(in, &inf);
    EXPECT_EQ(nan, std::isnan(x)) << x;
    EXPECT_EQ(inf, std::isinf(x)) << x;
  }
}

}  // namespace
}  // namespace tinsmith::cpu
