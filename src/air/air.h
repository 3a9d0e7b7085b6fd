// SPDX-License-Identifier: Apache-2.0
// SPIR-V -> AIR, the LLVM bitcode inside a .metallib. A function of the task alone: genuine
// Taichi's tasks and any SPIR-V compute shader lower as ours do. LLVM stays inside this folder (and
// cpu/).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metallib/metallib.h"
#include "package/package.h"
#include "support/result.h"

namespace tinsmith::air {

enum class Dialect : uint8_t {
  Metal,  // only forms that Apple's compiler writes at the target's AIR version; no f64
  Host,   // for the cpu device, in memory only: f64 too, under names like air.sin.f64
};

// How buffers get their Metal indices (the same two conventions as in msl/).
enum class Numbering : uint8_t {
  Binding,    // index = SPIR-V binding
  Automatic,  // counted from 0 without gaps, as SPIRV-Cross does
};

struct Options {
  metallib::Target target;  // of Dialect::Host: any, its versions are written and nobody looks
  Dialect dialect = Dialect::Metal;
  Numbering numbering = Numbering::Binding;
  bool native_float_atomics = false;  // air.atomic.global.add.f32: A14 and later, M1 and later
};

struct Lowered {
  metallib::Function function;  // named as asked; blob, versions
  // Metal buffer index for each of task.buffers (by binding for a bare shader); none where unused.
  std::vector<std::optional<uint32_t>> indices;
  bool needs_f64 = false;
};

// One task; `entry` becomes the name of the kernel function. Fails, naming the task, the SPIR-V
// instruction (its word offset and text) and the source line where OpLine gives one.
Result<Lowered> lower(const package::Task& task, const std::string& entry, const Options& options);

// LLVM's text of the module in a blob, for `inspect --dis` and tests.
Result<std::string> disassemble(std::span<const std::byte> blob);
// The blob of a module given as LLVM text: tests, and hand-written kernels.
Result<metallib::Bytes> assemble(std::string_view text, std::string_view name);

}  // namespace tinsmith::air
