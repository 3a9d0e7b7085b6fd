// SPDX-License-Identifier: Apache-2.0
// Which commands of a GPU have to wait for which. Commands run at the same time unless a barrier
// stands between them, and a barrier stands only where a command reads what one since the last
// barrier writes, or writes what one reads or writes.
//
// Time is counted in epochs: one more with each barrier. A buffer knows the epoch and the batch (of
// commands that are submitted together) of its last reader and its last writer, so a conflict is
// one comparison.
#pragma once
#include <cstdint>
#include <span>

namespace tinsmith::runtime {

// When a buffer was last used: in which epoch (for other commands) and in which batch (for the
// host). 0: never.
struct Usage {
  uint64_t read_epoch = 0, write_epoch = 0;
  uint64_t read_batch = 0, write_batch = 0;

  uint64_t last_batch() const { return read_batch > write_batch ? read_batch : write_batch; }
};

// What a command does to a buffer.
struct Use {
  Usage* usage = nullptr;
  bool reads = false, writes = false;
};

class Hazards {
 public:
  // Before each command: records it, and says whether a barrier has to stand before it. A buffer
  // may stand in `uses` several times.
  bool order(std::span<const Use> uses, uint64_t batch) {
    bool conflict = false;
    for (const Use& use : uses)
      conflict = conflict || ((use.reads || use.writes) && use.usage->write_epoch == epoch_) ||
                 (use.writes && use.usage->read_epoch == epoch_);
    if (conflict) ++epoch_;
    for (const Use& use : uses) {
      if (use.reads) {
        use.usage->read_epoch = epoch_;
        use.usage->read_batch = batch;
      }
      if (use.writes) {
        use.usage->write_epoch = epoch_;
        use.usage->write_batch = batch;
      }
    }
    return conflict;
  }
  // What follows waits for all before it without a barrier of ours.
  void begin_epoch() { ++epoch_; }

 private:
  uint64_t epoch_ = 1;
};

}  // namespace tinsmith::runtime
