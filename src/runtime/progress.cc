// SPDX-License-Identifier: Apache-2.0
#include "runtime/progress.h"

#include <algorithm>
#include <utility>

#include "support/check.h"

namespace tinsmith::runtime {

void Progress::begin(uint64_t batch) {
  const std::lock_guard lock(mutex_);
  begun_ = batch;
}

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
    if (next->failure) note(*std::move(next->failure), now);
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

// The first failure stands for those that follow from it.
void Progress::note(Failure failure, uint64_t batch) {
  const bool follows = failed_ && (!failed_->heard || batch <= failed_->last);
  if (!follows) failed_ = Failed{std::move(failure), batch, batch, false};
  failed_->last = std::max({failed_->last, batch, begun_});
}

bool Progress::concerns(uint64_t batch) const {
  return failed_ && (!failed_->heard || (batch >= failed_->first && batch <= failed_->last));
}

void Progress::call_front(std::unique_lock<std::mutex>& lock) {
  const Waiting front = std::move(waiting_.front());
  waiting_.pop_front();
  std::optional<Failure> failure;
  const bool is_news = failed_ && !failed_->heard;
  if (concerns(front.batch)) failure = hear();
  const Completion completion{failure ? &*failure : nullptr, std::exchange(seconds_since_, 0)};
  lock.unlock();
  front.done(completion);
  lock.lock();
  // Nobody asks in between: who waits for this batch waits until this is over.
  if (failure && is_news && !completion.heard) failed_->heard = false;
}

Failure Progress::hear() {
  if (!failed_->heard) failed_->last = std::max(failed_->last, begun_);
  failed_->heard = true;
  return failed_->failure;
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

std::optional<Failure> Progress::failure(uint64_t batch) {
  const std::lock_guard lock(mutex_);
  if (!concerns(batch)) return std::nullopt;
  return hear();
}

}  // namespace tinsmith::runtime
