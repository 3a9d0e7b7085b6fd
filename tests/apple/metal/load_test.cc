// SPDX-License-Identifier: Apache-2.0
// Devices, libraries, pipelines and memory: what is made of them, and what is said where that
// cannot be.
#include <filesystem>
#include <fstream>

#include "bundle/bundle.h"
#include "tests/apple/metal/bundles.h"
#include "tests/apple/metal/metal_test.h"

namespace tinsmith::runtime {
namespace {

class MetalLoad : public MetalTest {
 protected:
  std::string refusal(const package::Package& package) {
    auto module = Module::load(device(), package);
    return module ? "" : module.failure().what;
  }
};

// The bundle of a case for a system, in memory.
package::Package bundle_for(const char* system, const char* genuine) {
  auto opened = bundle::open(bundle_files(package::testing::genuine(genuine), system), "bundle");
  EXPECT_TRUE(opened) << opened.failure().what;
  return opened->package;
}

TEST_F(MetalLoad, ADeviceSaysWhatItIs) {
  fake_metal::Configuration phone;
  phone.name = "Apple A12 GPU";
  phone.os_major = 17;
  phone.os_minor = 4;
  phone.apple_family = 5;
  configure(phone);
  const DeviceInfo& info = device()->info();
  EXPECT_EQ(info.name, "Apple A12 GPU");
  EXPECT_EQ(info.driver, "iOS 17.4, Apple 5");
  EXPECT_EQ(info.platform, "iOS");
  EXPECT_EQ(info.os_major, 17);
  EXPECT_TRUE(info.is_gpu);
  EXPECT_FALSE(info.native_float_atomics);
}

TEST_F(MetalLoad, FloatsAreAddedAtomicallyFromApple7OnAndOnMacsAndNeverInTheSimulator) {
  const auto adds = [&](fake_metal::Platform platform, int family) {
    fake_metal::Configuration configuration;
    configuration.platform = platform;
    configuration.apple_family = family;
    configure(configuration);
    return (*open())->info().native_float_atomics;
  };
  EXPECT_FALSE(adds(fake_metal::Platform::Ios, 6));
  EXPECT_TRUE(adds(fake_metal::Platform::Ios, 7));
  EXPECT_TRUE(adds(fake_metal::Platform::Macos, 7));
  EXPECT_FALSE(adds(fake_metal::Platform::IosSimulator, 7));
}

// 256 bytes between arguments, copies of whole words: the fake wants them there.
TEST_F(MetalLoad, TheRulesOfTheSimulatorAndOfMacsAreKept) {
  const std::pair<fake_metal::Platform, const char*> systems[] = {
      {fake_metal::Platform::IosSimulator, "ios-sim16"}, {fake_metal::Platform::Macos, "macos13"}};
  for (const auto& [platform, name] : systems) {
    fake_metal::Configuration system;
    system.platform = platform;
    configure(system);
    const auto gpu = *open();
    const auto kernel = *(*Module::load(gpu, bundle_for(name, "b_ndarray")))->kernel("saxpy");
    const Array x{*gpu->new_buffer(6), nullptr, DType::F32, {1}, {}}, y = x;
    for (float a = 1; a < 4; ++a) {
      launch(*kernel, a, x, y);
      const std::vector<std::byte> odd(3);
      ok(x.data->write(3, odd));
    }
    ok(gpu->wait());
  }
}

TEST_F(MetalLoad, ADeviceIsAskedForByAPartOfItsName) {
  EXPECT_TRUE(open("Apple"));
  auto other = open("Radeon");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.failure().what, "there is no Metal device 'Radeon', but 'Fake Apple GPU'");
}

TEST_F(MetalLoad, OneLibraryServesAllKernelsAndGoesWithThem) {
  const package::Package package = bundled("c_arguments");
  {
    const auto module = load(package);
    EXPECT_EQ(fake_metal::counters().libraries_made, 1u);
    const auto again = load(package);
    EXPECT_EQ(fake_metal::counters().libraries_made, 1u);
  }
  const auto anew = load(package);
  EXPECT_EQ(fake_metal::counters().libraries_made, 2u);
}

TEST_F(MetalLoad, LibrariesComeFromAFolderToo) {
  package::Package package = bundle_for("ios16", "b_ndarray");
  const auto file = std::filesystem::path(testing::TempDir()) / "ts_metal_load.metallib";
  auto library = std::make_shared<package::MetalLibrary>();
  library->name = "kernels.metallib";
  library->path = file;
  for (package::Kernel& kernel : package.kernels)
    for (package::Task& task : kernel.tasks) {
      if (!std::filesystem::exists(file)) {
        const auto& bytes = *task.metal->library->bytes;
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
      }
      task.metal->library = library;
    }
  {
    const auto kernel = *load(package)->kernel("saxpy");
    const Array x = array(16, 1), y = array(16);
    launch(*kernel, 3, x, y);
    expect_all(y, 3);
  }
  std::filesystem::remove(file);
  {
    const std::string said = refusal(package);
    EXPECT_TRUE(says(said, "library 'kernels.metallib': "));
    EXPECT_TRUE(says(said, "MTLLibraryErrorDomain 6"));
  }
}

TEST_F(MetalLoad, AllPipelinesThatAreRefusedAreToldInMetalsWords) {
  fake_metal::refuse_pipelines("s", "Compiler encountered an internal error");
  const std::string said = refusal(bundled("b_ndarray"));
  for (const char* kernel : {"saxpy", "transpose_i32", "cross_with_z"})
    EXPECT_TRUE(says(said, "kernel '" + std::string(kernel) + "'"));
  EXPECT_TRUE(says(said, "Compiler encountered an internal error"));
}

TEST_F(MetalLoad, ALibraryForAnotherSystemIsRefusedInMetalsWords) {
  {
    const std::string said = refusal(bundle_for("macos13", "b_ndarray"));
    EXPECT_TRUE(says(said, "kernel 'saxpy'"));
    EXPECT_TRUE(says(said, "library 'kernels.metallib': "));
    EXPECT_TRUE(says(said, "MTLLibraryErrorDomain"));
  }
}

TEST_F(MetalLoad, AFunctionThatALibraryLacksIsNamedWithThoseThatItHas) {
  package::Package package = bundled("b_ndarray");
  for (package::Kernel& kernel : package.kernels)
    if (kernel.name == "saxpy") kernel.tasks[0].metal->name = "sxapy";
  {
    const std::string said = refusal(package);
    EXPECT_TRUE(says(said, "has no function 'sxapy', but: "));
    EXPECT_TRUE(says(said, "saxpy"));
    EXPECT_FALSE(says(said, "\n"));
  }
}

TEST_F(MetalLoad, APackageOfSpirvIsRefusedWithTheWayToABundle) {
  EXPECT_TRUE(says(refusal(package::testing::genuine("b_ndarray")), "tinsmith metal"));
}

TEST_F(MetalLoad, GroupsBeyondWhatAPipelineTakesAreRefused) {
  fake_metal::Configuration small;
  small.threads_per_group = 64;
  configure(small);
  EXPECT_TRUE(says(refusal(bundled("b_ndarray")), "takes up to 64 of this function"));
}

TEST_F(MetalLoad, MemoryThatTheGpuStillHoldsIsWaitedFor) {
  const auto kernel = saxpy();
  const Array y = array(16);
  launch(*kernel, 1, array(16, 2), y);
  fake_metal::refuse_next_buffer();
  expect_all(array(1000), 0);
  EXPECT_EQ(fake_metal::counters().in_flight, 0u);
  expect_all(y, 2);
}

TEST_F(MetalLoad, ABufferThatIsTooLargeIsRefused) {
  auto buffer = device()->new_buffer(size_t{1} << 40);
  ASSERT_FALSE(buffer);
  EXPECT_TRUE(says(buffer.failure().what, "1099511627776 bytes"));
}

TEST_F(MetalLoad, ArraysOfAnotherDeviceAreRefused) {
  const auto kernel = saxpy();
  const Array x = array(16, 1);
  const auto other = *open();
  const Array y{*other->new_buffer(64), nullptr, DType::F32, {16}, {}};
  const Argument arguments[] = {Argument::of(1.0f), Argument::of(x), Argument::of(y)};
  EXPECT_TRUE(says(what(kernel->launch(arguments)), "belongs to another device"));
}

TEST_F(MetalLoad, AccessBeyondABufferIsRefused) {
  const Array x = array(16);
  std::vector<std::byte> bytes(8);
  EXPECT_TRUE(says(what(x.data->read(60, bytes)), "beyond the buffer's 64"));
  EXPECT_TRUE(says(what(x.data->write(60, bytes)), "beyond the buffer's 64"));
}

}  // namespace
}  // namespace tinsmith::runtime
