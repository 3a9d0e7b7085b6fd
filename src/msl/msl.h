// SPDX-License-Identifier: Apache-2.0
// SPIR-V -> Metal text, by SPIRV-Cross, whose only includer this folder is. A function of the
// package alone: a package that genuine Taichi exported converts as ours does. What a Metal buffer
// index means is told in README.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metallib/target.h"
#include "package/package.h"
#include "support/result.h"

namespace tinsmith::msl {

// How buffers get their Metal indices.
enum class Numbering : uint8_t {
  Binding,    // index = SPIR-V binding
  Automatic,  // as SPIRV-Cross counts by itself, from 0 without gaps: what older apps hard-code
};

struct Options {
  metallib::Target target;
  Numbering numbering = Numbering::Binding;
};

struct BufferIndex {
  uint32_t binding = 0;
  std::optional<uint32_t> index;  // none where the task does not use the buffer
};

struct Source {
  std::string text;
  std::string entry;                 // name of the kernel function
  std::vector<BufferIndex> buffers;  // one for each of task.buffers, in its order
};

// The Metal text of one task. Fails, naming the task, where Metal has no counterpart.
Result<Source> convert(const package::Task& task, const Options& options);

}  // namespace tinsmith::msl
