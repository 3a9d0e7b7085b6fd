// SPDX-License-Identifier: Apache-2.0
#include "support/dtype.h"

#include <array>

namespace tinsmith {

namespace {

struct Info {
  std::string_view name;
  uint32_t bits;
};
constexpr std::array<Info, 12> kInfo = {{{"f16", 16},
                                         {"f32", 32},
                                         {"f64", 64},
                                         {"i8", 8},
                                         {"i16", 16},
                                         {"i32", 32},
                                         {"i64", 64},
                                         {"u1", 1},
                                         {"u8", 8},
                                         {"u16", 16},
                                         {"u32", 32},
                                         {"u64", 64}}};

}  // namespace

std::string_view name(DType type) { return kInfo.at(static_cast<size_t>(type)).name; }

std::optional<DType> dtype_from_name(std::string_view text) {
  for (size_t i = 0; i < kInfo.size(); ++i)
    if (kInfo[i].name == text) return static_cast<DType>(i);
  return std::nullopt;
}

uint32_t bits(DType type) { return kInfo.at(static_cast<size_t>(type)).bits; }

uint32_t bytes(DType type) { return type == DType::U1 ? 4 : bits(type) / 8; }

}  // namespace tinsmith
