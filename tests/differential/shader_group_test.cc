// SPDX-License-Identifier: Apache-2.0
// Operations by which threads meet: atomics, barriers with workgroup memory, subgroups. Their
// results do not depend on who comes first.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "shader.h"

namespace tinsmith::differential {
namespace {

using spv::Op;

constexpr Kind kU32 = {'u', 32, 1}, kS32 = {'s', 32, 1}, kF32 = {'f', 32, 1}, kBool = {'b', 32, 1};
constexpr unsigned kThreads = 32, kGroup = Shader::kGroup;

// A number of its own for each thread.
int number(unsigned thread) { return static_cast<int>(thread * 7 % 32) - 10; }

Words numbers(Kind kind) {
  Words words(kThreads * kind.words());
  for (unsigned i = 0; i < kThreads; ++i) put(kind, words, i * kind.words(), 0, number(i));
  return words;
}

// What each road gives.
std::vector<Words> roads(const Words& shader, const Words& input, const Words& output) {
  std::vector<Words> all = {run_on_cpu(shader, input, output, kThreads, host_options()),
                            run_on_cpu(shader, input, output, kThreads, phone_options())};
  if (vulkan_can(shader)) all.push_back(run_on_vulkan(shader, input, output, kThreads));
  return all;
}

// The one thing that all give.
Words everywhere(const Words& shader, const Words& input, const Words& output) {
  const std::vector<Words> all = roads(shader, input, output);
  for (const Words& road : all) EXPECT_EQ(road, all[0]);
  return all[0];
}

struct Atomic {
  Op op;
  Kind kind;
  double start;
  double (*combine)(double, double);
};

double least(double x, double y) { return std::min(x, y); }
double most(double x, double y) { return std::max(x, y); }
double sum(double x, double y) { return x + y; }

// Every thread puts its number into the one word.
double gathered(const Atomic& a) {
  Shader s(1, 0);
  const Word value = s.read(a.kind, 0), first = s.asm_.u32(0);
  const bool is_float = a.kind.of == 'f';
  const Word pointer = is_float ? s.output_float(first) : s.output_word(first);
  std::vector<Word> operands = {s.type(is_float ? kF32 : kU32), s.asm_.new_id(), pointer,
                                s.asm_.u32(1), s.asm_.u32(0)};
  if (a.op == Op::OpAtomicFAddEXT) {
    s.asm_.capability(spv::Capability::AtomicFloat32AddEXT);
    s.asm_.extension("SPV_EXT_shader_atomic_float_add");
  } else if (is_float) {
    s.asm_.capability(spv::Capability::AtomicFloat32MinMaxEXT);
    s.asm_.extension("SPV_EXT_shader_atomic_float_min_max");
  }
  if (a.op != Op::OpAtomicIIncrement && a.op != Op::OpAtomicIDecrement) {
    operands.push_back(is_float ? value : s.asm_.value(Op::OpBitcast, s.type(kU32), {value}));
  }
  s.asm_.emit(a.op, operands);
  Words output(1);
  put(a.kind, output, 0, 0, a.start);
  const Words result = everywhere(s.finish(), numbers(a.kind), output);
  return result.empty() ? -1e9 : number_at(a.kind, result, 0, 0);
}

TEST(ShaderGroup, AtomicsGatherFromAllThreads) {
  const Atomic all[] = {
      {Op::OpAtomicIAdd, kS32, 100, sum},
      {Op::OpAtomicISub, kS32, 100, [](double x, double y) { return x - y; }},
      {Op::OpAtomicSMin, kS32, 5, least},
      {Op::OpAtomicSMax, kS32, 5, most},
      {Op::OpAtomicIIncrement, kS32, 5, [](double x, double) { return x + 1; }},
      {Op::OpAtomicIDecrement, kS32, 5, [](double x, double) { return x - 1; }},
      {Op::OpAtomicFAddEXT, kF32, 0.5, sum},
      {Op::OpAtomicFMinEXT, kF32, 0.5, least},
      {Op::OpAtomicFMaxEXT, kF32, 0.5, most},
  };
  for (const Atomic& a : all) {
    double want = a.start;
    for (unsigned i = 0; i < kThreads; ++i) want = a.combine(want, number(i));
    EXPECT_EQ(gathered(a), want) << static_cast<unsigned>(a.op);
  }
  // As bits, and without sign: -10 is the greatest.
  EXPECT_EQ(gathered({Op::OpAtomicUMax, kS32, 5, nullptr}), -1);
  EXPECT_EQ(gathered({Op::OpAtomicUMin, kS32, 5, nullptr}), 0);
  EXPECT_EQ(gathered({Op::OpAtomicOr, kS32, 0, nullptr}), -1);
  EXPECT_EQ(gathered({Op::OpAtomicAnd, kS32, -1, nullptr}), 0);
  int bits = 3;
  for (unsigned i = 0; i < kThreads; ++i) bits ^= number(i);
  EXPECT_EQ(gathered({Op::OpAtomicXor, kS32, 3, nullptr}), bits);
}

// A ticket for each thread by exchange of what it saw: all tickets are given once.
TEST(ShaderGroup, CompareExchangeGivesEachTicketOnce) {
  Shader s(1, 0);
  auto& a = s.asm_;
  const Word type = s.type(kU32);
  const Word counter = s.output_word(a.u32(0));
  const Word header = a.new_id(), body = a.new_id(), next = a.new_id(), merge = a.new_id();
  const Word relaxed = a.u32(0), device = a.u32(1);
  a.branch(header);
  a.label(header);
  a.emit(Op::OpLoopMerge, {merge, next, 0});
  a.branch(body);
  a.label(body);
  const Word seen = a.value(Op::OpAtomicLoad, type, {counter, device, relaxed});
  const Word more = s.binary(Op::OpIAdd, kU32, seen, a.u32(1));
  const Word old =
      a.value(Op::OpAtomicCompareExchange, type, {counter, device, relaxed, relaxed, more, seen});
  const Word won = s.binary(Op::OpIEqual, kBool, old, seen);
  const Word winner = a.new_id(), again = a.new_id();
  a.emit(Op::OpSelectionMerge, {again, 0});
  a.emit(Op::OpBranchConditional, {won, winner, again});
  // Used within the loop: lavapipe forgets which lanes have left one already.
  a.label(winner);
  const Word place = s.binary(Op::OpIAdd, kU32, old, a.u32(1));
  a.emit(Op::OpAtomicStore, {s.output_word(place), device, relaxed, a.u32(77)});
  a.branch(merge);
  a.label(again);
  a.branch(next);
  a.label(next);
  a.branch(header);
  a.label(merge);
  const Words result = everywhere(s.finish(), Words(kThreads), Words(1 + kThreads));
  Words want(1 + kThreads, 77);
  want[0] = kThreads;
  EXPECT_EQ(result, want);
}

// Each thread leaves its number in the group's memory, waits, and takes its mirror's.
TEST(ShaderGroup, WorkgroupMemoryIsSeenAfterTheBarrier) {
  Shader s(1, 1);
  auto& a = s.asm_;
  const Word type = s.type(kU32);
  const Word array = a.type_array(type, kGroup);
  const Word shared = a.global_variable(spv::StorageClass::Workgroup, array);
  const Word pointer = a.type_pointer(spv::StorageClass::Workgroup, type);
  const Word local = s.binary(Op::OpBitwiseAnd, kU32, s.thread(), a.u32(kGroup - 1));
  const Word mine = a.value(Op::OpAccessChain, pointer, {shared, local});
  a.emit(Op::OpStore, {mine, s.read(kU32, 0)});
  a.emit(Op::OpControlBarrier, {a.u32(2), a.u32(2), a.u32(0x108)});
  const Word mirror = s.binary(Op::OpISub, kU32, a.u32(kGroup - 1), local);
  const Word other = a.value(Op::OpAccessChain, pointer, {shared, mirror});
  s.write(kU32, 0, a.value(Op::OpLoad, type, {other}));
  const Words result = everywhere(s.finish(), numbers(kS32), Words(kThreads));
  ASSERT_EQ(result.size(), kThreads);
  for (unsigned i = 0; i < kThreads; ++i) {
    EXPECT_EQ(static_cast<int>(result[i]), number(i / kGroup * kGroup + kGroup - 1 - i % kGroup));
  }
}

// --- subgroups: a group of 8 threads is one that is not full

struct Subgroup {
  const char* name;
  spv::Capability capability;
  Kind kind;
  std::function<Word(Shader&, Word value)> emit;
  // From the numbers of the group, and which of its threads it is.
  std::function<double(const std::vector<double>&, unsigned)> want;
};

void check(const Subgroup& test) {
  Shader s(1, 1);
  s.asm_.capability(spv::Capability::GroupNonUniform);
  if (test.capability != spv::Capability::GroupNonUniform) s.asm_.capability(test.capability);
  s.write(test.kind, 0, test.emit(s, s.read(test.kind, 0)));
  for (const Words& result : roads(s.finish(), numbers(test.kind), Words(kThreads))) {
    ASSERT_EQ(result.size(), kThreads) << test.name;
    for (unsigned i = 0; i < kThreads; ++i) {
      std::vector<double> group(kGroup);
      for (unsigned j = 0; j < kGroup; ++j) group[j] = number(i / kGroup * kGroup + j);
      EXPECT_EQ(number_at(test.kind, result, i, 0), test.want(group, i % kGroup))
          << test.name << ", thread " << i;
    }
  }
}

Word subgroup_scope(Shader& s) { return s.asm_.u32(3); }

std::function<Word(Shader&, Word)> reduce(Op op, Kind kind, spv::GroupOperation how) {
  return [=](Shader& s, Word value) {
    return s.asm_.value(op, s.type(kind), {subgroup_scope(s), static_cast<Word>(how), value});
  };
}
std::function<Word(Shader&, Word)> shuffle(Op op, Kind kind, unsigned operand) {
  return [=](Shader& s, Word value) {
    return s.asm_.value(op, s.type(kind), {subgroup_scope(s), value, s.asm_.u32(operand)});
  };
}

double total(const std::vector<double>& group, unsigned) {
  return std::accumulate(group.begin(), group.end(), 0.0);
}
double total_until(const std::vector<double>& group, unsigned i) {
  return std::accumulate(group.begin(), group.begin() + i + 1, 0.0);
}
double total_before(const std::vector<double>& group, unsigned i) {
  return std::accumulate(group.begin(), group.begin() + i, 0.0);
}

TEST(ShaderGroup, SubgroupArithmetic) {
  using spv::Capability;
  using spv::GroupOperation;
  const auto arithmetic = Capability::GroupNonUniformArithmetic;
  for (Kind kind : {kF32, kS32}) {
    const Op add = kind == kF32 ? Op::OpGroupNonUniformFAdd : Op::OpGroupNonUniformIAdd;
    check({"sum", arithmetic, kind, reduce(add, kind, GroupOperation::Reduce), total});
    check({"inclusive", arithmetic, kind, reduce(add, kind, GroupOperation::InclusiveScan),
           total_until});
    check({"exclusive", arithmetic, kind, reduce(add, kind, GroupOperation::ExclusiveScan),
           total_before});
    check({"minimum", arithmetic, kind,
           reduce(kind == kF32 ? Op::OpGroupNonUniformFMin : Op::OpGroupNonUniformSMin, kind,
                  GroupOperation::Reduce),
           [](const std::vector<double>& group, unsigned) {
             return *std::ranges::min_element(group);
           }});
  }
  check({"or", arithmetic, kS32,
         reduce(Op::OpGroupNonUniformBitwiseOr, kS32, GroupOperation::Reduce),
         [](const std::vector<double>& group, unsigned) {
           int bits = 0;
           for (double x : group) bits |= static_cast<int>(x);
           return static_cast<double>(bits);
         }});
  check({"clusters", Capability::GroupNonUniformClustered, kS32,
         [](Shader& s, Word value) {
           return s.asm_.value(Op::OpGroupNonUniformIAdd, s.type(kS32),
                               {subgroup_scope(s), 3, value, s.asm_.u32(4)});
         },
         [](const std::vector<double>& group, unsigned i) {
           const auto first = group.begin() + i / 4 * 4;
           return std::accumulate(first, first + 4, 0.0);
         }});
}

TEST(ShaderGroup, SubgroupShuffles) {
  using spv::Capability;
  for (Kind kind : {kF32, kS32}) {
    check({"broadcast", Capability::GroupNonUniformBallot, kind,
           shuffle(Op::OpGroupNonUniformBroadcast, kind, 3),
           [](const std::vector<double>& group, unsigned) { return group[3]; }});
    check({"shuffle", Capability::GroupNonUniformShuffle, kind,
           shuffle(Op::OpGroupNonUniformShuffle, kind, 5),
           [](const std::vector<double>& group, unsigned) { return group[5]; }});
    check({"xor", Capability::GroupNonUniformShuffle, kind,
           shuffle(Op::OpGroupNonUniformShuffleXor, kind, 6),
           [](const std::vector<double>& group, unsigned i) { return group[i ^ 6]; }});
    check({"quad", Capability::GroupNonUniformQuad, kind,
           shuffle(Op::OpGroupNonUniformQuadSwap, kind, 2),
           [](const std::vector<double>& group, unsigned i) { return group[i ^ 3]; }});
  }
}

TEST(ShaderGroup, SubgroupVotesAndBallots) {
  using spv::Capability;
  const auto positive = [](Shader& s, Word value) {
    return s.binary(Op::OpSGreaterThan, kBool, value, s.asm_.i32(0));
  };
  const auto as_number = [](Shader& s, Word condition) {
    return s.asm_.value(Op::OpSelect, s.type(kS32), {condition, s.asm_.i32(1), s.asm_.i32(0)});
  };
  const auto count = [](const std::vector<double>& group) {
    return static_cast<double>(std::ranges::count_if(group, [](double x) { return x > 0; }));
  };
  for (Op op : {Op::OpGroupNonUniformAll, Op::OpGroupNonUniformAny}) {
    check({"vote", Capability::GroupNonUniformVote, kS32,
           [=](Shader& s, Word value) {
             return as_number(
                 s, s.asm_.value(op, s.type(kBool), {subgroup_scope(s), positive(s, value)}));
           },
           [=](const std::vector<double>& group, unsigned) {
             const double n = count(group);
             return op == Op::OpGroupNonUniformAll ? n == kGroup : n > 0;
           }});
  }
  check({"count of a ballot", Capability::GroupNonUniformBallot, kS32,
         [=](Shader& s, Word value) {
           const Word four = s.type({'u', 32, 4});
           const Word ballot = s.asm_.value(Op::OpGroupNonUniformBallot, four,
                                            {subgroup_scope(s), positive(s, value)});
           const Word bits = s.asm_.value(Op::OpGroupNonUniformBallotBitCount, s.type(kU32),
                                          {subgroup_scope(s), 0, ballot});
           return s.asm_.value(Op::OpBitcast, s.type(kS32), {bits});
         },
         [=](const std::vector<double>& group, unsigned) { return count(group); }});
  check({"elect", Capability::GroupNonUniform, kS32,
         [=](Shader& s, Word) {
           return as_number(
               s, s.asm_.value(Op::OpGroupNonUniformElect, s.type(kBool), {subgroup_scope(s)}));
         },
         [](const std::vector<double>&, unsigned i) { return i == 0 ? 1.0 : 0.0; }});
}

}  // namespace
}  // namespace tinsmith::differential
