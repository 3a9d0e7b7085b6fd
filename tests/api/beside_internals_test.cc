// SPDX-License-Identifier: Apache-2.0
// tinsmith.hpp in a file that also sees the headers of the runtime, as tests do. And the numbers of
// 16 bits, against the library's.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <tinsmith.hpp>
#include <type_traits>

#include "bundle/bundle.h"
#include "runtime/half.h"
#include "runtime/runtime.h"

namespace {

using tinsmith::cpp::Half;

static_assert(!std::is_same_v<tinsmith::cpp::Module, tinsmith::runtime::Module>);
static_assert(std::is_aggregate_v<tinsmith::package::Field>);
static_assert(!std::is_copy_constructible_v<tinsmith::cpp::Module>);
static_assert(std::is_nothrow_move_constructible_v<tinsmith::cpp::Device>);

TEST(Half, AllAreTheNumbersOfTheLibrary) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    Half half;
    half.bits = static_cast<uint16_t>(bits);
    const double expected = tinsmith::runtime::from_half(half.bits);
    const auto given = static_cast<float>(half);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(given)) << bits;
      ASSERT_TRUE(std::isnan(static_cast<float>(Half(given)))) << bits;
    } else {
      ASSERT_EQ(given, expected) << bits;
      ASSERT_EQ(std::signbit(given), std::signbit(expected)) << bits;
      ASSERT_EQ(Half(given).bits, bits);
    }
  }
}

TEST(Half, RoundsAsTheLibraryDoes) {
  // These steps through all floats meet every exponent; ties are made on purpose.
  for (uint64_t word = 0; word <= 0xffffffff; word += 99'991) {
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(word));
    if (std::isnan(value)) continue;
    ASSERT_EQ(Half(value).bits, tinsmith::runtime::to_half(static_cast<double>(value))) << value;
  }
  for (uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const double middle = (tinsmith::runtime::from_half(static_cast<uint16_t>(bits)) +
                           tinsmith::runtime::from_half(static_cast<uint16_t>(bits + 1))) /
                          2;
    const auto tie = static_cast<float>(middle);
    for (const float value : {tie, std::nextafter(tie, 1e9f), std::nextafter(tie, -1e9f), -tie})
      ASSERT_EQ(Half(value).bits, tinsmith::runtime::to_half(static_cast<double>(value))) << value;
  }
}

}  // namespace
