// SPDX-License-Identifier: Apache-2.0
// Types of the model as Swift types, and values of them to and from what the Swift API takes.
#pragma once
#include <string>
#include <vector>

#include "bind/model.h"
#include "bind/names.h"

namespace tinsmith::bind {

class SwiftTypes {
 public:
  // Names the structs of the model in `scope`, the members of the struct that is generated.
  SwiftTypes(const Model& model, Scope& scope);

  // "Float", "SIMD3<Float>", "[Float]", "Ray"
  std::string name(const Type& type) const;
  // Of the numbers of fields and buffers: f16 is Float16 and u1 is Int32 there.
  static std::string element(DType dtype);
  const std::string& structure(size_t index) const { return structures_[index]; }
  const std::vector<std::string>& members(size_t index) const { return members_[index]; }

  // An Argument for the value that `expression` names.
  std::string argument(const Type& type, const std::string& expression) const;
  // The value that begins at results[first].
  std::string result(const Type& type, size_t first) const;
  // Whether it is a Swift array, whose length nothing but a check knows.
  static bool is_list(const Type& type);

 private:
  // The numbers as expressions of Double or Int64, and lists of them.
  struct Pieces;
  void collect(const Type& type, const std::string& expression, bool real, Pieces& pieces) const;

  const Model& model_;
  std::vector<std::string> structures_;
  std::vector<std::vector<std::string>> members_;
};

}  // namespace tinsmith::bind
