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

// Without f_random: each thread of a kernel that draws reads the generator's word and adds one to
// it, and none waits for another. What it draws on a GPU depends on who comes first.
std::vector<const char*> cases() {
  std::vector<const char*> all(std::begin(kFixtures), std::end(kFixtures));
  std::erase_if(all, [](const std::string& name) { return name == "f_random"; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Taichi, MetalFixtures, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace tinsmith::runtime
