// SPDX-License-Identifier: Apache-2.0
// How far a GPU has come with its batches, which are numbered from 1. One thread records and waits;
// others, those on which a driver calls back, report what is finished, in any order. Whoever asked
// to be called when a batch is done is called once all batches up to it are.
#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "runtime/runtime.h"

namespace tinsmith::runtime {

class Progress {
 public:
  // At most so many batches are submitted and not finished.
  static constexpr uint64_t kMostInFlight = 3;

  // Commands are being recorded into the batch.
  void begin(uint64_t batch);
  // The batch is finished, well or not; calls whom that concerns. From any thread, once a batch.
  void report(uint64_t batch, std::optional<Failure> failure, double device_seconds);

  // Calls `done` when all batches up to this one are finished, at once if they are. `done` must not
  // throw.
  void when_finished(uint64_t batch, Done done);
  bool is_finished(uint64_t batch) const;
  uint64_t finished() const;  // all batches up to this one
  // Returns when all up to this batch are finished and whom that concerns has been called.
  void wait(uint64_t batch);
  // What to tell somebody who waited: a failure that nobody has heard of; and to who asks for what
  // `batch` wrote (0: for nothing), also one that spoilt it. What was recorded before somebody
  // heard of a failure may rest on what the failed batch did not do.
  std::optional<Failure> failure(uint64_t batch);

 private:
  struct Report {
    std::optional<Failure> failure;
    double device_seconds = 0;
  };
  struct Waiting {
    uint64_t batch;
    Done done;
  };
  struct Failed {
    Failure failure;
    uint64_t first = 0, last = 0;  // the batches that it spoilt
    bool heard = false;
  };
  void call_front(std::unique_lock<std::mutex>& lock);
  void note(Failure failure, uint64_t batch);
  bool concerns(uint64_t batch) const;
  Failure hear();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::optional<Report>, kMostInFlight + 1> reports_;  // not yet counted in
  bool advancing_ = false;  // a thread is counting in; it takes the reports of others too
  uint64_t begun_ = 0, finished_ = 0;
  std::deque<Waiting> waiting_;  // by batch
  std::optional<Failed> failed_;
  double seconds_since_ = 0;  // the last one that was called
};

}  // namespace tinsmith::runtime
