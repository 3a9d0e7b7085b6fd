// SPDX-License-Identifier: Apache-2.0
// Every kernel runs twice on the same random memory: thread by thread, and as a loop cut into
// parts.
#include "cpu/loop_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "air/air.h"
#include "cpu/cpu.h"
#include "cpu/engine.h"
#include "cpu/intrinsics.h"
#include "cpu/kernel_text.h"
#include "cpu/pipeline.h"
#include "cpu/reader.h"

namespace tinsmith::cpu {
namespace {

using Memory = std::vector<std::vector<uint32_t>>;

struct Task {
  KernelText kernel;
  std::vector<size_t> sizes;  // of its buffers, in words
  bool floats = true;         // what they hold
  double tolerance = 0;       // relative; 0: the same bits
};

Memory random_memory(const Task& task, uint32_t seed) {
  std::mt19937 random(seed);
  Memory out;
  for (size_t size : task.sizes) {
    auto& words = out.emplace_back(size);
    for (uint32_t& word : words) {
      const float number = static_cast<float>(random() % 2048) / 1024.0F - 1.0F;
      word = static_cast<uint32_t>(random());
      if (task.floats) std::memcpy(&word, &number, 4);
    }
  }
  return out;
}

std::shared_ptr<const Code> compiled(const Task& task, bool any_grid, unsigned lanes = 0,
                                     bool serial = false) {
  auto air = air::assemble(task.kernel.text(), "test");
  EXPECT_TRUE(air) << air.failure().what;
  Options options;
  options.lanes = lanes;
  options.debug.serial = serial;
  auto code = compile({.air = *air, .entry = "k", .any_grid = any_grid}, options);
  EXPECT_TRUE(code) << code.failure().what;
  return *code;
}

void run(const Code& code, Memory& memory, uint32_t parts) {
  std::vector<void*> buffers;
  for (auto& words : memory) buffers.push_back(words.data());
  const Launch launch{.buffers = buffers, .grid = {384, 1, 1}, .group = {128, 1, 1}};
  for (uint32_t part = 0; part < parts; ++part) {
    auto done = code.run_part(launch, part, parts);
    EXPECT_TRUE(done);
  }
}

float as_float(uint32_t bits) {
  float out = 0;
  std::memcpy(&out, &bits, 4);
  return out;
}

void expect_same(const Task& task, const Memory& found, const Memory& wanted) {
  for (size_t b = 0; b < wanted.size(); ++b) {
    for (size_t i = 0; i < wanted[b].size(); ++i) {
      if (found[b][i] == wanted[b][i]) continue;
      const float x = as_float(found[b][i]), y = as_float(wanted[b][i]);
      ASSERT_LE(std::abs(x - y), task.tolerance * (1 + std::abs(y)))
          << "buffer " << b << " word " << i << ": " << x << " not " << y;
      ASSERT_FALSE(std::isnan(x) != std::isnan(y));
    }
  }
}

// How many threads there are must not matter to the reference either: one grid is enough.
void expect_as_threads(const Task& task, bool serial = false) {
  const Memory start = random_memory(task, 1);
  Memory wanted = start;
  run(*compiled(task, false), wanted, 1);
  const auto code = compiled(task, true);
  EXPECT_EQ(code->divisible(), !serial);
  for (uint32_t parts : {1U, 2U, 3U, 7U}) {
    if (parts > 1 && serial) break;
    Memory found = start;
    run(*code, found, parts);
    expect_same(task, found, wanted);
  }
  // Machines with less: vectors of four floats.
  Memory narrow = start;
  run(*compiled(task, true, 4), narrow, 1);
  expect_same(task, narrow, wanted);
  Memory one_by_one = start;
  run(*compiled(task, true, 0, true), one_by_one, 1);
  expect_same(task, one_by_one, wanted);
}

// A body inside the loop that strides over the grid. %i is the index; %a0 … are the buffers.
// `head` comes before the loop; `phis` and `tail` are for what the loop gathers.
struct Stride {
  std::string bound = "4096", begin = "0", compare = "ult";
  std::string head = {}, phis = {}, tail = {}, body = {};

  std::string text() const {
    return "entry:\n  %gid = extractelement <3 x i32> %position, i32 0\n"
           "  %groups = extractelement <3 x i32> %count, i32 0\n  %all = mul i32 %groups, 128\n" +
           head + "  %first = add i32 %gid, " + begin +
           "\n  br label %head\nhead:\n  %i = phi i32 [ %first, %entry ], [ %next, %latch ]\n" +
           phis + "  %more = icmp " + compare + " i32 %i, " + bound +
           "\n  br i1 %more, label %body, label %exit\nbody:\n" + body +
           "  br label %latch\nlatch:\n  %next = add i32 %i, %all\n  br label %head\nexit:\n" +
           tail + "  ret void\n";
  }
};

Task task(const std::vector<std::string>& types, const Stride& loop, std::vector<size_t> sizes) {
  Task out;
  for (const std::string& type : types) out.kernel.buffer(type, true);
  const size_t n = types.size();
  out.kernel.built_in("thread_position_in_grid", "<3 x i32>");
  out.kernel.built_in("threadgroups_per_grid", "<3 x i32>");
  std::string body = loop.text();
  const auto rename = [&](const std::string& from, const std::string& to) {
    for (size_t at = 0; (at = body.find(from, at)) != std::string::npos;) {
      body.replace(at, from.size(), to);
    }
  };
  rename("%position", "%a" + std::to_string(n));
  rename("%count", "%a" + std::to_string(n + 1));
  out.kernel.body = body;
  out.sizes = std::move(sizes);
  return out;
}

// %NAME: the address of element INDEX of buffer BUFFER.
std::string at(const std::string& name, const std::string& buffer, const std::string& index,
               const std::string& type = "float") {
  return "  %" + name + "64 = zext i32 " + index + " to i64\n  %" + name + " = getelementptr " +
         type + ", " + type + " addrspace(1)* " + buffer + ", i64 %" + name + "64\n";
}

std::string align_of(const std::string& type) {
  return type == "i8" ? "1" : type == "i16" || type == "half" ? "2" : "4";
}

std::string load(const std::string& name, const std::string& buffer, const std::string& index,
                 const std::string& type = "float") {
  return at(name + "p", buffer, index, type) + "  %" + name + " = load " + type + ", " + type +
         " addrspace(1)* %" + name + "p, align " + align_of(type) + "\n";
}

std::string store(const std::string& value, const std::string& buffer, const std::string& index,
                  const std::string& type = "float") {
  const std::string name = "to" + value.substr(1);
  return at(name, buffer, index, type) + "  store " + type + " " + value + ", " + type +
         " addrspace(1)* %" + name + ", align " + align_of(type) + "\n";
}

// Our loop around a compare-exchange: adds %VALUE to the float at the i32 pointer %POINTER.
// `from` is the block before it, `to` the one after.
std::string atomic_add(const std::string& name, const std::string& pointer,
                       const std::string& value, const std::string& from,
                       const std::string& operation = "fadd float") {
  const std::string n = name;
  return "  %" + n + "0 = load i32, i32 addrspace(1)* " + pointer + ", align 4\n  br label %" + n +
         "try\n" + n + "try:\n  %" + n + "guess = phi i32 [ %" + n + "0, %" + from + " ], [ %" + n +
         "old, %" + n + "again ]\n  %" + n + "f = bitcast i32 %" + n + "guess to float\n  %" + n +
         "sum = " + operation + " %" + n + "f, " + value + "\n  %" + n + "new = bitcast float %" +
         n + "sum to i32\n  %" + n + "pair = cmpxchg weak i32 addrspace(1)* " + pointer +
         ", i32 %" + n + "guess, i32 %" + n + "new monotonic monotonic, align 4\n  %" + n +
         "old = extractvalue { i32, i1 } %" + n + "pair, 0\n  %" + n + "same = icmp eq i32 %" + n +
         "old, %" + n + "guess\n  br i1 %" + n + "same, label %" + n + "done, label %" + n +
         "again\n" + n + "again:\n  br label %" + n + "try\n" + n + "done:\n";
}

const std::string kF = "float", kI = "i32";

// for (k = 0; k < BOUND; ++k) acc += t, where BODY makes %t of %k. Comes from block `from`, which
// is "body" where empty, and goes on in %idone.
std::string inner_loop(const std::string& bound, const std::string& from, const std::string& body) {
  const std::string before = from.empty() ? "body" : from;
  return "  br label %inner\ninner:\n  %k = phi i32 [ 0, %" + before + " ], [ %k1, %imore ]\n" +
         "  %acc = phi float [ 0.0, %" + before +
         " ], [ %sum, %imore ]\n  %go = icmp slt i32 %k, " + bound +
         "\n  br i1 %go, label %imore, label %idone\nimore:\n" + body +
         "  %sum = fadd float %acc, %t\n  %k1 = add i32 %k, 1\n  br label %inner\nidone:\n";
}

// What form_loop makes of it.
LoopForm form_of(const Task& task) {
  auto air = air::assemble(task.kernel.text(), "test");
  auto parsed = read_kernel(*air, "k");
  auto target = new_target_machine();
  adapt_to_host(*parsed, (*target)->getTargetTriple().str(), (*target)->createDataLayout());
  EXPECT_TRUE(replace_intrinsics(*parsed->module, {}));
  clean_up(*parsed->module, **target);
  return form_loop(*parsed->kernel, parsed->parameters, {});
}

TEST(LoopForm, AddsElementwise) {
  Stride loop;
  loop.body = load("x", "%a0", "%i") + load("y", "%a1", "%i") +
              "  %s = fmul float %x, 3.0\n  %z = fadd float %s, %y\n" + store("%z", "%a1", "%i");
  expect_as_threads(task({kF, kF}, loop, {4096, 4096}));
}

TEST(LoopForm, BeginsAndEndsWhereTold) {
  for (const auto& [begin, bound] : {std::pair{"5", "4000"},
                                     {"100", "100"},
                                     {"100", "7"},
                                     {"0", "1"},
                                     {"63", "65"},
                                     {"1", "4096"}}) {
    for (const char* compare : {"ult", "slt"}) {
      Stride loop{.bound = bound, .begin = begin, .compare = compare};
      loop.body = load("x", "%a0", "%i") + "  %z = fadd float %x, 1.0\n" + store("%z", "%a0", "%i");
      expect_as_threads(task({kF}, loop, {4096}));
    }
  }
}

TEST(LoopForm, TakesNegativeAndLoadedBounds) {
  Stride loop{.bound = "%bound", .begin = "%begin", .compare = "slt"};
  loop.head =
      "  %begin = load i32, i32 addrspace(1)* %a1, align 4\n"
      "  %boundp = getelementptr i32, i32 addrspace(1)* %a1, i64 1\n"
      "  %bound = load i32, i32 addrspace(1)* %boundp, align 4\n";
  loop.body =
      "  %k = add i32 %i, 700\n  %half = sdiv i32 %i, 3\n  %rest = srem i32 %i, 3\n"
      "  %m = mul i32 %half, 10\n  %v = add i32 %m, %rest\n" +
      store("%v", "%a0", "%k", kI);
  Task negative = task({kI, kI}, loop, {2000, 2});
  negative.floats = false;
  for (const auto& [begin, end] : {std::pair{-650, 900}, {-5, -1}, {3, 1000}, {10, -10}}) {
    Memory start = random_memory(negative, 3);
    start[1] = {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
    Memory wanted = start;
    run(*compiled(negative, false), wanted, 1);
    for (uint32_t parts : {1U, 3U}) {
      Memory found = start;
      run(*compiled(negative, true), found, parts);
      expect_same(negative, found, wanted);
    }
  }
}

TEST(LoopForm, MultipliesMatrices) {
  Stride loop{.bound = "2240"};  // 35 x 64
  loop.body =
      "  %r = sdiv i32 %i, 64\n  %c = srem i32 %i, 64\n  %r64 = mul i32 %r, 64\n  br label %inner\n"
      "inner:\n  %k = phi i32 [ 0, %body ], [ %k1, %more1 ]\n"
      "  %acc = phi float [ 0.0, %body ], [ %sum, %more1 ]\n  %go = icmp slt i32 %k, 64\n"
      "  br i1 %go, label %more1, label %done\nmore1:\n  %ka = add i32 %r64, %k\n"
      "  %ka1 = add i32 %ka, 1\n  %kb0 = mul i32 %k, 64\n  %kb1 = add i32 %kb0, %c\n"
      "  %kb = add i32 %kb1, 4097\n" +
      load("a", "%a0", "%ka1") + load("b", "%a0", "%kb") +
      "  %p = fmul float %a, %b\n  %sum = fadd float %acc, %p\n  %k1 = add i32 %k, 1\n"
      "  br label %inner\ndone:\n  %rc = add i32 %r64, %c\n  %o = add i32 %rc, 8193\n" +
      store("%acc", "%a0", "%o");
  expect_as_threads(task({kF}, loop, {12300}));
}

TEST(LoopForm, GathersASum) {
  Stride loop{.bound = "4001"};
  loop.phis = "  %acc = phi float [ 0.0, %entry ], [ %sum, %latch ]\n";
  loop.body = load("x", "%a0", "%i") + "  %sum = fadd float %acc, %x\n";
  loop.tail =
      "  %some = fcmp une float %acc, 0.0\n  br i1 %some, label %give, label %out\ngive:\n" +
      atomic_add("t", "%a1", "%acc", "give") + "  br label %out\nout:\n";
  Task sum = task({kF, kI}, loop, {4096, 1});
  sum.tolerance = 1e-4;
  expect_as_threads(sum);
}

TEST(LoopForm, ScattersWithAtomics) {
  Stride loop;
  loop.body = load("x", "%a0", "%i", kI) + "  %cell = and i32 %x, 63\n" +
              at("p", "%a1", "%cell", kI) + load("v", "%a2", "%i") +
              atomic_add("t", "%p", "%v", "body") + "  br label %next1\nnext1:\n";
  // The latch's predecessor is the last block of the body.
  Task scatter = task({kI, kI, kF}, loop, {4096, 64, 4096});
  scatter.tolerance = 1e-4;
  Memory start = random_memory(scatter, 9), wanted;
  std::mt19937 random(4);
  for (uint32_t& word : start[0]) word = static_cast<uint32_t>(random());
  wanted = start;
  run(*compiled(scatter, false), wanted, 1);
  const auto code = compiled(scatter, true);
  EXPECT_FALSE(code->divisible());
  run(*code, start, 1);
  expect_same(scatter, start, wanted);
}

// i / COLUMNS and i % COLUMNS as %r and %c.
std::string rows_of(int columns) {
  const std::string n = std::to_string(columns);
  return "  %r = sdiv i32 %i, " + n + "\n  %c = srem i32 %i, " + n + "\n";
}

TEST(Lanes, TakeAsManyAsPayAndRowsWhereTheyShare) {
  Stride loop{.bound = "32768"};
  loop.body = rows_of(128) +
              inner_loop("64", "",
                         "  %kc = mul i32 %k, 128\n  %kb = add i32 %kc, %c\n"
                         "  %rk = mul i32 %r, 64\n  %ka = add i32 %rk, %k\n" +
                             load("a", "%a0", "%ka") + load("b", "%a1", "%kb") +
                             "  %t = fmul float %a, %b\n") +
              store("%acc", "%a2", "%i");
  Task product = task({kF, kF, kF}, loop, {16384, 8192, 32768});
  const LoopForm form = form_of(product);
  EXPECT_GE(form.lanes, 8U);
  EXPECT_EQ(form.rows, 4U);
  EXPECT_FALSE(form.serial);
  expect_as_threads(product);
}

TEST(Lanes, DoRaggedRowsOfAnyLength) {
  for (int columns : {8, 10, 63, 64, 65, 100, 130}) {
    for (const auto& [begin, bound] : {std::pair{"0", "1300"}, {"0", "1000"}, {"37", "1234"}}) {
      Stride loop{.bound = bound, .begin = begin};
      loop.body =
          rows_of(columns) +
          inner_loop("5", "",
                     "  %kk = mul i32 %k, 130\n  %kb = add i32 %kk, %c\n  %ka = add i32 %k, %r\n" +
                         load("a", "%a0", "%ka") + load("b", "%a1", "%kb") +
                         "  %t = fmul float %a, %b\n") +
          store("%acc", "%a2", "%i");
      expect_as_threads(task({kF, kF, kF}, loop, {256, 800, 1300}));
    }
  }
}

TEST(Lanes, FollowThreeDimensions) {  // 7 x 6 x 40
  Stride loop{.bound = "1680"};
  loop.body =
      "  %z = srem i32 %i, 40\n  %xy = sdiv i32 %i, 40\n  %y = srem i32 %xy, 6\n"
      "  %x = sdiv i32 %i, 240\n  %yz = srem i32 %i, 240\n  %s1 = mul i32 %z, 6\n  %s2 = add i32 "
      "%s1, %y\n"
      "  %s3 = mul i32 %s2, 7\n  %s4 = add i32 %s3, %x\n" +
      load("v", "%a0", "%s4") + load("w", "%a1", "%yz") + "  %u = fadd float %v, %w\n" +
      store("%u", "%a2", "%i");
  expect_as_threads(task({kF, kF, kF}, loop, {1680, 240, 1680}));
}

// The five points of a stencil, where the guard holds; element -1 is never read.
TEST(Lanes, GuardStencils) {
  for (const std::string guard : {"%g", "%h"}) {
    Stride loop{.bound = "4000"};  // 50 x 80
    loop.body =
        rows_of(80) +
        "  %g1 = icmp sgt i32 %r, 0\n  %g2 = icmp slt i32 %r, 49\n  %g3 = icmp sgt i32 %c, 0\n"
        "  %g4 = icmp slt i32 %c, 79\n  %g12 = and i1 %g1, %g2\n  %g34 = and i1 %g3, %g4\n"
        "  %g = and i1 %g12, %g34\n  %h = and i1 %g3, %g4\n  br i1 " +
        guard +
        ", label %inside, label %next1\ninside:\n  %n = add i32 %i, -80\n  %s = add i32 %i, 80\n"
        "  %w = add i32 %i, -1\n  %e = add i32 %i, 1\n" +
        load("vn", "%a0", guard == "%g" ? "%n" : "%i") +
        load("vs", "%a0", guard == "%g" ? "%s" : "%i") + load("vw", "%a0", "%w") +
        load("ve", "%a0", "%e") +
        "  %x1 = fadd float %vn, %vs\n"
        "  %x2 = fadd float %vw, %ve\n  %x3 = fadd float %x1, %x2\n" +
        store("%x3", "%a1", "%i") + "  br label %next1\nnext1:\n";
    Task stencil = task({kF, kF}, loop, {4000, 4000});
    EXPECT_GE(form_of(stencil).lanes, 4U);
    expect_as_threads(stencil);
  }
}

TEST(Lanes, PartWaysAndMeetAgain) {
  Stride loop{.bound = "999"};
  loop.body = load("x", "%a0", "%i") +
              "  %p = fcmp ogt float %x, 0.0\n  br i1 %p, label %then, label %else\n"
              "then:\n  %q = fcmp ogt float %x, 0.5\n  br i1 %q, label %deep, label %flat\n"
              "deep:\n  %d = fmul float %x, 3.0\n" +
              store("%d", "%a1", "%i") +
              "  br label %flat\n"
              "flat:\n  %f = phi float [ %d, %deep ], [ %x, %then ]\n  br label %join\n"
              "else:\n  %m = fneg float %x\n  br label %join\n"
              "join:\n  %j = phi float [ %f, %flat ], [ %m, %else ]\n  %o = fadd float %j, 1.0\n" +
              store("%o", "%a2", "%i");
  Task task1 = task({kF, kF, kF}, loop, {999, 999, 999});
  EXPECT_GE(form_of(task1).lanes, 4U);
  expect_as_threads(task1);
}

TEST(Lanes, RunLoopsInsideBranchesOnlyWhereSomeLaneDoes) {
  Stride loop{.bound = "777"};
  loop.body = load("x", "%a0", "%i") + load("n", "%a3", "%zero", kI) +
              "  %m = and i32 %n, 7\n  %p = fcmp ogt float %x, 0.25\n  br i1 %p, label %pre, label "
              "%join\npre:\n" +
              inner_loop("%m", "pre", "  %ik = add i32 %i, %k\n" + load("t", "%a1", "%ik")) +
              "  br label %join\njoin:\n  %j = phi float [ %acc, %idone ], [ %x, %body ]\n" +
              store("%j", "%a2", "%i");
  loop.head = "  %zero = add i32 0, 0\n";
  Task inner = task({kF, kF, kF, kI}, loop, {777, 800, 777, 4});
  EXPECT_GE(form_of(inner).lanes, 4U);
  expect_as_threads(inner);
}

// if (same for all and different) then … else …: the branches are entered from both conditions.
TEST(Lanes, PartWaysWhereOneOfTwoConditionsIsTheSameForAll) {
  for (const char* compare : {"slt", "sgt"}) {
    Stride loop{.bound = "777"};
    loop.head = "  %zero = add i32 0, 0\n";
    loop.body = load("x", "%a0", "%i") + load("n", "%a3", "%zero", kI) + "  %same = icmp " +
                compare + " i32 %n, 1000000\n  br i1 %same, label %second, label %else\n" +
                "second:\n  %h = fmul float %x, 0.5\n" + store("%h", "%a5", "%i") +
                "  %p = fcmp olt float %x, 0.25\n" + "  br i1 %p, label %then, label %else\n" +
                "then:\n  %d = fmul float %x, 3.0\n" + store("%d", "%a1", "%i") +
                "  br label %join\nelse:\n  %m = fneg float %x\n" + store("%m", "%a4", "%i") +
                "  br label %join\njoin:\n  %j = phi float [ %d, %then ], [ %m, %else ]\n" +
                inner_loop("7", "join",
                           "  %ik = add i32 %i, %k\n" + load("l", "%a0", "%ik") +
                               "  %t = fmul float %l, %j\n") +
                store("%acc", "%a2", "%i");
    Task both = task({kF, kF, kF, kI, kF, kF}, loop, {800, 777, 777, 4, 777, 777});
    EXPECT_GE(form_of(both).lanes, 4U);
    expect_as_threads(both);
  }
}

// A loop in a branch, with a branch of its own; what it adds up is used after both.
TEST(Lanes, BranchWithinALoopWithinABranch) {
  Stride loop{.bound = "777"};
  loop.body = load("x", "%a0", "%i") + load("y", "%a1", "%i") +
              "  %p = fcmp ogt float %x, 0.25\n  br i1 %p, label %pre, label %join\n"
              "pre:\n  br label %inner\n"
              "inner:\n  %k = phi i32 [ 0, %pre ], [ %k1, %ilatch ]\n"
              "  %acc = phi float [ %x, %pre ], [ %sum, %ilatch ]\n"
              "  %go = icmp slt i32 %k, 33\n  br i1 %go, label %work, label %done\n"
              "work:\n" +
              load("t", "%a0", "%k") +
              "  %q = fcmp ogt float %y, 0.5\n  br i1 %q, label %ilatch, label %add\n"
              "add:\n  %plus = fadd float %acc, %t\n  br label %ilatch\n"
              "ilatch:\n  %sum = phi float [ %acc, %work ], [ %plus, %add ]\n"
              "  %k1 = add i32 %k, 1\n  br label %inner\n"
              "done:\n  br label %join\n"
              "join:\n  %j = phi float [ %acc, %done ], [ %y, %body ]\n" +
              store("%j", "%a2", "%i");
  Task nested = task({kF, kF, kF}, loop, {777, 777, 777});
  EXPECT_GE(form_of(nested).lanes, 4U);
  expect_as_threads(nested);
}

TEST(Lanes, LeaveLoopsOfDifferentLengthAlone) {
  Stride loop{.bound = "500"};
  loop.body = load("n", "%a3", "%i", kI) + "  %m = and i32 %n, 15\n  br label %pre\npre:\n" +
              inner_loop("%m", "pre", "  %ik = add i32 %i, %k\n" + load("t", "%a1", "%ik")) +
              store("%acc", "%a2", "%i");
  Task different = task({kF, kF, kF, kI}, loop, {4, 600, 500, 500});
  EXPECT_EQ(form_of(different).lanes, 1U);
  expect_as_threads(different);
}

TEST(Lanes, CallMathematicsUnderAMask) {
  Stride loop{.bound = "501"};
  loop.body = load("x", "%a0", "%i") +
              "  %e = call float @air.exp.f32(float %x)\n"
              "  %p = fcmp ogt float %x, 0.0\n  br i1 %p, label %then, label %join\nthen:\n"
              "  %l = call float @air.log.f32(float %x)\n  %t = call float @air.tan.f32(float %x)\n"
              "  %lt = fadd float %l, %t\n  br label %join\njoin:\n"
              "  %j = phi float [ %lt, %then ], [ %e, %body ]\n" +
              store("%j", "%a1", "%i");
  Task maths = task({kF, kF}, loop, {501, 501});
  maths.kernel.globals =
      "declare float @air.exp.f32(float)\ndeclare float @air.log.f32(float)\n"
      "declare float @air.tan.f32(float)\n";
  maths.tolerance = 1e-5;
  EXPECT_GE(form_of(maths).lanes, 4U);
  expect_as_threads(maths);
}

TEST(Lanes, ShiftByteAddressesAsTaichiDoes) {
  Stride loop{.bound = "%bound", .compare = "slt"};
  loop.head = "  %bound = load i32, i32 addrspace(1)* %a2, align 4\n";
  loop.body = "  %b4 = shl i32 %i, 2\n  %b = add i32 %b4, 48\n  %w = lshr i32 %b, 2\n" +
              load("x", "%a0", "%w") + "  %y = fmul float %x, 2.0\n  %o = lshr i32 %b4, 2\n" +
              store("%y", "%a1", "%o");
  Task bytes = task({kF, kF, kI}, loop, {1012, 1000, 1});
  EXPECT_GE(form_of(bytes).lanes, 4U);
  Memory start = random_memory(bytes, 1);
  start[2][0] = 997;
  Memory wanted = start;
  run(*compiled(bytes, false), wanted, 1);
  for (uint32_t parts : {1U, 5U}) {
    Memory found = start;
    run(*compiled(bytes, true), found, parts);
    expect_same(bytes, found, wanted);
  }
}

// Atomics of our own making, in one place for a row, side by side, and anywhere.
TEST(Lanes, AddUpWhatAtomicsWould) {
  const std::string row = "%r", near = "%i", far = "%cell";
  for (const std::string& where : {row, near, far}) {
    for (const bool guarded : {false, true}) {
      Stride loop{.bound = "1000"};
      const std::string p =
          guarded ? "  %p = fcmp ogt float %v, 0.0\n  br i1 %p, label %some, label %next1\nsome:\n"
                  : "  br label %some\nsome:\n";
      loop.body = rows_of(40) + load("v", "%a1", "%i") + load("key", "%a2", "%i", kI) +
                  "  %e = call float @air.exp.f32(float %v)\n  %cell = and i32 %key, 15\n" + p +
                  at("place", "%a0", where, kI) + atomic_add("t", "%place", "%e", "some") +
                  "  br label %next1\nnext1:\n";
      Task adds = task({kI, kF, kI}, loop, {1000, 1000, 1000});
      adds.kernel.globals = "declare float @air.exp.f32(float)\n";
      adds.tolerance = 1e-4;
      EXPECT_TRUE(form_of(adds).serial);
      expect_as_threads(adds, true);
    }
  }
}
// Those of Metal, which debug.serial makes plain operations of; one thread has lanes too.
TEST(Lanes, AddUpWhatAtomicsWouldOnOneThread) {
  Stride loop{.bound = "1000"};
  loop.body =
      rows_of(40) + load("v", "%a1", "%i") + "  %e = call float @air.exp.f32(float %v)\n" +
      at("place", "%a0", "%r") +
      "  %old = call float @air.atomic.global.add.f32(float addrspace(1)* %place, float %e, "
      "i32 0, i32 2, i1 true)\n";
  Task adds = task({kF, kF}, loop, {1000, 1000});
  adds.kernel.globals =
      "declare float @air.exp.f32(float)\n"
      "declare float @air.atomic.global.add.f32(float addrspace(1)*, float, i32, i32, i1)\n";
  adds.tolerance = 1e-4;
  expect_as_threads(adds, true);
}

// index i of an array of rows of %n, which stands in the last buffer.
TEST(Lanes, DivideBySizesThatAreKnownAtRunTime) {
  Stride loop{.bound = "%total", .compare = "slt"};
  loop.head =
      "  %n = load i32, i32 addrspace(1)* %a2, align 4\n"
      "  %cp = getelementptr i32, i32 addrspace(1)* %a2, i64 1\n"
      "  %total = load i32, i32 addrspace(1)* %cp, align 4\n";
  loop.body =
      "  %r = sdiv i32 %i, %n\n  %rn = mul i32 %r, %n\n  %c = sub i32 %i, %rn\n" +
      inner_loop("3", "",
                 "  %kr = add i32 %k, %r\n  %kc = add i32 %k, %c\n" + load("a", "%a0", "%kr") +
                     load("b", "%a0", "%kc") + "  %t = fmul float %a, %b\n") +
      store("%acc", "%a1", "%i");
  Task arrays = task({kF, kF, kI}, loop, {2048, 1500, 2});
  EXPECT_GE(form_of(arrays).lanes, 4U);
  for (const auto& [n, count] :
       {std::pair{1, 700}, {7, 700}, {64, 640}, {100, 1500}, {0, 0}, {-9, 300}}) {
    Memory start = random_memory(arrays, 6);
    start[2] = {static_cast<uint32_t>(n), static_cast<uint32_t>(count)};
    if (n < 0) {  // rows are negative then: their elements are not looked at
      arrays.kernel.body.replace(arrays.kernel.body.find("%kr = add i32 %k, %r"), 20,
                                 "%kr = add i32 %k, 5 ");
    }
    Memory wanted = start;
    run(*compiled(arrays, false), wanted, 1);
    for (uint32_t parts : {1U, 2U, 5U}) {
      Memory found = start;
      run(*compiled(arrays, true), found, parts);
      expect_same(arrays, found, wanted);
    }
  }
}

TEST(Lanes, KeepArraysOfTheirOwn) {
  Stride loop{.bound = "300"};
  loop.head = "  %own = alloca [4 x float], align 4\n";
  loop.body = load("x", "%a0", "%i") + load("key", "%a1", "%i", kI) +
              "  %at = and i32 %key, 3\n"
              "  %z = getelementptr [4 x float], [4 x float]* %own, i32 0, i32 0\n  store float "
              "7.0, float* %z\n"
              "  %p = getelementptr [4 x float], [4 x float]* %own, i32 0, i32 %at\n  store float "
              "%x, float* %p\n"
              "  %y = load float, float* %z\n" +
              store("%y", "%a2", "%i");
  Task own = task({kF, kI, kF}, loop, {300, 300, 300});
  expect_as_threads(own);
}

TEST(Lanes, HandOutPlacesOneByOne) {  // place = counter++; list[place] = value
  Stride loop{.bound = "500"};
  loop.body = load("x", "%a0", "%i") +
              "  %e = call float @air.exp.f32(float %x)\n"
              "  %p = fcmp ogt float %x, 0.0\n  br i1 %p, label %some, label %next1\nsome:\n"
              "  %place = call i32 @air.atomic.global.add.s.i32(i32 addrspace(1)* %a1, i32 1, i32 "
              "0, i32 2, i1 true)\n" +
              store("%e", "%a2", "%place") + "  br label %next1\nnext1:\n";
  Task list = task({kF, kI, kF}, loop, {500, 1, 500});
  list.kernel.globals =
      "declare float @air.exp.f32(float)\n"
      "declare i32 @air.atomic.global.add.s.i32(i32 addrspace(1)*, i32, i32, i32, i1)\n";
  Memory start = random_memory(list, 8);
  start[1][0] = 0;
  std::fill(start[2].begin(), start[2].end(), 0);
  Memory wanted = start, found = start;
  run(*compiled(list, false), wanted, 1);
  const auto code = compiled(list, true);
  EXPECT_FALSE(code->divisible());
  run(*code, found, 1);
  for (Memory* memory : {&wanted, &found}) std::sort((*memory)[2].begin(), (*memory)[2].end());
  list.tolerance = 1e-5;
  expect_same(list, found, wanted);
}

TEST(Lanes, GatherTheLeastAndTheGreatest) {
  for (const std::string op : {"fmin", "fmax"}) {
    Stride loop{.bound = "1003"};
    const std::string start = op == "fmin" ? "0x7FF0000000000000" : "0xFFF0000000000000";
    loop.phis = "  %acc = phi float [ " + start + ", %entry ], [ %kept, %latch ]\n";
    loop.body = load("x", "%a0", "%i") +
                "  %q = fcmp olt float %x, 0.5\n  br i1 %q, label %take, label %skip\n"
                "take:\n  %m = call float @air." +
                op +
                ".f32(float %acc, float %x)\n  br label %skip\n"
                "skip:\n  %kept = phi float [ %m, %take ], [ %acc, %body ]\n";
    loop.tail = "  %some = fcmp une float %acc, " + start +
                "\n  br i1 %some, label %give, label %out\ngive:\n" +
                atomic_add("t", "%a1", "%acc", "give", "call float @air." + op + ".f32(float") +
                "  br label %out\nout:\n";
    const size_t at = loop.tail.find(op + ".f32(float %tf, %acc");
    ASSERT_NE(at, std::string::npos);
    loop.tail.replace(at, (op + ".f32(float %tf, %acc").size(), op + ".f32(float %tf, float %acc)");
    Task extreme = task({kF, kI}, loop, {1003, 1});
    extreme.kernel.globals = "declare float @air." + op + ".f32(float, float)\n";
    EXPECT_GE(form_of(extreme).lanes, 4U);
    expect_as_threads(extreme);
  }
}

TEST(Lanes, TakeEveryWidthOfNumber) {
  for (const auto& [type, operation] :
       {std::pair<std::string, std::string>{"double", "fmul double %x, 3.0"},
        {"i64", "mul i64 %x, 77"},
        {"i16", "mul i16 %x, 77"},
        {"i8", "add i8 %x, 77"},
        {"half", "fadd half %x, %x"}}) {
    Stride loop{.bound = "333", .begin = "3"};
    loop.body = load("x", "%a0", "%i", type) + "  %y = " + operation + "\n" +
                store("%y", "%a1", "%i", type);
    Task widths = task({type, type}, loop, {700, 700});
    widths.floats = false;
    expect_as_threads(widths);
  }
}

TEST(Lanes, LeaveTheLastOfEqualPlaces) {  // all rows' ends store one value in a place of the row
  Stride loop{.bound = "640"};
  loop.body = rows_of(64) + load("x", "%a0", "%r") + "  %y = fadd float %x, 1.0\n" +
              store("%y", "%a1", "%r") + load("z", "%a2", "%i") + "  %zy = fmul float %z, %y\n" +
              store("%zy", "%a2", "%i");
  expect_as_threads(task({kF, kF, kF}, loop, {10, 10, 640}));
}

TEST(LoopForm, RetriesThatLoadInEachRoundAreOneUpdate) {
  Stride loop{.bound = "900"};
  loop.body =
      load("x", "%a0", "%i") +
      "  br label %try\ntry:\n"
      "  %old = load i32, i32 addrspace(1)* %a1, align 4\n  %f = bitcast i32 %old to float\n"
      "  %s = call float @llvm.fma.f32(float %x, float %x, float %f)\n  %new = bitcast float %s to "
      "i32\n"
      "  %pair = cmpxchg i32 addrspace(1)* %a1, i32 %old, i32 %new monotonic monotonic\n"
      "  %ok = extractvalue { i32, i1 } %pair, 1\n  br i1 %ok, label %next1, label %try\nnext1:\n";
  Task sum = task({kF, kI}, loop, {900, 1});
  sum.kernel.globals = "declare float @llvm.fma.f32(float, float, float)\n";
  sum.tolerance = 1e-3;
  EXPECT_GE(form_of(sum).lanes, 4U);
  Memory start = random_memory(sum, 1);
  start[1][0] = 0;
  Memory wanted = start, found = start;
  run(*compiled(sum, false), wanted, 1);
  run(*compiled(sum, true), found, 1);
  expect_same(sum, found, wanted);
}

// x -> 2x + v is no operation of ours: iterations meet in one place and must not run side by side.
TEST(LoopForm, OtherRetriesRunOneByOne) {
  Stride loop{.bound = "20"};
  loop.body = load("x", "%a0", "%i") +
              atomic_add("t", "%a1", "%x", "body", "call float @llvm.fma.f32(float 0.5, float") +
              "  br label %next1\nnext1:\n";
  const std::string call = "float 0.5, float %tf, %x";
  loop.body.replace(loop.body.find(call), call.size(), "float 0.5, float %tf, float %x)");
  Task other = task({kF, kI}, loop, {20, 1});
  other.kernel.globals = "declare float @llvm.fma.f32(float, float, float)\n";
  EXPECT_EQ(form_of(other).lanes, 1U);
  Memory start = random_memory(other, 1);
  start[1][0] = 0;
  std::fill(start[0].begin(), start[0].end(), 0x3f800000U);  // 1, so that the order does not matter
  Memory wanted = start, found = start;
  run(*compiled(other, false), wanted, 1);
  const auto code = compiled(other, true);
  EXPECT_FALSE(code->divisible());
  run(*code, found, 1);
  expect_same(other, found, wanted);
}

TEST(LoopForm, LeavesKernelsThatLookAtTheGridAlone) {
  Stride loop;
  loop.body =
      load("x", "%a0", "%i", kI) + "  %z = add i32 %x, %gid\n" + store("%z", "%a0", "%i", kI);
  Task looks = task({kI}, loop, {4096});
  looks.floats = false;
  Memory found = random_memory(looks, 1), wanted = found;
  run(*compiled(looks, false), wanted, 1);
  run(*compiled(looks, true), found, 1);
  expect_same(looks, found, wanted);
}

}  // namespace
}  // namespace tinsmith::cpu
