// SPDX-License-Identifier: Apache-2.0
// Types of the model as C++ types, and values of them to and from what tinsmith.hpp takes.
#pragma once
#include <string>
#include <vector>

#include "bind/model.h"
#include "bind/names.h"

namespace tinsmith::bind {

class CppTypes {
 public:
  // Names the structs of the model in `scope`, the members of the struct that is generated.
  CppTypes(const Model& model, Scope& scope);

  // "float", "std::array<float, 3>", "std::array<std::array<float, 3>, 2>", "ray"
  std::string name(const Type& type) const;
  // Of a parameter: numbers by value, the rest by reference.
  std::string parameter(const Parameter& parameter) const;
  // Of the numbers of fields and arrays: f16 is tinsmith::Half and u1 is int32_t there.
  static std::string element(DType dtype);
  const std::string& structure(size_t index) const { return structures_[index]; }
  const std::vector<std::string>& members(size_t index) const { return members_[index]; }

  // What tinsmith.hpp takes for the value that `expression` names.
  std::string argument(const Type& type, const std::string& expression) const;
  // The value that begins at `from`[first], in a list of tin_value.
  std::string result(const Type& type, const std::string& from, size_t first) const;

 private:
  void collect(const Type& type, const std::string& expression, const std::string& as,
               std::vector<std::string>& numbers) const;

  const Model& model_;
  std::vector<std::string> structures_;
  std::vector<std::vector<std::string>> members_;
};

}  // namespace tinsmith::bind
