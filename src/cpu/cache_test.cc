// SPDX-License-Identifier: Apache-2.0
#include "cpu/cache.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "support/files.h"

namespace tinsmith::cpu {
namespace {

namespace fs = std::filesystem;

Compiled example(size_t object_bytes = 100) {
  Compiled c;
  c.object.resize(object_bytes);
  for (size_t i = 0; i < object_bytes; ++i) c.object[i] = static_cast<std::byte>(i);
  c.parameters = {{Parameter::Kind::Buffer, 3, "x", "float", true, false, false, 4},
                  {Parameter::Kind::BuiltIn, 0, "thread_position_in_grid", "uint3"}};
  c.serial = true;
  c.max_work_group_size = 128;
  c.threadgroup_bytes = 64;
  c.nanoseconds = 1.5e6;
  c.shape = Source::Shape{{7, 5, 3}, {4, 2, 1}};
  c.places = {"a", ""};
  return c;
}

void overwrite(const fs::path& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary) << as_text(bytes);
}

class Cache : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "tinsmith_cache_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.push_back(entry.path());
    return all;
  }
  std::string folder_;
};

TEST_F(Cache, GivesBackWhatWasKept) {
  EXPECT_FALSE(find_cached(folder_ + "/new", "k"));
  keep_cached(folder_ + "/new", "k", example());
  const auto found = find_cached(folder_ + "/new", "k");
  ASSERT_TRUE(found);
  const Compiled want = example();
  EXPECT_EQ(found->object, want.object);
  ASSERT_EQ(found->parameters.size(), 2u);
  EXPECT_EQ(found->parameters[0].name, "x");
  EXPECT_EQ(found->parameters[0].index, 3u);
  EXPECT_TRUE(found->parameters[0].written);
  EXPECT_EQ(found->parameters[0].type_size, 4u);
  EXPECT_EQ(found->parameters[1].kind, Parameter::Kind::BuiltIn);
  EXPECT_EQ(found->parameters[1].type, "uint3");
  EXPECT_TRUE(found->serial);
  EXPECT_EQ(found->max_work_group_size, 128u);
  EXPECT_EQ(found->threadgroup_bytes, 64u);
  EXPECT_EQ(found->nanoseconds, 1.5e6);
  ASSERT_TRUE(found->shape);
  EXPECT_EQ(found->shape->grid, want.shape->grid);
  EXPECT_EQ(found->shape->group, want.shape->group);
  EXPECT_EQ(found->places, want.places);
  EXPECT_FALSE(find_cached(folder_ + "/new", "other"));
}

TEST_F(Cache, AFileThatWasChangedOrCutCountsAsAbsentAndIsReplaced) {
  keep_cached(folder_, "k", example());
  ASSERT_EQ(files().size(), 1u);
  const auto whole = *read_file(files()[0]);
  for (size_t at = 0; at < whole.size(); at += 3) {
    auto bytes = whole;
    bytes[at] ^= std::byte{0x10};
    overwrite(files()[0], bytes);
    EXPECT_FALSE(find_cached(folder_, "k")) << "byte " << at;
    overwrite(files()[0], std::span(whole).first(at));
    EXPECT_FALSE(find_cached(folder_, "k")) << "cut to " << at;
  }
  keep_cached(folder_, "k", example());
  EXPECT_TRUE(find_cached(folder_, "k"));
}

// What is longer than the file says is no entry either: a count that lies must not allocate.
TEST_F(Cache, AFileWithMoreThanItsContentCountsAsAbsent) {
  keep_cached(folder_, "k", example());
  auto bytes = *read_file(files()[0]);
  bytes.push_back(std::byte{0});
  overwrite(files()[0], bytes);
  EXPECT_FALSE(find_cached(folder_, "k"));
}

TEST_F(Cache, AFolderThatCannotBeWrittenIsNoFailure) {
  ASSERT_TRUE(write_file(folder_ + "/file", std::string_view("x")));
  keep_cached(folder_ + "/file/under", "k", example());
  EXPECT_FALSE(find_cached(folder_ + "/file/under", "k"));
  keep_cached("", "k", example());
  EXPECT_FALSE(find_cached("", "k"));
  if (::geteuid() == 0) return;  // to root every folder is writable
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  keep_cached(folder_, "k", example());
  EXPECT_FALSE(find_cached(folder_, "k"));
}

TEST_F(Cache, TrimmingTakesWhatWasUsedLongestAgo) {
  const auto now = fs::file_time_type::clock::now();
  uint64_t one = 0;
  for (int i = 0; i < 5; ++i) {
    const std::string key = "k" + std::to_string(i);
    keep_cached(folder_, key, example(5000));
    for (const fs::path& file : files())
      if (file.filename().string().starts_with(key)) {
        fs::last_write_time(file, now - std::chrono::hours(10 - i));
        one = fs::file_size(file);
      }
  }
  ASSERT_TRUE(find_cached(folder_, "k0"));  // and so it is the youngest
  trim_cache(folder_, 2 * one);
  EXPECT_TRUE(find_cached(folder_, "k0"));
  EXPECT_TRUE(find_cached(folder_, "k4"));
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(Cache, TrimmingRemovesWhatDeadWritersLeftAndNothingOfOthers) {
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(5);
  for (const char* name : {".part-abcdef", ".part-living", "notes.txt"})
    ASSERT_TRUE(write_file(folder_ + "/" + name, std::string_view("x")));
  fs::last_write_time(folder_ + "/.part-abcdef", old);
  fs::last_write_time(folder_ + "/notes.txt", old);
  trim_cache(folder_, 0);
  EXPECT_FALSE(fs::exists(folder_ + "/.part-abcdef"));
  EXPECT_TRUE(fs::exists(folder_ + "/.part-living"));
  EXPECT_TRUE(fs::exists(folder_ + "/notes.txt"));
}

TEST_F(Cache, ProcessesThatWriteReadAndTrimAtOnceSeeWholeEntriesOnly) {
  constexpr int kProcesses = 4, kRounds = 60;
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      bool fine = true;
      for (int round = 0; round < kRounds; ++round) {
        const std::string key = std::to_string(round % 7);
        const size_t bytes = 1000 + static_cast<size_t>(round % 7);
        keep_cached(folder_, key, example(bytes));
        const auto found = find_cached(folder_, key);  // may have been trimmed by another
        fine = fine && (!found || found->object == example(bytes).object);
        if (round % 10 == p) trim_cache(folder_, 3000);
      }
      ::_exit(fine ? 0 : 1);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  trim_cache(folder_, 0);
  EXPECT_TRUE(files().empty());
}

TEST(CacheKey, DiffersWithEverythingThatTheCodeDependsOn) {
  const std::vector<std::byte> air(4), other(5);
  Source source{.air = air, .entry = "main0"};
  std::map<std::string, std::string> seen;
  const auto add = [&](const char* what, const Source& s, const Options& o,
                       const std::string& machine = "m") {
    const auto [at, is_new] = seen.emplace(cache_key(s, o, machine), what);
    EXPECT_TRUE(is_new) << what << " and " << at->second;
  };
  const auto changed = [&](const char* what, auto change) {
    Source s = source;
    Options o;
    change(s, o);
    add(what, s, o);
  };
  changed("nothing", [](Source&, Options&) {});
  add("machine", source, {}, "n");
  changed("air", [&](Source& s, Options&) { s.air = other; });
  changed("entry", [](Source& s, Options&) { s.entry = "main1"; });
  changed("constant", [](Source& s, Options&) { s.constants = {{1, 2}}; });
  changed("constants", [](Source& s, Options&) { s.constants = {{2, 1}}; });
  changed("any grid", [](Source& s, Options&) { s.any_grid = true; });
  changed("shape", [](Source& s, Options&) { s.shape = Source::Shape{}; });
  changed("grid", [](Source& s, Options&) { s.shape = Source::Shape{{1, 2, 1}, {1, 1, 1}}; });
  changed("group", [](Source& s, Options&) { s.shape = Source::Shape{{1, 1, 1}, {1, 2, 1}}; });
  changed("barriers", [](Source&, Options& o) { o.debug.barriers = true; });
  changed("loops", [](Source&, Options& o) { o.debug.loops = true; });
  changed("nans", [](Source&, Options& o) { o.debug.nans = true; });
  changed("serial", [](Source&, Options& o) { o.debug.serial = true; });
  changed("fast math", [](Source&, Options& o) { o.fast_math = true; });
  changed("lanes", [](Source&, Options& o) { o.lanes = 8; });
  // Where the code is kept does not matter to the code.
  EXPECT_EQ(cache_key(source, {.cache = "/a"}, "m"), cache_key(source, {}, "m"));
}

TEST(CacheFolder, ComesFromTheEnvironment) {
  std::map<std::string, const char*> variables;
  const auto folder = [&] {
    return cache_folder([&](const char* name) { return variables[name]; });
  };
  EXPECT_EQ(folder(), "");
  variables["HOME"] = "/h";
  EXPECT_EQ(folder(), "/h/.cache/tinsmith");
  variables["XDG_CACHE_HOME"] = "relative";  // the standard says to ignore it
  EXPECT_EQ(folder(), "/h/.cache/tinsmith");
  variables["XDG_CACHE_HOME"] = "/x";
  EXPECT_EQ(folder(), "/x/tinsmith");
  variables["TINSMITH_CACHE"] = "here";
  EXPECT_EQ(folder(), "here");
  variables["TINSMITH_CACHE"] = "off";
  EXPECT_EQ(folder(), "");
}

}  // namespace
}  // namespace tinsmith::cpu
