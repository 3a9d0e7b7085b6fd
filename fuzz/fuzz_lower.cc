// SPDX-License-Identifier: Apache-2.0
// Any words as SPIR-V, lowered to AIR: a module that LLVM's verifier accepts, or a failure. Changed
// bytes seldom give ids that exist, so each input is tried with some words exchanged as well.
#include <cstring>
#include <random>

#include "air/air.h"

using namespace tinsmith;

namespace {

void lower(const package::SpirvWords& words, air::Dialect dialect) {
  package::Task task;
  task.spirv = words;
  air::Options options;
  options.target = *metallib::target_from_name("ios16");
  options.dialect = dialect;
  (void)air::lower(task, "k", options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  package::SpirvWords words(size / 4);
  if (words.empty()) return 0;
  std::memcpy(words.data(), data, 4 * words.size());
  lower(words, air::Dialect::Metal);
  constexpr size_t kHeader = 5;
  if (words.size() <= kHeader) return 0;
  std::minstd_rand random(words.back() ^ static_cast<uint32_t>(size));
  for (int i = 0; i < 8; ++i) {
    package::SpirvWords changed = words;
    size_t to = kHeader + random() % (words.size() - kHeader);
    changed[to] = words[kHeader + random() % (words.size() - kHeader)];
    lower(changed, air::Dialect::Host);
  }
  return 0;
}
