// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#import <Foundation/Foundation.h>
#import <Metal/Metal.h>
#include <TargetConditionals.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "stand_in.h"

namespace fake_metal {

namespace {

constexpr uint64_t kOneLess = ~uint64_t{0};  // added

constexpr uint64_t Counters::*kAllCounters[] = {
    &Counters::command_buffers, &Counters::compute_encoders,
    &Counters::blit_encoders,   &Counters::dispatches,
    &Counters::blits,           &Counters::barriers,
    &Counters::set_buffers,     &Counters::set_offsets,
    &Counters::set_bytes,       &Counters::set_pipelines,
    &Counters::waits,           &Counters::buffers_made,
    &Counters::libraries_made,  &Counters::pipelines_made,
    &Counters::in_flight,       &Counters::most_in_flight,
    &Counters::buffers_live,    &Counters::bytes_live};
static_assert(sizeof(kAllCounters) / sizeof(kAllCounters[0]) == sizeof(Counters) / 8);

}  // namespace

void misuse(const std::string& sentence) {
  std::fprintf(stderr, "Metal misuse: %s\n", sentence.c_str());
  std::abort();
}

Machine& Machine::instance() {
  static auto* one = new Machine;  // never destroyed: its threads run until the end
  return *one;
}

Machine::Machine() {
  std::thread([this] { work(jobs_, true); }).detach();
  std::thread([this] { work(handlers_, false); }).detach();
}

void Machine::begin(const Configuration& configuration) {
  const std::lock_guard lock(mutex_);
  require(is_idle() && !held_, "configured while the GPU is at work");
  require(counters_.buffers_live == 0, "configured while buffers live");
  configuration_ = configuration;
  if (configuration_.platform == Platform::IosSimulator) configuration_.apple_family = 2;
  counters_ = {};
  background_ = false;
  refuse_next_buffer_ = false;
  fault_.reset();
  refused_function_.reset();
  const char* platform = configuration_.platform == Platform::Ios     ? "iOS"
                         : configuration_.platform == Platform::Macos ? "macOS"
                                                                      : "iOS simulator";
  ts_stand_in_system(platform, configuration_.os_major, configuration_.os_minor, 0);
}

void Machine::count(uint64_t Counters::*what, uint64_t by) {
  std::atomic_ref(counters_.*what).fetch_add(by, std::memory_order_relaxed);
}

Counters Machine::counters() {
  Counters now;
  for (uint64_t Counters::*each : kAllCounters)
    now.*each = std::atomic_ref(counters_.*each).load(std::memory_order_relaxed);
  return now;
}

void Machine::post(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  count(&Counters::command_buffers);
  count(&Counters::in_flight);
  const Counters now = counters();
  if (now.in_flight > now.most_in_flight)
    count(&Counters::most_in_flight, now.in_flight - now.most_in_flight);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

void Machine::post_handlers(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  count(&Counters::in_flight, kOneLess);
  handlers_.push_back(std::move(job));
  changed_.notify_all();
}

void Machine::work(std::deque<std::function<void()>>& jobs, bool is_gpu) {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !jobs.empty() && (!is_gpu || !held_ || let_through_ > 0); });
    if (is_gpu && held_) let_through_--;
    auto job = std::move(jobs.front());
    jobs.pop_front();
    running_++;
    lock.unlock();
    @autoreleasepool {
      job();
      job = nullptr;  // and with it the command buffer, before anyone believes that all is over
    }
    lock.lock();
    running_--;
    changed_.notify_all();
  }
}

void Machine::hold(bool held) {
  const std::lock_guard lock(mutex_);
  require(held_ != held, "two Holds at the same time");
  held_ = held;
  let_through_ = 0;
  changed_.notify_all();
}

void Machine::step() {
  std::unique_lock lock(mutex_);
  require(!jobs_.empty(), "step() with nothing committed");
  let_through_++;
  changed_.notify_all();
  changed_.wait(lock, [this] { return let_through_ == 0 && running_ == 0 && handlers_.empty(); });
}

void Machine::wait_until_idle() {
  std::unique_lock lock(mutex_);
  require(!held_ || jobs_.empty(), "waited for a GPU that is held");
  changed_.wait(lock, [this] { return is_idle(); });
}

void Machine::fail_next_command_buffer(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void Machine::set_background(bool background) {
  const std::lock_guard lock(mutex_);
  background_ = background;
}

std::optional<Fault> Machine::take_fault() {
  const std::lock_guard lock(mutex_);
  if (background_) {
    return Fault{MTLCommandBufferErrorNotPermitted,
                 "Insufficient Permission (to submit GPU work from background) "
                 "(00000006:kIOGPUCommandBufferCallbackErrorBackgroundExecutionNotPermitted)"};
  }
  return std::exchange(fault_, std::nullopt);
}

void Machine::refuse_pipelines(const std::string& function, const std::string& text) {
  const std::lock_guard lock(mutex_);
  refused_function_ = function;
  refused_text_ = text;
}

std::optional<std::string> Machine::pipeline_refusal(const std::string& function) {
  const std::lock_guard lock(mutex_);
  if (!refused_function_ || function.find(*refused_function_) == function.npos) return std::nullopt;
  return refused_text_;
}

void Machine::refuse_next_buffer() { refuse_next_buffer_ = true; }

bool Machine::take_memory(size_t bytes) {
  if (refuse_next_buffer_.exchange(false, std::memory_order_relaxed)) return false;
  std::atomic_ref live(counters_.bytes_live);
  uint64_t before = live.load(std::memory_order_relaxed);
  do {
    if (bytes > configuration_.memory - before) return false;
  } while (!live.compare_exchange_weak(before, before + bytes, std::memory_order_relaxed));
  count(&Counters::buffers_made);
  count(&Counters::buffers_live);
  return true;
}

void Machine::give_memory(size_t bytes) {
  count(&Counters::buffers_live, kOneLess);
  count(&Counters::bytes_live, ~uint64_t{bytes} + 1);
}

void configure(const Configuration& configuration) { Machine::instance().begin(configuration); }
void fail_next_command_buffer(int code, const std::string& text) {
  Machine::instance().fail_next_command_buffer({code, text});
}
void set_background(bool background) { Machine::instance().set_background(background); }
void refuse_pipelines(const std::string& function, const std::string& text) {
  Machine::instance().refuse_pipelines(function, text);
}
void refuse_next_buffer() { Machine::instance().refuse_next_buffer(); }
Hold::Hold() { Machine::instance().hold(true); }
Hold::~Hold() { Machine::instance().hold(false); }
void Hold::step() { Machine::instance().step(); }
void wait_until_idle() { Machine::instance().wait_until_idle(); }
Counters counters() { return Machine::instance().counters(); }
std::string leaks() {
  wait_until_idle();
  return objc_live_objects() == 0 ? "" : objc_describe_live_objects();
}

}  // namespace fake_metal
