// SPDX-License-Identifier: Apache-2.0
// Integer operations, conversions, packing and division, against references in 128-bit arithmetic.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/intrinsics.h"
#include "cpu/intrinsics_harness.h"

namespace tinsmith::cpu {
namespace {

__extension__ using Wide = __int128;

// Operands come as the numbers they are in the operation's signedness; the result is cut to `bits`.
struct Integer {
  const char* name;
  unsigned arity;
  Wide (*reference)(Wide x, Wide y, Wide z, unsigned bits, bool is_signed);
  bool has_sign = true;  // in its name
};

Wide top(unsigned bits, bool is_signed) { return (Wide{1} << (bits - (is_signed ? 1 : 0))) - 1; }
Wide bottom(unsigned bits, bool is_signed) { return is_signed ? -(Wide{1} << (bits - 1)) : 0; }
Wide saturate(Wide x, unsigned bits, bool is_signed) {
  return std::min(std::max(x, bottom(bits, is_signed)), top(bits, is_signed));
}
Wide bits_reversed(Wide x, unsigned bits) {
  Wide result = 0;
  for (unsigned i = 0; i < bits; ++i) result |= ((x >> i) & 1) << (bits - 1 - i);
  return result;
}
Wide ones(Wide x, unsigned bits) {
  Wide count = 0;
  for (unsigned i = 0; i < bits; ++i) count += (x >> i) & 1;
  return count;
}
Wide rotated(Wide x, Wide y, unsigned bits) {
  const unsigned n = static_cast<unsigned>(y & (bits - 1));
  const Wide low = x & top(bits, false);
  return (low << n) | (low >> (bits - n));
}

const Integer kIntegers[] = {
    {"abs", 1, [](Wide x, Wide, Wide, unsigned, bool) { return x < 0 ? -x : x; }},
    {"abs_diff", 2, [](Wide x, Wide y, Wide, unsigned, bool) { return x < y ? y - x : x - y; }},
    {"add_sat", 2, [](Wide x, Wide y, Wide, unsigned b, bool s) { return saturate(x + y, b, s); }},
    {"clamp", 3,
     [](Wide x, Wide y, Wide z, unsigned, bool) { return std::min(std::max(x, y), z); }},
    {"hadd", 2, [](Wide x, Wide y, Wide, unsigned, bool) { return (x + y) >> 1; }},
    {"mad_hi", 3, [](Wide x, Wide y, Wide z, unsigned b, bool) { return ((x * y) >> b) + z; }},
    {"mad_sat", 3,
     [](Wide x, Wide y, Wide z, unsigned b, bool s) { return saturate(x * y + z, b, s); }},
    {"max", 2, [](Wide x, Wide y, Wide, unsigned, bool) { return std::max(x, y); }},
    {"max3", 3, [](Wide x, Wide y, Wide z, unsigned, bool) { return std::max(std::max(x, y), z); }},
    {"median3", 3,
     [](Wide x, Wide y, Wide z, unsigned, bool) {
       return std::max(std::min(x, y), std::min(std::max(x, y), z));
     }},
    {"min", 2, [](Wide x, Wide y, Wide, unsigned, bool) { return std::min(x, y); }},
    {"min3", 3, [](Wide x, Wide y, Wide z, unsigned, bool) { return std::min(std::min(x, y), z); }},
    {"mul_hi", 2, [](Wide x, Wide y, Wide, unsigned b, bool) { return (x * y) >> b; }},
    {"rhadd", 2, [](Wide x, Wide y, Wide, unsigned, bool) { return (x + y + 1) >> 1; }},
    {"sub_sat", 2, [](Wide x, Wide y, Wide, unsigned b, bool s) { return saturate(x - y, b, s); }},
    {"popcount", 1, [](Wide x, Wide, Wide, unsigned b, bool) { return ones(x, b); }, false},
    {"reverse_bits", 1, [](Wide x, Wide, Wide, unsigned b, bool) { return bits_reversed(x, b); },
     false},
    {"rotate", 2, [](Wide x, Wide y, Wide, unsigned b, bool) { return rotated(x, y, b); }, false},
};

Wide as_number(uint64_t pattern, unsigned bits, bool is_signed) {
  const Wide low = Wide{pattern} & top(bits, false);
  return is_signed && ((low >> (bits - 1)) & 1) != 0 ? low - (Wide{1} << bits) : low;
}

const uint64_t kPatterns[] = {0,
                              1,
                              2,
                              3,
                              7,
                              0x7f,
                              0x80,
                              0xff,
                              0x7fff,
                              0x8000,
                              0xffff,
                              0x12345678,
                              0x7fffffff,
                              0x80000000,
                              0xffffffff,
                              0x0123456789abcdef,
                              0x7fffffffffffffff,
                              0x8000000000000000,
                              0xffffffffffffffff};

uint64_t run(CompiledCalls::Function function, std::initializer_list<uint64_t> arguments) {
  alignas(64) unsigned char in[256] = {};
  unsigned char* at = in;
  for (uint64_t argument : arguments) {
    std::memcpy(at, &argument, 8);
    at += 64;
  }
  uint64_t out = 0;
  function(in, &out);
  return out;
}

void compare(const Integer& op, CompiledCalls::Function function, unsigned bits, bool is_signed) {
  for (uint64_t x : kPatterns) {
    for (uint64_t y : kPatterns) {
      const uint64_t z = kPatterns[(x * 5 + y * 3) % std::size(kPatterns)];
      const Wide a = as_number(x, bits, is_signed), b = as_number(y, bits, is_signed);
      const Wide c = as_number(z, bits, is_signed);
      // Products that 128 bits with a sign do not hold.
      if (a > (Wide{1} << 62) && b > (Wide{1} << 62)) continue;
      const uint64_t mask = static_cast<uint64_t>(top(bits, false));
      const uint64_t want = static_cast<uint64_t>(op.reference(a, b, c, bits, is_signed)) & mask;
      EXPECT_EQ(run(function, {x, y, z}) & mask, want)
          << op.name << " of " << bits << " bits, signed " << is_signed << ": " << std::hex << x
          << " " << y << " " << z;
    }
  }
}

TEST(Intrinsics, IntegerOperationsAgreeWithWideArithmetic) {
  std::vector<CallText> calls;
  for (const Integer& op : kIntegers) {
    for (unsigned bits : {8, 16, 32, 64}) {
      const std::string type = "i" + std::to_string(bits);
      for (const char* sign : {"s.", "u."}) {
        const std::string middle = op.has_sign ? sign : "";
        calls.push_back({std::string("air.") + op.name + "." + middle + type, type,
                         std::vector<std::string>(op.arity, type)});
      }
    }
  }
  const CompiledCalls compiled = CompiledCalls::from(calls);
  size_t next = 0;
  for (const Integer& op : kIntegers) {
    for (unsigned bits : {8u, 16u, 32u, 64u}) {
      compare(op, compiled.call(next++), bits, op.has_sign);
      compare(op, compiled.call(next++), bits, false);
    }
  }
}

TEST(Intrinsics, IntegerVectorsAreTheirLanes) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.mul_hi.s.v4i32", "<4 x i32>", {"<4 x i32>", "<4 x i32>"}},
                           {"air.popcount.v4i32", "<4 x i32>", {"<4 x i32>"}},
                           {"air.extract_bits.u.v4i32", "<4 x i32>", {"<4 x i32>", "i32", "i32"}}});
  alignas(64) int32_t in[48] = {-5, 100000, 1 << 30, -(1 << 30)}, out[4] = {};
  for (int i = 0; i < 4; ++i) in[16 + i] = 70000 * (i - 1);
  compiled.call(0)(in, out);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(out[i], (int64_t{in[i]} * in[16 + i]) >> 32);
  compiled.call(1)(in, out);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(out[i], __builtin_popcount(static_cast<uint32_t>(in[i])));
  in[16] = 4, in[32] = 8;
  compiled.call(2)(in, out);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(out[i], (in[i] >> 4) & 0xff);
}

TEST(Intrinsics, BitFieldsOfAllLengths) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.extract_bits.s.i32", "i32", {"i32", "i32", "i32"}},
                           {"air.extract_bits.u.i32", "i32", {"i32", "i32", "i32"}},
                           {"air.insert_bits.u.i32", "i32", {"i32", "i32", "i32", "i32"}}});
  const uint32_t word = 0xdeadbeef, base = 0x12345678;
  for (unsigned offset = 0; offset < 32; ++offset) {
    for (unsigned count = 0; count <= 32 - offset; ++count) {
      const uint64_t mask = (uint64_t{1} << count) - 1;
      const uint64_t field = (word >> offset) & mask;
      EXPECT_EQ(static_cast<uint32_t>(run(compiled.call(1), {word, offset, count})), field);
      const Wide number = count == 0 ? 0 : as_number(field, count, true);
      EXPECT_EQ(static_cast<int32_t>(run(compiled.call(0), {word, offset, count})), number);
      const uint64_t shifted = mask << offset;
      const uint64_t want = (base & ~shifted) | ((uint64_t{word} << offset) & shifted);
      EXPECT_EQ(static_cast<uint32_t>(run(compiled.call(2), {base, word, offset, count})), want);
    }
  }
}

TEST(Intrinsics, CountsOfZerosGiveTheWidthForZero) {
  const CompiledCalls compiled = CompiledCalls::from({{"air.clz.i32", "i32", {"i32", "i1"}},
                                                      {"air.ctz.i32", "i32", {"i32", "i1"}},
                                                      {"air.clz.i8", "i8", {"i8", "i1"}}});
  EXPECT_EQ(run(compiled.call(0), {0, 0}), 32u);
  EXPECT_EQ(run(compiled.call(1), {0, 0}), 32u);
  EXPECT_EQ(run(compiled.call(2), {0, 0}), 8u);
  EXPECT_EQ(run(compiled.call(0), {0x00010000, 0}), 15u);
  EXPECT_EQ(run(compiled.call(1), {0x00010000, 0}), 16u);
}

// Of the numbers below, those that half holds exactly.
bool is_half(double x) {
  return std::isinf(x) || (std::fabs(x) <= 65504 && std::fmod(x, 1.0 / 4) == 0);
}

template <class From>
uint64_t converted(CompiledCalls::Function function, From value) {
  alignas(64) unsigned char in[64] = {};
  std::memcpy(in, &value, sizeof value);
  uint64_t out = 0;
  function(in, &out);
  return out;
}

TEST(Intrinsics, FloatsBecomeIntegersWithSaturation) {
  struct Target {
    unsigned bits;
    bool is_signed;
  };
  const Target targets[] = {{8, true},  {8, false},  {16, true}, {16, false},
                            {32, true}, {32, false}, {64, true}, {64, false}};
  std::vector<CallText> calls;
  for (const Target& t : targets) {
    const std::string type = "i" + std::to_string(t.bits);
    const std::string start = std::string("air.convert.") + (t.is_signed ? "s." : "u.") + type;
    calls.push_back({start + ".f.f32", type, {"float"}});
    calls.push_back({start + ".f.f64", type, {"double"}});
    calls.push_back({start + ".f.f16", type, {"half"}});
  }
  const CompiledCalls compiled = CompiledCalls::from(calls);
  const double values[] = {
      0,   -0.0, 0.5,    -0.5,   1.75,   -1.75,        127.5,        -128.5,   255.9,
      256, -1,   40000,  -40000, 65504,  2147483520.0, 2147483648.0, 4e9,      -3e9,
      5e9, 1e18, 9.3e18, -1e19,  1.8e19, 1e20,         -1e300,       HUGE_VAL, -HUGE_VAL};
  size_t next = 0;
  for (const Target& t : targets) {
    const uint64_t mask = static_cast<uint64_t>(top(t.bits, false));
    for (unsigned form = 0; form < 3; ++form, ++next) {
      for (double value : values) {
        const double seen = form == 1 ? value : static_cast<float>(value);
        if (form == 2 && !is_half(value)) continue;
        const Wide big = Wide{1} << 100;
        const Wide exact = seen > 1e25 ? big : seen < -1e25 ? -big : static_cast<Wide>(seen);
        const uint64_t want = static_cast<uint64_t>(saturate(exact, t.bits, t.is_signed)) & mask;
        const uint64_t got = form == 1 ? converted(compiled.call(next), value)
                                       : converted(compiled.call(next), static_cast<float>(value));
        EXPECT_EQ(got & mask, want) << calls[next].name << " of " << value;
      }
      const uint64_t of_nan = form == 1 ? converted(compiled.call(next), std::nan(""))
                                        : converted(compiled.call(next), std::nanf(""));
      EXPECT_EQ(of_nan & mask, 0u) << calls[next].name;
    }
  }
}

TEST(Intrinsics, ConversionToBoolAsksForNotZero) {
  const CompiledCalls compiled = CompiledCalls::from(
      {{"air.convert.u.i1.f.f32", "i1", {"float"}}, {"air.convert.f.f32.u.i1", "float", {"i1"}}});
  EXPECT_EQ(converted(compiled.call(0), 0.5f), 1u);
  EXPECT_EQ(converted(compiled.call(0), -1.0f), 1u);
  EXPECT_EQ(converted(compiled.call(0), -0.0f), 0u);
  EXPECT_EQ(converted(compiled.call(0), std::nanf("")), 1u);
  EXPECT_EQ(converted(compiled.call(1), uint8_t{1}), 0x3f800000u);
}

TEST(Intrinsics, IntegersBecomeFloats) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.convert.f.f32.s.i64", "float", {"i64"}},
                           {"air.convert.f.f32.u.i64", "float", {"i64"}},
                           {"air.convert.f.f64.u.i64", "double", {"i64"}},
                           {"air.convert.f.f16.s.i64", "half", {"i64"}},
                           {"air.convert.s.v2i64.u.v2i32", "<2 x i64>", {"<2 x i32>"}}});
  float single = 0;
  for (uint64_t x : kPatterns) {
    compiled.call(0)(&x, &single);
    EXPECT_EQ(single, static_cast<float>(static_cast<int64_t>(x)));
    compiled.call(1)(&x, &single);
    EXPECT_EQ(single, static_cast<float>(x));
    double twice = 0;
    compiled.call(2)(&x, &twice);
    EXPECT_EQ(twice, static_cast<double>(x));
  }
  int64_t x = 2049;  // between 2048 and 2050 in half: to even
  compiled.call(3)(&x, &single);
  EXPECT_EQ(single, 2048.0f);
  x = -70000;
  compiled.call(3)(&x, &single);
  EXPECT_TRUE(std::isinf(single) && single < 0);
  const uint32_t pair[2] = {0xffffffff, 7};
  int64_t out[2] = {};
  compiled.call(4)(pair, out);
  EXPECT_EQ(out[0], 0xffffffff);
  EXPECT_EQ(out[1], 7);
}

TEST(Intrinsics, DoubleBecomesHalfInOneRounding) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.convert.f.f16.f.f64", "half", {"double"}}});
  const auto half = [&](double x) {
    float out = 0;
    compiled.call(0)(&x, &out);
    return out;
  };
  // Just above the middle of 1 and its successor 1 + 2^-10: float would round to the middle, and
  // the middle to even.
  EXPECT_EQ(half(1 + 0x1p-11 + 0x1p-40), 1 + 0x1p-10f);
  EXPECT_EQ(half(1 + 0x1p-11), 1.0f);
  EXPECT_EQ(half(1 + 0x1p-11 - 0x1p-40), 1.0f);
  EXPECT_EQ(half(-(1 + 0x1p-11 + 0x1p-40)), -(1 + 0x1p-10f));
  EXPECT_EQ(half(1e10), HUGE_VALF);
  EXPECT_EQ(half(65519.99999), 65504.0f);
  EXPECT_EQ(half(0x1p-25), 0.0f);
  EXPECT_TRUE(std::isnan(half(std::nan(""))));
}

TEST(Intrinsics, PackingRoundsAndClamps) {
  const CompiledCalls compiled =
      CompiledCalls::from({{"air.pack.unorm4x8.v4f32", "i32", {"<4 x float>"}},
                           {"air.pack.snorm2x16.v2f32", "i32", {"<2 x float>"}},
                           {"air.unpack.unorm4x8.v4f32", "<4 x float>", {"i32"}},
                           {"air.unpack.snorm2x16.v2f32", "<2 x float>", {"i32"}}});
  const float four[4] = {0, 0.5f, 2.0f, -1};
  uint32_t word = 0;
  compiled.call(0)(four, &word);
  EXPECT_EQ(word, 0x00ff8000u);
  const float two[2] = {-2, 0.25f};
  compiled.call(1)(two, &word);
  EXPECT_EQ(word, 0x20008001u);
  float back[4] = {};
  word = 0x00ff8033;
  compiled.call(2)(&word, back);
  EXPECT_EQ(back[0], 0x33 / 255.0f);
  EXPECT_EQ(back[2], 1.0f);
  word = 0x80007fff;
  compiled.call(3)(&word, back);
  EXPECT_EQ(back[0], 1.0f);
  EXPECT_EQ(back[1], -1.0f);
}

std::string division(const std::string& op, const std::string& type, const std::string& divisor) {
  return "define void @" + op + "(i8* %in, i8* %out) {\n%p = bitcast i8* %in to " + type +
         "*\n%x = load " + type + ", " + type + "* %p\n%q = getelementptr " + type + ", " + type +
         "* %p, i64 1\n%y = load " + type + ", " + type + "* %q\n%r = " + op + " " + type +
         " %x, " + divisor + "\n%o = bitcast i8* %out to " + type + "*\nstore " + type + " %r, " +
         type + "* %o\nret void\n}\n";
}

TEST(Intrinsics, DivisionNeverTraps) {
  std::string text;
  for (const char* op : {"sdiv", "udiv", "srem", "urem"}) text += division(op, "i32", "%y");
  const CompiledCalls compiled = CompiledCalls::from({}, text);
  const auto run32 = [&](const char* op, int32_t x, int32_t y) {
    const int32_t in[2] = {x, y};
    int32_t out = 0;
    compiled.find(op)(in, &out);
    return out;
  };
  EXPECT_EQ(run32("sdiv", 7, -2), -3);
  EXPECT_EQ(run32("srem", 7, -2), 1);
  EXPECT_EQ(run32("udiv", -1, 3), 0x55555555);
  EXPECT_EQ(run32("sdiv", 7, 0), 0);
  EXPECT_EQ(run32("udiv", 7, 0), -1);
  EXPECT_EQ(run32("srem", 7, 0), -1);
  EXPECT_EQ(run32("urem", 7, 0), -1);
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(run32("sdiv", kLeast, -1), kLeast);
  EXPECT_EQ(run32("srem", kLeast, -1), 0);
}

TEST(Intrinsics, DivisionByAConstantIsLeftAlone) {
  const CompiledCalls by_three = CompiledCalls::from({}, division("sdiv", "i32", "3"));
  const int32_t in[2] = {-10, 0};
  int32_t out = 0;
  by_three.find("sdiv")(in, &out);
  EXPECT_EQ(out, -3);
  const CompiledCalls by_minus_one = CompiledCalls::from({}, division("sdiv", "i32", "-1"));
  const int32_t least[2] = {std::numeric_limits<int32_t>::min(), 0};
  by_minus_one.find("sdiv")(least, &out);
  EXPECT_EQ(out, least[0]);
}

}  // namespace
}  // namespace tinsmith::cpu
