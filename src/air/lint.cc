// SPDX-License-Identifier: Apache-2.0
// Judges a library from the outside in: container, then each function's records, its module, its
// functions and its arguments. What is too damaged to look into ends the look into it, no more.
#include "air/lint.h"

#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include "air/guard.h"
#include "air/lint_report.h"
#include "air/read_module.h"

namespace tinsmith::air {

namespace {

void judge_module(const llvm::Module& module, const Subject& subject) {
  std::string problems;
  llvm::raw_string_ostream out(problems);
  if (llvm::verifyModule(module, &out)) {
    out.flush();
    subject.add(LintCode::Invalid, problems.substr(0, problems.find('\n')),
                "run LLVM's verifier when the module is made");
    return;
  }
  lint_module(module, subject);
  lint_functions(module, subject);
  lint_calls(module, subject);
  lint_arguments(module, subject);
}

void judge_function(const Subject& subject) {
  std::optional<RecordKinds> kinds = lint_records(subject);
  if (!kinds) return;
  Result<LoadedModule> loaded =
      read_module(subject.function.blob, "function '" + subject.function.name + "'");
  if (!loaded) {
    subject.add(LintCode::BadBitcode, loaded.failure().what, "compile the function again");
    return;
  }
  // The reader takes modules that the verifier, even, stumbles over.
  if (!survives([&] { judge_module(*loaded->module, subject); })) {
    static_cast<void>(loaded->module.release());
    static_cast<void>(loaded->context.release());
    subject.add(LintCode::BadBitcode, "LLVM stumbles over the module",
                "compile the function again");
    return;
  }
  lint_record_kinds(*kinds, subject);
}

}  // namespace

std::vector<Finding> lint(std::span<const std::byte> file, std::string_view name) {
  Report report;
  Result<metallib::Library> library = metallib::read(file, name);
  if (!library) {
    std::string why = library.failure().what, prefix = std::string(name) + ": ";
    if (why.starts_with(prefix)) why.erase(0, prefix.size());  // the finding is of that file anyway
    report.add(LintCode::Unreadable, "", "file", why, "write the library again");
    return report.take();
  }
  lint_container(*library, report);
  for (const metallib::Function& fn : library->functions) {
    judge_function(Subject(*library, fn, report));
  }
  return report.take();
}

}  // namespace tinsmith::air
