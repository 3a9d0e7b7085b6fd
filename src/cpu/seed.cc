// SPDX-License-Identifier: Apache-2.0
#include "cpu/seed.h"

#include <algorithm>
#include <set>
#include <span>

namespace tinsmith::cpu {

namespace {

// Numbers from the SPIR-V specification.
enum Opcode : uint32_t {
  kOpConstant = 43,
  kOpLoad = 61,
  kOpStore = 62,
  kOpAccessChain = 65,
  kOpInBoundsAccessChain = 66,
  kOpDecorate = 71,
  kOpBitcast = 124,
  kOpIAdd = 128,
};
constexpr uint32_t kDecorationBinding = 33;
constexpr size_t kHeaderWords = 5;

struct SeedIds {
  uint32_t binding = 0;
  std::set<uint32_t> buffers, at_seed, ones;  // variables, and constants
  std::set<uint32_t> pointers, loaded, next;  // to the seed; its value; one more

  // Whether `words`, one instruction, is the store.
  bool visit(std::span<const uint32_t> words) {
    const auto has = [&](const std::set<uint32_t>& ids, size_t at) {
      return at < words.size() && ids.count(words[at]) > 0;
    };
    switch (words[0] & 0xffff) {
      case kOpDecorate:
        if (words.size() == 4 && words[2] == kDecorationBinding && words[3] == binding)
          buffers.insert(words[1]);
        break;
      case kOpConstant:
        if (words.size() == 4 && words[3] == kSeedWord) at_seed.insert(words[2]);
        if (words.size() == 4 && words[3] == 1) ones.insert(words[2]);
        break;
      case kOpAccessChain:
      case kOpInBoundsAccessChain:
        if (has(buffers, 3) && has(at_seed, words.size() - 1)) pointers.insert(words[2]);
        break;
      case kOpLoad:
        if (has(pointers, 3)) loaded.insert(words[2]);
        break;
      case kOpBitcast:
        if (has(loaded, 3)) loaded.insert(words[2]);
        if (has(next, 3)) next.insert(words[2]);
        break;
      case kOpIAdd:
        if ((has(loaded, 3) && has(ones, 4)) || (has(loaded, 4) && has(ones, 3)))
          next.insert(words[2]);
        break;
      case kOpStore: return has(pointers, 1) && has(next, 2);
      default: break;
    }
    return false;
  }
};

}  // namespace

bool remove_seed_stores(package::SpirvWords& words, uint32_t binding) {
  SeedIds ids;
  ids.binding = binding;
  package::SpirvWords kept(
      words.begin(), words.begin() + static_cast<ptrdiff_t>(std::min(kHeaderWords, words.size())));
  for (size_t at = kHeaderWords; at < words.size();) {
    const size_t count = words[at] >> 16;
    if (count == 0 || at + count > words.size()) return false;
    const auto instruction = std::span(words).subspan(at, count);
    if (!ids.visit(instruction)) kept.insert(kept.end(), instruction.begin(), instruction.end());
    at += count;
  }
  if (kept.size() == words.size()) return false;
  words = std::move(kept);
  return true;
}

}  // namespace tinsmith::cpu
