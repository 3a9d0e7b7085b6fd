// SPDX-License-Identifier: Apache-2.0
// What each kind of device provides besides Device and Buffer. Everything else (argument blocks,
// modules, graphs, messages) is common to all kinds and stands in this folder.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "runtime/runtime.h"

namespace tinsmith::runtime {

// The buffers that a launch may bind; a program takes those that its tasks' buffer_binds name. All
// checked by the caller.
struct LaunchBuffers {
  std::span<const std::shared_ptr<Buffer>> roots;  // by tree
  Buffer* temporaries = nullptr;
  Buffer* results = nullptr;             // null for a kernel without
  std::span<const Array* const> arrays;  // by argument, null where it is none
};

// A kernel made ready to run on a device.
class Program {
 public:
  virtual ~Program() = default;
  // Records all tasks, in order; `block` is the whole argument block and is copied.
  virtual Result<> launch(std::span<const std::byte> block, const LaunchBuffers& buffers) = 0;
};

}  // namespace tinsmith::runtime
