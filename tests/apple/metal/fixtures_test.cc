// SPDX-License-Identifier: Apache-2.0
// Genuine packages on the Metal device: from one library, and from one for each task.
#include "tests/apple/metal/metal_test.h"

namespace tinsmith::runtime {
namespace {

class MetalFixtures : public MetalTest, public testing::WithParamInterface<const char*> {
 protected:
  void play(const bundle::Naming& naming, msl::Numbering numbering) {
    play_fixture(GetParam(), device(), [&](package::Package package) {
      return through_libraries(std::move(package), naming, numbering);
    });
  }
};

TEST_P(MetalFixtures, GiveWhatIsExpectedFromOneLibrary) { play({"all"}, msl::Numbering::Binding); }
TEST_P(MetalFixtures, GiveWhatIsExpectedFromALibraryForEachTask) {
  play({std::nullopt}, msl::Numbering::Automatic);
}

INSTANTIATE_TEST_SUITE_P(Taichi, MetalFixtures, testing::ValuesIn(kFixtures),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace tinsmith::runtime
