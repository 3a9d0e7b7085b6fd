// SPDX-License-Identifier: Apache-2.0
// Argument and return blocks: where each number lies, and numbers into bytes and back. The offsets
// are those that the package states; nothing is assumed of them, and all are checked against the
// size of the block once, when a kernel is added.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "runtime/runtime.h"

namespace tinsmith::runtime {

// A number in a block.
struct Leaf {
  uint32_t offset = 0;
  DType dtype = DType::I32;
};

// What a top-level argument takes up in the block.
struct Parameter {
  const package::Arg* arg = nullptr;  // of the kernel that the layout was made of
  uint32_t index = 0;
  std::vector<Leaf> numbers;  // of an array: its shape
  bool is_array = false;
  bool any_real = false;        // one of the numbers is
  bool needs_gradient = false;  // a task binds the gradient of this array
};

// How the blocks of a kernel are laid out. `kernel` must outlive it.
struct BlockLayout {
  const package::Kernel* kernel = nullptr;
  std::vector<Parameter> parameters;
  std::vector<Leaf> returns;
};
Result<BlockLayout> lay_out(const package::Kernel& kernel);

// Writes the numbers of `arguments` into `block` and lists the arrays, one (or null) for each
// argument.
Result<> pack(const BlockLayout& layout, std::span<const Argument> arguments,
              std::span<std::byte> block, std::span<const Array*> arrays);

// Checks the arrays against what the kernel takes and writes their shapes into `block`.
Result<> pack_shapes(const BlockLayout& layout, std::span<const Array* const> arrays,
                     std::span<std::byte> block);

ReturnValue read_number(const Leaf& leaf, std::span<const std::byte> block);

}  // namespace tinsmith::runtime
