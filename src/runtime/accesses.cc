// SPDX-License-Identifier: Apache-2.0
#include "runtime/accesses.h"

#include <map>
#include <set>
#include <span>

namespace tinsmith::runtime {

namespace {

// The opcodes that matter here; numbers from the SPIR-V specification.
enum Opcode : uint32_t {
  kOpName = 5,
  kOpMemberName = 6,
  kOpEntryPoint = 15,
  kOpFunctionCall = 57,
  kOpConstant = 43,
  kOpVariable = 59,
  kOpLoad = 61,
  kOpStore = 62,
  kOpAccessChain = 65,
  kOpInBoundsAccessChain = 66,
  kOpPtrAccessChain = 67,
  kOpArrayLength = 68,
  kOpInBoundsPtrAccessChain = 70,
  kOpDecorate = 71,
  kOpCopyObject = 83,
  kOpControlBarrier = 224,
  kOpAtomicLoad = 227,
  kOpAtomicStore = 228,
};
constexpr uint32_t kDecorationBinding = 33;
constexpr uint32_t kSeedWord = 1024;
constexpr size_t kHeaderWords = 5;

struct Finder {
  std::map<uint32_t, uint32_t> binding_of;  // variable → binding
  std::map<uint32_t, uint32_t> base_of;     // variable or pointer into it → variable
  std::map<uint32_t, Access> by_binding;
  std::set<uint32_t> seed_words;  // constants of this value
  bool synchronises = false;

  void use(uint32_t id, bool reads, bool writes) {
    const auto base = base_of.find(id);
    if (base == base_of.end()) return;
    Access& access = by_binding.at(binding_of.at(base->second));
    access.reads = access.reads || reads;
    access.writes = access.writes || writes;
  }

  // `words` is one instruction, its first word included.
  void visit(std::span<const uint32_t> words) {
    const uint32_t opcode = words[0] & 0xffff;
    switch (opcode) {
      case kOpName:
      case kOpMemberName:
      case kOpEntryPoint:
      case kOpArrayLength: return;
      case kOpDecorate:
        if (words.size() >= 4 && words[2] == kDecorationBinding) {
          binding_of[words[1]] = words[3];
          by_binding[words[3]].binding = words[3];
        }
        return;
      case kOpConstant:
        if (words.size() == 4 && words[3] == kSeedWord) seed_words.insert(words[2]);
        return;
      case kOpControlBarrier: synchronises = true; return;
      case kOpVariable:
        if (words.size() >= 3 && binding_of.count(words[2]) > 0) base_of[words[2]] = words[2];
        return;
      case kOpAccessChain:
      case kOpInBoundsAccessChain:
      case kOpPtrAccessChain:
      case kOpInBoundsPtrAccessChain:
      case kOpCopyObject: return visit_pointer(words);
      case kOpLoad:
      case kOpAtomicLoad:
        if (words.size() >= 4) use(words[3], true, false);
        return;
      case kOpStore:
        if (words.size() >= 3) {
          use(words[1], false, true);
          use(words[2], true, true);  // a pointer that is itself stored
        }
        return;
      case kOpAtomicStore:
        if (words.size() >= 2) use(words[1], false, true);
        return;
      // Anything else, the atomics among it: any word may be an id. A literal that looks like one
      // costs a barrier, no more.
      default:
        if (opcode < kOpVariable && opcode != kOpFunctionCall) return;
        for (const uint32_t word : words.subspan(1)) use(word, true, true);
    }
  }

  void visit_pointer(std::span<const uint32_t> words) {
    if (words.size() < 4) return;
    const auto base = base_of.find(words[3]);
    if (base == base_of.end()) return;
    base_of[words[2]] = base->second;
    if (seed_words.count(words.back()) > 0)
      by_binding.at(binding_of.at(base->second)).at_seed = true;
  }
};

}  // namespace

ModuleUse find_accesses(const package::SpirvWords& words) {
  Finder finder;
  for (size_t at = kHeaderWords; at < words.size();) {
    const size_t count = words[at] >> 16;
    if (count == 0 || at + count > words.size()) break;
    finder.visit(std::span(words).subspan(at, count));
    at += count;
  }
  ModuleUse use;
  for (const auto& [binding, access] : finder.by_binding) use.accesses.push_back(access);
  use.synchronises = finder.synchronises;
  return use;
}

}  // namespace tinsmith::runtime
