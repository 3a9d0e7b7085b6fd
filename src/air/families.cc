// SPDX-License-Identifier: Apache-2.0
// A name is taken apart at its points; the type in it then fills the letters of the family's
// signature. Atomics, conversions, packing and matrices have several types in their names, or
// pointers, and each a rule of its own.
#include "air/families.h"

#include <algorithm>
#include <vector>

namespace tinsmith::air {

namespace {

struct Family {
  std::string_view name, signature;
  char types;
  bool has_fast;
  unsigned since;
};

struct LlvmFamily {
  std::string_view prefix;
  unsigned since;
};

#define FAMILY(name, signature, types, has_fast, since)
#define LLVM(prefix, since)
#define OTHER(part)

constexpr Family kFamilies[] = {
#undef FAMILY
#define FAMILY(name, signature, types, has_fast, since) {name, signature, types, has_fast, since},
#include "air/families.def"
#undef FAMILY
#define FAMILY(name, signature, types, has_fast, since)
};

constexpr LlvmFamily kLlvmFamilies[] = {
#undef LLVM
#define LLVM(prefix, since) {prefix, since},
#include "air/families.def"
#undef LLVM
#define LLVM(prefix, since)
};

constexpr std::string_view kOthers[] = {
#undef OTHER
#define OTHER(part) part,
#include "air/families.def"
#undef OTHER
};

using Words = std::vector<std::string_view>;

Words split(std::string_view text) {
  Words words;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find('.', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// "v4f32": four lanes of float. No lanes: a scalar.
struct NamedType {
  unsigned lanes = 0;
  std::string_view element;  // as in the name: "f32"

  bool is_float() const { return element == "f16" || element == "f32" || element == "bf16"; }
  bool is_integer() const {
    return element == "i8" || element == "i16" || element == "i32" || element == "i64";
  }
  std::string of(const std::string& scalar) const {
    return lanes == 0 ? scalar : "<" + std::to_string(lanes) + " x " + scalar + ">";
  }
  std::string scalar() const {
    if (element == "f16") return "half";
    if (element == "f32") return "float";
    if (element == "bf16") return "bfloat";
    return std::string(element);
  }
  std::string text() const { return of(scalar()); }
};

std::optional<NamedType> type_of(std::string_view word, AirVersion version) {
  NamedType type;
  if (word.starts_with('v')) {
    size_t at = 1;
    for (; at < word.size() && at < 4 && word[at] >= '0' && word[at] <= '9'; ++at) {
      type.lanes = type.lanes * 10 + static_cast<unsigned>(word[at] - '0');
    }
    if (type.lanes < 2) return {};
    word.remove_prefix(at);
  }
  type.element = word;
  if (!type.is_float() && !type.is_integer() && word != "i1") return {};
  if (word == "bf16" && !version.at_least(6)) return {};
  return type;
}

// Vectors of the language: matrices of a SIMD group are no operands of other functions.
bool is_small(const NamedType& type) { return type.lanes <= 4; }

bool accepts(const Family& family, bool has_sign, const NamedType& type) {
  if (!is_small(type)) return false;
  switch (family.types) {
    case 'f': return type.is_float() && !has_sign;
    case 'i': return type.is_integer() && has_sign;
    case 'n': return type.is_integer() && !has_sign;
    case 'a': return type.is_float() ? !has_sign : type.is_integer() && has_sign;
    case 'x': return !has_sign;
    case 'b': return type.element == "i1" && type.lanes > 0 && !has_sign;
    case 'h': return (type.element == "i16" || type.element == "i32") && type.lanes == 0;
    case 'm': return type.element == "i64" && type.lanes == 0 && !has_sign;
    default: return false;
  }
}

std::string fill(std::string_view signature, const NamedType& type) {
  std::string text;
  for (char c : signature) {
    switch (c) {
      case 'T': text += type.text(); break;
      case 'E': text += type.scalar(); break;
      case 'L': text += type.of("i32"); break;
      case 'B': text += type.of("i1"); break;
      case 'P': text += type.text() + "*"; break;
      case 'i': text += "i32"; break;
      case 'h': text += "i16"; break;
      case 'l': text += "i64"; break;
      case 'b': text += "i1"; break;
      case 'v': text += "void"; break;
      default: text += c;
    }
  }
  return text;
}

std::optional<std::string> of_family(Words words, AirVersion version) {
  bool is_fast = words[0].starts_with("fast_");
  if (is_fast) words[0].remove_prefix(5);
  auto family = std::ranges::find(kFamilies, words[0], &Family::name);
  if (family == std::end(kFamilies) || !version.at_least(family->since)) return {};
  if (family->types == '-') {
    if (words.size() != 1 || is_fast) return {};
    return fill(family->signature, {});
  }
  bool has_sign = words.size() == 3 && (words[1] == "s" || words[1] == "u");
  if (words.size() != (has_sign ? 3u : 2u)) return {};
  std::optional<NamedType> type = type_of(words.back(), version);
  if (!type || !accepts(*family, has_sign, *type)) return {};
  if (is_fast && !(family->has_fast && type->element == "f32")) return {};
  if (words[0] == "dot" && type->lanes == 0) return {};
  return fill(family->signature, *type);
}

// convert.<kind>.<type>.<kind>.<type>: the value goes to the first type from the second.
std::optional<std::string> of_convert(const Words& words, AirVersion version) {
  if (words.size() != 5) return {};
  std::optional<NamedType> to = type_of(words[2], version), from = type_of(words[4], version);
  auto agrees = [](std::string_view kind, const NamedType& type) {
    return type.is_float() ? kind == "f" : kind == "s" || kind == "u";
  };
  if (!to || !from || !agrees(words[1], *to) || !agrees(words[3], *from)) return {};
  if (to->lanes != from->lanes || !is_small(*to)) return {};
  return to->text() + "(" + from->text() + ")";
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// atomic.<global|local>.<operation>[.s|.u].<type>
std::optional<std::string> of_atomic(Words words, AirVersion version) {
  if (words.size() == 2 && words[1] == "fence" && version.at_least(7)) return "void(i32, i32, i32)";
  if (words.size() < 4 || !is_one_of(words[1], {"global", "local"})) return {};
  bool is_weak = words[2] == "cmpxchg" && words[3] == "weak";
  if (is_weak) words.erase(words.begin() + 3);
  bool has_sign = words.size() == 5 && is_one_of(words[3], {"s", "u"});
  if (words.size() != (has_sign ? 5u : 4u)) return {};
  std::string_view operation = words[2], element = words.back();
  std::string type = element == "f32" ? "float" : std::string(element);
  std::string pointer = type + (words[1] == "global" ? " addrspace(1)*" : " addrspace(3)*");
  bool is_plain = element == "i32" || element == "f32";
  if (is_one_of(operation, {"min", "max"}) && element == "i64" && words[3] == "u") {
    return "void(" + pointer + ", i64, i32, i32, i1)";  // Apple8 and later; no old value
  }
  if (operation == "load" && is_plain && !has_sign) return type + "(" + pointer + ", i32, i32, i1)";
  if (operation == "store" && is_plain && !has_sign) {
    return "void(" + pointer + ", " + type + ", i32, i32, i1)";
  }
  if (is_weak && is_plain && !has_sign) {
    return type + "(" + pointer + ", " + type + "*, " + type + ", i32, i32, i32, i1)";
  }
  bool of_both = operation == "xchg" && is_plain && !has_sign;
  bool of_float =
      is_one_of(operation, {"add", "sub"}) && element == "f32" && !has_sign && words[1] == "global";
  bool of_integer = is_one_of(operation, {"add", "sub", "min", "max", "and", "or", "xor"}) &&
                    element == "i32" && has_sign;
  if (!of_both && !of_float && !of_integer) return {};
  return type + "(" + pointer + ", " + type + ", i32, i32, i1)";
}

// pack.unorm4x8.v4f32 and the reverse, the same type in both names.
std::optional<std::string> of_packing(const Words& words) {
  if (words.size() != 3) return {};
  std::string vector;
  if (is_one_of(words[1], {"snorm4x8", "unorm4x8"}) && words[2] == "v4f32") {
    vector = "<4 x float>";
  } else if (is_one_of(words[1], {"snorm2x16", "unorm2x16"}) && words[2] == "v2f32") {
    vector = "<2 x float>";
  } else {
    return {};
  }
  return words[0] == "pack" ? "i32(" + vector + ")" : vector + "(i32)";
}

// simdgroup_matrix_8x8_…: the value is 64 elements, two of them in each lane.
std::optional<std::string> of_matrix(const Words& words, AirVersion version) {
  std::string_view operation = words[0].substr(std::string_view("simdgroup_matrix_8x8_").size());
  std::vector<NamedType> types;
  unsigned space = 0;
  for (size_t i = 1; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (i == 2 && (word.starts_with("p1") || word.starts_with("p3"))) {
      space = static_cast<unsigned>(word[1] - '0');
      word.remove_prefix(2);
    }
    std::optional<NamedType> type = type_of(word, version);
    if (!type || !type->is_float()) return {};
    types.push_back(*type);
  }
  if (types.empty() || types[0].lanes != 64) return {};
  std::string matrix = types[0].text(), scalar = types[0].scalar();
  if (operation == "multiply_accumulate") {
    bool is_square = std::ranges::all_of(types, [](const auto& t) { return t.lanes == 64; });
    if (types.size() != 4 || !is_square) return {};
    return matrix + "(" + types[1].text() + ", " + types[2].text() + ", " + types[3].text() + ")";
  }
  if (types.size() != 2 || types[1].text() != scalar) return {};
  if (is_one_of(operation, {"init_filled", "init_diag"}) && space == 0) {
    return matrix + "(" + scalar + ")";
  }
  if (space == 0) return {};
  std::string pointer = scalar + " addrspace(" + std::to_string(space) + ")*";
  std::string where =
      version.at_least(8) ? ", <2 x i64>, <2 x i64>, <2 x i64>)" : ", i64, <2 x i64>, i1)";
  if (operation == "load") return matrix + "(" + pointer + where;
  if (operation == "store") return "void(" + matrix + ", " + pointer + where;
  return {};
}

}  // namespace

std::optional<std::string> documented_signature(std::string_view name, AirVersion version) {
  if (name.starts_with("llvm.")) {
    for (const LlvmFamily& family : kLlvmFamilies) {
      if (name.starts_with(family.prefix) && version.at_least(family.since)) return "";
    }
    return {};
  }
  if (!name.starts_with("air.")) return {};
  Words words = split(name.substr(4));
  if (words[0] == "convert") return of_convert(words, version);
  if (words[0] == "atomic") return of_atomic(words, version);
  if (words[0] == "pack" || words[0] == "unpack") return of_packing(words);
  if (words[0].starts_with("simdgroup_matrix_8x8_")) return of_matrix(words, version);
  for (std::string_view part : kOthers) {
    if (name.find(part) != std::string_view::npos) return "";
  }
  return of_family(words, version);
}

}  // namespace tinsmith::air
