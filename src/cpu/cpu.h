// SPDX-License-Identifier: Apache-2.0
// AIR on the CPU. A kernel of a .metallib is parsed, its `air.*` calls are replaced by native code,
// and LLVM compiles it for this machine. Libraries made by Apple's compiler run as ours do.
//
//   TS_TRY_ASSIGN(code, cpu::compile({.air = blob, .entry = "main0"}, {}));
//   code->run({.buffers = addresses, .grid = {1000, 1, 1}, .group = {64, 1, 1}});
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/result.h"

namespace tinsmith::cpu {

struct ConstantValue {  // of a function constant
  uint16_t index = 0;
  uint64_t bits = 0;
};

// What is compiled. All of it, and the options, is in the key of the disk cache.
struct Source {
  std::span<const std::byte> air;  // a blob of a library, or raw bitcode
  std::string entry;               // its kernel function
  std::vector<ConstantValue> constants = {};
  // Taichi's contract: a loop that strides over the whole grid, so that any number of threads gives
  // the same result. The compiler may then choose the threads itself.
  bool any_grid = false;
  // The grid, where it is known: the code then runs with this one only, and is faster.
  struct Shape {
    std::array<uint32_t, 3> grid = {1, 1, 1}, group = {1, 1, 1};
  };
  std::optional<Shape> shape = {};
};

// What costs time and is therefore asked for. All off: as fast as it can be.
struct Debug {
  bool barriers = false;  // divergent barriers are errors (otherwise lanes wait for each other)
  bool loops = false;     // a kernel that does not end is an error
  bool nans = false;      // the first operation that makes a NaN is an error
  bool serial = false;    // one thread, fixed order: bit-equal results from run to run
};

struct Options {
  Debug debug = {};
  bool fast_math = false;  // reassociation and reciprocals, as the user asked
  unsigned lanes = 0;      // SIMD width in f32 elements; 0: this machine's
  std::string cache = {};  // folder of compiled code; empty: none
};

// A parameter of the kernel function, as the library's metadata describes it.
struct Parameter {
  enum class Kind : uint8_t { Buffer, ThreadgroupMemory, BuiltIn } kind = Kind::Buffer;
  uint32_t index = 0;  // Metal buffer index, or threadgroup memory index
  std::string name;    // of the argument; of a built-in: "thread_position_in_grid" …
  std::string type;    // "float", "uint3"
  bool written = false;
  bool constant = false;   // constant address space
  bool optional = false;   // the code never touches it, or a function constant decides; may be null
  uint32_t type_size = 0;  // of what it points to, in bytes
};

struct Launch {
  std::span<void* const> buffers;             // by Metal buffer index; null where there is none
  std::array<uint32_t, 3> grid = {1, 1, 1};   // in threads; partial groups as with dispatchThreads
  std::array<uint32_t, 3> group = {1, 1, 1};  // threads per threadgroup
  std::span<const uint32_t> threadgroup_bytes = {};  // by threadgroup memory index
};

// Compiled code: immutable, used by any number of threads at once. Frees its memory with its last
// owner.
class Code {
 public:
  virtual ~Code() = default;
  virtual const std::vector<Parameter>& parameters() const = 0;
  // Whether run_part may be called with several parts at the same time.
  virtual bool divisible() const = 0;
  // A guess at the cost of a whole launch in nanoseconds, for choosing the number of parts.
  virtual double cost(const Launch& launch) const = 0;
  // Runs part `part` of `parts` equal shares of the launch. An error is a finding of a debug
  // switch.
  virtual Result<> run_part(const Launch& launch, uint32_t part, uint32_t parts) const = 0;
  Result<> run(const Launch& launch) const { return run_part(launch, 0, 1); }
};

// Fails, naming them, on `air.*` functions that are not known, and on code that is not a kernel.
Result<std::shared_ptr<const Code>> compile(const Source& source, const Options& options);

// The parameters of a kernel, in order, without compiling it. `air` and failures as with compile().
Result<std::vector<Parameter>> parameters(std::span<const std::byte> air, const std::string& entry);

}  // namespace tinsmith::cpu
