// SPDX-License-Identifier: Apache-2.0
#include "bind/arrays.h"

#include <pybind11/stl.h>

#include <cstring>

#include "bind/bind.h"
#include "bind/numbers.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {

std::vector<std::byte> widen_bools(const std::byte* from, size_t count) {
  std::vector<std::byte> words(count * 4);
  for (size_t i = 0; i < count; ++i)
    words[i * 4] = from[i] != std::byte{0} ? std::byte{1} : from[i];
  return words;
}

void narrow_bools(const std::vector<std::byte>& from, std::byte* to) {
  for (size_t i = 0; i < from.size() / 4; ++i) {
    int32_t word = 0;
    std::memcpy(&word, &from[i * 4], 4);
    to[i] = word != 0 ? std::byte{1} : std::byte{0};
  }
}

NdArray::NdArray(std::shared_ptr<Program> program, const std::string& dtype,
                 std::vector<uint32_t> shape, std::vector<uint32_t> element_shape)
    : program_(std::move(program)) {
  const auto found = dtype_from_name(dtype);
  TS_CHECK(found.has_value(), "Python's types have the compiler's names");
  array_.dtype = *found;
  array_.shape = std::move(shape);
  array_.element_shape = std::move(element_shape);
}

size_t NdArray::components() const {
  size_t count = 1;
  for (const uint32_t n : array_.element_shape) count *= n;
  return count;
}

size_t NdArray::scalars() const {
  size_t count = components();
  for (const uint32_t n : array_.shape) count *= n;
  return count;
}

runtime::Buffer& NdArray::buffer() {
  if (!array_.data) array_.data = value(program_->new_buffer(scalars() * bytes(array_.dtype)));
  return *array_.data;
}

const runtime::Array& NdArray::array() {
  buffer();
  if (gradient_ && !array_.gradient) array_.gradient = gradient_->array().data;
  return array_;
}

size_t NdArray::first_scalar(const py::tuple& indices) const {
  size_t at = 0;
  const size_t rank = array_.shape.size();
  for (size_t axis = 0; axis < rank; ++axis) {
    const auto index = py::cast<int64_t>(py::handle(indices[axis]));
    if (index < 0 || index >= array_.shape[axis]) {
      throw py::index_error("index " + std::to_string(index) + " of axis " + std::to_string(axis) +
                            " is outside the ndarray");
    }
    at = at * array_.shape[axis] + static_cast<size_t>(index);
  }
  return at * components();
}

py::list NdArray::read_element(const py::tuple& indices) {
  const size_t first = first_scalar(indices);
  const uint32_t width = bytes(array_.dtype);
  py::list values(components());
  std::byte word[8];
  for (size_t c = 0; c < components(); ++c) {
    check(buffer().read((first + c) * width, {word, width}));
    values[c] = decode(array_.dtype, word);
  }
  return values;
}

void NdArray::write_element(const py::tuple& indices, const py::sequence& values) {
  const size_t first = first_scalar(indices);
  const uint32_t width = bytes(array_.dtype);
  std::byte word[8];
  for (size_t c = 0; c < components(); ++c) {
    const py::object number = values[c];
    if (!encode(number.ptr(), array_.dtype, RealToInteger::Truncate, word)) {
      throw py::type_error("a number is needed to set an element of an ndarray");
    }
    check(buffer().write((first + c) * width, {word, width}));
  }
}

void NdArray::read(py::array into) {
  auto* to = static_cast<std::byte*>(into.mutable_data());
  if (array_.dtype != DType::U1) {
    check(buffer().read(0, {to, static_cast<size_t>(into.nbytes())}));
    return;
  }
  std::vector<std::byte> words(scalars() * 4);
  check(buffer().read(0, words));
  narrow_bools(words, to);
}

void NdArray::write(const py::array& from) {
  const auto* data = static_cast<const std::byte*>(from.data());
  if (array_.dtype != DType::U1) {
    check(buffer().write(0, {data, static_cast<size_t>(from.nbytes())}));
    return;
  }
  check(buffer().write(0, widen_bools(data, scalars())));
}

void bind_arrays(py::module_& m) {
  py::class_<NdArray, std::shared_ptr<NdArray>>(m, "NdArray")
      .def(py::init<std::shared_ptr<Program>, const std::string&, std::vector<uint32_t>,
                    std::vector<uint32_t>>())
      .def("set_gradient", &NdArray::set_gradient)
      .def("read_element", &NdArray::read_element)
      .def("write_element", &NdArray::write_element)
      .def("read", &NdArray::read)
      .def("write", &NdArray::write);
}

}  // namespace tinsmith::python
