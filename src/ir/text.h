// SPDX-License-Identifier: Apache-2.0
// What the printer, the verifier and the interpreter share about the text form: names and numbers
// of values.
#pragma once
#include <string>
#include <string_view>

#include "ir/ir.h"

namespace tinsmith {

// The number that `print` gives each value, counted in print order; 0 means "nowhere in the body".
class ValueNumbers {
 public:
  explicit ValueNumbers(const Function& fn);
  std::string operator()(
      ValueId v) const;  // "%7"; "%?12" for a value that no block of the body defines

 private:
  void number(const Function& fn, BlockId block);
  SideTable<ValueId, uint32_t> plus_one_;
  uint32_t next_ = 1;
};

// "@x.grad", with quotes where the name needs them.
std::string quoted(std::string_view sigil, std::string_view name);

// The terms and component offsets of a field that lies row-major and alone, components of an
// element together.
std::vector<AddressTerm> plain_terms(const Field& field);
std::vector<uint32_t> plain_component_offsets(const Field& field);

// A literal as text: the shortest decimal that reads back to the same bits, or the bits in
// hexadecimal for inf and nan.
std::string literal_text(DType type, uint64_t imm);
std::optional<uint64_t> literal_bits(DType type, std::string_view text);

}  // namespace tinsmith
