// SPDX-License-Identifier: Apache-2.0
// A launch that has run before takes no memory from the heap: not through the C++ API, the C API,
// or the runtime below.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <tinsmith.hpp>

namespace {

std::atomic<long> allocations{0};

}  // namespace

// libtinsmith.so calls these too. Not inline, where g++ would take them for a mismatch.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace {

using tinsmith::Device;
using tinsmith::Module;
using tinsmith::NdArray;

template <class Step>
long allocations_of(const Step& step) {
  for (int i = 0; i < 3; ++i) step();
  const long before = allocations;
  for (int i = 0; i < 100; ++i) step();
  return allocations - before;
}

class Allocation : public testing::TestWithParam<uint32_t> {
 protected:
  Device device_{"cpu", {.threads = GetParam(), .cache_folder = TINSMITH_API_BUNDLES "/cache"}};
  Module module_{device_, tinsmith::Package(TINSMITH_API_BUNDLES "/bundle")};
};

TEST_P(Allocation, TheCounterSeesWhatTheLibraryTakes) {
  const long before = allocations;
  const NdArray<float> array(device_, {16});
  EXPECT_GT(allocations - before, 1);
}

TEST_P(Allocation, LaunchesOfNumbersVectorsAndMatricesTakeNone) {
  const auto fill = module_.kernel("fill"), forward = module_.kernel("forward"),
             tensors = module_.kernel("tensor_arguments");
  const std::array<int, 3> v{1, 2, 3};
  const std::array<std::array<float, 3>, 2> m{};
  EXPECT_EQ(allocations_of([&] {
              fill(0.5, 0.25);
              forward();
              tensors(v, m);
            }),
            0);
}

TEST_P(Allocation, LaunchesWithLargeArraysTakeNone) {
  NdArray<float> a(device_, {1 << 20}), e(device_, {1});
  a.make_gradient(device_);
  e.make_gradient(device_);
  const auto energy = module_.kernel("energy"), backward = module_.kernel("energy_backward");
  EXPECT_EQ(allocations_of([&] {
              energy(a, e);
              backward(a, e);
            }),
            0);
}

TEST_P(Allocation, GraphsTakeNone) {
  using tinsmith::arg;
  const NdArray<float> a(device_, {100}), p(device_, {2}, {2});
  const auto graph = module_.graph("ramp_and_move");
  const std::array<float, 2> by{1, 2};
  EXPECT_EQ(allocations_of(
                [&] { graph.run(arg("a", a), arg("p", p), arg("start", 0.5), arg("by", by)); }),
            0);
}

TEST_P(Allocation, ReadsAndWritesIntoMemoryOfTheCallerTakeNone) {
  const auto x = module_.field<float>("x");
  std::array<float, 8> values{};
  EXPECT_EQ(allocations_of([&] {
              x.write(values);
              x.read(values);
              device_.submit();
            }),
            0);
}

INSTANTIATE_TEST_SUITE_P(Threads, Allocation, testing::Values(1u, 2u));

}  // namespace
