// SPDX-License-Identifier: Apache-2.0
// Bitcode as the records that it consists of: what is really in a file, before LLVM's reader gives
// old things their new names; and a check of what that reader takes for granted.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "support/result.h"

namespace tinsmith::air {

struct Record {
  unsigned block = 0, code = 0;  // LLVMBitCodes.h
  std::span<const uint64_t> operands;
  std::string_view blob;
};

// Every record of a blob or of raw bitcode, in the order of the file. Fails where the stream is
// damaged: blocks that do not end where they say, records that are longer than the file, positions
// that point to nothing, types that contain themselves.
Result<> for_each_record(std::span<const std::byte> blob, std::string_view name,
                         const std::function<void(const Record&)>& visit);

}  // namespace tinsmith::air
