// SPDX-License-Identifier: Apache-2.0
// The algorithms of std::ranges that the runtime uses: for whole containers, with projections.
// libc++ has its own since version 15, the runtime compiles with 14 (tests/apple/crosscheck), so
// files that apps compile say `ranges::find` instead of `std::ranges::find`.
#pragma once
#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace tinsmith::ranges {

template <class Range, class Test>
auto find_if(Range&& range, Test test) {
  return std::find_if(std::begin(range), std::end(range), std::move(test));
}

template <class Range, class T, class Project = std::identity>
auto find(Range&& range, const T& value, Project project = {}) {
  return ranges::find_if(range,
                         [&](const auto& item) { return std::invoke(project, item) == value; });
}

template <class Range, class Test>
bool any_of(const Range& range, Test test) {
  return std::any_of(std::begin(range), std::end(range), std::move(test));
}

template <class Range, class Test>
bool all_of(const Range& range, Test test) {
  return std::all_of(std::begin(range), std::end(range), std::move(test));
}

template <class Range, class Test>
bool none_of(const Range& range, Test test) {
  return std::none_of(std::begin(range), std::end(range), std::move(test));
}

template <class Range, class Test>
auto count_if(const Range& range, Test test) {
  return std::count_if(std::begin(range), std::end(range), std::move(test));
}

// By what `project` makes of each element.
template <class Range, class Project = std::identity>
void sort(Range& range, Project project = {}) {
  std::sort(std::begin(range), std::end(range), [&](const auto& a, const auto& b) {
    return std::invoke(project, a) < std::invoke(project, b);
  });
}

template <class Range, class Project = std::identity>
void stable_sort(Range& range, Project project = {}) {
  std::stable_sort(std::begin(range), std::end(range), [&](const auto& a, const auto& b) {
    return std::invoke(project, a) < std::invoke(project, b);
  });
}

template <class Range, class Project = std::identity>
auto adjacent_find(Range&& range, Project project = {}) {
  return std::adjacent_find(std::begin(range), std::end(range), [&](const auto& a, const auto& b) {
    return std::invoke(project, a) == std::invoke(project, b);
  });
}

}  // namespace tinsmith::ranges
