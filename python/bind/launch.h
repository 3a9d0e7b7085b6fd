// SPDX-License-Identifier: Apache-2.0
// One compiled kernel, ready to be called from Python: the arguments are written into its block by
// a plan made once, and the launch is recorded without waiting.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "bind/compiled.h"
#include "bind/program.h"

namespace tinsmith::python {

class Launch {
 public:
  // `positions[i]` is where the kernel's argument i stands among `arity` Python parameters,
  // `type_names[i]` what to call its type in an error.
  Launch(std::shared_ptr<Program> program, std::shared_ptr<CompiledKernel> kernel,
         std::vector<size_t> positions, size_t arity, std::vector<std::string> type_names);

  // None, or the list of returned numbers, flattened.
  pybind11::object call(const pybind11::tuple& args);

 private:
  // A number of the block: component `component` of Python argument `position`, or the argument
  // itself.
  struct Scalar {
    size_t position;
    uint32_t offset;
    DType dtype;
    int32_t component;  // -1: a scalar argument
  };
  struct ArrayArg {
    size_t position, arg;
    DType dtype;
    uint32_t element_dims;
    uint32_t access;
    std::shared_ptr<runtime::Buffer> staging;  // for NumPy arrays, kept from call to call
    runtime::Array array;
  };
  struct CopyBack {
    size_t arg;
    pybind11::array array;
  };

  void plan();
  void open();
  void fill_block(PyObject* args);
  void put_numpy(ArrayArg& plan, const pybind11::object& object, std::vector<CopyBack>& back);
  void copy_back(const CopyBack& back);
  [[noreturn]] void bad_argument(const char* kind, size_t position) const;

  std::shared_ptr<Program> program_;
  std::shared_ptr<CompiledKernel> kernel_;
  std::vector<size_t> positions_;
  size_t arity_;
  std::vector<std::string> type_names_;
  std::vector<Scalar> scalars_;
  std::vector<ArrayArg> arrays_;
  std::vector<std::byte> block_;
  std::vector<const runtime::Array*> array_pointers_;
  std::shared_ptr<runtime::Kernel> launchable_;
  bool returns_ = false;
};

}  // namespace tinsmith::python
