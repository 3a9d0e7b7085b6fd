// SPDX-License-Identifier: Apache-2.0
#include "bind/program.h"

#include <utility>

#include "devices/devices.h"
#include "support/check.h"

namespace tinsmith::python {

namespace {

// A name as the IR's text can hold it.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    plain += fits ? c : '_';
  }
  if (plain.empty()) return "field";
  return plain.front() >= '0' && plain.front() <= '9' ? "_" + plain : plain;
}

}  // namespace

void Program::name_field(int handle, const std::string& name) {
  Field& field = entry(handle).field;
  names_.erase(field.name);
  const std::string plain = plain_name(name);
  field.name = plain;
  for (int copy = 2; !names_.insert(field.name).second; ++copy) {
    field.name = plain + "_" + std::to_string(copy);
  }
}

int Program::add_entry(Entry entry) {
  const std::string name = std::exchange(entry.field.name, "");
  entries_.push_back(std::move(entry));
  const int handle = static_cast<int>(entries_.size()) - 1;
  name_field(handle, name);
  return handle;
}

uint32_t Program::add_tree(uint32_t bytes) {
  tree_bytes_.push_back(bytes);
  return static_cast<uint32_t>(tree_bytes_.size()) - 1;
}

Result<runtime::Module*> Program::module() {
  if (closed_) return Failure{"the program ended with the last ti.init or ti.reset"};
  if (!module_) {
    TS_TRY_ASSIGN(device, devices::open(options_));
    TS_TRY_ASSIGN(module, runtime::Module::empty(device));
    if (seed_ != 0) TS_TRY(module->seed(seed_));
    device_ = device;
    module_ = module;
  }
  for (; trees_on_device_ < tree_bytes_.size(); ++trees_on_device_) {
    TS_TRY_ASSIGN(index, module_->add_tree(tree_bytes_[trees_on_device_]));
    TS_CHECK(index == trees_on_device_, "trees are numbered alike in program and module");
  }
  return module_.get();
}

Result<std::shared_ptr<runtime::Buffer>> Program::root(uint32_t tree) {
  TS_TRY_ASSIGN(opened_module, module());
  return opened_module->root(tree);
}

Result<std::shared_ptr<runtime::Buffer>> Program::new_buffer(size_t bytes) {
  TS_TRY(module());
  return device_->new_buffer(bytes);
}

Result<> Program::wait() {
  if (!device_) return Ok{};
  return device_->wait();
}

void Program::close() {
  closed_ = true;
  module_.reset();
  device_.reset();
}

}  // namespace tinsmith::python
