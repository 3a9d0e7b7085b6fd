// SPDX-License-Identifier: Apache-2.0
// Genuine packages on cpu, on cpu from their Metal libraries alone, and on Vulkan with the
// validation layer on and silent, over memory that the host shares with the device and over copies.
#include <gtest/gtest.h>

#include "devices/devices.h"
#include "runtime/vulkan/device.h"
#include "tests/devices/fixture_player.h"

namespace tinsmith::runtime {
namespace {

enum class On { Cpu, Vulkan, VulkanOverCopies };

Result<std::shared_ptr<Device>> open(On on) {
  DeviceOptions options;
  options.kind = on == On::Cpu ? DeviceKind::Cpu : DeviceKind::Vulkan;
  options.validation = on != On::Cpu;
  if (on != On::VulkanOverCopies) return devices::open(options);
  TS_TRY_ASSIGN(device, vulkan::VulkanDevice::open(options, vulkan::Sharing::Never));
  return std::shared_ptr<Device>(std::move(device));
}

class Fixtures : public testing::TestWithParam<const char*> {
 protected:
  static void play(On on) {
    play(on, [](package::Package package) -> Result<package::Package> { return package; });
  }
  static void play(On on, const Convert& convert) {
    auto device = open(on);
    ASSERT_TRUE(device) << device.failure().what;
    play_fixture(GetParam(), std::move(*device), convert);
  }
};

TEST_P(Fixtures, GiveWhatIsExpectedOnCpu) { play(On::Cpu); }
TEST_P(Fixtures, GiveWhatIsExpectedFromOneLibrary) {
  play(On::Cpu, [](package::Package package) {
    return through_libraries(std::move(package), {"all"}, msl::Numbering::Binding);
  });
}
TEST_P(Fixtures, GiveWhatIsExpectedFromALibraryForEachTask) {
  play(On::Cpu, [](package::Package package) {
    return through_libraries(std::move(package), {std::nullopt}, msl::Numbering::Automatic);
  });
}
TEST_P(Fixtures, GiveWhatIsExpectedOnVulkan) { play(On::Vulkan); }
TEST_P(Fixtures, GiveWhatIsExpectedOnVulkanOverCopies) { play(On::VulkanOverCopies); }

INSTANTIATE_TEST_SUITE_P(Taichi, Fixtures, testing::ValuesIn(kFixtures),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace tinsmith::runtime
