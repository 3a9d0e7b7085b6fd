// SPDX-License-Identifier: Apache-2.0
#include "cli/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "support/files.h"

namespace tinsmith::cli {

namespace {

std::filesystem::path scratch(const char* name) {
  return std::filesystem::path(testing::TempDir()) / name;
}

std::string file_of(std::string header, std::string_view data) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  return file + header + std::string(data);
}

Result<Npy> parse(std::string_view file) {
  return parse_npy(std::as_bytes(std::span(file)), "a.npy");
}

std::string why(const Result<Npy>& result) { return result ? "" : result.failure().what; }

}  // namespace

TEST(Npy, ReadsWhatItWrote) {
  Npy array{DType::I16, {2, 3}, to_bytes("abcdefghijkl")};
  auto path = scratch("round.npy");
  ASSERT_TRUE(write_npy(path, array));
  Result<Npy> back = read_npy(path);
  ASSERT_TRUE(back) << why(back);
  EXPECT_EQ(back->dtype, DType::I16);
  EXPECT_EQ(back->shape, (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(back->bytes, array.bytes);
}

TEST(Npy, StartsTheNumbersAtAMultipleOf64) {
  for (const std::vector<uint32_t>& shape : {std::vector<uint32_t>{}, {1}, {1, 1, 1, 1, 1, 1}}) {
    auto path = scratch("aligned.npy");
    ASSERT_TRUE(write_npy(path, {DType::U8, shape, to_bytes("x")}));
    Result<std::string> text = read_text(path);
    ASSERT_TRUE(text);
    EXPECT_EQ((text->size() - 1) % 64, 0u);
    ASSERT_TRUE(read_npy(path));
    EXPECT_EQ(read_npy(path)->shape, shape);
  }
}

TEST(Npy, KeepsBoolsInOneByteInTheFileAndInFourInMemory) {
  Npy array{DType::U1, {2}, {}};
  array.bytes.resize(8);
  array.bytes[4] = std::byte{1};
  auto path = scratch("bool.npy");
  ASSERT_TRUE(write_npy(path, array));
  Result<std::string> text = read_text(path);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->substr(text->size() - 2), std::string("\0\1", 2));
  ASSERT_TRUE(read_npy(path));
  EXPECT_EQ(read_npy(path)->bytes, array.bytes);
}

TEST(Npy, ReadsTheHeaderOfOtherWriters) {
  auto array =
      parse(file_of("{\"shape\": (2,), \"descr\" : \"<f4\", 'fortran_order':False}\n", "abcdefgh"));
  ASSERT_TRUE(array) << why(array);
  EXPECT_EQ(array->dtype, DType::F32);
  EXPECT_EQ(array->bytes.size(), 8u);
}

TEST(Npy, RefusesWhatItCannotRead) {
  auto header = [](std::string descr, std::string order, std::string shape) {
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  };
  EXPECT_EQ(why(parse("PK\3\4")), "a.npy: not a .npy file");
  EXPECT_EQ(why(parse(file_of(header("<f4", "True", "(1,)"), "abcd"))),
            "a.npy: it is in Fortran order; save numpy.ascontiguousarray of it");
  EXPECT_EQ(why(parse(file_of(header(">f4", "False", "(1,)"), "abcd"))),
            "a.npy: numbers of type '>f4' are not supported; little-endian numbers and bools are");
  EXPECT_EQ(why(parse(file_of(header("<f4", "False", "(2,)"), "abcd"))),
            "a.npy: its size does not fit its shape");
  EXPECT_EQ(why(parse(file_of(header("<f4", "False", "(4294967295, 4294967295)"), "abcd"))),
            "a.npy: its size does not fit its shape");
  EXPECT_EQ(why(parse(file_of("{'descr': '<f4', 'shape': (1,), }", "abcd"))),
            "a.npy: its .npy header cannot be read");
  EXPECT_EQ(why(parse(file_of("{'descr': __import__('os')}", ""))),
            "a.npy: its .npy header cannot be read");
  std::string cut = file_of(header("<f4", "False", "(1,)"), "abcd").substr(0, 40);
  EXPECT_EQ(why(parse(cut)), "a.npy: its .npy header is cut off");
}

}  // namespace tinsmith::cli
