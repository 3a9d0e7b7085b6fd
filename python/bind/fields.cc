// SPDX-License-Identifier: Apache-2.0
// A field's bytes lie at offset + Σ over axes of a function of that axis' index alone + the
// component's offset. So one table of byte offsets an axis serves every layout (nested denses, SOA,
// interleaved); a field whose cells follow one another in row-major order is one copy.
#include "bind/fields.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <cstring>

#include "bind/bind.h"
#include "bind/numbers.h"
#include "lower/lower.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {
namespace {

DType dtype_of(const py::handle& name) {
  const auto found = dtype_from_name(py::cast<std::string>(name));
  TS_CHECK(found.has_value(), "Python's types have the compiler's names");
  return *found;
}

lower::LayoutNode to_node(const py::tuple& spec) {
  lower::LayoutNode node;
  if (py::cast<std::string>(spec[0]) == "place") {
    node.place = py::cast<int32_t>(spec[1]);
    node.dtype = dtype_of(spec[2]);
    return node;
  }
  node.axes = py::cast<std::vector<uint32_t>>(spec[1]);
  node.extents = py::cast<std::vector<uint32_t>>(spec[2]);
  for (const py::handle& child : py::cast<py::list>(spec[3])) {
    node.children.push_back(to_node(py::cast<py::tuple>(child)));
  }
  return node;
}

bool same_terms(const std::vector<AddressTerm>& a, const std::vector<AddressTerm>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const AddressTerm& x, const AddressTerm& y) {
                      return x.axis == y.axis && x.divisor == y.divisor && x.extent == y.extent &&
                             x.stride == y.stride;
                    });
}

// Leaves that share their dense with leaves of this field alone, right under the root.
bool is_sole_tenant(const lower::LayoutNode& root, const std::vector<int32_t>& places) {
  for (const auto& child : root.children) {
    if (child.place >= 0 || child.children.size() != places.size()) continue;
    if (std::all_of(child.children.begin(), child.children.end(), [&](const auto& leaf) {
          return leaf.place >= 0 && std::count(places.begin(), places.end(), leaf.place) == 1;
        })) {
      return true;
    }
  }
  return false;
}

Program::Entry make_entry(const py::tuple& row, const lower::LayoutNode& root,
                          const lower::TreeLayout& layout, uint32_t tree) {
  Program::Entry entry;
  Field& field = entry.field;
  field.name = py::cast<std::string>(row[0]);
  field.dtype = dtype_of(row[1]);
  field.rows = py::cast<uint32_t>(row[2]);
  field.cols = py::cast<uint32_t>(row[3]);
  entry.element_dims = py::cast<uint32_t>(row[4]);
  field.is_matrix = entry.element_dims > 0;
  field.tree = tree;
  const auto places = py::cast<std::vector<int32_t>>(row[5]);
  entry.index_offset = py::cast<std::vector<int32_t>>(row[6]);
  const auto placement = [&](int32_t place) -> const lower::Placement& {
    return layout.placements.at(static_cast<size_t>(place));
  };
  const lower::Placement& first = placement(places.front());
  field.shape = first.shape;
  field.terms = first.terms;
  field.offset = first.offset;
  for (const int32_t place : places) field.offset = std::min(field.offset, placement(place).offset);
  for (const int32_t place : places) {
    if (!same_terms(placement(place).terms, field.terms)) {
      throw py::value_error(
          "the components of a matrix field are placed in cells of different "
          "size or shape; place them alike");
    }
    field.component_offsets.push_back(placement(place).offset - field.offset);
  }
  entry.offset_in_parent = first.offset_in_parent;
  entry.one_level = is_sole_tenant(root, places);
  return entry;
}

// Byte offsets of each axis' index values.
std::vector<std::vector<uint32_t>> axis_tables(const Field& field) {
  std::vector<std::vector<uint32_t>> tables;
  for (const uint32_t extent : field.shape) tables.emplace_back(extent, 0u);
  for (const AddressTerm& term : field.terms) {
    auto& table = tables.at(term.axis);
    for (uint32_t i = 0; i < table.size(); ++i) {
      table[i] += ((i / term.divisor) % term.extent) * term.stride;
    }
  }
  return tables;
}

// Calls `at(byte offset)` for each scalar in row-major order, components innermost.
template <class Visit>
void for_each_scalar(const Field& field, Visit at) {
  const auto tables = axis_tables(field);
  std::vector<uint32_t> index(tables.size(), 0);
  size_t cells = 1;
  for (const auto& table : tables) cells *= table.size();
  for (size_t cell = 0; cell < cells; ++cell) {
    uint32_t base = field.offset;
    for (size_t axis = 0; axis < tables.size(); ++axis) base += tables[axis][index[axis]];
    for (const uint32_t component : field.component_offsets) at(base + component);
    for (size_t axis = tables.size(); axis-- > 0;) {
      if (++index[axis] < tables[axis].size()) break;
      index[axis] = 0;
    }
  }
}

const Program::Extent& extent_of(Program::Entry& entry) {
  if (entry.extent) return *entry.extent;
  const uint32_t width = bytes(entry.field.dtype);
  Program::Extent extent{UINT32_MAX, 0, true};
  for_each_scalar(entry.field, [&](uint32_t at) {
    if (extent.end != 0 && at != extent.end) extent.contiguous = false;
    extent.begin = std::min(extent.begin, at);
    extent.end = std::max(extent.end, at + width);
  });
  return entry.extent.emplace(extent);
}

uint32_t element_address(const Program::Entry& entry, const py::tuple& indices) {
  const Field& field = entry.field;
  uint32_t address = field.offset;
  std::vector<int64_t> index(field.shape.size());
  for (size_t axis = 0; axis < index.size(); ++axis) {
    index[axis] = py::cast<int64_t>(py::handle(indices[axis]));
    if (!entry.index_offset.empty()) index[axis] -= entry.index_offset[axis];
    if (index[axis] < 0 || index[axis] >= field.shape[axis]) {
      throw py::index_error("index " +
                            std::to_string(py::cast<int64_t>(py::handle(indices[axis]))) +
                            " of axis " + std::to_string(axis) + " is outside the field");
    }
  }
  for (const AddressTerm& term : field.terms) {
    address += static_cast<uint32_t>(index[term.axis]) / term.divisor % term.extent * term.stride;
  }
  return address;
}

// u1 takes four bytes in a field and one in NumPy.
void copy_scalar(DType dtype, std::byte* to, const std::byte* from, bool to_field) {
  if (dtype != DType::U1) {
    std::memcpy(to, from, bytes(dtype));
  } else if (to_field) {
    const int32_t word = from[0] != std::byte{0} ? 1 : 0;
    std::memcpy(to, &word, 4);
  } else {
    int32_t word = 0;
    std::memcpy(&word, from, 4);
    to[0] = word != 0 ? std::byte{1} : std::byte{0};
  }
}

std::span<std::byte> bytes_of(py::array& array) {
  return {static_cast<std::byte*>(array.mutable_data()), static_cast<size_t>(array.nbytes())};
}

}  // namespace

std::vector<int> add_tree(Program& program, const py::tuple& spec, const py::list& fields) {
  const lower::LayoutNode root = to_node(spec);
  const lower::TreeLayout layout = value(lower::lay_out(root));
  const uint32_t tree = program.add_tree(layout.bytes);
  std::vector<int> handles;
  for (const py::handle& row : fields) {
    handles.push_back(program.add_entry(make_entry(py::cast<py::tuple>(row), root, layout, tree)));
  }
  return handles;
}

int component_field(Program& program, int handle, uint32_t component) {
  const Program::Entry& matrix = program.entry(handle);
  Program::Entry entry = matrix;
  entry.extent.reset();
  entry.field.rows = entry.field.cols = 1;
  entry.field.is_matrix = false;
  entry.field.offset += matrix.field.component_offsets.at(component);
  entry.field.component_offsets = {0};
  entry.element_dims = 0;
  entry.one_level = false;
  const int grad = entry.grad;
  entry.grad = grad < 0 ? -1 : component_field(program, grad, component);
  return program.add_entry(std::move(entry));
}

py::list read_element(Program& program, int handle, const py::tuple& indices) {
  const Program::Entry& entry = program.entry(handle);
  const Field& field = entry.field;
  const uint32_t address = element_address(entry, indices);
  const auto root = value(program.root(field.tree));
  const uint32_t width = bytes(field.dtype);
  const auto& offsets = field.component_offsets;
  const auto [first, last] = std::minmax_element(offsets.begin(), offsets.end());
  py::list values(offsets.size());
  // Components side by side, as nearly always, are one read.
  const bool together = *last - *first + width == offsets.size() * width;
  std::vector<std::byte> image(together ? offsets.size() * width : width);
  if (together) check(root->read(address + *first, image));
  for (size_t c = 0; c < offsets.size(); ++c) {
    if (!together) check(root->read(address + offsets[c], image));
    values[c] = decode(field.dtype, together ? &image[offsets[c] - *first] : image.data());
  }
  return values;
}

void write_element(Program& program, int handle, const py::tuple& indices,
                   const py::sequence& values) {
  const Program::Entry& entry = program.entry(handle);
  const Field& field = entry.field;
  const uint32_t address = element_address(entry, indices);
  const auto root = value(program.root(field.tree));
  std::byte word[8];
  for (size_t c = 0; c < field.component_offsets.size(); ++c) {
    const py::object number = values[c];
    if (!encode(number.ptr(), field.dtype, RealToInteger::Truncate, word)) {
      throw py::type_error("a number is needed to set an element of a field");
    }
    check(root->write(address + field.component_offsets[c], {word, bytes(field.dtype)}));
  }
}

void read_field(Program& program, int handle, py::array array) {
  Program::Entry& entry = program.entry(handle);
  const Field& field = entry.field;
  const Program::Extent extent = extent_of(entry);
  const auto root = value(program.root(field.tree));
  const std::span<std::byte> into = bytes_of(array);
  if (extent.contiguous && field.dtype != DType::U1) {
    check(root->read(extent.begin, into));
    return;
  }
  std::vector<std::byte> image(extent.end - extent.begin);
  check(root->read(extent.begin, image));
  size_t at = 0;
  for_each_scalar(field, [&](uint32_t address) {
    copy_scalar(field.dtype, &into[at], &image[address - extent.begin], false);
    at += static_cast<size_t>(array.itemsize());
  });
}

void write_field(Program& program, int handle, const py::array& array) {
  Program::Entry& entry = program.entry(handle);
  const Field& field = entry.field;
  const Program::Extent extent = extent_of(entry);
  const auto root = value(program.root(field.tree));
  const std::span from{static_cast<const std::byte*>(array.data()),
                       static_cast<size_t>(array.nbytes())};
  if (extent.contiguous && field.dtype != DType::U1) {
    check(root->write(extent.begin, from));
    return;
  }
  std::vector<std::byte> image(extent.end - extent.begin);
  if (!extent.contiguous) check(root->read(extent.begin, image));
  size_t at = 0;
  for_each_scalar(field, [&](uint32_t address) {
    copy_scalar(field.dtype, &image[address - extent.begin], &from[at], true);
    at += static_cast<size_t>(array.itemsize());
  });
  check(root->write(extent.begin, image));
}

}  // namespace tinsmith::python
