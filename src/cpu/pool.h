// SPDX-License-Identifier: Apache-2.0
// The threads of a device. A job is cut into parts; whoever is free takes the next one, the caller
// too. Between jobs workers spin for a moment, for launches come in rows, and then sleep.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace tinsmith::cpu {

class Pool {
 public:
  static constexpr uint32_t kMostParts = 0xffff;

  // `threads` counts the caller; 0: one for each core. They start with the first job that has more
  // than one part.
  explicit Pool(unsigned threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  unsigned threads() const { return threads_; }

  // Calls work(part) for every part in [0, parts), each once, and returns when all are done. One
  // job at a time; `work` must not throw.
  template <class Work>
  void run(uint32_t parts, const Work& work) {
    run_job(parts,
            {&work, [](const void* w, uint32_t part) { (*static_cast<const Work*>(w))(part); }});
  }

 private:
  struct Job {
    const void* work = nullptr;
    void (*call)(const void* work, uint32_t part) = nullptr;
  };
  // The state of the present job in one word: its number, how many parts it has, and the first that
  // nobody took. Whoever raises `next` owns that part, and the job cannot end before the part does:
  // so a worker that comes late never touches a job that is over.
  struct Ticket {
    uint32_t job = 0;
    uint16_t parts = 0, next = 0;
  };

  void run_job(uint32_t parts, Job job);
  void work();
  void take_parts();
  void start();

  unsigned threads_;
  std::vector<std::thread> workers_;
  Job job_;
  std::atomic<uint64_t> ticket_{0};
  std::atomic<uint32_t> done_{0};  // parts of the present job
  std::atomic<bool> ends_{false};
};

}  // namespace tinsmith::cpu
