// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "package/testing.h"

namespace tinsmith::package {
namespace {

using testing::genuine;

SpirvWords words_of(std::string_view case_name, std::string_view kernel, size_t task = 0) {
  return genuine(case_name).kernel(kernel)->tasks.at(task).spirv;
}

// "2 uniform r, 3 storage rw"
std::string bindings(const SpirvFacts& facts) {
  std::string out;
  for (const SpirvFacts::Binding& b : facts.bindings)
    out += (out.empty() ? "" : ", ") + std::to_string(b.binding) +
           (b.uniform ? " uniform " : " storage ") + (b.read ? "r" : "") + (b.written ? "w" : "");
  return out;
}

std::string bindings(std::string_view case_name, std::string_view kernel, size_t task = 0) {
  auto facts = inspect_spirv(words_of(case_name, kernel, task));
  return facts ? bindings(*facts) : facts.failure().what;
}

std::string refusal(const SpirvWords& words) {
  auto facts = inspect_spirv(words);
  return facts ? "accepted" : facts.failure().what;
}

// Where the first instruction with that opcode, and that word after it, begins.
size_t find(const SpirvWords& words, uint32_t op, uint32_t word = 0, size_t which = 0) {
  for (size_t at = 5; at < words.size(); at += words[at] >> 16)
    if ((words[at] & 0xFFFF) == op && (which == 0 || words[at + which] == word)) return at;
  return 0;
}

TEST(InspectSpirv, TellsVersionCapabilitiesAndExtensions) {
  auto facts = inspect_spirv(words_of("b_ndarray_wide", "multiply_i64"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->version, 0x10300u);
  EXPECT_NE(std::ranges::find(facts->capabilities, "Int64"), facts->capabilities.end());
  EXPECT_EQ(facts->extensions, std::vector<std::string>{"SPV_KHR_storage_buffer_storage_class"});
  EXPECT_EQ(facts->local_size[0], 128u);
}

TEST(InspectSpirv, TellsWhatIsReadAndWhatIsWritten) {
  EXPECT_EQ(bindings("b_ndarray", "saxpy"), "0 uniform r, 2 storage r, 3 storage rw");
  EXPECT_EQ(bindings("b_ndarray", "transpose_i32"), "0 uniform r, 2 storage r, 3 storage w");
  EXPECT_EQ(bindings("c_arguments", "scalars"), "0 uniform r, 2 storage w");
  EXPECT_EQ(bindings("c_arguments", "return_f32"), "0 uniform r, 1 storage w, 2 storage r");
}

TEST(InspectSpirv, AtomicsReadAndWrite) {
  EXPECT_EQ(bindings("d_atomics", "count_bins"), "2 storage r, 3 storage rw");
  EXPECT_EQ(bindings("j_launched_first", "add_up"), "0 uniform r, 2 storage r, 3 storage rw");
}

TEST(InspectSpirv, APointerThatGoesAstrayCountsAsReadAndWritten) {
  SpirvWords words = words_of("c_arguments", "return_f32");
  for (size_t load = find(words, 61); load != 0; load = find(words, 61))
    words[load] = 4u << 16 | 55u;  // any instruction that is none of the known uses
  auto facts = inspect_spirv(words);
  ASSERT_TRUE(facts);
  EXPECT_EQ(bindings(*facts), "0 uniform rw, 1 storage w, 2 storage rw");
}

TEST(InspectSpirv, RefusesWhatIsNoModule) {
  SpirvWords good = words_of("c_arguments", "return_f32"), bad = good;
  EXPECT_EQ(refusal(good), "accepted");
  EXPECT_EQ(refusal({}), "SPIR-V: too short");
  bad[0] = 0x03022307;
  EXPECT_EQ(refusal(bad), "SPIR-V: bytes are in the wrong order");
  bad[0] = 1;
  EXPECT_EQ(refusal(bad), "SPIR-V: no magic number at the start");
  bad = good;
  bad[1] = 0x20000;
  EXPECT_EQ(refusal(bad), "SPIR-V: unknown version");
  bad = good;
  bad[5] &= 0xFFFF;
  EXPECT_EQ(refusal(bad), "SPIR-V: instruction at word 5 runs over the end");
  bad = good;
  bad.pop_back();
  EXPECT_NE(refusal(bad), "accepted");
}

TEST(InspectSpirv, RefusesWhatNoDeviceOfOursCanRun) {
  SpirvWords good = words_of("c_arguments", "return_f32"), bad = good;
  bad[find(bad, 15) + 1] = 4;
  EXPECT_EQ(refusal(bad), "SPIR-V: the entry point is no compute shader");
  bad = good;
  bad[find(bad, 15) + 3] ^= 1;
  EXPECT_EQ(refusal(bad), "SPIR-V: the entry point is not called main");
  bad = good;
  bad[find(bad, 15)] = (bad[find(bad, 15)] & ~0xFFFFu) | 1;
  EXPECT_EQ(refusal(bad), "SPIR-V: has 0 entry points, not one");
  bad = good;
  bad[find(bad, 16) + 3] = 7;
  EXPECT_EQ(refusal(bad), "SPIR-V: the local size and the workgroup size differ");
  bad = good;
  bad[find(bad, 71, 33, 2) + 2] = 35;
  EXPECT_EQ(refusal(bad), "SPIR-V: a resource has no descriptor set or no binding");
  bad = good;
  bad[find(bad, 59, 12, 3) + 3] = 9;
  EXPECT_EQ(refusal(bad), "SPIR-V: push constants are not supported");
}

// No byte of a module may make the reader read outside of it; sanitizers watch.
TEST(InspectSpirv, SurvivesEveryWordBeingWrong) {
  SpirvWords good = words_of("d_tasks", "blur");
  for (size_t i = 0; i < good.size(); ++i)
    for (uint32_t v : {0u, 1u, UINT32_MAX, 0x0001FFFFu, good[i] + 0x10000u, good[i] - 0x10000u}) {
      SpirvWords bad = good;
      bad[i] = v;
      (void)inspect_spirv(bad);
    }
}

}  // namespace
}  // namespace tinsmith::package
