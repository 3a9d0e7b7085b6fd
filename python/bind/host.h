// SPDX-License-Identifier: Apache-2.0
// frontend::Host over CPython: objects by id, questions answered through taichi.lang.bridge.
#pragma once
#include <pybind11/pybind11.h>

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bind/program.h"
#include "frontend/host.h"

namespace tinsmith::python {

class Host : public frontend::Host {
 public:
  explicit Host(Program& program);

  // What the frontend is to think of an object.
  frontend::Entity describe(pybind11::handle object);
  frontend::ObjectId keep(pybind11::handle object);

  Result<const frontend::FunctionAst*> ast(frontend::ObjectId source) override;
  std::optional<frontend::Entity> captured(frontend::ObjectId source,
                                           std::string_view name) override;
  std::vector<std::string> captured_names(frontend::ObjectId source) override;
  std::optional<frontend::ObjectId> matrix_method(std::string_view name) override;
  std::vector<std::string> matrix_methods() override;
  std::vector<std::string> attribute_names(const frontend::Entity& object) override;
  Result<frontend::Entity> attribute(const frontend::Entity& object,
                                     std::string_view name) override;
  Result<frontend::Entity> call(
      const frontend::Entity& function, std::span<const frontend::Entity> args,
      std::span<const std::pair<std::string, frontend::Entity>> keywords) override;
  Result<frontend::Entity> subscript(const frontend::Entity& object,
                                     const frontend::Entity& index) override;
  Result<std::vector<frontend::Entity>> iterate(const frontend::Entity& object) override;
  Result<frontend::Entity> binary(frontend::Operator op, const frontend::Entity& a,
                                  const frontend::Entity& b) override;
  Result<frontend::Entity> unary(frontend::Operator op, const frontend::Entity& a) override;
  Result<bool> truth(const frontend::Entity& object) override;
  Result<std::string> format(const frontend::Entity& value, std::string_view spec) override;
  std::string type_name(const frontend::Entity& object) override;
  void show(std::string_view line) override;
  const Field& field(int handle) override { return program_.field(handle); }
  std::vector<int32_t> field_offset(int handle) override { return program_.field_offset(handle); }
  int field_grad(int handle) override { return program_.field_grad(handle); }

 private:
  // The Python object of something that exists at compile time.
  pybind11::object object(const frontend::Entity& e);
  frontend::Entity from_answer(pybind11::tuple answer, frontend::ObjectId origin);
  pybind11::object lookup(pybind11::handle source, std::string_view name);

  Program& program_;
  pybind11::module_ bridge_;
  std::vector<pybind11::object> objects_;
  std::unordered_map<PyObject*, frontend::ObjectId> ids_;
  std::map<std::pair<frontend::ObjectId, std::string>, frontend::Entity>
      modules_;  // attributes of modules
  std::map<std::pair<frontend::ObjectId, std::string>, std::optional<frontend::Entity>> names_;
  std::map<std::string, std::optional<frontend::ObjectId>, std::less<>> methods_;
  std::vector<std::shared_ptr<const frontend::FunctionAst>> asts_;
};

}  // namespace tinsmith::python
