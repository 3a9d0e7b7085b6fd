// SPDX-License-Identifier: Apache-2.0
// A record may say that it has four billion operands: nothing is believed that the rest of the
// stream has no room for. Blocks must end where their headers say, since LLVM's reader jumps by
// them.
#include "air/bitstream.h"

#include <algorithm>
#include <optional>

namespace tinsmith::air {

namespace {

constexpr unsigned kDeepest = 16;  // LLVM's own writer nests blocks five deep
constexpr unsigned kBlockInfo = 0;
enum AbbreviationId : uint64_t { kEndBlock, kEnterBlock, kDefine, kUnabbreviated, kFirstDefined };

constexpr std::string_view kChar6 =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";

using Part = AbbreviationPart;
using Abbreviations = std::vector<std::shared_ptr<const Abbreviation>>;

class Walk {
 public:
  Walk(std::string_view bitcode, BitstreamVisitor& visitor) : bits_(bitcode), visitor_(visitor) {}

  std::string run() {
    if (bits_.fixed(32) != 0xdec04342) return "it does not begin with BC C0 DE";
    while (problem_.empty() && bits_.left() > 0) {
      uint64_t at = bits_.at();
      if (bits_.fixed(2) != kEnterBlock) {
        wrong("there is something outside of blocks");
      } else {
        block(at, 1);
      }
    }
    return problem_;
  }

 private:
  bool wrong(const char* what) {
    if (problem_.empty()) problem_ = what;
    return false;
  }

  bool block(uint64_t at, unsigned depth) {
    auto id = static_cast<unsigned>(bits_.variable(8));
    uint64_t width = bits_.variable(4);
    bits_.align();
    uint64_t words = bits_.fixed(32), begin = bits_.at();
    if (bits_.is_cut() || words * 32 > bits_.left()) return wrong("a block is cut short");
    if (width < 2 || width > 32) return wrong("a block has abbreviations of no possible width");
    if (depth > kDeepest) return wrong("blocks are nested too deeply");
    if (!visitor_.enter(id, at)) return wrong("a block is where none should be");
    Abbreviations known = shared_[id];
    while (true) {
      uint64_t start = bits_.at();
      uint64_t what = bits_.fixed(static_cast<unsigned>(width));
      if (bits_.is_cut()) return wrong("a block has no end");
      if (what == kEndBlock) break;
      bool is_good = what == kEnterBlock ? block(start, depth + 1)
                     : what == kDefine   ? define(id == kBlockInfo ? shared_[described_] : known)
                                         : record(id, what, known, start);
      if (!is_good) return false;
    }
    bits_.align();
    if (bits_.at() != begin + words * 32) return wrong("a block does not end where it says");
    return visitor_.leave(id) || wrong("a block is not complete");
  }

  bool define(Abbreviations& into) {
    auto abbreviation = std::make_shared<Abbreviation>();
    uint64_t count = bits_.variable(5);
    if (count == 0 || count > bits_.left()) return wrong("an abbreviation is damaged");
    for (uint64_t i = 0; i < count; ++i) {
      std::optional<Part> next = part();
      if (!next) return wrong("an abbreviation is damaged");
      abbreviation->push_back(*next);
    }
    if (!is_possible(*abbreviation)) return wrong("an abbreviation is damaged");
    into.push_back(std::move(abbreviation));
    return true;
  }

  std::optional<Part> part() {
    if (bits_.fixed(1) != 0) return Part{Part::Kind::Literal, bits_.variable(8)};
    uint64_t encoding = bits_.fixed(3);
    if (encoding < 1 || encoding > 5) return {};
    Part part{static_cast<Part::Kind>(encoding), 0};
    if (part.kind != Part::Kind::Fixed && part.kind != Part::Kind::Variable) return part;
    part.value = bits_.variable(5);
    if (part.value > 32 || (part.kind == Part::Kind::Variable && part.value == 1)) return {};
    // As LLVM reads it: no bits are the number 0.
    return part.value == 0 ? Part{Part::Kind::Literal, 0} : part;
  }

  // Arrays are last but one, before the kind of their elements, blobs last; neither comes first.
  static bool is_possible(const Abbreviation& parts) {
    auto is_list = [](const Part& p) {
      return p.kind == Part::Kind::Array || p.kind == Part::Kind::Blob;
    };
    if (is_list(parts[0])) return false;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].kind == Part::Kind::Blob && i + 1 != parts.size()) return false;
      bool is_array = parts[i].kind == Part::Kind::Array;
      if (is_array && (i + 2 != parts.size() || is_list(parts[i + 1]))) return false;
    }
    return true;
  }

  bool record(unsigned id, uint64_t what, const Abbreviations& known, uint64_t start) {
    operands_.clear();
    blob_ = {};
    if (what == kUnabbreviated) {
      operands_.push_back(bits_.variable(6));
      uint64_t count = bits_.variable(6);
      if (count > bits_.left()) return wrong("a record is longer than the file");
      for (uint64_t i = 0; i < count; ++i) operands_.push_back(bits_.variable(6));
    } else if (what - kFirstDefined < known.size()) {
      if (!abbreviated(*known[what - kFirstDefined])) return false;
    } else {
      return wrong("a record has an abbreviation that is not defined");
    }
    if (bits_.is_cut()) return wrong("a record is cut short");
    if (operands_[0] > UINT32_MAX) return wrong("a record has no possible code");
    auto code = static_cast<unsigned>(operands_[0]);
    std::span<const uint64_t> rest = std::span(operands_).subspan(1);
    if (id == kBlockInfo) {  // whose abbreviations follow
      if (code == 1 && !rest.empty()) described_ = static_cast<unsigned>(rest[0]);
      return true;
    }
    return visitor_.record(id, code, rest, blob_, start, bits_.at()) ||
           wrong("a record says what cannot be");
  }

  bool abbreviated(const Abbreviation& parts) {
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].kind == Part::Kind::Array) {
        uint64_t count = bits_.variable(6);
        if (count > bits_.left()) return wrong("a record is longer than the file");
        for (uint64_t k = 0; k < count; ++k) operands_.push_back(scalar(parts[i + 1]));
        break;
      }
      if (parts[i].kind == Part::Kind::Blob) {
        uint64_t size = bits_.variable(6);
        bits_.align();
        if (size * 8 > bits_.left()) return wrong("a record is longer than the file");
        blob_ = bits_.take_bytes(size);
        bits_.align();
        break;
      }
      operands_.push_back(scalar(parts[i]));
    }
    return true;
  }

  uint64_t scalar(const Part& part) {
    switch (part.kind) {
      case Part::Kind::Literal: return part.value;
      case Part::Kind::Fixed: return bits_.fixed(static_cast<unsigned>(part.value));
      case Part::Kind::Variable: return bits_.variable(static_cast<unsigned>(part.value));
      case Part::Kind::Char6: return static_cast<uint64_t>(kChar6[bits_.fixed(6)]);
      case Part::Kind::Array:
      case Part::Kind::Blob: break;
    }
    return 0;
  }

  BitReader bits_;
  BitstreamVisitor& visitor_;
  std::string problem_;
  std::map<unsigned, Abbreviations> shared_;  // by the block that they are for
  unsigned described_ = 0;
  std::vector<uint64_t> operands_;
  std::string_view blob_;
};

}  // namespace

uint64_t BitReader::fixed(unsigned width) {
  if (width > left()) {
    cut_ = true;
    at_ = uint64_t{bytes_.size()} * 8;
    return 0;
  }
  uint64_t value = 0;
  for (unsigned got = 0; got < width;) {
    unsigned skip = static_cast<unsigned>(at_ % 8), take = std::min(8 - skip, width - got);
    uint64_t byte = static_cast<unsigned char>(bytes_[at_ / 8]);
    value |= (byte >> skip & ((uint64_t{1} << take) - 1)) << got;
    got += take;
    at_ += take;
  }
  return value;
}

uint64_t BitReader::variable(unsigned width) {
  uint64_t high = uint64_t{1} << (width - 1), value = 0;
  for (unsigned shift = 0;; shift += width - 1) {
    uint64_t piece = fixed(width);
    if (shift < 64) value |= (piece & (high - 1)) << shift;
    if ((piece & high) == 0) return value;
    if (shift > 64) cut_ = true;  // no number is that long
    if (cut_) return value;
  }
}

void BitReader::align() {
  uint64_t next = (at_ + 31) / 32 * 32;
  if (next - at_ > left()) cut_ = true;
  at_ = std::min(next, uint64_t{bytes_.size()} * 8);
}

std::string_view BitReader::take_bytes(uint64_t count) {
  std::string_view taken = bytes_.substr(at_ / 8, count);
  at_ += count * 8;
  return taken;
}

std::string walk_bitstream(std::string_view bitcode, BitstreamVisitor& visitor) {
  return Walk(bitcode, visitor).run();
}

}  // namespace tinsmith::air
