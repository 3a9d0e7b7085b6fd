// SPDX-License-Identifier: Apache-2.0
// A kernel as pipelines, and its launch: the road that has to be short. No object of Metal's is
// made on it, and no memory taken.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "runtime/metal/device.h"

namespace tinsmith::runtime::metal {

class MetalProgram final : public Program {
 public:
  static Result<std::unique_ptr<MetalProgram>> make(std::shared_ptr<MetalDevice> device,
                                                    const package::Kernel& kernel);
  Result<> launch(std::span<const std::byte> block, const LaunchBuffers& buffers) override;

 private:
  struct Binding {
    uint32_t index = 0;  // Metal's
    size_t source = 0;   // index into sources_
    bool reads = true, writes = true;
  };
  struct Task {
    std::string name;
    std::vector<Binding> bindings;
    std::vector<uint32_t> args_indices;  // where the argument block goes
    id<MTLComputePipelineState> pipeline;
    uint32_t groups = 1, group_size = 1;
  };

  Result<Task> prepare(const package::Task& description);
  Result<> bind(const package::Task& description, Task& task);
  Result<> make_pipeline(const package::MetalFunction& function, Task& task);
  size_t source_index(const BufferSource& source);
  std::string place(const std::string& task) const;  // "kernel 'k', task 't'"

  Result<> gather(const LaunchBuffers& buffers);
  Result<> record(const Task& task, size_t block_offset);

  std::shared_ptr<MetalDevice> device_;
  std::shared_ptr<const std::string> kernel_name_;
  std::vector<std::string> arg_names_;
  size_t block_bytes_ = 0;  // of the argument block, padded
  std::vector<std::shared_ptr<const Library>> libraries_;
  std::vector<Task> tasks_;
  std::vector<BufferSource> sources_;
  std::vector<MetalBuffer*> buffers_;  // of the launch being recorded, by source
};

}  // namespace tinsmith::runtime::metal
