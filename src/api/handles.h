// SPDX-License-Identifier: Apache-2.0
// What stands behind the handles of the C API.
#pragma once
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/include/tinsmith.h"
#include "api/infos.h"
#include "bundle/bundle.h"
#include "runtime/runtime.h"

namespace tinsmith::api {

// A package as it was opened; never changes.
struct OpenPackage {
  std::variant<package::Package, bundle::Variants> content;
  std::string fingerprint, targets;
  PackageInfos infos;

  // The kernels and fields; of a bundle those of its first variant, which are those of all.
  const package::Package& description() const;
};

// What became of a submission, for whoever asks.
struct EventState {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  tin_status status = TIN_OK;
  std::string message;
};

}  // namespace tinsmith::api

struct tin_package {
  std::shared_ptr<const tinsmith::api::OpenPackage> package;
};

struct tin_device {
  std::shared_ptr<tinsmith::runtime::Device> device;
  tin_device_info info;
};

struct tin_event {
  std::shared_ptr<tinsmith::api::EventState> state;
};

struct tin_kernel {
  std::shared_ptr<tinsmith::runtime::Device> device;
  std::shared_ptr<tinsmith::runtime::Kernel> kernel;
  const tin_kernel_info* info = nullptr;
  // Of the launch being recorded: kept, so that a launch takes no memory once it has run.
  std::vector<tinsmith::runtime::Argument> arguments;
};

struct tin_field {
  std::shared_ptr<tinsmith::runtime::Device> device;
  tinsmith::runtime::FieldView view;
  const tin_field_info* info = nullptr;
};

struct tin_graph {
  std::shared_ptr<tinsmith::runtime::Device> device;
  tinsmith::runtime::Module* module = nullptr;
  const tin_graph_info* info = nullptr;
  std::vector<tinsmith::runtime::Module::NamedArgument> arguments;  // as tin_kernel::arguments
};

struct tin_module {
  std::shared_ptr<const tinsmith::api::OpenPackage> package;
  std::shared_ptr<tinsmith::runtime::Device> device;
  std::shared_ptr<tinsmith::runtime::Module> module;
  std::vector<std::unique_ptr<tin_kernel>> kernels;
  std::vector<std::unique_ptr<tin_field>> fields;
  std::vector<std::unique_ptr<tin_graph>> graphs;
};

struct tin_array {
  std::shared_ptr<tinsmith::runtime::Device> device;
  tinsmith::runtime::Array array;
};
