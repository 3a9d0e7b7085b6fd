// SPDX-License-Identifier: Apache-2.0
// Any bytes as an archive: refused, or what was read can be written and read again. Checksums are
// put right first, for otherwise nearly every change would end there.
#include <algorithm>
#include <cstdlib>

#include "package/package.h"
#include "package/zip.h"

using namespace tinsmith;

namespace {

using Bytes = std::vector<std::byte>;

uint32_t u32(const Bytes& bytes, size_t at) {
  uint32_t v = 0;
  for (size_t i = 4; i-- > 0;) v = v << 8 | std::to_integer<uint32_t>(bytes[at + i]);
  return v;
}

void repair(Bytes& bytes) {
  for (size_t at = 0; at + 46 <= bytes.size(); ++at) {
    if (u32(bytes, at) != 0x02014b50) continue;
    size_t size = u32(bytes, at + 24), begin = u32(bytes, at + 42);
    if (begin > bytes.size() || bytes.size() - begin < 30) continue;
    begin += 30 + (u32(bytes, begin + 26) & 0xFFFF) + (u32(bytes, begin + 26) >> 16);
    if (begin > bytes.size() || bytes.size() - begin < size) continue;
    uint32_t crc = package::crc32(std::span(bytes).subspan(begin, size));
    for (size_t i = 0; i < 4; ++i) bytes[at + 16 + i] = std::byte(crc >> 8 * i & 0xFF);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto given = std::as_bytes(std::span(data, size));
  Bytes bytes(given.begin(), given.end());
  repair(bytes);
  Result<package::Package> package = package::read_archive(bytes, "input");
  if (!package) return 0;
  auto files = package::files(*package);
  if (!files) return 0;  // names that genuine Taichi could not read
  auto again = package::read_archive(*package::zip(*files), "output");
  if (!again) std::abort();
  return 0;
}
