// SPDX-License-Identifier: Apache-2.0
// The C++ side of one ti.init: fields and their layout, the device (opened when memory or a launch
// is first needed, so that a script which only exports never opens one), and what the compiler may
// ask about fields.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ir/ir.h"
#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::python {

class Program {
 public:
  explicit Program(runtime::DeviceOptions options) : options_(std::move(options)) {}

  // --- For the frontend. `handle` is what bridge.describe gives for a placed field.
  const Field& field(int handle) const { return entries_.at(static_cast<size_t>(handle)).field; }
  // The `offset=` of a field; empty where it has none.
  std::vector<int32_t> field_offset(int handle) const {
    return entries_.at(static_cast<size_t>(handle)).index_offset;
  }
  // The handle of its adjoint, or -1.
  int field_grad(int handle) const { return entries_.at(static_cast<size_t>(handle)).grad; }

  // --- Fields. What export and host access need beyond the IR's Field.
  struct Extent {
    uint32_t begin = 0, end = 0;  // bytes of the root buffer
    bool contiguous = true;       // its scalars, in row-major order, follow one another
  };
  struct Entry {
    Field field;
    std::vector<int32_t> index_offset;
    int grad = -1;
    uint32_t element_dims = 0;
    uint32_t offset_in_parent = 0;
    std::optional<Extent> extent;  // worked out by the first transfer of the whole field
    bool one_level =
        false;  // the sole tenant of one dense under the root: packages can describe it
  };
  Entry& entry(int handle) { return entries_.at(static_cast<size_t>(handle)); }
  int add_entry(Entry entry);
  void name_field(int handle, const std::string& name);
  void set_grad(int handle, int grad) { entries_.at(static_cast<size_t>(handle)).grad = grad; }
  uint32_t add_tree(uint32_t bytes);  // its index
  uint32_t tree_bytes(uint32_t tree) const { return tree_bytes_.at(tree); }
  size_t tree_count() const { return tree_bytes_.size(); }

  // --- The device.
  Result<runtime::Module*> module();
  Result<std::shared_ptr<runtime::Buffer>> root(uint32_t tree);
  Result<std::shared_ptr<runtime::Buffer>> new_buffer(size_t bytes);
  Result<> wait();
  bool opened() const { return device_ != nullptr; }
  const std::shared_ptr<runtime::Device>& device() const { return device_; }
  void set_seed(uint32_t seed) { seed_ = seed; }
  void close();

 private:
  runtime::DeviceOptions options_;
  bool closed_ = false;
  uint32_t seed_ = 0;
  std::deque<Entry> entries_;    // a deque: the compiler holds references while more are added
  std::set<std::string> names_;  // of fields, for the IR's text
  std::vector<uint32_t> tree_bytes_;
  std::shared_ptr<runtime::Device> device_;
  std::shared_ptr<runtime::Module> module_;
  uint32_t trees_on_device_ = 0;
};

}  // namespace tinsmith::python
