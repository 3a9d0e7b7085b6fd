// SPDX-License-Identifier: Apache-2.0
// The compile-time questions that only the script's interpreter can answer. The frontend knows no
// Python: it asks through this interface, and the Python extension (python/bind/host.cc) implements
// it.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/ast.h"
#include "frontend/entity.h"
#include "support/result.h"

namespace tinsmith::frontend {

class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  // The syntax tree of a function source; it outlives the compilation. Fails with why there is
  // none.
  virtual Result<const FunctionAst*> ast(ObjectId source) = 0;
  // A name that is not local to `source`: closure, globals, builtins. None if there is no such
  // name.
  virtual std::optional<Entity> captured(ObjectId source, std::string_view name) = 0;
  // Every name that `captured` would find, for "did you mean".
  virtual std::vector<std::string> captured_names(ObjectId source) = 0;
  // The function that implements a method of run-time matrices, or none.
  virtual std::optional<ObjectId> matrix_method(std::string_view name) = 0;
  virtual std::vector<std::string> matrix_methods() = 0;  // the names of all, for "did you mean"

  // Operations on objects of the script. Operands must exist at compile time. A failure is the
  // exception's text.
  virtual Result<Entity> attribute(const Entity& object, std::string_view name) = 0;
  virtual std::vector<std::string> attribute_names(const Entity& object) = 0;  // for "did you mean"
  virtual Result<Entity> call(const Entity& function, std::span<const Entity> args,
                              std::span<const std::pair<std::string, Entity>> keywords) = 0;
  virtual Result<Entity> subscript(const Entity& object, const Entity& index) = 0;
  virtual Result<std::vector<Entity>> iterate(const Entity& object) = 0;
  virtual Result<Entity> binary(Operator op, const Entity& a, const Entity& b) = 0;
  virtual Result<Entity> unary(Operator op, const Entity& a) = 0;
  virtual Result<bool> truth(const Entity& object) = 0;
  // Python's format(value, spec).
  virtual Result<std::string> format(const Entity& value, std::string_view spec) = 0;
  virtual std::string type_name(const Entity& object) = 0;
  virtual void show(std::string_view line) = 0;  // ti.static_print

  // Fields of the program, by handle.
  virtual const Field& field(int handle) = 0;
  virtual std::vector<int32_t> field_offset(int handle) = 0;  // `offset=`; empty: none
  virtual int field_grad(int handle) = 0;                     // -1: none
};

}  // namespace tinsmith::frontend
