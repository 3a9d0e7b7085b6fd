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

void parse(llvm::MemoryBufferRef buffer, LoadedModule& loaded, std::string& problem) {
  try {
    llvm::Expected<std::unique_ptr<llvm::Module>> module =
        llvm::parseBitcodeFile(buffer, *loaded.context);
    if (module) {
      loaded.module = std::move(*module);
    } else {
      problem = llvm::toString(module.takeError());
    }
  } catch (const std::bad_alloc&) {
    problem = "a record asks for more memory than there is";
  } catch (const std::length_error&) {
    problem = "a record asks for more memory than there can be";
  }
}

}  // namespace

Result<LoadedModule> read_module(std::span<const std::byte> blob, std::string_view name) {
  TS_TRY(for_each_record(blob, name, [](const Record&) {}));
  std::string where(name), problem;
  llvm::StringRef bytes(reinterpret_cast<const char*>(blob.data()), blob.size());
  LoadedModule loaded;
  loaded.context = std::make_unique<llvm::LLVMContext>();
  loaded.context->setDiagnosticHandler(std::make_unique<Quiet>());
  if (!survives([&] { parse(llvm::MemoryBufferRef(bytes, where), loaded, problem); })) {
    problem = "LLVM's reader gave up on a damaged record";
    static_cast<void>(loaded.context.release());  // in what state, nobody knows
  }
  if (!loaded.module) return Failure{where + ": no bitcode that LLVM 14 reads: " + problem};
  return loaded;
}

}  // namespace tinsmith::air
