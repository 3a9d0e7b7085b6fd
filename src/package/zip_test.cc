// SPDX-License-Identifier: Apache-2.0
#include "package/zip.h"

#include <gtest/gtest.h>

namespace tinsmith::package {
namespace {

using Bytes = std::vector<std::byte>;

std::vector<NamedFile> two_files() {
  return {{"b", to_bytes("second")}, {"a.txt", to_bytes("123456789")}};
}

std::string refusal(const Bytes& archive) {
  auto files = unzip(archive, "t.tcm");
  return files ? "accepted" : files.failure().what;
}

// Places in the archive of two_files(): a local header has 30 bytes, a directory entry 46.
constexpr size_t kFirstData = 31, kDirectory = 31 + 6 + 35 + 9;
constexpr size_t kFirstEntry = kDirectory, kEnd = kDirectory + 47 + 51;

TEST(Zip, ChecksumIsTheUsualOne) { EXPECT_EQ(crc32(to_bytes("123456789")), 0xCBF43926u); }

TEST(Zip, GivesBackWhatWentIn) {
  auto archive = zip(two_files());
  ASSERT_TRUE(archive);
  ASSERT_EQ(archive->size(), kEnd + 22);
  auto files = unzip(*archive, "t");
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ(as_text(files->at("a.txt")), "123456789");
  EXPECT_EQ(as_text(files->at("b")), "second");
}

TEST(Zip, SameFilesSameBytes) { EXPECT_EQ(*zip(two_files()), *zip(two_files())); }

TEST(Zip, ReadsAnArchiveWithACommentAndAnEmptyOne) {
  auto archive = *zip(two_files());
  archive[kEnd + 20] = std::byte{3};
  for (char c : {'P', 'K', '!'}) archive.push_back(std::byte(c));
  EXPECT_EQ(refusal(archive), "accepted");
  EXPECT_EQ(refusal(*zip({})), "accepted");
}

TEST(Zip, EveryCutIsNoticed) {
  auto archive = *zip(two_files());
  for (size_t size = 0; size < archive.size(); ++size)
    EXPECT_NE(refusal({archive.begin(), archive.begin() + static_cast<ptrdiff_t>(size)}),
              "accepted")
        << size;
}

TEST(Zip, SaysWhatIsWrong) {
  struct Case {
    size_t at;
    int value;
    const char* what;
  };
  for (const Case& c : std::vector<Case>{
           {kFirstEntry + 10, 8,
            "'b' is compressed; a .tcm holds its files stored: pack it again with 'zip -0'"},
           {kFirstEntry + 8, 1, "'b' is encrypted"},
           {kFirstEntry + 20, 5, "'b' states two sizes"},
           {kFirstData, 'x', "'b' is damaged: its checksum differs"},
           {kFirstEntry + 42, 1, "'b' is not where the directory says"},
           {kFirstEntry + 45, 1, "'b' is not where the directory says"},
           {kFirstEntry + 1, 0, "damaged directory"},
           {kFirstEntry + 29, 1, "damaged directory"},
           {kEnd + 15, 0x7F, "damaged directory"},
           {kEnd + 19, 1, "the directory lies outside of the file"},
           {kEnd + 4, 1, "archives in several parts and of the zip64 kind are not supported"}}) {
    auto archive = *zip(two_files());
    archive[c.at] = std::byte(c.value);
    if (c.at == kEnd + 15) {
      EXPECT_NE(refusal(archive), "accepted");
    } else {
      EXPECT_EQ(refusal(archive), std::string("t.tcm: ") + c.what) << c.at;
    }
  }
}

TEST(Zip, RefusesOneNameTwiceAndSharedBytes) {
  EXPECT_EQ(refusal(*zip({{"a", {}}, {"a", {}}})), "t.tcm: holds 'a' twice");
  std::vector<NamedFile> many;
  for (int i = 0; i < 40; ++i) many.push_back({"f" + std::to_string(i), to_bytes("content")});
  many[0].bytes = Bytes(4000);
  auto archive = *zip(many);
  size_t directory = 0;
  for (size_t i = 0; i + 4 < archive.size(); ++i)
    if (as_text(std::span(archive).subspan(i, 4)) == "PK\x01\x02") {
      if (directory == 0) directory = i;
      std::copy_n(archive.begin() + static_cast<ptrdiff_t>(directory) + 16, 12,
                  archive.begin() + static_cast<ptrdiff_t>(i) + 16);  // checksum and sizes
      std::fill_n(archive.begin() + static_cast<ptrdiff_t>(i) + 42, 4, std::byte{0});
    }
  EXPECT_EQ(refusal(archive), "t.tcm: 'f1' overlaps others");
}

}  // namespace
}  // namespace tinsmith::package
