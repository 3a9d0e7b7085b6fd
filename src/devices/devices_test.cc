// SPDX-License-Identifier: Apache-2.0
#include "devices/devices.h"

#include <gtest/gtest.h>

namespace tinsmith::devices {
namespace {

using runtime::DeviceKind;

TEST(Devices, AVulkanDeviceOfAnUnknownNameListsTheOthers) {
  runtime::DeviceOptions options;
  options.kind = DeviceKind::Vulkan;
  options.name = "no such device";
  const auto opened = open(options);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.failure().what.find("no Vulkan device with 'no such device' in its name"),
            std::string::npos);
  ASSERT_FALSE(list().empty());
  const std::string name = list().back().name;
  EXPECT_NE(opened.failure().what.find(name), std::string::npos);
  options.name = name.substr(1, 4);
  EXPECT_TRUE(open(options));
}

TEST(Devices, CpuIsThereWithoutAskingTheSystem) {
  ASSERT_FALSE(list().empty());
  EXPECT_TRUE(list().front().name.starts_with("cpu: "));
  runtime::DeviceOptions options;
  EXPECT_TRUE(open(options));
  options.name = "x";
  const auto named = open(options);
  ASSERT_FALSE(named);
  EXPECT_EQ(named.failure().what, "there is one cpu device, and it is not chosen by name: 'x'");
}

}  // namespace
}  // namespace tinsmith::devices
