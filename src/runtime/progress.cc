// SPDX-License-Identifier: Apache-2.0
#include "runtime/progress.h"

#include <utility>

#include "support/check.h"

namespace tinsmith::runtime {

void Progress::report(uint64_t batch, std::optional<Failure> failure, double device_seconds) {
  std::unique_lock lock(mutex_);
  TS_CHECK(batch > finished_ && batch <= finished_ + reports_.size(), "a batch is reported once");
  reports_[batch % reports_.size()] = Report{std::move(failure), device_seconds};
  if (advancing_) return;
  advancing_ = true;
  for (;;) {
    const uint64_t now = finished_ + 1;
    std::optional<Report>& next = reports_[now % reports_.size()];
    if (!next) break;
    seconds_since_ += next->device_seconds;
    if (next->failure && !failure_since_) failure_since_ = next->failure;
    if (next->failure && !failure_) failure_ = std::move(next->failure);
    next.reset();
    while (!waiting_.empty() && waiting_.front().batch <= now) call_front(lock);
    finished_ = now;
    changed_.notify_all();
  }
  advancing_ = false;
}

void Progress::when_finished(uint64_t batch, Done done) {
  std::unique_lock lock(mutex_);
  waiting_.push_back({batch, std::move(done)});
  // Those before it are waiting for a batch that is not finished, so they are not overtaken.
  if (batch <= finished_) call_front(lock);
}

void Progress::call_front(std::unique_lock<std::mutex>& lock) {
  const Done done = std::move(waiting_.front().done);
  waiting_.pop_front();
  const std::optional<Failure> failure = std::exchange(failure_since_, std::nullopt);
  const double seconds = std::exchange(seconds_since_, 0);
  lock.unlock();
  done({failure ? &*failure : nullptr, seconds});
  lock.lock();
}

bool Progress::is_finished(uint64_t batch) const { return batch <= finished(); }

uint64_t Progress::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

void Progress::wait(uint64_t batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return batch <= finished_; });
}

std::optional<Failure> Progress::take_failure() {
  const std::lock_guard lock(mutex_);
  failure_since_.reset();  // who is called later is told of what comes after this
  return std::exchange(failure_, std::nullopt);
}

}  // namespace tinsmith::runtime
