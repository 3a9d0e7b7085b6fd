// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include <llvm/AsmParser/Parser.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

#include "support/check.h"

namespace fake_metal {

namespace metallib = tinsmith::metallib;

namespace {

// Leaves one kernel of the module, as a library has them.
void keep_alone(llvm::Module& module, const std::string& name) {
  llvm::NamedMDNode& kernels = *module.getNamedMetadata("air.kernel");
  std::vector<llvm::MDNode*> all(kernels.op_begin(), kernels.op_end());
  kernels.clearOperands();
  for (llvm::MDNode* kernel : all) {
    auto* function = llvm::mdconst::extract<llvm::Function>(kernel->getOperand(0));
    if (function->getName() == name) {
      kernels.addOperand(kernel);
    } else {
      function->dropAllReferences();
      function->setLinkage(llvm::GlobalValue::ExternalLinkage);
    }
  }
  std::vector<llvm::Function*> unused;
  for (llvm::Function& function : module) {
    if (function.isDeclaration() && function.use_empty()) unused.push_back(&function);
  }
  for (llvm::Function* function : unused) function->eraseFromParent();
}

metallib::Bytes assemble(const char* path, const std::string& name) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  const auto module = llvm::parseAssemblyFile(path, diagnostic, context);
  TS_CHECK(module != nullptr, std::string(path) + ": " + diagnostic.getMessage().str());
  keep_alone(*module, name);
  std::string bitcode;
  llvm::raw_string_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(*module, stream);
  stream.flush();
  return metallib::wrap(std::as_bytes(std::span(bitcode)));
}

}  // namespace

std::vector<std::byte> library_of_kernels(const std::function<void(metallib::Library&)>& change) {
  metallib::Library library;
  for (const char* name : {"scale", "increment", "through_threadgroup", "accumulate"}) {
    metallib::Function function;
    function.name = name;
    function.blob = assemble(FAKE_METAL_KERNELS, name);
    library.functions.push_back(std::move(function));
  }
  if (change) change(library);
  auto bytes = metallib::write(library);
  TS_CHECK(bytes, bytes.failure().what);
  return std::move(*bytes);
}

}  // namespace fake_metal
