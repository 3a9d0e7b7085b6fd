// SPDX-License-Identifier: Apache-2.0
#include "support/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

namespace tinsmith {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone afterwards.
class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / (std::string("tinsmith_files_") + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string text(const fs::path& name) const {
    Result<std::string> content = read_text(folder_ / name);
    return content ? *content : "FAILED " + content.failure().what;
  }
  std::vector<std::string> names(const fs::path& below = "") const {
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / below))
      out.push_back(entry.path().lexically_relative(folder_ / below).generic_string());
    std::ranges::sort(out);
    return out;
  }
  fs::path folder_;
};

using Names = std::vector<std::string>;

TEST_F(Files, WritesAndReadsBackEveryByte) {
  std::string content("a\0\xff\n", 4);
  ASSERT_TRUE(write_file(folder_ / "x/y/z.bin", content));
  EXPECT_EQ(text("x/y/z.bin"), content);
  auto bytes = read_file(folder_ / "x/y/z.bin");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(as_text(*bytes), content);
}

TEST_F(Files, ReadsFilesLongerThanOneRead) {
  std::string content(100000, 'q');
  ASSERT_TRUE(write_file(folder_ / "long", content));
  EXPECT_EQ(text("long"), content);
  Result<std::string> sizeless = read_text("/proc/self/status");  // its size is given as 0
  ASSERT_TRUE(sizeless);
  EXPECT_FALSE(sizeless->empty());
}

TEST_F(Files, SaysWhichFileCannotBeReadAndWhy) {
  auto missing = read_text(folder_ / "absent");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().what,
            "cannot read " + (folder_ / "absent").string() + ": No such file or directory");
  EXPECT_EQ(missing.failure().blame, Blame::World);
  EXPECT_FALSE(read_text(folder_));
}

TEST_F(Files, ReplacesAFileAndKeepsItsMode) {
  ASSERT_TRUE(write_file(folder_ / "f", "old"));
  fs::permissions(folder_ / "f",
                  fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec);
  ASSERT_TRUE(write_file(folder_ / "f", "new"));
  EXPECT_EQ(text("f"), "new");
  EXPECT_NE(fs::status(folder_ / "f").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_EQ(names(), Names({"f"}));
}

TEST_F(Files, WritesThroughALink) {
  ASSERT_TRUE(write_file(folder_ / "real", "old"));
  fs::create_symlink("real", folder_ / "link");
  ASSERT_TRUE(write_file(folder_ / "link", "new"));
  EXPECT_EQ(text("real"), "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
}

TEST_F(Files, AFailedWriteLeavesNothingBehind) {
  fs::create_directory(folder_ / "d");
  EXPECT_FALSE(write_file(folder_ / "d", "text"));
  ASSERT_TRUE(write_file(folder_ / "f", "text"));
  EXPECT_FALSE(write_file(folder_ / "f/g", "text"));
  EXPECT_EQ(names(), Names({"d", "f"}));
}

TEST_F(Files, WritesToADeviceWithoutReplacingIt) {
  ASSERT_TRUE(write_file("/dev/null", "text"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Files, MakesANewFolder) {
  ASSERT_TRUE(write_folder(folder_ / "a/b/", {{"x", to_bytes("1")}, {"s/y", to_bytes("2")}}));
  EXPECT_EQ(names("a/b"), Names({"s", "s/y", "x"}));
  EXPECT_EQ(text("a/b/s/y"), "2");
  EXPECT_EQ(names("a"), Names({"b", "b/s", "b/s/y", "b/x"}));
}

TEST_F(Files, KeepsWhatIsNotOursAndDropsWhatIsStale) {
  fs::path out = folder_ / "out";
  ASSERT_TRUE(write_folder(out, {{"a", to_bytes("1")}, {"old.spv", to_bytes("2")}}));
  ASSERT_TRUE(write_file(out / "notes/mine", "keep"));
  fs::create_symlink("nowhere", out / "dangling");
  ASSERT_TRUE(write_folder(out, {{"a", to_bytes("3")}}, {"old.spv", "never"}));
  EXPECT_EQ(names("out"), Names({"a", "dangling", "notes", "notes/mine"}));
  EXPECT_EQ(text("out/a"), "3");
  EXPECT_EQ(text("out/notes/mine"), "keep");
  EXPECT_EQ(names().front(), "out");
}

TEST_F(Files, AFailedFolderLeavesTheFormerOneWhole) {
  fs::path out = folder_ / "out";
  ASSERT_TRUE(write_folder(out, {{"a", to_bytes("1")}}));
  // `b` cannot be a file and a folder.
  EXPECT_FALSE(write_folder(out, {{"a", to_bytes("2")}, {"b", {}}, {"b/c", {}}}));
  EXPECT_EQ(text("out/a"), "1");
  EXPECT_EQ(names(), Names({"out", "out/a"}));
}

TEST_F(Files, RefusesNamesThatLeaveTheFolder) {
  for (const char* bad : {"../x", "/x", "a/../../x", "", ".", "a//"})
    EXPECT_FALSE(write_folder(folder_ / "out", {{bad, to_bytes("1")}})) << bad;
  EXPECT_EQ(names(), Names());
}

TEST_F(Files, DoesNotSwapTheWorkingFolderAway) {
  fs::path before = fs::current_path();
  fs::current_path(folder_);
  Result<> done = write_folder(".", {{"a", to_bytes("1")}});
  bool still_here = fs::exists("a");
  fs::current_path(before);
  EXPECT_TRUE(done);
  EXPECT_TRUE(still_here);
}

TEST_F(Files, AFileIsNoFolder) {
  ASSERT_TRUE(write_file(folder_ / "f", "text"));
  EXPECT_FALSE(write_folder(folder_ / "f", {{"a", {}}}));
  EXPECT_EQ(text("f"), "text");
}

}  // namespace
}  // namespace tinsmith
