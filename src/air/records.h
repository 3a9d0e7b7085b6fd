// SPDX-License-Identifier: Apache-2.0
// Bitcode as the records that it consists of: what is really in a file, before LLVM's reader gives
// old things their new names.
#pragma once
#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringRef.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "support/result.h"

namespace tinsmith::air {

struct Record {
  unsigned block = 0, code = 0;  // LLVMBitCodes.h; block 0 is the outermost level
  llvm::ArrayRef<uint64_t> operands;
  llvm::StringRef blob;
};

// Every record of a blob or of raw bitcode, in the order of the file. Fails where the stream is
// damaged, and where a record claims sizes that the file cannot have.
Result<> for_each_record(std::span<const std::byte> blob, std::string_view name,
                         llvm::function_ref<void(const Record&)> visit);

}  // namespace tinsmith::air
