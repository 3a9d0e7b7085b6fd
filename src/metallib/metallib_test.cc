// SPDX-License-Identifier: Apache-2.0
#include "metallib/metallib.h"

#include <gtest/gtest.h>

#include "metallib/format.h"
#include "support/files.h"

namespace tinsmith::metallib {
namespace {

Bytes bitcode_of(std::string_view letters) {
  Bytes bytes = to_bytes("BC\xC0\xDE");
  put(bytes, letters);
  return bytes;
}

Function kernel(const char* name) {
  Function function;
  function.name = name;
  function.blob = wrap(bitcode_of("one."));
  return function;
}

Library empty(Layout layout) {
  Library library;
  library.layout = layout;
  return library;
}

Library small(Layout layout) {
  Library library = empty(layout);
  library.functions.push_back(kernel("k"));
  return library;
}

// Everything that the format can hold, raw tags among it.
Library large(Layout layout) {
  Library library = empty(layout);
  library.platform = Platform::Macos;
  library.os_major = 26, library.os_minor = 2;
  library.container = {1, 2, 9};
  library.name = "mine.metallib";
  library.uuid.emplace();
  for (size_t i = 0; i < 16; ++i) (*library.uuid)[i] = static_cast<uint8_t>(i);
  for (const char* name : {"forward", "adjust", "sum"}) {
    Function f;
    f.name = name;
    f.air_minor = 8, f.msl_major = 4;
    f.blob = wrap(bitcode_of(name));
    f.reflection = to_bytes(std::string("AIRR of ") + name);
    library.functions.push_back(f);
  }
  Function& first = library.functions[0];
  first.constants = {{"align_M", 0x35, 200, true}, {"width", 0x1d, 300, false}};
  first.list_tags = {{"TESS", to_bytes("?"), 1}, {"LAYR", to_bytes("!"), 8}};
  first.public_tags = {{"VATT", to_bytes("attributes"), 0}};
  first.private_tags = {{"DEBI", to_bytes("lines"), 0}, {"SARC", to_bytes("source"), 1}};
  library.functions[1].type = FunctionType::Visible;
  library.header_tags = {{"HSRC", to_bytes("a section"), 0}, {"TEXT", to_bytes("abc"), 3}};
  return library;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto digit = [](std::byte b) { return "0123456789abcdef"[std::to_integer<size_t>(b)]; };
    out += digit(bytes[i] >> 4);
    out += digit(bytes[i] & std::byte{15});
    if (i % 2 == 1) out += i % 16 == 15 ? '\n' : ' ';
  }
  return out;
}

std::string failure(const Bytes& file) {
  Result<Library> library = read(file, "x.metallib");
  return library ? "none" : library.failure().what;
}

size_t find(const Bytes& file, std::string_view letters) { return as_text(file).find(letters); }

TEST(Metallib, LinkedLayoutByteForByte) {
  EXPECT_EQ(hex(*write(small(Layout::Linked))), R"(4d54 4c42 0100 0200 0700 0082 1000 0000
0701 0000 0000 0000 5800 0000 0000 0000
7700 0000 0000 0000 d700 0000 0000 0000
0800 0000 0000 0000 df00 0000 0000 0000
0800 0000 0000 0000 e700 0000 0000 0000
2000 0000 0000 0000 0100 0000 7700 0000
4e41 4d45 0200 6b00 5459 5045 0100 0248
4153 4820 0049 2180 3ebc f65d 50f0 eb54
1653 e587 8d21 8448 47ad c42a d0de bd11
21d6 7637 874d 4453 5a08 0020 0000 0000
0000 004f 4646 5418 0000 0000 0000 0000
0000 0000 0000 0000 0000 0000 0000 0000
0056 4552 5308 0002 0005 0003 0000 0045
4e44 5445 4e44 5404 0000 0045 4e44 5404
0000 0045 4e44 54de c017 0b00 0000 0014
0000 0008 0000 00ff ffff ff42 43c0 de6f
6e65 2e00 0000 00)");
}

class BothLayouts : public testing::TestWithParam<Layout> {};
INSTANTIATE_TEST_SUITE_P(Metallib, BothLayouts, testing::Values(Layout::Linked, Layout::Full),
                         [](const auto& test) {
                           return test.param == Layout::Full ? "Full" : "Linked";
                         });

TEST_P(BothLayouts, WhatWasReadIsWrittenByteForByte) {
  for (const Library& library : {small(GetParam()), large(GetParam()), empty(GetParam())}) {
    Bytes file = *write(library);
    Result<Library> again = read(file, "x.metallib");
    ASSERT_TRUE(again) << again.failure().what;
    EXPECT_EQ(again->layout, GetParam());
    EXPECT_EQ(*write(*again), file);
    EXPECT_EQ(*write(library), file);
  }
}

TEST_P(BothLayouts, EverythingComesBack) {
  Result<Library> library = read(*write(large(GetParam())), "x.metallib");
  ASSERT_TRUE(library) << library.failure().what;
  EXPECT_EQ(library->platform, Platform::Macos);
  EXPECT_EQ(library->os_major, 26);
  EXPECT_EQ(library->os_minor, 2);
  EXPECT_EQ(library->name, "mine.metallib");
  EXPECT_EQ((*library->uuid)[15], 15);
  EXPECT_EQ(library->functions[2].name, "sum");
  EXPECT_EQ(library->functions[1].type, FunctionType::Visible);
  const Function* f = library->function("forward");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->air_minor, 8);
  EXPECT_EQ(f->msl_major, 4);
  ASSERT_EQ(f->constants.size(), 2u);
  EXPECT_EQ(f->constants[1].name, "width");
  EXPECT_EQ(f->constants[1].data_type, 0x1d);
  EXPECT_EQ(f->constants[1].index, 300);
  EXPECT_FALSE(f->constants[1].active);
  EXPECT_EQ(as_text(f->reflection), "AIRR of forward");
  EXPECT_EQ(as_text(f->private_tags[1].payload), "source");
  EXPECT_EQ(as_text(library->header_tags[0].payload), "a section");
  EXPECT_EQ(as_text(*bitcode(f->blob)),
            "BC\xC0\xDE"
            "forward");
}

TEST_P(BothLayouts, EveryCutIsRefused) {
  Bytes file = *write(large(GetParam()));
  for (size_t size = 0; size < file.size(); ++size) {
    Bytes cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_TRUE(failure(cut).starts_with("x.metallib: offset ")) << size;
    if (size < kHeaderBytes) continue;
    store(cut, 16, uint64_t{size});  // with a file size that fits the cut
    EXPECT_TRUE(failure(cut).starts_with("x.metallib: offset ")) << size;
  }
}

// A change that is a legal one (of a version, a name, a UUID) must show in what was read.
TEST_P(BothLayouts, EveryFlippedBitIsRefusedOrKept) {
  const Bytes file = *write(large(GetParam()));
  size_t refused = 0;
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes flipped = file;
    flipped[bit / 8] ^= std::byte(1u << bit % 8);
    Result<Library> library = read(flipped, "x.metallib");
    if (!library) {
      ++refused;
    } else if (library->uuid) {  // else its tag has another name now, and a new one is made
      ASSERT_EQ(hex(*write(*library)), hex(flipped)) << "bit " << bit % 8 << " of byte " << bit / 8;
    }
  }
  EXPECT_GT(refused, file.size() * 8 / 2);
}

TEST_P(BothLayouts, SizesThatLieAreRefusedOrKept) {
  const Bytes file = *write(large(GetParam()));
  for (uint64_t value : {uint64_t{0}, uint64_t{1}, uint64_t{0x7FFFFFFF}, uint64_t{0xFFFFFFFF},
                         uint64_t{0x7FFFFFFFFFFFFFFF}, ~uint64_t{0}, ~uint64_t{0} - 87}) {
    for (size_t at = 0; at + 8 <= file.size(); ++at) {
      Bytes changed = file;
      store(changed, at, value);
      Result<Library> library = read(changed, "x.metallib");
      if (!library) continue;
      ASSERT_EQ(hex(*write(*library)), hex(changed)) << value << " at " << at;
    }
  }
}

TEST(Metallib, ErrorsNameThePlaceAndWhatWasExpected) {
  const Bytes good = *write(small(Layout::Linked));
  auto with = [&](size_t at, auto value) {
    Bytes file = good;
    store(file, at, value);
    return failure(file);
  };
  EXPECT_EQ(failure({}), "x.metallib: offset 0, header: expected 88 bytes, found 0 bytes");
  EXPECT_EQ(with(0, 'm'),
            "x.metallib: offset 0, header: expected the letters MTLB, found other bytes");
  EXPECT_EQ(with(11, uint8_t{0x80}), "x.metallib: offset 11, platform: expected 1 to 11, found 0");
  EXPECT_EQ(with(11, uint8_t{0x81}),
            "x.metallib: offset 4, mark of macOS: expected one, found platform macOS");
  EXPECT_EQ(with(16, uint64_t{99}),
            "x.metallib: offset 16, file size: expected 263 bytes, found 99");
  EXPECT_EQ(with(24, uint64_t{264}),
            "x.metallib: offset 24, function list, its offset: expected from 88 to the file's 263 "
            "bytes, found 264");
  EXPECT_EQ(with(80, uint64_t{33}),
            "x.metallib: offset 80, bitcode, its size: expected at most 32, found 33");
  EXPECT_EQ(
      with(80, uint64_t{31}),
      "x.metallib: offset 231, bitcode of k: expected within 31 bytes, found 32 bytes at offset 0");
  EXPECT_EQ(with(88, uint32_t{2}),
            "x.metallib: offset 211, group of function 1: expected 4 bytes, found 0 bytes");
  EXPECT_EQ(with(88, uint32_t{0}),
            "x.metallib: offset 92, function list: expected its end after 0 functions, found 119 "
            "bytes more");
  EXPECT_EQ(with(find(good, "TYPE") + 6, uint8_t{9}),
            "x.metallib: offset 104, tag TYPE: expected 0 to 8, found 9");
  EXPECT_EQ(with(find(good, "TYPE") + 3, 'X'),
            "x.metallib: offset 207, group of a function: expected tag TYPE, found its end");
  EXPECT_EQ(with(find(good, "one."), 'O'),
            "x.metallib: offset 111, tag HASH of k: expected the SHA-256 of its bitcode, found "
            "another: the file is damaged");
  EXPECT_EQ(with(good.size() - 40, uint32_t{5}),
            "x.metallib: offset 223, size of a group: expected 4, found 5");
}

TEST(Metallib, NoByteMayHaveTwoOwners) {
  Library two = small(Layout::Linked);
  two.functions.push_back(kernel("b"));
  two.functions.push_back(kernel("c"));
  Bytes file = *write(two);
  size_t of_b = as_text(file).rfind("OFFT", as_text(file).rfind("OFFT") - 1) + 6 + 16;
  store(file, of_b, uint64_t{0});  // of equal blobs, the first
  EXPECT_TRUE(failure(file).ends_with("expected bytes of its own, found another's"))
      << failure(file);
}

TEST(Metallib, TheWriterRefusesWhatTheFormatCannotHold) {
  auto refusal = [](auto change) {
    Library library = large(Layout::Full);
    change(library);
    Result<Bytes> file = write(library);
    return file ? "none" : file.failure().what;
  };
  EXPECT_EQ(refusal([](Library& l) { l.functions[1].name = "forward"; }),
            "function forward: there is another function of this name");
  EXPECT_EQ(refusal([](Library& l) { l.functions[1].name = ""; }),
            "function : the name of a function is empty");
  EXPECT_EQ(refusal([](Library& l) { l.functions[0].constants[0].name += '\0'; }),
            "function forward: the name of a function constant has a zero byte within");
  EXPECT_EQ(refusal([](Library& l) { l.functions[0].public_tags[0].payload.resize(65536); }),
            "function forward: tag VATT: 65536 bytes are more than its length can say");
  EXPECT_EQ(refusal([](Library& l) { l.functions[0].name.resize(65536, 'x'); }).substr(65537 + 8),
            ": tag NAME: 65537 bytes are more than its length can say");
}

TEST(Metallib, AUuidIsMadeInTheFullLayoutAlone) {
  Library library = small(Layout::Full);
  auto uuid = read(*write(library), "x")->uuid;
  ASSERT_TRUE(uuid);
  EXPECT_EQ((*uuid)[6] >> 4, 3);
  EXPECT_EQ((*uuid)[8] >> 6, 2);
  library.functions[0].name = "other";
  EXPECT_NE(read(*write(library), "x")->uuid, uuid);
  EXPECT_FALSE(read(*write(small(Layout::Linked)), "x")->uuid);
}

TEST(Bitcode, IsFoundWithinItsWrapper) {
  Bytes raw = bitcode_of("four");
  Bytes blob = wrap(raw);
  EXPECT_EQ(hex(blob), R"(dec0 170b 0000 0000 1400 0000 0800 0000
ffff ffff 4243 c0de 666f 7572 0000 0000
)");
  EXPECT_EQ(as_text(*bitcode(blob)), as_text(raw));
  EXPECT_EQ(as_text(*bitcode(raw)), as_text(raw));
  EXPECT_EQ(wrap(blob), blob);
  EXPECT_EQ(wrap(std::span(blob).first(28)), blob);
}

TEST(Bitcode, AWrapperThatLiesIsRefused) {
  Bytes blob = wrap(bitcode_of("four"));
  auto with = [&](size_t at, uint32_t value) {
    Bytes changed = blob;
    store(changed, at, value);
    Result<std::span<const std::byte>> found = bitcode(changed);
    return found ? "none" : found.failure().what;
  };
  EXPECT_EQ(bitcode({}).failure().what,
            "bitcode wrapper, offset 0: expected bitcode, found 0 bytes");
  EXPECT_EQ(bitcode(std::span(blob).first(19)).failure().what,
            "bitcode wrapper, offset 0: expected 20 bytes of wrapper, found 19");
  EXPECT_EQ(with(0, 1),
            "bitcode wrapper, offset 0: expected the magic number of a wrapper or of bitcode, "
            "found other bytes");
  EXPECT_EQ(with(4, 1), "bitcode wrapper, offset 4: expected version 0, found 1");
  EXPECT_EQ(with(8, 19), "bitcode wrapper, offset 8: expected an offset from 20 to 32, found 19");
  EXPECT_EQ(with(8, 0xFFFFFFFF),
            "bitcode wrapper, offset 8: expected an offset from 20 to 32, found 4294967295");
  EXPECT_EQ(with(12, 13),
            "bitcode wrapper, offset 12: expected at most 12 bytes of bitcode, found 13");
  EXPECT_EQ(with(12, 3),
            "bitcode wrapper, offset 20: expected the magic number of bitcode, found nothing");
  EXPECT_EQ(with(12, 7),
            "bitcode wrapper, offset 27: expected zeros after the bitcode, found another byte");
  EXPECT_EQ(with(20, 0),
            "bitcode wrapper, offset 20: expected the magic number of bitcode, found other bytes");
}

}  // namespace
}  // namespace tinsmith::metallib
