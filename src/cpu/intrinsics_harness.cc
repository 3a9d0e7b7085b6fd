// SPDX-License-Identifier: Apache-2.0
// The least that runs LLVM text: one module, no optimisation passes, one LLJIT.
#include "cpu/intrinsics_harness.h"

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>

#include <set>

namespace tinsmith::cpu {
namespace {

std::string declaration(const CallText& call) {
  std::string text = "declare " + call.result + " @" + call.name + "(";
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    text += (i == 0 ? "" : ", ") + call.arguments[i];
  }
  return text + ")\n";
}

std::string definition(const CallText& call, size_t index) {
  std::string text = "define void @call" + std::to_string(index) + "(i8* %in, i8* %out) {\n";
  std::string operands;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const std::string n = std::to_string(i), type = call.arguments[i];
    const std::string stored = type == "half" ? "float" : type;
    text += "%p" + n + " = getelementptr i8, i8* %in, i64 " + std::to_string(64 * i) + "\n";
    text += "%q" + n + " = bitcast i8* %p" + n + " to " + stored + "*\n";
    text += "%l" + n + " = load " + stored + ", " + stored + "* %q" + n + ", align 1\n";
    const bool is_half = type == "half";
    if (is_half) text += "%a" + n + " = fptrunc float %l" + n + " to half\n";
    operands += (i == 0 ? "" : ", ") + type + (is_half ? " %a" : " %l") + n;
  }
  text += "%r = call " + call.result + " @" + call.name + "(" + operands + ")\n";
  std::string stored = call.result, value = "%r";
  if (call.result == "half" || call.result == "i1") {
    stored = call.result == "half" ? "float" : "i8";
    value = "%w";
    text += "%w = " + std::string(call.result == "half" ? "fpext half" : "zext i1") + " %r to " +
            stored + "\n";
  }
  text += "%o = bitcast i8* %out to " + stored + "*\n";
  return text + "store " + stored + " " + value + ", " + stored + "* %o, align 1\nret void\n}\n";
}

std::unique_ptr<llvm::Module> parse(const std::string& text, llvm::LLVMContext& context) {
  llvm::SMDiagnostic error;
  auto module = llvm::parseAssemblyString(text, error, context);
  EXPECT_NE(module, nullptr) << error.getMessage().str() << " in " << error.getLineContents().str();
  return module;
}

}  // namespace

CompiledCalls::CompiledCalls(std::unique_ptr<llvm::orc::LLJIT> jit) : jit_(std::move(jit)) {}
CompiledCalls::CompiledCalls(CompiledCalls&&) noexcept = default;
CompiledCalls::~CompiledCalls() = default;

CompiledCalls CompiledCalls::from(const std::vector<CallText>& calls, const std::string& extra,
                                  const IntrinsicOptions& options) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  std::string text = extra;
  std::set<std::string> declared;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (declared.insert(calls[i].name).second) text += declaration(calls[i]);
    text += definition(calls[i], i);
  }
  auto jit = llvm::cantFail(llvm::orc::LLJITBuilder().create());
  auto context = std::make_unique<llvm::LLVMContext>();
  auto module = parse(text, *context);
  module->setDataLayout(jit->getDataLayout());
  auto replaced = replace_intrinsics(*module, options);
  EXPECT_TRUE(replaced) << replaced.failure().what;
  std::string report;
  llvm::raw_string_ostream out(report);
  EXPECT_FALSE(llvm::verifyModule(*module, &out)) << out.str();
  auto search = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      jit->getDataLayout().getGlobalPrefix());
  jit->getMainJITDylib().addGenerator(llvm::cantFail(std::move(search)));
  llvm::cantFail(jit->addIRModule({std::move(module), std::move(context)}));
  return CompiledCalls(std::move(jit));
}

CompiledCalls::Function CompiledCalls::find(const std::string& name) const {
  auto symbol = llvm::cantFail(jit_->lookup(name));
  return reinterpret_cast<Function>(static_cast<uintptr_t>(symbol.getAddress()));
}

std::string failure_of(const std::string& text) {
  llvm::LLVMContext context;
  auto module = parse(text, context);
  auto replaced = replace_intrinsics(*module, {});
  return replaced ? "" : replaced.failure().what;
}

}  // namespace tinsmith::cpu
