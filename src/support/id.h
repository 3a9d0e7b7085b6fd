// SPDX-License-Identifier: Apache-2.0
// Typed ids and the tables they index. Passes keep ids, never addresses.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace tinsmith {

// A typed 32-bit name for something stored in a Table: stable, ordered by creation, cheap to copy.
template <class Tag>
struct Id {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t raw = kNone;
  explicit operator bool() const { return raw != kNone; }
  friend auto operator<=>(Id, Id) = default;
};

// Owns the objects of one kind. Elements never move: a reference stays good while others are added.
template <class IdT, class T>
class Table {
 public:
  template <class... Args>
  IdT add(Args&&... args) {
    items_.emplace_back(std::forward<Args>(args)...);
    return IdT{static_cast<uint32_t>(items_.size() - 1)};
  }
  T& operator[](IdT id) { return items_.at(id.raw); }
  const T& operator[](IdT id) const { return items_.at(id.raw); }
  size_t size() const { return items_.size(); }

 private:
  std::deque<T> items_;
};

// Side data of a pass: a dense map from id to T, T{} where nothing was stored.
template <class IdT, class T>
class SideTable {
 public:
  T& operator[](IdT id) {
    if (id.raw >= items_.size()) items_.resize(id.raw + 1);
    return items_[id.raw];
  }
  T get(IdT id) const { return id.raw < items_.size() ? items_[id.raw] : T{}; }

 private:
  std::deque<T> items_;  // not vector: SideTable<Id, bool> must hand out bool&
};

}  // namespace tinsmith

template <class Tag>
struct std::hash<tinsmith::Id<Tag>> {
  size_t operator()(tinsmith::Id<Tag> id) const { return std::hash<uint32_t>{}(id.raw); }
};
