// SPDX-License-Identifier: Apache-2.0
// A Metal that runs on Linux: MTLCreateSystemDefaultDevice() gives a device that reads genuine
// .metallib files and runs their kernels by the cpu device's compiler. It is stricter than Apple's
// with validation on: misuse stops the program with a sentence ("Metal misuse: …"). This is what
// tests may tell it and ask of it; plain C++.
//
// Command buffers run on a thread of their own, in the order of their commits, and handlers on
// another; so a missing wait shows. Dispatches of a concurrent encoder run in another order than
// that of the calls wherever no barrier forbids it, and two that conflict with no barrier between
// them are misuse; so a missing barrier shows. The contents of a buffer cannot be touched while a
// committed command buffer writes it, nor written while one reads it (constant arguments and the
// sources of copies: nor changed, where they are read).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace fake_metal {

enum class Platform : uint8_t { Ios, IosSimulator, Macos };

struct Configuration {
  std::string name = "Fake Apple GPU";
  Platform platform = Platform::Ios;
  int os_major = 16, os_minor = 0;
  // MTLGPUFamilyApple1 … 9. The simulator says 2 whatever stands here; macOS has Mac2 as well.
  int apple_family = 7;
  size_t threads_per_group = 1024;  // of every pipeline
  size_t memory = size_t{1} << 30;  // bytes of buffers; what goes beyond is refused
  // New buffers hold garbage: Metal's documentation does not promise zeros.
  bool garbage = true;
  // 0: dispatches that no barrier orders run last first; else in random orders from this seed.
  uint32_t order_seed = 0;
  // Kernels may choose their threads, as the cpu device lets Taichi's: the same numbers as its, bit
  // for bit. Otherwise every thread of the grid runs.
  bool any_grid = false;
  std::string cache = {};  // folder of compiled code; empty: none
};

// Begins anew: counters 0, no faults. The GPU must be idle and nothing of it alive.
void configure(const Configuration& configuration);

// --- Faults ------------------------------------------------------------------------------------
// The next command buffer that is committed ends with this error (MTLCommandBufferError) after it
// has run nothing; the text is what localizedDescription says.
void fail_next_command_buffer(int code, const std::string& text);
// As if the app were in the background: command buffers committed meanwhile fail as iOS fails them.
void set_background(bool background);
// Pipelines of functions whose name contains `function` are refused; all of them where it is empty.
void refuse_pipelines(const std::string& function, const std::string& text);
// The next buffer is refused, as when memory is short.
void refuse_next_buffer();

// --- The GPU -----------------------------------------------------------------------------------
// While one lives, no command buffer starts, but those that step() lets through, one at a time.
class Hold {
 public:
  Hold();
  ~Hold();
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  // Lets the oldest command buffer run, and returns when its handlers are done. There must be one.
  void step();
};
// Returns when all that was committed is finished, handlers included.
void wait_until_idle();

// --- What happened since configure() -----------------------------------------------------------
struct Counters {
  uint64_t command_buffers = 0;  // committed
  uint64_t compute_encoders = 0, blit_encoders = 0;
  uint64_t dispatches = 0, blits = 0, barriers = 0;
  uint64_t set_buffers = 0, set_offsets = 0, set_bytes = 0, set_pipelines = 0;
  uint64_t waits = 0;  // calls of waitUntilCompleted, also of what was finished already
  uint64_t buffers_made = 0, libraries_made = 0, pipelines_made = 0;
  uint64_t in_flight = 0, most_in_flight = 0;  // command buffers committed and not finished
  uint64_t buffers_live = 0, bytes_live = 0;
};
Counters counters();

// What is still alive: "2 FakeBuffer, 1 FakeQueue"; empty where there is nothing. Waits for the
// GPU.
std::string leaks();

}  // namespace fake_metal
