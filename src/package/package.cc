// SPDX-License-Identifier: Apache-2.0
#include "package/package.h"

#include <algorithm>

#include "support/ranges.h"

namespace tinsmith::package {

namespace {

template <class T>
const T* find(const std::vector<T>& items, std::string_view name) {
  auto it = ranges::find(items, name, &T::name);
  return it == items.end() ? nullptr : &*it;
}

// a * b, or the largest number where that is too small.
uint64_t times(uint64_t a, uint64_t b) { return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b; }

}  // namespace

uint32_t Field::components() const {
  uint64_t n = 1;
  for (uint32_t size : element_shape) n = times(n, size);
  return static_cast<uint32_t>(std::min<uint64_t>(n, UINT32_MAX));
}

uint64_t Field::elements() const {
  uint64_t n = components();
  for (uint32_t size : shape) n = times(n, size);
  return n;
}

const Kernel* Package::kernel(std::string_view name) const { return find(kernels, name); }
const Field* Package::field(std::string_view name) const { return find(fields, name); }
const Graph* Package::graph(std::string_view name) const { return find(graphs, name); }

}  // namespace tinsmith::package
