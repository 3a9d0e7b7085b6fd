// SPDX-License-Identifier: Apache-2.0
// LLVM's bitstream container, read without trust: bits, variable-width numbers, blocks,
// abbreviations, records. https://llvm.org/docs/BitCodeFormat.html
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tinsmith::air {

// Reads bits from the low end of each byte. Past the end it gives zeros and is `cut`.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t at() const { return at_; }
  uint64_t left() const { return uint64_t{bytes_.size()} * 8 - at_; }
  bool is_cut() const { return cut_; }

  uint64_t fixed(unsigned width);  // up to 64
  uint64_t variable(unsigned width);
  void align();  // to 32 bits
  std::string_view take_bytes(uint64_t count);

 private:
  std::string_view bytes_;
  uint64_t at_ = 0;
  bool cut_ = false;
};

// One operand of an abbreviation.
struct AbbreviationPart {
  enum class Kind : uint8_t { Literal, Fixed, Variable, Array, Char6, Blob };
  Kind kind = Kind::Literal;
  uint64_t value = 0;  // the literal, or a width
};
using Abbreviation = std::vector<AbbreviationPart>;

// What a walk over a stream meets.
class BitstreamVisitor {
 public:
  virtual ~BitstreamVisitor() = default;
  // `at`: the bit where the block begins with its abbreviation id, or the record with its own;
  // `end`: the bit behind it. False: the walk ends, and why is the visitor's to know.
  virtual bool enter(unsigned block, uint64_t at) = 0;
  virtual bool leave(unsigned block) = 0;
  virtual bool record(unsigned block, unsigned code, std::span<const uint64_t> operands,
                      std::string_view blob, uint64_t at, uint64_t end) = 0;
};

// Empty where the whole stream is well formed and no visit said no; else what is wrong.
std::string walk_bitstream(std::string_view bitcode, BitstreamVisitor& visitor);

}  // namespace tinsmith::air
