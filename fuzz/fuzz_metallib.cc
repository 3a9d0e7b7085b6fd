// SPDX-License-Identifier: Apache-2.0
// Any bytes as a library: refused, or what was read can be written, and is the same when read
// again. Each input is tried as it is, and with file size and hashes put right, for nearly every
// change would end there.
#include <algorithm>
#include <cstdlib>

#include "metallib/metallib.h"
#include "support/sha256.h"

using namespace tinsmith;
using metallib::Bytes;

namespace {

uint64_t u64(const Bytes& bytes, size_t at) {
  uint64_t v = 0;
  for (size_t i = 8; i-- > 0;) v = v << 8 | std::to_integer<uint64_t>(bytes[at + i]);
  return v;
}

std::string_view text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The hash at `at`, if size and offset of its blob stand in the 200 bytes that follow.
void repair_hash(Bytes& bytes, size_t at) {
  std::string_view near = text(bytes).substr(at, 200);
  size_t size_at = near.find("MDSZ"), offset_at = near.find("OFFT");
  if (size_at == near.npos || offset_at == near.npos) return;
  size_at += at + 6, offset_at += at + 6 + 16;
  if (std::max(size_at, offset_at) + 8 > bytes.size() || at + 38 > bytes.size()) return;
  uint64_t size = u64(bytes, size_at), begin = u64(bytes, 72), offset = u64(bytes, offset_at);
  if (begin > bytes.size() || offset > bytes.size() - begin) return;
  begin += offset;
  if (size > bytes.size() - begin) return;
  std::ranges::copy(sha256(std::span(bytes).subspan(begin, size)),
                    bytes.begin() + static_cast<ptrdiff_t>(at + 6));
}

void repair(Bytes& bytes) {
  if (bytes.size() < 88) return;
  for (size_t i = 0; i < 8; ++i) bytes[16 + i] = std::byte(uint64_t{bytes.size()} >> 8 * i & 0xFF);
  size_t at = 0;
  while ((at = text(bytes).find("HASH", at)) != std::string_view::npos) repair_hash(bytes, at++);
}

void check(bool holds) {
  if (!holds) std::abort();
}

void try_library(const Bytes& bytes) {
  Result<metallib::Library> library = metallib::read(bytes, "input");
  if (!library) return;
  for (const metallib::Function& function : library->functions) {
    check(library->function(function.name) == &function);
    (void)metallib::bitcode(function.blob);
  }
  Result<Bytes> written = metallib::write(*library);
  check(bool(written));
  Result<metallib::Library> again = metallib::read(*written, "output");
  check(bool(again) && again->functions.size() == library->functions.size());
  check(*metallib::write(*again) == *written);
}

void try_wrapper(const Bytes& bytes) {
  auto inside = metallib::bitcode(bytes);
  if (!inside) return;
  Bytes blob = metallib::wrap(*inside);
  check(blob.size() % 16 == 0 && std::ranges::equal(*metallib::bitcode(blob), *inside));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto given = std::as_bytes(std::span(data, size));
  Bytes bytes(given.begin(), given.end());
  try_wrapper(bytes);
  try_library(bytes);
  repair(bytes);
  try_library(bytes);
  return 0;
}
