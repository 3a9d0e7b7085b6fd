// SPDX-License-Identifier: Apache-2.0
#include "order.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fake_metal {

std::optional<std::string> Order::add(std::span<const Use> uses) {
  const size_t number = count_++;
  std::vector<size_t>& waits = waits_for_.emplace_back();
  std::optional<std::string> race;
  for (const Use& use : uses) {
    const Resource& resource = resources_[use.resource];
    const auto& other = resource.writer ? resource.writer : resource.reader;
    if (resource.writer || (use.writes && resource.reader))
      race = use.place + (use.writes ? " is written" : " is read") + " and " + *other +
             (resource.writer ? " is written" : " is read") +
             ", the same buffer, with no barrier between the dispatches";
    waits.insert(waits.end(), resource.before_barrier.begin(), resource.before_barrier.end());
  }
  // Only now: a command does not conflict with itself.
  for (const Use& use : uses) {
    Resource& resource = resources_[use.resource];
    (use.writes ? resource.writer : resource.reader) = use.place;
    resource.users.push_back(number);
  }
  return race;
}

void Order::barrier() { close_segment(); }

void Order::barrier(std::span<const void* const> resources) {
  for (const void* each : resources) {
    Resource& resource = resources_[each];
    // Without users since the barrier before, that one stands: its commands are not ordered yet.
    if (!resource.users.empty()) resource.before_barrier = std::exchange(resource.users, {});
    resource.writer.reset();
    resource.reader.reset();
  }
}

std::vector<size_t> Order::finish() {
  close_segment();
  return std::move(order_);
}

void Order::close_segment() {
  std::vector<size_t> waiting;  // not run yet, in the order of the calls
  for (size_t i = segment_; i < count_; ++i) waiting.push_back(i);
  std::vector<bool> done(count_ - segment_, false);
  const auto is_ready = [&](size_t number) {
    return std::ranges::all_of(waits_for_[number - segment_],
                               [&](size_t earlier) { return done[earlier - segment_]; });
  };
  while (!waiting.empty()) {
    std::vector<size_t> ready;
    std::ranges::copy_if(waiting, std::back_inserter(ready), is_ready);
    const size_t next = seeded_ ? ready[random_() % ready.size()] : ready.back();
    done[next - segment_] = true;
    order_.push_back(next);
    std::erase(waiting, next);
  }
  segment_ = count_;
  waits_for_.clear();
  resources_.clear();
}

}  // namespace fake_metal
