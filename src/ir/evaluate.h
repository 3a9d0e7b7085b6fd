// SPDX-License-Identifier: Apache-2.0
// The reference interpreter: the meaning of the IR in executable form, one operation after the
// other on host memory. It is the oracle for passes, gradients and back ends, and it stops rather
// than reads or writes out of bounds.
//
// Parallel loops and range tasks run in ascending order, the first dimension outermost. A local is
// zero until stored. Random numbers are those of Taichi's GPU runtime as if every iteration had a
// thread of its own: xorshift128 seeded by the iteration's flat number (0 outside of parallel
// loops) and the seed word at byte 4096 of the temporaries, which grows by one after each task (at
// Stage::Source: parallel loop, or rest of the body) that drew.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "ir/ir.h"
#include "support/result.h"

namespace tinsmith {

// What lives from launch to launch. Trees grow to the size that their fields need by themselves,
// zeroed.
struct Memory {
  std::map<uint32_t, std::vector<std::byte>> trees;  // root buffers by Field::tree
  std::vector<std::byte> temps = std::vector<std::byte>(1 << 20);
};

// One for each parameter of the kernel.
struct Argument {
  std::vector<uint64_t> components;  // scalar, matrix: bits as const_bits gives them
  std::vector<uint32_t> shape;       // array: extents of its axes, the element's not counted
  std::vector<std::byte> data, grad;
};

Argument scalar_argument(DType type, double value);
Argument array_argument(const Param& param,
                        std::vector<uint32_t> shape);  // zeros; with a gradient if it needs one

struct Limits {
  uint64_t steps = 200'000'000;  // operations executed
};

// Runs one kernel; the components of its result, as bits. Fails on what a device would not survive:
// an index out of bounds, too many steps, arguments that do not fit.
Result<std::vector<uint64_t>> evaluate(const Module& module, const Function& fn, Memory& memory,
                                       std::span<Argument> arguments, const Limits& limits = {});

// The bytes of one component of a field's element, of an array's; nullptr out of bounds.
std::byte* field_element(const Field& field, Memory& memory, std::span<const int32_t> index,
                         uint32_t component = 0);
std::byte* array_element(const Param& param, Argument& argument, bool grad,
                         std::span<const int32_t> index, uint32_t component = 0);

// The same as numbers, for tests. The element must exist.
double field_value(const Field& field, Memory& memory, std::initializer_list<int32_t> index,
                   uint32_t component = 0);
void set_field_value(const Field& field, Memory& memory, std::initializer_list<int32_t> index,
                     double value, uint32_t component = 0);

}  // namespace tinsmith
