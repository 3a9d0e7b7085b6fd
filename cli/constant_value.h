// SPDX-License-Identifier: Apache-2.0
// Values of function constants, as they are written on the command line.
#pragma once
#include <cstdint>
#include <string>

#include "support/result.h"

namespace tinsmith::cli {

// The bits of `text` as a value of an MTLDataType (metallib::FunctionConstant); `word` is what the
// user wrote, for messages.
Result<uint64_t> constant_bits(const std::string& text, uint8_t data_type, const std::string& word);

}  // namespace tinsmith::cli
