// SPDX-License-Identifier: Apache-2.0
// What there is to bind, without a word of any language: the package's kernels with their gradients
// beside them, and the types of all that goes in and out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "package/package.h"
#include "support/result.h"

namespace tinsmith::bind {

// Something by value.
struct Type {
  enum class Kind : uint8_t { Number, Vector, Matrix, Struct };
  Kind kind = Kind::Number;
  DType dtype = DType::F32;        // not of a struct
  uint32_t rows = 1, columns = 1;  // of a vector: `rows` numbers
  size_t structure = 0;            // of a struct: its place in Model::structures

  size_t count() const { return size_t{rows} * columns; }  // not of a struct
  friend bool operator==(const Type&, const Type&) = default;
};

struct Member {
  std::string name;
  Type type;
  friend bool operator==(const Member&, const Member&) = default;
};
// Taichi's struct types have no names in packages; two with the same members are one here.
struct Structure {
  std::string hint;  // what it was first met as: "ray", or "trace result"
  std::vector<Member> members;
};

struct Parameter {
  std::string name = {};
  Type type = {};  // of an array: of its cells
  bool is_array = false;
  uint32_t axes = 0;                     // of an array
  uint32_t access = package::kNoAccess;  // of an array: package::ArrayAccess
  bool needs_gradient = false;           // the kernel uses the array's gradient
};

struct Kernel {
  std::string name, doc;
  std::vector<Parameter> parameters;
  std::vector<Type> results;
  std::optional<size_t> gradient;  // place of its adjoint in Model::kernels
  bool is_gradient = false;        // it is there as the gradient of another
};

struct Field {
  std::string name;
  Type type;
  std::vector<uint32_t> shape;
};

struct Graph {
  std::string name;
  std::vector<Parameter> parameters;  // what its dispatches ask for, each name once
};

struct Model {
  std::vector<Structure> structures;  // those within others first
  std::vector<Field> fields;
  std::vector<Kernel> kernels;
  std::vector<Graph> graphs;

  size_t count(const Type& type) const;  // numbers that it is made of
  bool any_real(const Type& type) const;
};

Result<Model> describe(const package::Package& package);

// "128, 784"
std::string comma_separated(const std::vector<uint32_t>& numbers);
// "f32", "vector of 3 f32", "2 x 3 matrix of f32, row by row"; of a struct "struct".
std::string words(const Type& type);
// "array of f32, 2 axes, read"
std::string words(const Parameter& parameter);
// "`w1`: f32, shape (128, 784)."
std::string words(const Field& field);
// The docstring, or what can be said without one.
std::string about(const Kernel& kernel);
std::string about_gradient(const Kernel& kernel, const Kernel& adjoint);

}  // namespace tinsmith::bind
