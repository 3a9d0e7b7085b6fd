// SPDX-License-Identifier: Apache-2.0
// LLVM's reader jumps to positions that records name, makes room for as many things as they say,
// and follows types into their parts: what it does not check of these is checked here, so that it
// meets streams only that some writer could have written.
#include "air/records.h"

#include <llvm/Bitcode/LLVMBitCodes.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "air/bitstream.h"

namespace tinsmith::air {

namespace {

namespace bitc = llvm::bitc;

constexpr uint64_t kMostLanes = 65536, kWidestInteger = 4096;
constexpr uint64_t kMostParameters = 65536, kOnFunction = 0xffffffff;  // where attributes go
constexpr unsigned kDeepestType = 256;
constexpr uint32_t kWrapperMagic = 0x0B17C0DE;
constexpr size_t kWrapperSize = 20;

// The types of a module as far as they refer to each other.
class TypeGraph {
 public:
  // False where no type can be so.
  bool add(unsigned code, std::span<const uint64_t> operands) {
    std::vector<uint64_t> parts;  // by value
    unsigned depth = 1;
    auto refer = [&](uint64_t id) {
      if (id < depths_.size()) depth = std::max(depth, depths_[id] + 1);
    };
    switch (code) {
      case bitc::TYPE_CODE_NUMENTRY:
      case bitc::TYPE_CODE_STRUCT_NAME: return true;  // no types
      case bitc::TYPE_CODE_INTEGER:
        if (!operands.empty() && operands[0] > kWidestInteger) return false;
        break;
      case bitc::TYPE_CODE_VECTOR:
        if (!operands.empty() && operands[0] > kMostLanes) return false;
        [[fallthrough]];
      case bitc::TYPE_CODE_ARRAY:
      case bitc::TYPE_CODE_STRUCT_ANON:
      case bitc::TYPE_CODE_STRUCT_NAMED:
        if (!operands.empty()) parts.assign(operands.begin() + 1, operands.end());
        std::ranges::for_each(parts, refer);
        break;
      default: std::ranges::for_each(operands, refer);
    }
    if (depth > kDeepestType) return false;
    depths_.push_back(depth);
    parts_.push_back(std::move(parts));
    return true;
  }

  bool has_circle() const {
    std::vector<State> states(parts_.size(), State::New);
    for (uint64_t id = 0; id < parts_.size(); ++id) {
      if (reaches_itself(id, states, 0)) return true;
    }
    return false;
  }

 private:
  enum class State : uint8_t { New, Open, Done };

  bool reaches_itself(uint64_t id, std::vector<State>& states, unsigned depth) const {
    if (id >= parts_.size() || states[id] == State::Done) return false;
    if (states[id] == State::Open || depth > kDeepestType) return true;
    states[id] = State::Open;
    for (uint64_t part : parts_[id]) {
      if (reaches_itself(part, states, depth + 1)) return true;
    }
    states[id] = State::Done;
    return false;
  }

  std::vector<std::vector<uint64_t>> parts_;
  std::vector<unsigned> depths_;
};

class Checker : public BitstreamVisitor {
 public:
  Checker(uint64_t bits, const std::function<void(const Record&)>& visit)
      : bits_(bits), visit_(visit) {}

  bool enter(unsigned block, uint64_t at) override {
    bool is_in_module = !open_.empty() && open_.back() == bitc::MODULE_BLOCK_ID;
    if (is_in_module &&
        (block == bitc::FUNCTION_BLOCK_ID || block == bitc::VALUE_SYMTAB_BLOCK_ID)) {
      block_words_.insert(at / 32);
    }
    if (block == bitc::METADATA_BLOCK_ID) {
      record_starts_.clear();
      index_base_ = index_at_ = 0;
      indexed_.clear();
    }
    open_.push_back(block);
    return true;
  }

  bool leave(unsigned block) override {
    open_.pop_back();
    if (block == bitc::TYPE_BLOCK_ID_NEW) return !types_.has_circle();
    if (block == bitc::METADATA_BLOCK_ID) return index_is_right();
    if (block == bitc::MODULE_BLOCK_ID) {
      return std::ranges::all_of(named_words_,
                                 [&](uint64_t word) { return block_words_.contains(word); });
    }
    return true;
  }

  bool record(unsigned block, unsigned code, std::span<const uint64_t> operands,
              std::string_view blob, uint64_t at, uint64_t end) override {
    bool is_good = true;
    switch (block) {
      case bitc::TYPE_BLOCK_ID_NEW:
        is_good =
            types_.add(code, operands) && (code != bitc::TYPE_CODE_NUMENTRY || is_count(operands));
        break;
      case bitc::FUNCTION_BLOCK_ID:
        is_good = code != bitc::FUNC_CODE_DECLAREBLOCKS || is_count(operands);
        break;
      case bitc::PARAMATTR_GROUP_BLOCK_ID:
        is_good =
            operands.size() < 2 || operands[1] <= kMostParameters || operands[1] == kOnFunction;
        break;
      case bitc::METADATA_BLOCK_ID: is_good = metadata(code, operands, at, end); break;
      case bitc::MODULE_BLOCK_ID:
        if (code == bitc::MODULE_CODE_VSTOFFSET && !operands.empty()) {
          named_words_.push_back(operands[0]);
        }
        break;
      case bitc::VALUE_SYMTAB_BLOCK_ID:
        if (code == bitc::VST_CODE_FNENTRY && operands.size() > 1) {
          named_words_.push_back(operands[1]);
        }
        break;
      default: break;
    }
    if (is_good) visit_({block, code, operands, blob});
    return is_good;
  }

 private:
  bool is_count(std::span<const uint64_t> operands) const {
    return operands.empty() || operands[0] <= bits_;
  }

  // The index holds distances from record to record, so that one can be read without the others.
  bool metadata(unsigned code, std::span<const uint64_t> operands, uint64_t at, uint64_t end) {
    record_starts_.insert(at);
    if (code == bitc::METADATA_STRINGS) return is_count(operands);
    if (code == bitc::METADATA_INDEX_OFFSET && operands.size() > 1) {
      index_base_ = end;
      index_at_ = end + (operands[0] | operands[1] << 32);
    }
    if (code == bitc::METADATA_INDEX) {
      found_index_at_ = at;
      indexed_.assign(operands.begin(), operands.end());
    }
    return true;
  }

  bool index_is_right() const {
    if (index_at_ == 0) return true;
    if (index_at_ != found_index_at_) return false;
    uint64_t at = index_base_;
    for (uint64_t distance : indexed_) {
      at += distance;
      if (!record_starts_.contains(at)) return false;
    }
    return true;
  }

  uint64_t bits_;
  const std::function<void(const Record&)>& visit_;
  std::vector<unsigned> open_;
  TypeGraph types_;
  std::set<uint64_t> block_words_;     // where functions and symbol tables of the module begin
  std::vector<uint64_t> named_words_;  // where records say that they do
  std::set<uint64_t> record_starts_;
  uint64_t index_base_ = 0, index_at_ = 0, found_index_at_ = 0;
  std::vector<uint64_t> indexed_;
};

uint32_t word_at(std::string_view bytes, size_t at) {
  uint32_t word = 0;
  for (size_t i = 4; i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[at + i]);
  return word;
}

// The raw bitcode within a blob; empty where its wrapper lies.
std::string_view unwrapped(std::string_view blob) {
  if (blob.size() < kWrapperSize || word_at(blob, 0) != kWrapperMagic) return blob;
  size_t offset = word_at(blob, 8), size = word_at(blob, 12);
  if (offset > blob.size() || size > blob.size() - offset) return {};
  return blob.substr(offset, size);
}

}  // namespace

Result<> for_each_record(std::span<const std::byte> blob, std::string_view name,
                         const std::function<void(const Record&)>& visit) {
  std::string_view bitcode = unwrapped({reinterpret_cast<const char*>(blob.data()), blob.size()});
  Checker checker(uint64_t{bitcode.size()} * 8, visit);
  std::string problem = walk_bitstream(bitcode, checker);
  if (problem.empty()) return Ok{};
  return Failure{std::string(name) + ": the bitcode is damaged: " + problem};
}

}  // namespace tinsmith::air
