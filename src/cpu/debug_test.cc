// SPDX-License-Identifier: Apache-2.0
// Debug switches that are code within the kernel. Divergent barriers: group_test.cc.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "air/air.h"
#include "cpu/cpu.h"
#include "cpu/kernel_text.h"

namespace tinsmith::cpu {
namespace {

// What running a kernel over floats in[8] -> out[8] fails with; empty where it does not.
std::string finding(const std::string& body, const Debug& debug, const std::string& globals = "",
                    float first = 1.0f) {
  KernelText kernel;
  kernel.globals = globals;
  kernel.buffer("float", false).buffer("float", true).built_in("thread_position_in_grid", "i32");
  kernel.body =
      "start:\n%pi = getelementptr float, float addrspace(1)* %a0, i32 %a2\n"
      "%po = getelementptr float, float addrspace(1)* %a1, i32 %a2\n"
      "%v = load float, float addrspace(1)* %pi\n" +
      body;
  auto air = air::assemble(kernel.text(), "k");
  EXPECT_TRUE(air) << (air ? "" : air.failure().what);
  if (!air) return "";
  auto code = compile({.air = *air, .entry = "k"}, {.debug = debug});
  EXPECT_TRUE(code) << (code ? "" : code.failure().what);
  if (!code) return "";
  std::vector<float> in = {first, 2, 0, 4, 5, 6, 7, 8}, out(8);
  void* buffers[] = {in.data(), out.data()};
  auto ran = (*code)->run({buffers, {8, 1, 1}, {4, 1, 1}});
  return ran ? "" : ran.failure().what;
}

const char* const kQuotient =
    "%w = fdiv float %v, %v\n%x = fadd float %w, 1.0\n"
    "store float %x, float addrspace(1)* %po\nret void\n";

TEST(DebugNans, NameTheOperationThatMadeTheFirst) {
  std::string what = finding(kQuotient, {.nans = true});
  EXPECT_NE(what.find("k: this makes a NaN of numbers that are none: "), std::string::npos) << what;
  EXPECT_NE(what.find("fdiv float"), std::string::npos) << what;
  EXPECT_EQ(finding(kQuotient, {}), "");
}

TEST(DebugNans, OfTheInputAreNoFinding) {
  std::string body = "%x = fadd float %v, 1.0\nstore float %x, float addrspace(1)* %po\nret void\n";
  EXPECT_EQ(finding(body, {.nans = true}, "", std::nanf("")), "");
}

// Thread 2 reads 0 and stays in the loop.
const char* const kEndless =
    "br label %loop\nloop:\n%i = phi i32 [ 0, %start ], [ %j, %loop ]\n%j = add i32 %i, 1\n"
    "store volatile i32 %j, i32* %count\n"
    "%stays = fcmp oeq float %v, 0.0\nbr i1 %stays, label %loop, label %end\nend:\nret void\n";

TEST(DebugLoops, EndlessOnesAreStopped) {
  std::string body = std::string("%count = alloca i32\n") + kEndless;
  std::string what = finding(body, {.loops = true});
  EXPECT_NE(what.find("k: a loop does not seem to end"), std::string::npos) << what;
}

TEST(DebugLoops, OfThreadsThatWaitForEachOtherToo) {
  std::string barrier = "declare void @air.wg.barrier(i32, i32) convergent\n";
  std::string body =
      std::string(
          "%count = alloca i32\ncall void @air.wg.barrier(i32 2, i32 1)\nbr label %start2\n"
          "start2:\n") +
      kEndless;
  body.replace(body.find("[ 0, %start ]"), 13, "[ 0, %start2 ]");
  std::string what = finding(body, {.loops = true}, barrier);
  EXPECT_NE(what.find("k: a loop does not seem to end"), std::string::npos) << what;
}

}  // namespace
}  // namespace tinsmith::cpu
