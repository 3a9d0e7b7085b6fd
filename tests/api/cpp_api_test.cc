// SPDX-License-Identifier: Apache-2.0
// tinsmith.hpp as a program in C++ uses it, on the bundles of tests/api/bundles.py and the cpu
// device.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>
#include <tinsmith.hpp>

namespace {

using tinsmith::Device;
using tinsmith::Error;
using tinsmith::Module;
using tinsmith::NdArray;
using tinsmith::Package;

const std::filesystem::path kFolder = TINSMITH_API_BUNDLES;
const tinsmith::DeviceOptions kOptions = {.threads = 1, .cache_folder = kFolder / "cache"};

// What `use` fails with.
template <class Use>
Error error_of(const Use& use) {
  try {
    use();
  } catch (const Error& error) {
    return error;
  }
  return {TIN_OK, "nothing failed"};
}

#define EXPECT_SAYS(use, words)                                                          \
  do {                                                                                   \
    const Error error = error_of([&] { use; });                                          \
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what(); \
  } while (0)

class CppApi : public testing::Test {
 protected:
  Device device_{"cpu", kOptions};
  Package package_{kFolder / "bundle"};
  Module module_{device_, package_};
};

TEST_F(CppApi, RunsForwardAndBackward) {
  module_.kernel("fill")(0.5, 0.25);
  module_.kernel("clear_loss")();
  module_.kernel("forward")();
  module_.kernel("backward")();
  const std::vector<float> x = module_.field<float>("x").read();
  const std::vector<float> gradient = module_.field<float>("x_grad").read();
  ASSERT_EQ(x.size(), 8u);
  float sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(gradient[i], 2 * x[i]);
    sum += x[i] * x[i];
  }
  EXPECT_EQ(module_.field<float>("loss").value(), sum);
}

TEST_F(CppApi, NumbersVectorsAndMatricesAreArguments) {
  module_.kernel("scalars")(0.5f, -3, 0xabcd0000u, true);
  const auto out = module_.field<float>("out");
  EXPECT_EQ(out.shape(), (std::vector<uint32_t>{2, 4}));
  std::array<float, 4> row{};
  out.read(row);
  EXPECT_EQ(row, (std::array<float, 4>{0.5f, -3, 0xabcd, 1}));
  EXPECT_EQ(module_.field<int32_t>("flags").read(), (std::vector<int32_t>{1, 1, 1}));

  using Row = std::array<float, 3>;
  module_.kernel("tensor_arguments")(std::array<int, 3>{1, 2, 3},
                                     std::array<Row, 2>{Row{1, 2, 3}, Row{4, 5, 6.5f}});
  out.read(row, 4);
  EXPECT_EQ(row[0], 14);
  EXPECT_EQ(row[1], 33.5f);
  const auto points = module_.field<int32_t>("points");
  EXPECT_EQ(points.element_shape(), (std::vector<uint32_t>{3}));
  EXPECT_EQ(points.cells(), 4u);
  EXPECT_EQ(points.size(), 12u);
  std::array<int32_t, 3> cell{};
  points.read(cell, 3);
  EXPECT_EQ(cell, (std::array<int32_t, 3>{4, 5, 6}));
  points.write(std::array<int32_t, 3>{7, 8, 9}, 1);
  EXPECT_EQ(points.read()[5], 9);
  EXPECT_EQ(module_.field<float>("tensors").element_shape(), (std::vector<uint32_t>{2, 3}));
}

TEST_F(CppApi, ArraysAndResults) {
  NdArray<float> a(device_, {4});
  EXPECT_EQ(a.read(), (std::vector<float>{0, 0, 0, 0}));
  a.write(std::array<float, 4>{1, 2, 3, 4.5f});
  const auto total = module_.kernel("total");
  total(a);
  EXPECT_EQ(tinsmith::as<double>(total.results()[0]), 10.5);
  a.write(std::array<float, 1>{10}, 3);
  total(a);
  EXPECT_EQ(tinsmith::as<float>(total.results()[0]), 16);
  NdArray<int32_t> b(device_, {5, 3});
  b.write(std::array<int32_t, 1>{42}, 14);
  const auto bounds = module_.kernel("bounds");
  bounds(b);
  std::array<tin_value, 3> corner{};
  bounds.results(corner);
  EXPECT_EQ(tinsmith::as<int>(corner[1]), 3);
  EXPECT_EQ(tinsmith::as<int>(corner[2]), 42);
  b.clear();
  EXPECT_EQ(b.read()[14], 0);
}

TEST_F(CppApi, ArraysHaveGradients) {
  NdArray<float> a(device_, {3}), e(device_, {1});
  a.write(std::array<float, 3>{1, -2, 4});
  EXPECT_FALSE(a.has_gradient());
  EXPECT_SAYS(a.gradient(), "an array without a gradient");
  a.make_gradient(device_);
  e.make_gradient(device_).write(std::array<float, 1>{1});
  NdArray<float> moved = std::move(a);
  module_.kernel("energy_backward")(moved, e);
  EXPECT_EQ(moved.gradient().read(), (std::vector<float>{1, -4, 12}));
}

TEST_F(CppApi, GraphsRunWithNamedArguments) {
  using tinsmith::arg;
  NdArray<float> a(device_, {3}), p(device_, {2}, {2});
  module_.graph("ramp_and_move")
      .run(arg("a", a), arg("p", p), arg("start", 10), arg("by", std::array<float, 2>{0.5f, -1}));
  EXPECT_EQ(a.read(), (std::vector<float>{10, 11, 12}));
  EXPECT_EQ(p.read(), (std::vector<float>{1, -2, 1, -2}));
  EXPECT_SAYS(module_.graph("ramp_and_move").run(), "argument 'a': expected an array of f32");
}

TEST_F(CppApi, CompletionsAndEventsTellWhenWorkIsDone) {
  const auto count = module_.kernel("count");
  for (int i = 0; i < 50; ++i) count(2);
  int calls = 0;
  double seconds = -1;
  device_.submit([&](const tinsmith::Completion& completion) {
    EXPECT_TRUE(completion);
    completion.check();
    seconds = completion.device_seconds;
    ++calls;
  });
  const tinsmith::Event event = device_.record_event();
  event.wait();
  EXPECT_TRUE(event.is_done());
  EXPECT_EQ(calls, 1);
  EXPECT_GT(seconds, 0);
  EXPECT_LT(seconds, 60);
  EXPECT_EQ(module_.field<int32_t>("counter").value(), 100);
  device_.pause();  // nothing to pause on a cpu
  device_.resume();
  device_.wait();
}

TEST(CppApiOnVulkan, EventsAreAwaitedByOtherThreads) {
  Device device("vulkan");
  Module module(device, Package(kFolder / "package"));
  const auto count = module.kernel("count");
  std::vector<tinsmith::Event> events;
  for (int i = 0; i < 8; ++i) {
    count(1);
    events.push_back(device.record_event());
  }
  std::vector<std::thread> threads;
  for (const tinsmith::Event& event : events)
    threads.emplace_back([&event] {
      event.wait();
      EXPECT_TRUE(event.is_done());
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(module.field<int32_t>("counter").value(), 8);
}

TEST_F(CppApi, TheTypeOfAFieldIsChecked) {
  EXPECT_SAYS(module_.field<int32_t>("x"), "field 'x' holds f32, asked for as i32");
  EXPECT_SAYS(module_.field<float>("flags"), "field 'flags' holds u1, asked for as f32");
  EXPECT_SAYS(module_.field<float>("y"), "the module has no field 'y'; it has x, ");
  static_assert(!tinsmith::Number<bool> && tinsmith::Number<tinsmith::Half>);
}

TEST_F(CppApi, ErrorsSayWhoCanActOnThem) {
  EXPECT_EQ(error_of([&] { module_.kernel("count")(0.5); }).status(), TIN_INVALID);
  EXPECT_SAYS(module_.kernel("count")(0.5),
              "kernel 'count', argument 0 'by': expected i32, given the real number 0.5");
  EXPECT_EQ(error_of([] { Package("no such place"); }).status(), TIN_WORLD);
  EXPECT_SAYS(Device("abacus"), "device 'abacus'");
  const auto x = module_.field<float>("x");
  EXPECT_SAYS(x.write(std::vector<float>(9)), "field 'x': 9 cells from cell 0 on are beyond its 8");
  const auto points = module_.field<int32_t>("points");
  EXPECT_SAYS(points.write(std::vector<int32_t>(4)),
              "field 'points': 1 cells have 12 bytes, given 16");
}

// The files of a folder, held in memory.
struct Files {
  std::vector<std::string> names, contents;

  explicit Files(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      names.push_back(std::filesystem::relative(entry.path(), folder).string());
      std::ifstream file(entry.path(), std::ios::binary);
      contents.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  Package open(const std::string& name) const {
    std::vector<tin_file> files;
    for (size_t i = 0; i < names.size(); ++i)
      files.push_back({names[i].c_str(), contents[i].data(), contents[i].size()});
    return Package(name, files);
  }
};

TEST_F(CppApi, PackagesAreListedAndOpenFromMemory) {
  EXPECT_EQ(package_.fields().size(), 9u);
  EXPECT_EQ(package_.kernels().front()->name, std::string("fill"));
  EXPECT_EQ(package_.graphs().size(), 1u);
  const Package from_memory = Files(kFolder / "bundle").open("memory");
  EXPECT_STREQ(from_memory.fingerprint(), package_.fingerprint());
  EXPECT_STREQ(from_memory.targets(), package_.targets());
  Module module(device_, from_memory);
  module.kernel("count")(3);
  EXPECT_EQ(module.field<int32_t>("counter").value(), 3);
  const Package of_spirv = Files(kFolder / "package").open("memory");
  EXPECT_STREQ(of_spirv.fingerprint(), package_.fingerprint());
}

// tests/apple/corpus/make.py; corpus_test.c opens the same as folders.
TEST_F(CppApi, DamagedBundlesInMemoryAreRefusedWithTheirReason) {
  std::ifstream index(kFolder / "corpus" / "index.tsv");
  int cases = 0;
  for (std::string line; std::getline(index, line); ++cases) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    const std::string name = line.substr(0, first), reason = line.substr(second + 1);
    if (line.substr(first + 1, second - first - 1) != "open") continue;
    const Files files(kFolder / "corpus" / name);
    const Error error = error_of([&] { files.open(name); });
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos)
        << name << ": expected " << reason << ", given " << error.what();
    EXPECT_EQ(std::string(error.what()).rfind(name, 0), 0u) << error.what();
  }
  EXPECT_GT(cases, 50);
}

TEST_F(CppApi, DevicesAreIndependentAndPackagesShared) {
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 1; t <= 4; ++t)
    threads.emplace_back([&, t] {
      Device device("cpu", kOptions);
      Module module(device, package_);
      const auto count = module.kernel("count");
      for (int i = 0; i < 200; ++i) count(t);
      if (module.field<int32_t>("counter").value() == 200 * t) ++right;
      const int64_t large = (int64_t{1} << 40) + t;
      EXPECT_SAYS(count(large), std::to_string(large));  // a thread has its own last error
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4);
}

TEST_F(CppApi, ThereIsNoMetalDeviceInABuildForLinux) {
  EXPECT_SAYS(Device("metal"), "there are cpu and vulkan");
}

}  // namespace
