// SPDX-License-Identifier: Apache-2.0
// A row for each of Metal's scalar data types that constants have.
#include "cli/constant_value.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace tinsmith::cli {

namespace {

struct DataType {  // numbers: MTLDataType of Apple's MTLArgument.h
  uint8_t number;
  const char* name;
  unsigned bits;
  enum Kind : uint8_t { Bool, Signed, Unsigned, Float } kind;
};
constexpr DataType kTypes[] = {
    {3, "float", 32, DataType::Float},      {29, "int", 32, DataType::Signed},
    {33, "uint", 32, DataType::Unsigned},   {37, "short", 16, DataType::Signed},
    {41, "ushort", 16, DataType::Unsigned}, {45, "char", 8, DataType::Signed},
    {49, "uchar", 8, DataType::Unsigned},   {53, "bool", 8, DataType::Bool},
    {81, "long", 64, DataType::Signed},     {85, "ulong", 64, DataType::Unsigned},
};

Result<uint64_t> integer_bits(const std::string& text, const DataType& type, const Failure& wrong) {
  char* end = nullptr;
  errno = 0;
  bool is_signed = type.kind == DataType::Signed;
  uint64_t bits = is_signed ? static_cast<uint64_t>(std::strtoll(text.c_str(), &end, 0))
                            : std::strtoull(text.c_str(), &end, 0);
  if (text.empty() || *end != 0 || errno != 0) return wrong;
  if (!is_signed && text[0] == '-') return wrong;
  if (type.bits == 64) return bits;
  uint64_t limit = uint64_t{1} << (is_signed ? type.bits - 1 : type.bits);
  bool fits = bits < limit || (is_signed && ~bits < limit);
  if (!fits) return wrong;
  return bits & ((uint64_t{1} << type.bits) - 1);
}

}  // namespace

Result<uint64_t> constant_bits(const std::string& text, uint8_t data_type,
                               const std::string& word) {
  for (const DataType& type : kTypes) {
    if (type.number != data_type) continue;
    Failure wrong{word + ": it is a " + type.name};
    if (type.kind == DataType::Bool) {
      if (text == "true" || text == "1") return uint64_t{1};
      if (text == "false" || text == "0") return uint64_t{0};
      return wrong;
    }
    if (type.kind != DataType::Float) return integer_bits(text, type, wrong);
    char* end = nullptr;
    float value = std::strtof(text.c_str(), &end);
    if (text.empty() || *end != 0) return wrong;
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return uint64_t{bits};
  }
  return Failure{word + ": constants of Metal's data type " + std::to_string(data_type) +
                 " are not supported"};
}

}  // namespace tinsmith::cli
