// SPDX-License-Identifier: Apache-2.0
// tests/gradients/*.ir: kernels whose adjoint either agrees with central differences or is refused.
// The first lines say which:
//   // right
//   // refused gradient_needs_history
//   // warned gradient_lost  a constant by what the user declared: not compared
//   // range x -1 1          values of a field or parameter
//   // step 1e-3 1e-3        of the differences, and the tolerance
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "autodiff/autodiff.h"
#include "autodiff/check_gradient.h"
#include "autodiff/random_kernel.h"
#include "opt/opt.h"

namespace tinsmith::autodiff {
namespace {

struct Case {
  std::string text, expectation, code;
  GradientCase values;
};

std::filesystem::path folder() {
  return std::filesystem::path(TINSMITH_TEST_DATA).parent_path() / "gradients";
}

Case read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  Case c{all.str(), "", "", {}};
  for (std::string line; std::getline(all, line) && line.starts_with("//");) {
    std::istringstream words(line.substr(2));
    std::string first;
    words >> first;
    if (c.expectation.empty()) {
      c.expectation = first;
      words >> c.code;
    } else if (first == "step") {
      words >> c.values.step >> c.values.tolerance;
    } else if (first == "range") {
      std::string name;
      Range range;
      words >> name >> range.low >> range.high;
      c.values.ranges[name] = range;
    }
  }
  return c;
}

void parse_into(const Case& c, Module& module) {
  Diagnostics diags;
  SourceFiles files;
  FileId file = files.add("case.ir", c.text);
  ASSERT_TRUE(parse(c.text, file, module, diags)) << render(diags, files);
  for (const std::string& problem : verify(module, module.kernels.front(), Stage::Source))
    ADD_FAILURE() << problem;
}

class Gradient : public testing::TestWithParam<std::string> {};

void optimize(Module& module) {
  Function& fn = module.kernels.front();
  opt::forward_locals(fn);
  opt::simplify(fn);
  opt::merge_equal(fn);
  assert_valid(module, Stage::Source, "optimize");
}

// As in the pipeline: what is done before and after may not change a gradient.
bool reverse_optimized(Module& module, Diagnostics& diags) {
  optimize(module);
  if (!reverse(module, module.kernels.front(), diags)) return false;
  assert_valid(module, Stage::Source, "reverse");
  optimize(module);
  return true;
}

TEST_P(Gradient, IsRightOrRefused) {
  Case c = read(folder() / (GetParam() + ".ir"));
  Module primal, adjoint;
  parse_into(c, primal);
  parse_into(c, adjoint);
  Diagnostics diags;
  SourceFiles files;
  FileId file = files.add("case.ir", c.text);
  static_cast<void>(file);
  bool done = reverse(adjoint, adjoint.kernels.front(), diags);
  ASSERT_EQ(done, !diags.has_errors());
  if (c.expectation == "refused") {
    ASSERT_FALSE(done) << print(adjoint);
    EXPECT_EQ(name(diags.all().front().code), c.code);
    EXPECT_FALSE(diags.all().front().notes.empty()) << "a refusal names a way out";
    return;
  }
  if (c.expectation == "warned") {
    ASSERT_TRUE(done) << render(diags, files);
    ASSERT_EQ(diags.all().size(), 1u);
    EXPECT_EQ(name(diags.all().front().code), c.code);
    return;
  }
  ASSERT_EQ(c.expectation, "right");
  ASSERT_TRUE(done) << render(diags, files);
  Module optimized;
  parse_into(c, optimized);
  ASSERT_TRUE(reverse_optimized(optimized, diags)) << render(diags, files);
  for (const std::string& problem : verify(adjoint, adjoint.kernels.front(), Stage::Source))
    ADD_FAILURE() << problem << "\n" << print(adjoint);
  for (uint32_t seed = 1; seed <= 3 && !HasFailure(); ++seed) {
    c.values.seed = seed;
    EXPECT_EQ(compare_gradient(primal, adjoint, c.values), "") << print(adjoint);
    EXPECT_EQ(compare_gradient(primal, optimized, c.values), "") << print(optimized);
  }
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().extension() == ".ir") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Case, Gradient, testing::ValuesIn(cases()),
                         [](const auto& c) { return c.param; });

// Programs nobody thought of.
TEST(Gradient, OfRandomKernelsIsRightOrRefused) {
  int right = 0;
  for (uint32_t seed = 0; seed < 1000 && !testing::Test::HasFailure(); ++seed) {
    Module primal, adjoint;
    random_kernel(seed, primal);
    random_kernel(seed, adjoint);
    assert_valid(primal, Stage::Source, "random_kernel");
    Diagnostics diags;
    bool done = seed % 2 == 0 ? reverse(adjoint, adjoint.kernels.front(), diags)
                              : reverse_optimized(adjoint, diags);
    if (!done) continue;
    for (const std::string& problem : verify(adjoint, adjoint.kernels.front(), Stage::Source))
      ADD_FAILURE() << "seed " << seed << ": " << problem << "\n"
                    << print(primal) << print(adjoint);
    GradientCase c;
    c.seed = seed;
    c.tolerance = 1e-5;
    c.may_kink = true;
    EXPECT_EQ(compare_gradient(primal, adjoint, c), "") << "seed " << seed << "\n"
                                                        << print(primal) << print(adjoint);
    ++right;
  }
  RecordProperty("right", right);
  EXPECT_GT(right, 300);
}

}  // namespace
}  // namespace tinsmith::autodiff
