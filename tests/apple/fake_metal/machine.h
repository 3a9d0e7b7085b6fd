// SPDX-License-Identifier: Apache-2.0
// The state behind the fake Metal's objects: configuration, counters, faults, and the GPU's two
// threads. One for the process, as MTLCreateSystemDefaultDevice is a function without arguments.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "fake_metal.h"

namespace fake_metal {

// Prints "Metal misuse: …" and ends the program.
[[noreturn]] void misuse(const std::string& sentence);
inline void require(bool condition, const char* otherwise) {
  if (!condition) misuse(otherwise);
}

struct Fault {
  int code = 0;
  std::string text;
};

class Machine {
 public:
  static Machine& instance();

  void begin(const Configuration& configuration);
  // Changes in begin() alone, while nothing runs.
  const Configuration& configuration() const { return configuration_; }
  // Without a lock, and relaxed: the fake must not order the threads of a program that Metal would
  // not order, or the thread sanitizer would miss its races.
  void count(uint64_t Counters::*what, uint64_t by = 1);
  Counters counters();

  // Runs `job` on the GPU's thread after all that was posted before.
  void post(std::function<void()> job);
  // Runs `job` on the handlers' thread, likewise.
  void post_handlers(std::function<void()> job);
  void hold(bool held);
  void step();
  void wait_until_idle();

  void fail_next_command_buffer(Fault fault);
  void set_background(bool background);
  // What the command buffer that is committed now ends with.
  std::optional<Fault> take_fault();
  void refuse_pipelines(const std::string& function, const std::string& text);
  std::optional<std::string> pipeline_refusal(const std::string& function);
  void refuse_next_buffer();
  // Whether a buffer of this size is given; counts it then.
  bool take_memory(size_t bytes);
  void give_memory(size_t bytes);

 private:
  Machine();
  // A thread: takes what is posted, one after the other, each within a pool.
  void work(std::deque<std::function<void()>>& jobs, bool is_gpu);
  bool is_idle() const { return jobs_.empty() && handlers_.empty() && running_ == 0; }

  std::mutex mutex_;
  std::condition_variable changed_;
  Configuration configuration_;
  Counters counters_;
  std::deque<std::function<void()>> jobs_, handlers_;
  size_t running_ = 0;
  bool held_ = false;
  size_t let_through_ = 0;  // jobs that may start although held
  bool background_ = false;
  std::optional<Fault> fault_;
  std::optional<std::string> refused_function_;
  std::string refused_text_;
  std::atomic<bool> refuse_next_buffer_{false};
};

}  // namespace fake_metal
