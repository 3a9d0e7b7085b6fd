// SPDX-License-Identifier: Apache-2.0
// Loads packages and runs their kernels. Includes nothing of the compiler: this is what an app
// links.
//
//   auto device = devices::open({});                        // Result<std::shared_ptr<Device>>
//   auto module = runtime::Module::load(*device, package);  // root buffers zeroed, tasks ready
//   module->kernel("forward")->launch({runtime::Argument::of(0.5f)});
//   module->field("loss")->read(bytes);                     // waits for what was launched before
//
// Launches are recorded in order and submitted in batches; nothing waits until a value is read or
// wait() is called. Threads: a Device and all that was made from it belong to one thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "package/package.h"
#include "support/result.h"

namespace tinsmith::runtime {

enum class DeviceKind : uint8_t { Cpu, Vulkan, Metal };

// What costs time and is therefore asked for; cpu alone has these.
struct DebugOptions {
  bool bounds = false;    // access outside of a buffer is an error
  bool barriers = false;  // so is a barrier that some threads of a group do not reach
  bool loops = false;     // so is a kernel that does not end
  bool nans = false;      // so is the first operation that makes a NaN
  bool serial = false;    // one thread, fixed order: bit-equal results from run to run
};

struct DeviceOptions {
  DeviceKind kind = DeviceKind::Cpu;
  // Vulkan: part of the device's name; empty: a discrete GPU, else an integrated one, else
  // lavapipe.
  std::string name;
  // Vulkan's validation layer; its messages fail the call that caused them.
  bool validation = false;
  // Cpu: 0 threads are one for each core; the folder of compiled code, empty: nothing is kept.
  unsigned threads = 0;
  bool fast_math = false;
  std::string cache;
  DebugOptions debug;
  // Cpu: launches are timed, so that Completion::device_seconds is known.
  bool timing = false;
};

struct DeviceInfo {
  std::string name, driver;
  std::vector<std::string> features;  // "Int64", "Float64", … the SPIR-V capabilities that it has
  bool is_gpu = false;                // hardware of its own, not this processor
  // What Metal libraries it takes: "iOS", "iOS simulator", "macOS" (metallib::name) of this major
  // version or older; empty: any.
  std::string platform = {};
  uint16_t os_major = 0;
  bool native_float_atomics = false;  // also libraries that add to f32 by one instruction
};

// What became of the launches of a submission.
struct Completion {
  const Failure* failure = nullptr;  // of the first that failed; null: all went well
  // How long the device worked on what was recorded since the submission before that had a Done;
  // NaN where it cannot tell.
  double device_seconds = 0;
  // What is only kept for somebody who may never ask sets this to false: the next read or wait then
  // tells the failure too.
  mutable bool heard = true;
};
using Done = std::function<void(const Completion&)>;

// Device memory of a fixed size, zero when made. All happens in the order of the calls: a read
// waits for the launches before it that write the buffer (and for no others), a write joins the
// stream of launches and as a rule waits for nothing.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual size_t size() const = 0;
  virtual Result<> read(size_t offset, std::span<std::byte> into) = 0;
  virtual Result<> write(size_t offset, std::span<const std::byte> from) = 0;
  virtual Result<> clear() = 0;
};

class Module;
class Program;  // runtime/backend.h

class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& info() const = 0;
  virtual Result<std::shared_ptr<Buffer>> new_buffer(size_t bytes) = 0;
  // Starts what is recorded; returns at once. `done`, where there is one, is called exactly once
  // when everything recorded so far is finished, on a thread of the device's, or before this
  // returns where that is so already; not at all when submit itself fails.
  virtual Result<> submit(Done done) = 0;
  Result<> submit() { return submit(nullptr); }
  // Submits and waits for everything.
  virtual Result<> wait() = 0;
  // Submits, waits for what is in flight, and refuses from then on what would need the GPU, until
  // resume(). Devices that need no such thing do nothing.
  virtual Result<> pause() { return Ok{}; }
  virtual Result<> resume() { return Ok{}; }
  virtual bool paused() const { return false; }
  struct Counters {
    uint64_t dispatches = 0, submissions = 0, waits = 0, barriers = 0;
  };
  virtual Counters counters() const = 0;
  // For Module: the tasks of a kernel made ready to run. All failures of all tasks are in the
  // message.
  virtual Result<std::unique_ptr<Program>> new_program(const package::Kernel& kernel) = 0;
};

// An ndarray: a buffer with a shape. `gradient` may be null.
struct Array {
  std::shared_ptr<Buffer> data, gradient;
  DType dtype = DType::F32;
  std::vector<uint32_t> shape;          // axes, element axes not counted
  std::vector<uint32_t> element_shape;  // empty, {n} or {n, m}
};

// An argument of a launch: a scalar, a vector or matrix (row-major numbers), a struct (the numbers
// of its members in order), or an array. Numbers are converted to the parameter's type. A real for
// an integer parameter is an error, and so is an integer out of the parameter's range (u64 alone
// takes any 64 bits; u1 is whether it is not 0). The numbers of a struct that has real members may
// all stand in `reals`; integer members then need whole numbers.
struct Argument {
  std::vector<double> reals;  // used when `is_real`
  std::vector<int64_t> integers;
  bool is_real = false;
  const Array* array =
      nullptr;  // must live until the launch call returns; its buffers are kept alive by the device

  static Argument of(double v) { return {{v}, {}, true, nullptr}; }
  static Argument of(float v) { return of(static_cast<double>(v)); }
  static Argument of(int64_t v) { return {{}, {v}, false, nullptr}; }
  static Argument of(int32_t v) { return of(static_cast<int64_t>(v)); }
  static Argument of(const Array& a) { return {{}, {}, false, &a}; }
};

// A component of what a kernel returned, in order, as its type says.
struct ReturnValue {
  DType dtype = DType::F32;
  double real = 0;
  int64_t integer = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual const package::Kernel& description() const = 0;
  // Records all tasks, in order. Errors name kernel, argument, what was expected and what was
  // given.
  virtual Result<> launch(std::span<const Argument> arguments) = 0;
  // The same with the argument block made by the caller (description().args_bytes bytes, laid out
  // by args_type) and one Array (or null) for each argument: the fast road of language bindings.
  // ndarray shapes are filled in here.
  virtual Result<> launch_block(std::span<const std::byte> block,
                                std::span<const Array* const> arrays) = 0;
  // Waits for the last launch of this kernel and reads its results, nested ones flattened. Integers
  // have both `integer` and `real` set, reals only `real`; a u64 is the 64 bits. Empty for a kernel
  // that returns nothing.
  virtual Result<std::vector<ReturnValue>> results() = 0;
};

// A whole field of a module: cells in row-major order, components innermost, in the package's byte
// form (u1 as i32).
class FieldView {
 public:
  FieldView(std::shared_ptr<Buffer> root, package::Field description)
      : root_(std::move(root)), description_(std::move(description)) {}
  const package::Field& description() const { return description_; }
  size_t bytes() const;
  Result<> read(std::span<std::byte> into) const;
  Result<> write(std::span<const std::byte> from) const;
  // `cells` cells from `first` on, counted along the axes, row-major.
  Result<> read(uint64_t first, uint64_t cells, std::span<std::byte> into) const;
  Result<> write(uint64_t first, uint64_t cells, std::span<const std::byte> from) const;

 private:
  // Where the cells begin in the root, checked against the field and `given` bytes.
  Result<size_t> place(uint64_t first, uint64_t cells, size_t given) const;
  std::shared_ptr<Buffer> root_;
  package::Field description_;
};

class Module {
 public:
  // Zeroed root and temporaries, and a pipeline for each task; all failures of all tasks are in the
  // message.
  static Result<std::shared_ptr<Module>> load(std::shared_ptr<Device> device,
                                              const package::Package& package);
  // For compilers: an empty module to which trees and kernels are added as a program makes them.
  static Result<std::shared_ptr<Module>> empty(std::shared_ptr<Device> device);

  virtual ~Module() = default;
  virtual Result<uint32_t> add_tree(size_t bytes) = 0;  // returns its index, counting from 0
  virtual Result<std::shared_ptr<Kernel>> add_kernel(const package::Kernel& kernel) = 0;
  virtual std::shared_ptr<Buffer> root(uint32_t tree) const = 0;

  virtual Result<std::shared_ptr<Kernel>> kernel(std::string_view name) const = 0;
  virtual Result<FieldView> field(std::string_view name) const = 0;
  // Seeds the generator of ti.random (the word at byte 4096 of the temporaries). 0 is what genuine
  // Taichi starts from.
  virtual Result<> seed(uint32_t value) = 0;

  struct NamedArgument {
    std::string name;
    Argument value;
  };
  virtual Result<> run_graph(std::string_view name, std::span<const NamedArgument> arguments) = 0;
};

}  // namespace tinsmith::runtime
