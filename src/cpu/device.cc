// SPDX-License-Identifier: Apache-2.0
#include "cpu/device.h"

#include <fstream>
#include <limits>

#include "cpu/program.h"

namespace tinsmith::cpu {

namespace {

// "AMD EPYC 7B13", or whatever the system says.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (const size_t colon = line.find(": "); line.starts_with("model name") && colon != line.npos)
      return line.substr(colon + 2);
  return "cpu";
}

class CpuDevice final : public runtime::Device {
 public:
  explicit CpuDevice(std::shared_ptr<Machine> machine)
      : machine_(std::move(machine)), info_(describe_device()) {}

  const runtime::DeviceInfo& info() const override { return info_; }
  Result<std::shared_ptr<runtime::Buffer>> new_buffer(size_t bytes) override {
    TS_TRY_ASSIGN(buffer, HostBuffer::make(bytes, machine_->options.debug.bounds));
    return std::shared_ptr<runtime::Buffer>(std::move(buffer));
  }
  Result<> submit(runtime::Done done) override {
    if (!done) return Ok{};
    const bool timed = machine_->options.timing;
    const double seconds = timed ? machine_->seconds : std::numeric_limits<double>::quiet_NaN();
    machine_->seconds = 0;
    done({nullptr, seconds});
    return Ok{};
  }
  Result<> wait() override { return Ok{}; }
  Counters counters() const override { return machine_->counters; }
  Result<std::unique_ptr<runtime::Program>> new_program(const package::Kernel& kernel) override {
    TS_TRY_ASSIGN(program, CpuProgram::make(machine_, kernel));
    return std::unique_ptr<runtime::Program>(std::move(program));
  }

 private:
  std::shared_ptr<Machine> machine_;
  runtime::DeviceInfo info_;
};

}  // namespace

runtime::DeviceInfo describe_device() {
  return {"cpu: " + processor(),
          "Tinsmith, LLVM 14",
          {"AtomicFloat32AddEXT", "Float16", "Float64", "Int16", "Int64", "Int64Atomics", "Int8",
           "StorageBuffer16BitAccess", "StorageBuffer8BitAccess", "VariablePointers",
           "VariablePointersStorageBuffer"},
          false};
}

std::shared_ptr<runtime::Device> open_with(const runtime::DeviceOptions& options,
                                           CompileTask compile) {
  auto machine = std::make_shared<Machine>(options);
  machine->compile = std::move(compile);
  return std::make_shared<CpuDevice>(std::move(machine));
}

}  // namespace tinsmith::cpu
