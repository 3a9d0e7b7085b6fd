// SPDX-License-Identifier: Apache-2.0
// Launching: what the launch lacks is said here, once, so that compiled code need not look. Each
// thread of the host has one scratch memory, used by whatever code it runs.
#include "cpu/code.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "cpu/body.h"
#include "cpu/engine.h"
#include "cpu/entry.h"
#include "cpu/finding.h"
#include "cpu/instrument.h"
#include "support/check.h"

namespace tinsmith::cpu {

namespace {

constexpr uint32_t kAlign = 256;  // threadgroup memory starts at multiples of this

// Memory of one worker: grows, is never cleared, and lives as long as the host's thread.
class Scratch {
 public:
  ~Scratch() { std::free(bytes_); }
  void* at_least(size_t size) {
    if (size > size_) {
      std::free(bytes_);
      size_ = (size + kAlign - 1) / kAlign * kAlign;
      bytes_ = std::aligned_alloc(kAlign, size_);
      if (bytes_ == nullptr) throw std::bad_alloc();
    }
    return bytes_;
  }

 private:
  void* bytes_ = nullptr;
  size_t size_ = 0;
};

std::string text_of(const std::array<uint32_t, 3>& sizes) {
  return std::to_string(sizes[0]) + "," + std::to_string(sizes[1]) + "," + std::to_string(sizes[2]);
}

class LoadedCode : public Code {
 public:
  LoadedCode(Compiled compiled, std::string entry, Loaded loaded)
      : compiled_(std::move(compiled)), name_(std::move(entry)), loaded_(std::move(loaded)) {
    compiled_.object = {};
  }

  const std::vector<Parameter>& parameters() const override { return compiled_.parameters; }
  bool divisible() const override { return !compiled_.serial; }

  double cost(const Launch& launch) const override {
    if (compiled_.counts && check_buffers(launch)) {
      const auto all = all_buffers(launch);
      return loaded_.entry(all.data(), nullptr, nullptr, 0, 0) * compiled_.nanoseconds;
    }
    double threads = 1;
    for (uint32_t size : launch.grid) threads *= size;
    return threads * compiled_.nanoseconds;
  }

  Result<> run_part(const Launch& launch, uint32_t part, uint32_t parts) const override {
    if (parts == 0 || part >= parts || (compiled_.serial && parts != 1)) {
      return Failure{name_ + ": part " + std::to_string(part) + " of " + std::to_string(parts) +
                     " cannot be run"};
    }
    if (std::count(launch.grid.begin(), launch.grid.end(), 0u) != 0) return Ok{};
    TS_TRY(check_sizes(launch));
    TS_TRY(check_buffers(launch));
    const auto buffers = all_buffers(launch);
    RunGrid grid = {};
    std::copy(launch.grid.begin(), launch.grid.end(), grid.grid);
    std::copy(launch.group.begin(), launch.group.end(), grid.group);
    TS_TRY(place_threadgroup_memory(launch, grid));
    static thread_local Scratch memory;
    void* scratch = memory.at_least(kScratchStatic +
                                    std::max(grid.threadgroup_bytes_total, kLeastThreadgroupBytes));
    auto* finding = static_cast<Finding*>(scratch);
    *finding = {};
    loaded_.entry(buffers.data(), &grid, scratch, part, parts);
    if (finding->kind == Finding::None) return Ok{};
    return describe(*finding);
  }

 private:
  // Code may load addresses of optional buffers, so all indices must be there.
  static std::array<void*, kMaxBuffers> all_buffers(const Launch& launch) {
    std::array<void*, kMaxBuffers> all = {};
    const size_t count = std::min(launch.buffers.size(), all.size());
    std::copy_n(launch.buffers.begin(), count, all.begin());
    return all;
  }

  std::string place(uint32_t index) const {
    return index == kNowhere ? "the end of the kernel" : compiled_.places.at(index);
  }

  Failure describe(const Finding& finding) const {
    std::string first = place(finding.place);
    switch (finding.kind) {
      case Finding::Divergence:
        return Failure{name_ + ": threads of threadgroup " +
                       text_of(std::to_array(finding.group_id)) +
                       " wait at different places: " + first + " and " + place(finding.other)};
      case Finding::EndlessLoop:
        return Failure{name_ + ": a loop does not seem to end, a thread is in its round " +
                       std::to_string(kMostRounds) + ": " + first};
      case Finding::MadeNan:
        return Failure{name_ + ": this makes a NaN of numbers that are none: " + first};
    }
    TS_UNREACHABLE("unknown finding " + std::to_string(finding.kind));
  }

  Result<> check_sizes(const Launch& launch) const {
    uint64_t threads = 1;
    for (unsigned i = 0; i < 3; ++i) {
      if (launch.group[i] == 0) {
        return Failure{name_ + ": a threadgroup of " + text_of(launch.group) + " has no threads"};
      }
      if (launch.grid[i] > kMaxGrid || launch.group[i] > kMaxGrid) {
        return Failure{name_ + ": a grid of " + text_of(launch.grid) +
                       " is too large, the cpu device takes up to 2^30 threads a dimension"};
      }
      threads *= std::min(launch.group[i], launch.grid[i]);
    }
    if (compiled_.max_work_group_size != 0 && threads > compiled_.max_work_group_size) {
      return Failure{name_ + ": a threadgroup of " + text_of(launch.group) +
                     " is too large, the library says at most " +
                     std::to_string(compiled_.max_work_group_size) + " threads"};
    }
    const auto& shape = compiled_.shape;
    if (shape && (shape->grid != launch.grid || shape->group != launch.group)) {
      return Failure{name_ + ": compiled for a grid of " + text_of(shape->grid) + " in groups of " +
                     text_of(shape->group) + ", launched with " + text_of(launch.grid) + " in " +
                     text_of(launch.group)};
    }
    return Ok{};
  }

  Result<> check_buffers(const Launch& launch) const {
    for (const Parameter& one : compiled_.parameters) {
      if (one.kind != Parameter::Kind::Buffer || one.optional) continue;
      if (one.index < launch.buffers.size() && launch.buffers[one.index] != nullptr) continue;
      return Failure{name_ + ": nothing is bound to buffer " + std::to_string(one.index) + " (" +
                     one.type + " " + one.name + ")"};
    }
    return Ok{};
  }

  Result<> place_threadgroup_memory(const Launch& launch, RunGrid& grid) const {
    uint32_t total = compiled_.threadgroup_bytes;
    for (const Parameter& one : compiled_.parameters) {
      if (one.kind != Parameter::Kind::ThreadgroupMemory || one.optional) continue;
      if (one.index >= launch.threadgroup_bytes.size() ||
          launch.threadgroup_bytes[one.index] == 0) {
        return Failure{name_ + ": threadgroup memory " + std::to_string(one.index) + " (" +
                       one.name + ") needs a size"};
      }
      grid.threadgroup_offsets[one.index] = kScratchStatic + total;
      uint32_t bytes = launch.threadgroup_bytes[one.index];
      if (bytes > kMaxThreadgroupBytes || total > kMaxThreadgroupBytes) {
        return Failure{name_ + ": threadgroup memory of " + std::to_string(bytes) +
                       " bytes is more than the cpu device gives"};
      }
      total += (bytes + kAlign - 1) / kAlign * kAlign;
    }
    grid.threadgroup_bytes_total = total;
    return Ok{};
  }

  static constexpr uint32_t kLeastThreadgroupBytes = 32768;  // what a GPU has
  static constexpr uint32_t kMaxThreadgroupBytes = 1u << 28;

  Compiled compiled_;
  std::string name_;
  Loaded loaded_;
};

}  // namespace

Result<std::shared_ptr<const Code>> load(Compiled compiled, const std::string& entry) {
  TS_TRY_ASSIGN(loaded, load_object(compiled.object));
  return std::shared_ptr<const Code>(
      std::make_shared<LoadedCode>(std::move(compiled), entry, std::move(loaded)));
}

}  // namespace tinsmith::cpu
