// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

#include "msl/msl.h"

namespace tinsmith::msl {

namespace {

package::Package load(const std::string& name) {
  Result<package::Package> read =
      package::read(std::filesystem::path(TINSMITH_TEST_DATA) / "taichi" / name / "package");
  EXPECT_TRUE(read) << read.failure().what;
  return read ? *read : package::Package{};
}

Options options(Numbering numbering, const char* target = "ios16") {
  return {*metallib::target_from_name(target), numbering};
}

std::string why(const Result<Source>& result) { return result ? "" : result.failure().what; }

// Every index that the text mentions, as in [[buffer(2)]].
std::set<uint32_t> indices_in(const std::string& text) {
  std::set<uint32_t> found;
  std::regex pattern(R"(\[\[buffer\((\d+)\)\]\])");
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    found.insert(static_cast<uint32_t>(std::stoul((*at)[1])));
  }
  return found;
}

std::set<uint32_t> indices_in(const std::vector<BufferIndex>& buffers) {
  std::set<uint32_t> found;
  for (const BufferIndex& buffer : buffers) {
    if (buffer.index) found.insert(*buffer.index);
  }
  return found;
}

const char* const kConvertible[] = {"a_square_grad", "b_ndarray", "c_arguments", "d_atomics",
                                    "d_tasks",       "e_graph",   "f_random",    "g_templates",
                                    "h_softmax",     "m_numeric"};

}  // namespace

TEST(Convert, SaysExactlyTheIndicesThatTheTextUses) {
  for (const char* name : kConvertible) {
    for (Numbering numbering : {Numbering::Binding, Numbering::Automatic}) {
      for (const package::Kernel& kernel : load(name).kernels) {
        for (const package::Task& task : kernel.tasks) {
          Result<Source> source = convert(task, options(numbering));
          ASSERT_TRUE(source) << why(source);
          EXPECT_EQ(indices_in(source->buffers), indices_in(source->text)) << task.name;
          EXPECT_EQ(source->entry, "main0");
          EXPECT_NE(source->text.find("kernel void main0("), std::string::npos);
        }
      }
    }
  }
}

TEST(Convert, NumbersByBindingOrWithoutGaps) {
  package::Package package = load("c_arguments");
  const package::Task& task = package.kernel("scalars")->tasks[0];
  Result<Source> by_binding = convert(task, options(Numbering::Binding));
  Result<Source> automatic = convert(task, options(Numbering::Automatic));
  ASSERT_TRUE(by_binding && automatic);
  for (size_t i = 0; i < task.buffers.size(); ++i) {
    bool is_args = task.buffers[i].type == package::BufferType::Args;
    EXPECT_EQ(by_binding->buffers[i].index, task.buffers[i].binding);
    EXPECT_EQ(automatic->buffers[i].index, is_args ? 0u : 1u);
  }
}

TEST(Convert, RefusesDoublesInWords) {
  package::Package package = load("b_ndarray_wide");
  Result<Source> source =
      convert(package.kernel("root_f64")->tasks[0], options(Numbering::Binding));
  ASSERT_FALSE(source);
  EXPECT_NE(why(source).find("task root_f64"), std::string::npos) << why(source);
  EXPECT_NE(why(source).find("f64 must become f32"), std::string::npos) << why(source);
}

TEST(Convert, RefusesFloatAtomicsThatSpirvCrossWritesAsBrokenText) {
  package::Package package = load("j_launched_first");
  Result<Source> source = convert(package.kernels[0].tasks[0], options(Numbering::Binding));
  ASSERT_FALSE(source);
  EXPECT_NE(why(source).find("float atomics"), std::string::npos) << why(source);
}

TEST(Convert, RefusesBindingsThatMetalDoesNotHave) {
  package::Package package = load("a_square_grad");
  package::Task task = package.kernel("zero_loss")->tasks[0];
  constexpr uint32_t kDecorate = 71, kBinding = 33;
  for (size_t at = 5; at < task.spirv.size(); at += task.spirv[at] >> 16) {
    bool is_binding = (task.spirv[at] & 0xffff) == kDecorate && task.spirv[at + 2] == kBinding;
    if (is_binding) task.spirv[at + 3] = 31;
  }
  for (package::BufferBinding& buffer : task.buffers) buffer.binding = 31;
  Result<Source> by_binding = convert(task, options(Numbering::Binding));
  ASSERT_FALSE(by_binding);
  EXPECT_NE(why(by_binding).find("binding 31"), std::string::npos);
  Result<Source> automatic = convert(task, options(Numbering::Automatic));
  EXPECT_TRUE(automatic) << why(automatic);
}

TEST(Convert, ReportsDamagedSpirvAndDoesNotCrash) {
  package::Package package = load("a_square_grad");
  const package::Task& good = package.kernel("fill_ramp")->tasks[0];
  for (size_t keep = 5; keep < good.spirv.size(); keep += 7) {
    package::Task task = good;
    task.spirv.resize(keep);
    Result<Source> source = convert(task, options(Numbering::Binding));
    if (!source) {
      EXPECT_NE(why(source).find(good.name), std::string::npos);
    }
  }
}

}  // namespace tinsmith::msl
