// SPDX-License-Identifier: Apache-2.0
// Taichi orders fields by size with an unstable sort, so the place of equal-sized fields depends on
// the C++ library that it was built with. Swift programs hard-code the offsets that the macOS build
// gives, so this is a sort that moves equal elements exactly as that library (libc++ before LLVM
// 16, elements that are not trivially copyable) does. The oracle is that library itself:
// size_order_test.cc holds recorded answers.
//
// Shape: compare-exchange networks up to 5, insertion up to 6, else quicksort around the median of
// three (of five from 1000 on), which leaves early when a partition moved nothing and a bounded
// insertion sort then finishes the halves.
#include "lower/size_order.h"

#include <cstddef>
#include <utility>

namespace tinsmith::lower {

namespace {

constexpr ptrdiff_t kInsertionLimit = 6;
constexpr ptrdiff_t kFiveMedianFrom = 1000;
constexpr int kBoundedInsertions = 8;

struct Item {
  uint64_t size = 0;
  uint32_t index = 0;
};
using Pos = Item*;

bool less(Pos a, Pos b) { return a->size < b->size; }

// Puts a and b in order; returns whether they had to change places.
int exchange(Pos a, Pos b) {
  if (!less(b, a)) return 0;
  std::swap(*a, *b);
  return 1;
}

// The networks return how many exchanges they did: quicksort asks whether there were any.
int order3(Pos a, Pos b, Pos c) {
  if (!less(b, a)) {
    if (!exchange(b, c)) return 0;
    return 1 + exchange(a, b);
  }
  if (less(c, b)) {
    std::swap(*a, *c);
    return 1;
  }
  std::swap(*a, *b);
  return 1 + exchange(b, c);
}

int order4(Pos a, Pos b, Pos c, Pos d) {
  int moves = order3(a, b, c);
  if (!exchange(c, d)) return moves;
  ++moves;
  if (!exchange(b, c)) return moves;
  return moves + 1 + exchange(a, b);
}

int order5(Pos a, Pos b, Pos c, Pos d, Pos e) {
  int moves = order4(a, b, c, d);
  if (!exchange(d, e)) return moves;
  ++moves;
  if (!exchange(c, d)) return moves;
  ++moves;
  if (!exchange(b, c)) return moves;
  return moves + 1 + exchange(a, b);
}

// Sorts up to five elements; false when there are more.
bool order_few(Pos first, Pos last) {
  switch (last - first) {
    case 0:
    case 1: return true;
    case 2: exchange(first, first + 1); return true;
    case 3: order3(first, first + 1, first + 2); return true;
    case 4: order4(first, first + 1, first + 2, first + 3); return true;
    case 5: order5(first, first + 1, first + 2, first + 3, first + 4); return true;
    default: return false;
  }
}

// Moves *at down to its place among the sorted elements before it.
void sink(Pos first, Pos at) {
  Item item = *at;
  for (; at != first && item.size < (at - 1)->size; --at) *at = *(at - 1);
  *at = item;
}

void insertion_sort(Pos first, Pos last) {
  order3(first, first + 1, first + 2);
  for (Pos at = first + 3; at != last; ++at)
    if (less(at, at - 1)) sink(first, at);
}

// Insertion sort that gives up after a few insertions; returns whether everything is sorted.
bool try_insertion_sort(Pos first, Pos last) {
  if (order_few(first, last)) return true;
  order3(first, first + 1, first + 2);
  int insertions = 0;
  for (Pos at = first + 3; at != last; ++at) {
    if (!less(at, at - 1)) continue;
    sink(first, at);
    if (++insertions == kBoundedInsertions) return at + 1 == last;
  }
  return true;
}

// Of a stretch whose smallest element is *first: gathers all equals of it at the front and returns
// their end, which is `last` when all are equal.
Pos gather_smallest(Pos first, Pos last) {
  Pos i = first + 1;
  Pos j = last - 1;
  if (!less(first, j)) {
    while (i != j && !less(first, i)) ++i;
    if (i == j) return last;
    std::swap(*i++, *j);
  }
  if (i == j) return last;
  for (;;) {
    while (!less(first, i)) ++i;
    do --j;
    while (less(first, j));
    if (i >= j) return i;
    std::swap(*i++, *j);
  }
}

struct Partition {
  Pos pivot;
  int moves;
};

// Partitions around *pivot, given that *first < *pivot and that j is known not to be less than it.
Partition partition(Pos first, Pos j, Pos pivot, int moves) {
  Pos i = first + 1;
  while (i < j) {
    while (less(i, pivot)) ++i;
    do --j;
    while (!less(j, pivot));
    if (i > j) break;
    std::swap(*i, *j);
    ++moves;
    if (pivot == i) pivot = j;
    ++i;
  }
  if (i != pivot && less(pivot, i)) {
    std::swap(*i, *pivot);
    ++moves;
  }
  return {i, moves};
}

int choose_pivot(Pos first, Pos last) {
  ptrdiff_t n = last - first;
  Pos middle = first + n / 2;
  if (n < kFiveMedianFrom) return order3(first, middle, last - 1);
  ptrdiff_t quarter = n / 2 / 2;
  return order5(first, first + quarter, middle, middle + quarter, last - 1);
}

void sort(Pos first, Pos last) {
  for (;;) {
    if (order_few(first, last)) return;
    if (last - first <= kInsertionLimit) return insertion_sort(first, last);
    int moves = choose_pivot(first, last);
    Pos pivot = first + (last - first) / 2;
    Pos j = last - 1;
    if (!less(first, pivot)) {
      // The first element equals the pivot: bring a smaller one there, or find that none is
      // smaller.
      do --j;
      while (j != first && !less(j, pivot));
      if (j == first) {
        first = gather_smallest(first, last);
        if (first == last) return;
        continue;
      }
      std::swap(*first, *j);
      ++moves;
    }
    Partition cut = partition(first, j, pivot, moves);
    Pos middle = cut.pivot;
    if (cut.moves == 0) {
      bool left_done = try_insertion_sort(first, middle);
      if (try_insertion_sort(middle + 1, last)) {
        if (left_done) return;
        last = middle;
        continue;
      }
      if (left_done) {
        first = middle + 1;
        continue;
      }
    }
    if (middle - first < last - middle) {
      sort(first, middle);
      first = middle + 1;
    } else {
      sort(middle + 1, last);
      last = middle;
    }
  }
}

}  // namespace

std::vector<uint32_t> size_order(std::span<const uint64_t> sizes) {
  std::vector<Item> items;
  for (uint64_t size : sizes) items.push_back({size, static_cast<uint32_t>(items.size())});
  sort(items.data(), items.data() + items.size());
  std::vector<uint32_t> order;
  for (const Item& item : items) order.push_back(item.index);
  return order;
}

}  // namespace tinsmith::lower
