// SPDX-License-Identifier: Apache-2.0
#include "runtime/block.h"

#include <cmath>
#include <cstring>

#include "runtime/describe.h"
#include "runtime/half.h"

namespace tinsmith::runtime {

namespace {

using package::BlockType;

constexpr uint64_t kMostLeaves = 1u << 16;

void add_leaves(const BlockType& type, uint32_t base, std::vector<Leaf>& leaves) {
  if (leaves.size() > kMostLeaves) return;  // refused by the caller
  switch (type.kind) {
    case BlockType::Kind::Primitive: leaves.push_back({base, type.dtype}); return;
    case BlockType::Kind::Pointer: return;
    case BlockType::Kind::Tensor: {
      uint64_t size = 1;
      for (const uint32_t extent : type.tensor_shape) size *= extent;
      if (type.members.empty()) return;
      const BlockType& element = type.members[0].type;
      for (uint64_t i = 0; i < size && leaves.size() <= kMostLeaves; ++i)
        add_leaves(element, base + static_cast<uint32_t>(i) * bytes(element.dtype), leaves);
      return;
    }
    case BlockType::Kind::Struct:
    case BlockType::Kind::ArgPack:
      for (const BlockType::Member& member : type.members)
        add_leaves(member.type, base + member.offset, leaves);
      return;
  }
}

Result<std::vector<Leaf>> flatten(const BlockType& type, uint32_t base, uint32_t block_bytes,
                                  const std::string& what) {
  std::vector<Leaf> leaves;
  add_leaves(type, base, leaves);
  if (leaves.size() > kMostLeaves) return Failure{what + " has more than 65536 numbers"};
  for (const Leaf& leaf : leaves)
    if (uint64_t{leaf.offset} + bytes(leaf.dtype) > block_bytes)
      return Failure{what + " has a number at byte " + std::to_string(leaf.offset) +
                     ", beyond the block's " + std::to_string(block_bytes) + " bytes"};
  return leaves;
}

Result<Parameter> lay_out_parameter(const package::Kernel& kernel, uint32_t index) {
  const package::Arg& arg = kernel.args[index];
  const std::string what =
      "kernel '" + kernel.name + "', argument " + std::to_string(index) + " '" + arg.name + "'";
  if (arg.kind == package::ArgKind::Texture || arg.kind == package::ArgKind::RwTexture)
    return Failure{what + " is a texture, which this runtime does not support"};
  if (arg.is_argpack)
    return Failure{what + " is an argument pack, which this runtime does not support"};
  if (index >= kernel.args_type.members.size())
    return Failure{what + " has no place in the argument block"};
  const BlockType::Member& member = kernel.args_type.members[index];
  Parameter parameter;
  parameter.arg = &arg;
  parameter.index = index;
  parameter.is_array = arg.is_array || arg.kind == package::ArgKind::Ndarray;
  if (!parameter.is_array) {
    TS_TRY_ASSIGN(leaves, flatten(member.type, member.offset, kernel.args_bytes, what));
    parameter.numbers = std::move(leaves);
  } else {
    if (member.type.members.empty())
      return Failure{what + " is an array without a shape in the argument block"};
    const BlockType::Member& shape = member.type.members[0];
    TS_TRY_ASSIGN(leaves,
                  flatten(shape.type, member.offset + shape.offset, kernel.args_bytes, what));
    // An array without axes still has one slot.
    if (leaves.size() < arg.field_dim || !arg.dtype)
      return Failure{what + " is an array with an incomplete description"};
    leaves.resize(arg.field_dim);
    for (const Leaf& leaf : leaves)
      if (leaf.dtype != DType::I32) return Failure{what + " is an array whose shape is not of i32"};
    parameter.numbers = std::move(leaves);
  }
  for (const Leaf& leaf : parameter.numbers)
    parameter.any_real = parameter.any_real || is_real(leaf.dtype);
  for (const package::Task& task : kernel.tasks)
    for (const package::BufferBinding& bound : task.buffers)
      if (bound.gradient && bound.type == package::BufferType::ExtArr && !bound.root_id.empty() &&
          bound.root_id[0] == static_cast<int32_t>(index))
        parameter.needs_gradient = true;
  return parameter;
}

template <class T>
void put(std::span<std::byte> block, uint32_t offset, T value) {
  std::memcpy(block.data() + offset, &value, sizeof value);
}

template <class T>
T take(std::span<const std::byte> block, uint32_t offset) {
  T value;
  std::memcpy(&value, block.data() + offset, sizeof value);
  return value;
}

// The low bytes of a two's complement number are the number in any narrower type that holds it.
void put_integer(std::span<std::byte> block, const Leaf& leaf, int64_t value) {
  switch (bytes(leaf.dtype)) {
    case 1: return put(block, leaf.offset, static_cast<uint8_t>(value));
    case 2: return put(block, leaf.offset, static_cast<uint16_t>(value));
    case 4: return put(block, leaf.offset, static_cast<uint32_t>(value));
    default: return put(block, leaf.offset, static_cast<uint64_t>(value));
  }
}

bool fits(DType dtype, int64_t value) {
  if (bits(dtype) == 64) return true;  // u64: the 64 bits, so that its upper half can be given too
  if (is_signed(dtype)) {
    const int64_t limit = int64_t{1} << (bits(dtype) - 1);
    return value >= -limit && value < limit;
  }
  return value >= 0 && value < (int64_t{1} << bits(dtype));
}

void put_real(std::span<std::byte> block, const Leaf& leaf, double value) {
  if (leaf.dtype == DType::F16) return put(block, leaf.offset, to_half(value));
  if (leaf.dtype == DType::F32) return put(block, leaf.offset, static_cast<float>(value));
  put(block, leaf.offset, value);
}

// False where the number does not fit the type.
bool put_number(std::span<std::byte> block, const Leaf& leaf, int64_t value) {
  if (leaf.dtype == DType::F32) {
    put(block, leaf.offset, static_cast<float>(value));  // not by way of double: one rounding
  } else if (is_real(leaf.dtype)) {
    put_real(block, leaf, static_cast<double>(value));
  } else if (leaf.dtype == DType::U1) {
    put_integer(block, leaf, value != 0 ? 1 : 0);
  } else {
    if (!fits(leaf.dtype, value)) return false;
    put_integer(block, leaf, value);
  }
  return true;
}

bool put_number(std::span<std::byte> block, const Leaf& leaf, double value) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (is_real(leaf.dtype)) {
    put_real(block, leaf, value);
    return true;
  }
  if (!(value >= -kTwoTo63 && value < kTwoTo63) || std::trunc(value) != value) return false;
  return put_number(block, leaf, static_cast<int64_t>(value));
}

template <class T>
Result<> put_numbers(const package::Kernel& kernel, const Parameter& parameter,
                     const std::vector<T>& numbers, std::span<std::byte> block) {
  for (size_t i = 0; i < numbers.size(); ++i) {
    const Leaf& leaf = parameter.numbers[i];
    if (put_number(block, leaf, numbers[i])) continue;
    std::string given;
    if constexpr (std::is_same_v<T, int64_t>) {
      given = std::to_string(numbers[i]);
    } else {
      given = describe_number(numbers[i]);
    }
    const std::string place = numbers.size() == 1 ? "" : " as number " + std::to_string(i);
    return argument_failure(kernel, parameter, std::string(name(leaf.dtype)) + place, given);
  }
  return Ok{};
}

Result<> check_array(const package::Kernel& kernel, const Parameter& parameter,
                     const Array& array) {
  const package::Arg& arg = *parameter.arg;
  if (array.dtype != *arg.dtype || array.shape.size() != arg.field_dim ||
      array.element_shape != arg.element_shape)
    return argument_failure(kernel, parameter, describe(parameter), describe(Argument::of(array)));
  uint64_t elements = 1;
  for (const auto* extents : {&array.shape, &array.element_shape})
    for (const uint32_t extent : *extents) {
      elements *= extent;
      // Kernels compute positions in i32; more elements would silently wrap.
      if (elements > INT32_MAX)
        return argument_failure(kernel, parameter, "fewer than 2^31 elements", "more");
    }
  const uint64_t size = elements * bytes(array.dtype);
  if (array.data == nullptr || array.data->size() < size)
    return argument_failure(
        kernel, parameter, "a buffer of at least " + std::to_string(size) + " bytes",
        array.data == nullptr ? "none" : std::to_string(array.data->size()) + " bytes");
  if (!parameter.needs_gradient) return Ok{};
  if (array.gradient == nullptr)
    return argument_failure(kernel, parameter, "an array with a gradient", "one without");
  if (array.gradient->size() < size)
    return argument_failure(kernel, parameter,
                            "a gradient of at least " + std::to_string(size) + " bytes",
                            std::to_string(array.gradient->size()) + " bytes");
  return Ok{};
}

}  // namespace

Result<BlockLayout> lay_out(const package::Kernel& kernel) {
  BlockLayout layout;
  layout.kernel = &kernel;
  for (uint32_t i = 0; i < kernel.args.size(); ++i) {
    TS_TRY_ASSIGN(parameter, lay_out_parameter(kernel, i));
    layout.parameters.push_back(std::move(parameter));
  }
  TS_TRY_ASSIGN(returns, flatten(kernel.rets_type, 0, kernel.rets_bytes,
                                 "kernel '" + kernel.name + "', its result"));
  layout.returns = std::move(returns);
  return layout;
}

Result<> pack(const BlockLayout& layout, std::span<const Argument> arguments,
              std::span<std::byte> block, std::span<const Array*> arrays) {
  const package::Kernel& kernel = *layout.kernel;
  if (arguments.size() != layout.parameters.size())
    return Failure{"kernel '" + kernel.name + "': expected " +
                   std::to_string(layout.parameters.size()) + " arguments, given " +
                   std::to_string(arguments.size())};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = layout.parameters[i];
    const Argument& argument = arguments[i];
    arrays[i] = argument.array;
    if (parameter.is_array != (argument.array != nullptr))
      return argument_failure(kernel, parameter, describe(parameter), describe(argument));
    if (parameter.is_array) continue;
    const size_t given = argument.is_real ? argument.reals.size() : argument.integers.size();
    // Reals for a parameter of integers alone are a mistake; in a struct of both kinds whole
    // numbers pass.
    if (given != parameter.numbers.size() || (argument.is_real && !parameter.any_real))
      return argument_failure(kernel, parameter, describe(parameter), describe(argument));
    TS_TRY(argument.is_real ? put_numbers(kernel, parameter, argument.reals, block)
                            : put_numbers(kernel, parameter, argument.integers, block));
  }
  return Ok{};
}

Result<> pack_shapes(const BlockLayout& layout, std::span<const Array* const> arrays,
                     std::span<std::byte> block) {
  const package::Kernel& kernel = *layout.kernel;
  if (arrays.size() != layout.parameters.size())
    return Failure{"kernel '" + kernel.name + "': expected " +
                   std::to_string(layout.parameters.size()) + " arguments, given " +
                   std::to_string(arrays.size())};
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Parameter& parameter = layout.parameters[i];
    if (parameter.is_array != (arrays[i] != nullptr))
      return argument_failure(
          kernel, parameter, describe(parameter),
          arrays[i] != nullptr ? describe(Argument::of(*arrays[i])) : "no array");
    if (arrays[i] == nullptr) continue;
    TS_TRY(check_array(kernel, parameter, *arrays[i]));
    for (size_t axis = 0; axis < parameter.numbers.size(); ++axis)
      put(block, parameter.numbers[axis].offset, static_cast<int32_t>(arrays[i]->shape[axis]));
  }
  return Ok{};
}

ReturnValue read_number(const Leaf& leaf, std::span<const std::byte> block) {
  ReturnValue value{.dtype = leaf.dtype};
  const uint32_t at = leaf.offset;
  switch (leaf.dtype) {
    case DType::F16: value.real = from_half(take<uint16_t>(block, at)); return value;
    case DType::F32: value.real = static_cast<double>(take<float>(block, at)); return value;
    case DType::F64: value.real = take<double>(block, at); return value;
    case DType::I8: value.integer = take<int8_t>(block, at); break;
    case DType::I16: value.integer = take<int16_t>(block, at); break;
    case DType::I32: value.integer = take<int32_t>(block, at); break;
    case DType::I64: value.integer = take<int64_t>(block, at); break;
    case DType::U1: value.integer = take<uint32_t>(block, at) != 0 ? 1 : 0; break;
    case DType::U8: value.integer = take<uint8_t>(block, at); break;
    case DType::U16: value.integer = take<uint16_t>(block, at); break;
    case DType::U32: value.integer = take<uint32_t>(block, at); break;
    case DType::U64: value.integer = static_cast<int64_t>(take<uint64_t>(block, at)); break;
  }
  value.real = static_cast<double>(value.integer);
  return value;
}

}  // namespace tinsmith::runtime
