// SPDX-License-Identifier: Apache-2.0
// ti.ndarray on the C++ side: a runtime array whose memory is made when it is first needed.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "bind/program.h"

namespace tinsmith::python {

class NdArray {
 public:
  NdArray(std::shared_ptr<Program> program, const std::string& dtype, std::vector<uint32_t> shape,
          std::vector<uint32_t> element_shape);

  // With memory, and its gradient's.
  const runtime::Array& array();
  void set_gradient(std::shared_ptr<NdArray> gradient) { gradient_ = std::move(gradient); }

  // `indices` may name a cell, or a cell and a component of it.
  pybind11::list read_element(const pybind11::tuple& indices);
  void write_element(const pybind11::tuple& indices, const pybind11::sequence& values);
  void read(pybind11::array into);
  void write(const pybind11::array& from);

 private:
  size_t scalars() const;
  size_t components() const;
  size_t first_scalar(const pybind11::tuple& indices) const;
  runtime::Buffer& buffer();

  std::shared_ptr<Program> program_;
  runtime::Array array_;
  std::shared_ptr<NdArray> gradient_;
};

// Bytes of an array in device memory, from and to NumPy's form (they differ for bool alone).
std::vector<std::byte> widen_bools(const std::byte* from, size_t count);
void narrow_bools(const std::vector<std::byte>& from, std::byte* to);

void bind_arrays(pybind11::module_& m);

}  // namespace tinsmith::python
