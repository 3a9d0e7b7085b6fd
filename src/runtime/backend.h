// SPDX-License-Identifier: Apache-2.0
// What each kind of device provides besides Device and Buffer. Everything else (argument blocks,
// modules, graphs, messages) is common to all kinds and stands in this folder.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "runtime/runtime.h"
#include "support/check.h"

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

// Which of a launch's buffers a task binds.
struct BufferSource {
  package::BufferType type = package::BufferType::Root;
  uint32_t index = 0;  // tree or argument
  bool gradient = false;
  friend bool operator==(const BufferSource&, const BufferSource&) = default;
};
BufferSource source_of(const package::BufferBinding& binding);

// null where the launch has none. Not for argument blocks.
inline Buffer* find_buffer(const LaunchBuffers& buffers, const BufferSource& source) {
  switch (source.type) {
    case package::BufferType::Root: return buffers.roots[source.index].get();
    case package::BufferType::GlobalTmps: return buffers.temporaries;
    case package::BufferType::Rets: return buffers.results;
    case package::BufferType::ExtArr: {
      const Array& array = *buffers.arrays[source.index];
      return source.gradient ? array.gradient.get() : array.data.get();
    }
    case package::BufferType::Args:
    case package::BufferType::ListGen:
    case package::BufferType::ArgPack: break;
  }
  TS_UNREACHABLE("refused when the program was made");
}

// What a task needs that no device of this runtime has; empty where there is nothing.
std::string unsupported(const package::Task& task);
// Whether groups and bindings are in the SPIR-V as the metadata says; a failure begins with
// `place`.
Result<> check_metadata(const package::Task& task, const package::SpirvFacts& facts,
                        const std::string& place);
// Whether [offset, offset + bytes) lies within a buffer of `size` bytes; `doing` is "reading".
Result<> check_range(const char* doing, size_t offset, size_t bytes, size_t size);

}  // namespace tinsmith::runtime
