// SPDX-License-Identifier: Apache-2.0
#include "bind/cpp_types.h"

#include "support/check.h"

namespace tinsmith::bind {

namespace {

std::string number_type(DType dtype) {
  switch (dtype) {
    case DType::F16:
    case DType::F32: return "float";
    case DType::F64: return "double";
    case DType::I8: return "int8_t";
    case DType::I16: return "int16_t";
    case DType::I32: return "int32_t";
    case DType::I64: return "int64_t";
    case DType::U1: return "bool";
    case DType::U8: return "uint8_t";
    case DType::U16: return "uint16_t";
    case DType::U32: return "uint32_t";
    case DType::U64: return "uint64_t";
  }
  TS_UNREACHABLE("type of numbers");
}

std::string array_of(const std::string& type, uint32_t count) {
  return "std::array<" + type + ", " + std::to_string(count) + ">";
}

std::string at(const std::string& list, size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

CppTypes::CppTypes(const Model& model, Scope& scope) : model_(model) {
  for (const Structure& structure : model.structures) {
    structures_.push_back(scope.add(Form::Type, structure.hint + "_struct"));
    Scope inner(Language::Cpp);
    inner.reserve({structures_.back()});
    std::vector<std::string>& members = members_.emplace_back();
    for (const Member& member : structure.members) {
      members.push_back(inner.add(Form::Value, member.name));
    }
  }
}

std::string CppTypes::element(DType dtype) {
  if (dtype == DType::F16) return "tinsmith::Half";
  return dtype == DType::U1 ? "int32_t" : number_type(dtype);
}

std::string CppTypes::name(const Type& type) const {
  switch (type.kind) {
    case Type::Kind::Number: return number_type(type.dtype);
    case Type::Kind::Vector: return array_of(number_type(type.dtype), type.rows);
    case Type::Kind::Matrix:
      return array_of(array_of(number_type(type.dtype), type.columns), type.rows);
    case Type::Kind::Struct: return structures_[type.structure];
  }
  TS_UNREACHABLE("kind of type");
}

std::string CppTypes::parameter(const Parameter& parameter) const {
  if (parameter.is_array) {
    return "const tinsmith::NdArray<" + element(parameter.type.dtype) + ">&";
  }
  std::string type = name(parameter.type);
  return parameter.type.kind == Type::Kind::Number ? type : "const " + type + "&";
}

void CppTypes::collect(const Type& type, const std::string& expression, const std::string& as,
                       std::vector<std::string>& numbers) const {
  auto add = [&](const std::string& number) {
    numbers.push_back("static_cast<" + as + ">(" + number + ")");
  };
  switch (type.kind) {
    case Type::Kind::Number: return add(expression);
    case Type::Kind::Vector:
      for (size_t i = 0; i < type.rows; ++i) add(at(expression, i));
      return;
    case Type::Kind::Matrix:
      for (size_t i = 0; i < type.rows; ++i)
        for (size_t j = 0; j < type.columns; ++j) add(at(at(expression, i), j));
      return;
    case Type::Kind::Struct: {
      const Structure& structure = model_.structures[type.structure];
      for (size_t i = 0; i < structure.members.size(); ++i) {
        collect(structure.members[i].type, expression + "." + members_[type.structure][i], as,
                numbers);
      }
      return;
    }
  }
}

std::string CppTypes::argument(const Type& type, const std::string& expression) const {
  if (type.kind != Type::Kind::Struct) return expression;
  std::string as = model_.any_real(type) ? "double" : "int64_t";
  std::vector<std::string> numbers;
  collect(type, expression, as, numbers);
  return array_of(as, static_cast<uint32_t>(numbers.size())) + "{" + joined(numbers) + "}";
}

std::string CppTypes::result(const Type& type, const std::string& from, size_t first) const {
  std::vector<std::string> parts;
  auto add = [&](size_t i) {
    parts.push_back("tinsmith::as<" + number_type(type.dtype) + ">(" + at(from, i) + ")");
  };
  switch (type.kind) {
    case Type::Kind::Number: add(first); return parts[0];
    case Type::Kind::Vector:
      for (size_t i = 0; i < type.rows; ++i) add(first + i);
      return name(type) + "{" + joined(parts) + "}";
    case Type::Kind::Matrix: {
      std::vector<std::string> rows;
      for (size_t i = 0; i < type.rows; ++i, first += type.columns) {
        parts.clear();
        for (size_t j = 0; j < type.columns; ++j) add(first + j);
        rows.push_back("{{" + joined(parts) + "}}");
      }
      return name(type) + "{{" + joined(rows) + "}}";
    }
    case Type::Kind::Struct:
      for (const Member& member : model_.structures[type.structure].members) {
        parts.push_back(result(member.type, from, first));
        first += model_.count(member.type);
      }
      return name(type) + "{" + joined(parts) + "}";
  }
  TS_UNREACHABLE("kind of type");
}

}  // namespace tinsmith::bind
