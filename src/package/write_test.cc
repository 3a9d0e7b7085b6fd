// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "package/testing.h"

namespace tinsmith::package {
namespace {

using testing::genuine;
namespace fs = std::filesystem;

class Write : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / (std::string("tinsmith_write_") + test->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

std::string refusal(const Package& package) {
  auto written = files(package);
  return written ? "accepted" : written.failure().what;
}

TEST_F(Write, ADirectoryAndAnArchiveHoldTheSame) {
  Package package = genuine("a_square_grad");
  ASSERT_TRUE(write_directory(package, folder_ / "d"));
  ASSERT_TRUE(write_archive(package, folder_ / "p.tcm"));
  auto from_directory = read(folder_ / "d"), from_archive = read(folder_ / "p.tcm");
  ASSERT_TRUE(from_directory);
  ASSERT_TRUE(from_archive);
  EXPECT_EQ(*zip(*files(*from_directory)), *zip(*files(*from_archive)));
}

TEST_F(Write, TheSamePackageGivesTheSameArchive) {
  ASSERT_TRUE(write_archive(genuine("e_graph"), folder_ / "1.tcm"));
  ASSERT_TRUE(write_archive(genuine("e_graph"), folder_ / "2.tcm"));
  EXPECT_EQ(*read_file(folder_ / "1.tcm"), *read_file(folder_ / "2.tcm"));
}

TEST_F(Write, ASecondExportTakesTheSpirvOfTheFirstAwayAndNothingElse) {
  ASSERT_TRUE(write_directory(genuine("a_square_grad"), folder_));
  ASSERT_TRUE(write_file(folder_ / "mine.spv", "mine"));
  ASSERT_TRUE(write_directory(genuine("f_random"), folder_));
  EXPECT_FALSE(fs::exists(folder_ / "zero_loss_c82_0_0_t00.spv"));
  EXPECT_TRUE(fs::exists(folder_ / "draw_c80_0_0_t00.spv"));
  EXPECT_TRUE(fs::exists(folder_ / "mine.spv"));
  EXPECT_TRUE(read(folder_));
}

TEST_F(Write, AFailedExportLeavesTheFormerOneWhole) {
  ASSERT_TRUE(write_directory(genuine("a_square_grad"), folder_));
  Package broken = genuine("f_random");
  broken.kernels[0].tasks[0].spirv.clear();
  EXPECT_FALSE(write_directory(broken, folder_));
  EXPECT_TRUE(read(folder_));
}

TEST_F(Write, AnEarlierExportThatMakesNoSenseIsOverwritten) {
  ASSERT_TRUE(write_file(folder_ / "metadata.json",
                         R"({"kernels":[{"tasks_attribs":[{"name":"../x"},{}]},3]})"));
  ASSERT_TRUE(write_directory(genuine("f_random"), folder_));
  EXPECT_TRUE(read(folder_));
}

TEST(Writing, RefusesNamesThatGenuineTaichiCannotRead) {
  const std::string rule = " cannot hold quotes, backslashes or control characters: ";
  Package package = genuine("e_graph");
  package.graphs[0].name = "a\"b";
  EXPECT_EQ(refusal(package), "the name of a graph" + rule + "a\"b");
  package = genuine("e_graph");
  package.kernels[0].args[0].name = "a\\";
  EXPECT_EQ(refusal(package), "the name of a parameter" + rule + "a\\");
  package = genuine("a_square_grad");
  package.fields[0].name = "a\nb";
  EXPECT_EQ(refusal(package), "the name of a field" + rule + "a?b");
  package = genuine("a_square_grad");
  package.fields[0].name = "größe";
  EXPECT_EQ(refusal(package), "accepted");
}

TEST(Writing, RefusesWhatTheReaderWouldRefuse) {
  Package package = genuine("a_square_grad");
  package.root_buffer_size = 16;
  EXPECT_NE(refusal(package), "accepted");
  package = genuine("a_square_grad");
  package.kernels.push_back(package.kernels[0]);
  EXPECT_EQ(refusal(package), "two kernels have the name '" + package.kernels[0].name + "'");
}

TEST(Writing, AKernelUnderTwoNamesHasItsFilesOnce) {
  Package package = genuine("a_square_grad");
  size_t before = files(package)->size();
  Kernel again = package.kernels[0];
  again.name = "again";
  package.kernels.push_back(again);
  EXPECT_EQ(files(package)->size(), before);
  package.kernels.back().tasks[0].spirv = package.kernels[1].tasks[0].spirv;
  package.kernels.back().tasks[0].group_size = package.kernels[1].tasks[0].group_size;
  EXPECT_NE(refusal(package), "accepted");
}

TEST(Writing, TheGradientOfAnArrayIsAKeyOfOurs) {
  Package package = genuine("l_ndarray_gradient");
  package.kernels[0].tasks[0].buffers[0].gradient = true;
  auto again = read_archive(*zip(*files(package)), "again");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->kernels[0].tasks[0].buffers[0].gradient);
  EXPECT_FALSE(again->kernels[0].tasks[0].buffers[1].gradient);
}

Package written_and_read(const Package& package) {
  auto again = read_archive(*zip(*files(package)), "again");
  return again ? *again : Package();
}

TEST(Writing, TextsOfKernelsComeBackWhateverIsInThem) {
  const std::string texts[] = {"",        "one line", "two\nlines, \"quoted\"\tand a tab /* */",
                               "\\",      "\\\\n",  "ends with \\",
                               "C:\\new\n", "größe, 次元"};
  for (const std::string& text : texts) {
    Package package = genuine("a_square_grad");
    package.kernels[0].doc = text;
    Package again = written_and_read(package);
    ASSERT_FALSE(again.kernels.empty()) << text;
    EXPECT_EQ(again.kernels[0].doc, text);
  }
}

// Genuine readers know \n, \t, \" and no other escape that could come up (tried with 1.7.4).
TEST(Writing, TextsNeedNoEscapeThatGenuineReadersLack) {
  Package package = genuine("a_square_grad");
  package.kernels[0].doc = "a\\b\n\"\t\\";
  std::string json(as_text((*files(package))[0].bytes));
  EXPECT_NE(json.find(R"("doc":["a","b\n\"\t",""],)"), json.npos);
  package.kernels[0].doc = "\x01";
  EXPECT_EQ(refusal(package), "the text of kernel '" + package.kernels[0].name +
                                  "' cannot hold control characters other than line ends and tabs");
}

TEST(Writing, WhatAKernelIsTheGradientOfIsKeptAndAbsentWhereNothingIsKnown) {
  Package package = genuine("a_square_grad");
  EXPECT_EQ(as_text((*files(package))[0].bytes).find("gradient_of"), std::string::npos);
  package.kernels[1].gradient_of = package.kernels[0].name;
  Package again = written_and_read(package);
  EXPECT_EQ(again.kernels[0].gradient_of, "");
  EXPECT_EQ(again.kernels[1].gradient_of, package.kernels[0].name);
}

TEST(Writing, ArraysHaveTheNamesOfTheirParametersAndInTheFileAnUnderscoreMore) {
  Package package = genuine("b_ndarray");
  EXPECT_EQ(package.kernels[0].args[1].name, "x");
  std::string json(as_text((*files(package))[0].bytes));
  EXPECT_NE(json.find(R"("name":"_x")"), json.npos);
  EXPECT_EQ(json.find(R"("name":"__x")"), json.npos);
  EXPECT_EQ(written_and_read(package).kernels[0].args[1].name, "x");
}

}  // namespace
}  // namespace tinsmith::package
