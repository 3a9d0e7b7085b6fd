// SPDX-License-Identifier: Apache-2.0
#include "cpu/pool.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "support/check.h"

namespace tinsmith::cpu {

namespace {

constexpr std::chrono::microseconds kSpin{30};
constexpr int kSpinsBetweenLooks = 64;  // at the clock, which costs more than a look at memory

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `atomic` is no longer `old`: by looking for a moment, then asleep.
template <class T>
void wait_for_change(const std::atomic<T>& atomic, T old) {
  const auto until = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < kSpinsBetweenLooks; ++i) {
      if (atomic.load(std::memory_order_acquire) != old) return;
      pause();
    }
  } while (std::chrono::steady_clock::now() < until);
  atomic.wait(old, std::memory_order_acquire);
}

}  // namespace

Pool::Pool(unsigned threads)
    : threads_(threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency())) {}

Pool::~Pool() {
  ends_.store(true, std::memory_order_relaxed);
  Ticket ticket = std::bit_cast<Ticket>(ticket_.load(std::memory_order_relaxed));
  ticket = {ticket.job + 1, 0, 0};
  ticket_.store(std::bit_cast<uint64_t>(ticket), std::memory_order_release);
  ticket_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::start() {
  for (unsigned i = 1; i < threads_; ++i) workers_.emplace_back([this] { work(); });
}

void Pool::run_job(uint32_t parts, Job job) {
  TS_CHECK(parts <= kMostParts, "a job of too many parts");
  if (parts <= 1 || threads_ == 1) {
    for (uint32_t part = 0; part < parts; ++part) job.call(job.work, part);
    return;
  }
  if (workers_.empty()) start();
  job_ = job;
  done_.store(0, std::memory_order_relaxed);
  const Ticket last = std::bit_cast<Ticket>(ticket_.load(std::memory_order_relaxed));
  const Ticket next{last.job + 1, static_cast<uint16_t>(parts), 0};
  ticket_.store(std::bit_cast<uint64_t>(next), std::memory_order_release);
  ticket_.notify_all();
  take_parts();
  for (uint32_t done = done_.load(std::memory_order_acquire); done != parts;
       done = done_.load(std::memory_order_acquire))
    wait_for_change(done_, done);
}

void Pool::take_parts() {
  uint64_t seen = ticket_.load(std::memory_order_acquire);
  for (;;) {
    Ticket ticket = std::bit_cast<Ticket>(seen);
    if (ticket.next >= ticket.parts) return;
    const uint32_t part = ticket.next++;
    if (!ticket_.compare_exchange_weak(seen, std::bit_cast<uint64_t>(ticket),
                                       std::memory_order_acq_rel, std::memory_order_acquire))
      continue;
    const Job job = job_;
    job.call(job.work, part);
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == ticket.parts) done_.notify_one();
    seen = ticket_.load(std::memory_order_acquire);
  }
}

void Pool::work() {
  for (;;) {
    take_parts();
    if (ends_.load(std::memory_order_relaxed)) return;
    const uint64_t seen = ticket_.load(std::memory_order_acquire);
    const Ticket ticket = std::bit_cast<Ticket>(seen);
    if (ticket.next >= ticket.parts && !ends_.load(std::memory_order_relaxed))
      wait_for_change(ticket_, seen);
  }
}

}  // namespace tinsmith::cpu
