// SPDX-License-Identifier: Apache-2.0
#include "bind/swift_types.h"

#include "support/check.h"

namespace tinsmith::bind {

namespace {

std::string number_type(DType dtype) {
  switch (dtype) {
    case DType::F16:  // not on every Mac
    case DType::F32: return "Float";
    case DType::F64: return "Double";
    case DType::I8: return "Int8";
    case DType::I16: return "Int16";
    case DType::I32: return "Int32";
    case DType::I64: return "Int64";
    case DType::U1: return "Bool";
    case DType::U8: return "UInt8";
    case DType::U16: return "UInt16";
    case DType::U32: return "UInt32";
    case DType::U64: return "UInt64";
  }
  TS_UNREACHABLE("type of numbers");
}

// `value` as a Double, or as an Int64.
std::string to_c(DType dtype, const std::string& value, bool real) {
  if (dtype == DType::U1) return value + (real ? " ? 1.0 : 0.0" : " ? 1 : 0");
  if (real) return dtype == DType::F64 ? value : "Double(" + value + ")";
  if (dtype == DType::I64) return value;
  return (dtype == DType::U64 ? "Int64(bitPattern: " : "Int64(") + value + ")";
}

std::string from_c(DType dtype, const std::string& value) {
  if (dtype == DType::F64) return value + ".real";
  if (is_real(dtype)) return "Float(" + value + ".real)";
  if (dtype == DType::U1) return value + ".integer != 0";
  if (dtype == DType::I64) return value + ".integer";
  if (dtype == DType::U64) return "UInt64(bitPattern: " + value + ".integer)";
  return number_type(dtype) + "(" + value + ".integer)";
}

bool is_simd(const Type& type) {
  return type.kind == Type::Kind::Vector && type.rows >= 2 && type.rows <= 4 &&
         type.dtype != DType::U1;
}

std::string at(const std::string& list, size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

}  // namespace

// "[a, b] + c.map { … } + [d]"
struct SwiftTypes::Pieces {
  std::vector<std::string> numbers;  // since the last list
  std::vector<std::string> terms;

  void end_numbers() {
    if (numbers.empty()) return;
    std::string list;
    for (const std::string& number : numbers) list += (list.empty() ? "" : ", ") + number;
    terms.push_back("[" + list + "]");
    numbers.clear();
  }
  std::string text() {
    end_numbers();
    std::string out;
    for (const std::string& term : terms) out += (out.empty() ? "" : " + ") + term;
    return out;
  }
};

SwiftTypes::SwiftTypes(const Model& model, Scope& scope) : model_(model) {
  for (const Structure& structure : model.structures) {
    structures_.push_back(scope.add(Form::Type, structure.hint + "_struct"));
    Scope inner(Language::Swift);
    inner.reserve({"argument"});
    std::vector<std::string>& members = members_.emplace_back();
    for (const Member& member : structure.members) {
      members.push_back(inner.add(Form::Value, member.name));
    }
  }
}

std::string SwiftTypes::element(DType dtype) {
  if (dtype == DType::F16) return "Float16";
  return dtype == DType::U1 ? "Int32" : number_type(dtype);
}

bool SwiftTypes::is_list(const Type& type) {
  bool several = type.kind == Type::Kind::Vector || type.kind == Type::Kind::Matrix;
  return several && !is_simd(type);
}

std::string SwiftTypes::name(const Type& type) const {
  if (type.kind == Type::Kind::Struct) return structures_[type.structure];
  std::string number = number_type(type.dtype);
  if (is_list(type)) return "[" + number + "]";
  return is_simd(type) ? "SIMD" + std::to_string(type.rows) + "<" + number + ">" : number;
}

void SwiftTypes::collect(const Type& type, const std::string& expression, bool real,
                         Pieces& pieces) const {
  if (type.kind == Type::Kind::Struct) {
    const Structure& structure = model_.structures[type.structure];
    for (size_t i = 0; i < structure.members.size(); ++i) {
      collect(structure.members[i].type, expression + "." + members_[type.structure][i], real,
              pieces);
    }
  } else if (is_list(type)) {
    pieces.end_numbers();
    std::string one = to_c(type.dtype, "$0", real);
    pieces.terms.push_back(one == "$0" ? expression : expression + ".map { " + one + " }");
  } else if (is_simd(type)) {
    for (size_t i = 0; i < type.rows; ++i) {
      pieces.numbers.push_back(to_c(type.dtype, at(expression, i), real));
    }
  } else {
    pieces.numbers.push_back(to_c(type.dtype, expression, real));
  }
}

std::string SwiftTypes::argument(const Type& type, const std::string& expression) const {
  bool real = model_.any_real(type);
  if (type.kind == Type::Kind::Number) {
    return (real ? ".real(" : ".integer(") + to_c(type.dtype, expression, real) + ")";
  }
  Pieces pieces;
  collect(type, expression, real, pieces);
  return (real ? ".reals(" : ".integers(") + pieces.text() + ")";
}

std::string SwiftTypes::result(const Type& type, size_t first) const {
  if (type.kind == Type::Kind::Struct) {
    const Structure& structure = model_.structures[type.structure];
    std::string text;
    for (size_t i = 0; i < structure.members.size(); ++i) {
      text += (text.empty() ? "" : ", ") + members_[type.structure][i] + ": " +
              result(structure.members[i].type, first);
      first += model_.count(structure.members[i].type);
    }
    return structures_[type.structure] + "(" + text + ")";
  }
  if (is_list(type)) {
    return "results[" + std::to_string(first) + "..<" + std::to_string(first + type.count()) +
           "].map { " + from_c(type.dtype, "$0") + " }";
  }
  if (!is_simd(type)) return from_c(type.dtype, at("results", first));
  std::string text;
  for (size_t i = 0; i < type.rows; ++i) {
    text += (text.empty() ? "" : ", ") + from_c(type.dtype, at("results", first + i));
  }
  return name(type) + "(" + text + ")";
}

}  // namespace tinsmith::bind
