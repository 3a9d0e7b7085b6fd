// SPDX-License-Identifier: Apache-2.0
// The order of an encoder's commands: which must wait for which, which conflict with no barrier
// between them, and the order in which they run, as unkind as the barriers allow.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace fake_metal {

struct Use {
  const void* resource = nullptr;
  bool writes = false;
  std::string place;  // for messages: "buffer 2 (w1) of 'forward_t00'"
};

class Order {
 public:
  // 0: what was added last runs first, as far as barriers allow; else a random order.
  explicit Order(uint32_t seed) : seeded_(seed != 0), random_(seed) {}

  // Commands are numbered as they are added. The result says why this one must not run beside an
  // earlier one.
  std::optional<std::string> add(std::span<const Use> uses);
  void barrier();                                        // for all resources
  void barrier(std::span<const void* const> resources);  // for these alone
  // The numbers of all commands, each once, in the order in which they run. Once, at the end.
  std::vector<size_t> finish();

 private:
  void close_segment();

  struct Resource {
    // Since the last barrier for it.
    std::optional<std::string> writer;
    std::optional<std::string> reader;
    std::vector<size_t> users;
    std::vector<size_t> before_barrier;  // commands that a later user waits for
  };
  bool seeded_;
  std::minstd_rand random_;
  size_t count_ = 0, segment_ = 0;  // the first command since the last barrier for all
  std::map<const void*, Resource> resources_;
  std::vector<std::vector<size_t>> waits_for_;  // of the segment's commands
  std::vector<size_t> order_;
};

}  // namespace fake_metal
