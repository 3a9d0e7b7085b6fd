// SPDX-License-Identifier: Apache-2.0
// One task from SPIR-V to a blob.
#include <llvm/ADT/SmallVector.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include "air/lowering.h"
#include "support/check.h"

namespace tinsmith::air {

Result<Lowered> lower(const package::Task& task, const std::string& entry, const Options& options) {
  auto fail = [&](const std::string& why) { return Failure{"task " + task.name + ": " + why}; };
  Result<SpirvModule> spirv = SpirvModule::read(task.spirv);
  if (!spirv) return fail(spirv.failure().what);
  Lowering lowering(*spirv, task, entry, options);
  if (!lowering.run()) return fail(lowering.error());
  legalise(lowering.module(), options.target);
  std::string problems;
  llvm::raw_string_ostream out(problems);
  TS_CHECK(!llvm::verifyModule(lowering.module(), &out), "broken module: " + out.str());
  llvm::SmallVector<char, 0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(lowering.module(), stream);
  Lowered result;
  result.function.name = entry;
  result.function.air_major = options.target.air_major;
  result.function.air_minor = options.target.air_minor;
  result.function.msl_major = options.target.msl_major;
  result.function.msl_minor = options.target.msl_minor;
  result.function.blob = metallib::wrap(std::as_bytes(std::span(bitcode.data(), bitcode.size())));
  result.indices = lowering.indices();
  result.needs_f64 = lowering.needs_f64();
  return result;
}

}  // namespace tinsmith::air
