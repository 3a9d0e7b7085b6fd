// SPDX-License-Identifier: Apache-2.0
// Reads bitcode under guard, once its records have been walked: numbers that LLVM's reader would
// take as sizes without a look are checked there.
#include "air/read_module.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBuffer.h>

#include <new>
#include <stdexcept>
#include <string>

#include "air/guard.h"
#include "air/records.h"

namespace tinsmith::air {

namespace {

// Upgrades of old forms are not worth a line on stderr.
class Quiet : public llvm::DiagnosticHandler {
 public:
  bool handleDiagnostics(const llvm::DiagnosticInfo&) override { return true; }
};

struct Outcome {
  std::unique_ptr<llvm::Module> module;
  std::string problem;
};

void parse(llvm::LLVMContext& context, llvm::MemoryBufferRef buffer, Outcome& outcome) {
  try {
    llvm::Expected<std::unique_ptr<llvm::Module>> module = llvm::parseBitcodeFile(buffer, context);
    if (module) {
      outcome.module = std::move(*module);
    } else {
      outcome.problem = llvm::toString(module.takeError());
    }
  } catch (const std::bad_alloc&) {
    outcome.problem = "a record asks for more memory than there is";
  } catch (const std::length_error&) {
    outcome.problem = "a record asks for more memory than there can be";
  }
}

}  // namespace

Result<std::unique_ptr<llvm::Module>> read_module(llvm::LLVMContext& context,
                                                  std::span<const std::byte> blob,
                                                  std::string_view name) {
  std::string where(name);
  llvm::StringRef bytes(reinterpret_cast<const char*>(blob.data()), blob.size());
  if (bytes.empty()) return Failure{where + ": the bitcode is empty"};
  context.setDiagnosticHandler(std::make_unique<Quiet>());
  TS_TRY(for_each_record(blob, name, [](const Record&) {}));
  Outcome outcome;
  bool survived = survives([&] { parse(context, llvm::MemoryBufferRef(bytes, where), outcome); });
  if (!survived) outcome.problem = "LLVM's reader gave up on a damaged record";
  if (!outcome.module) {
    return Failure{where + ": no bitcode that LLVM 14 reads: " + outcome.problem};
  }
  return std::move(outcome.module);
}

}  // namespace tinsmith::air
