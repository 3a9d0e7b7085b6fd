// SPDX-License-Identifier: Apache-2.0
// The wrapper around bitcode: five numbers that LLVM writes for every Darwin target, then bitcode,
// then zeros up to a multiple of 16. LLVM's writer makes all of it by itself; wrap() is for bitcode
// that came another way.
#include <algorithm>

#include "metallib/format.h"
#include "support/ranges.h"

namespace tinsmith::metallib {

namespace {

constexpr uint32_t kBitcodeMagic = 0xDEC04342;  // 'B' 'C' C0 DE
constexpr uint32_t kAnyCpu = 0xFFFFFFFF;

Failure wrong(size_t offset, const std::string& expected, const std::string& found) {
  return {"bitcode wrapper, offset " + std::to_string(offset) + ": expected " + expected +
          ", found " + found};
}

}  // namespace

Result<std::span<const std::byte>> bitcode(std::span<const std::byte> blob) {
  if (blob.size() < 4) return wrong(0, "bitcode", std::to_string(blob.size()) + " bytes");
  if (load<uint32_t>(blob, 0) == kBitcodeMagic) return blob;
  if (load<uint32_t>(blob, 0) != kWrapperMagic) {
    return wrong(0, "the magic number of a wrapper or of bitcode", "other bytes");
  }
  if (blob.size() < kWrapperBytes) {
    return wrong(0, "20 bytes of wrapper", std::to_string(blob.size()));
  }
  uint32_t version = load<uint32_t>(blob, 4);
  if (version != 0) return wrong(4, "version 0", std::to_string(version));
  uint64_t begin = load<uint32_t>(blob, 8), size = load<uint32_t>(blob, 12);
  if (begin < kWrapperBytes || begin > blob.size()) {
    return wrong(8, "an offset from 20 to " + std::to_string(blob.size()), std::to_string(begin));
  }
  if (size > blob.size() - begin) {
    return wrong(12, "at most " + std::to_string(blob.size() - begin) + " bytes of bitcode",
                 std::to_string(size));
  }
  if (size < 4 || load<uint32_t>(blob, begin) != kBitcodeMagic) {
    return wrong(begin, "the magic number of bitcode", size < 4 ? "nothing" : "other bytes");
  }
  auto padding = blob.subspan(begin + size);
  auto stray = ranges::find_if(padding, [](std::byte b) { return b != std::byte{0}; });
  if (stray != padding.end()) {
    size_t at = begin + size + static_cast<size_t>(stray - padding.begin());
    return wrong(at, "zeros after the bitcode", "another byte");
  }
  if (padding.size() >= kBlobAlignment) {
    return wrong(begin + size, "at most 15 zeros after the bitcode",
                 std::to_string(padding.size()));
  }
  return blob.subspan(begin, size);
}

Bytes wrap(std::span<const std::byte> bitcode) {
  Bytes blob;
  blob.reserve(bitcode.size() + kWrapperBytes + kBlobAlignment);
  if (bitcode.size() < 4 || load<uint32_t>(bitcode, 0) != kWrapperMagic) {
    put(blob, kWrapperMagic);
    put(blob, uint32_t{0});
    put(blob, kWrapperBytes);
    put(blob, static_cast<uint32_t>(bitcode.size()));
    put(blob, kAnyCpu);
  }
  put(blob, bitcode);
  blob.resize((blob.size() + kBlobAlignment - 1) / kBlobAlignment * kBlobAlignment);
  return blob;
}

}  // namespace tinsmith::metallib
