// SPDX-License-Identifier: Apache-2.0
// !air.function_constants = {global, "bool", name, i32 index, i1 true}: the global is undefined and
// initialised from outside; a function listed in @llvm.global_ctors turns it into an ordinary
// global that the kernel reads (facts/air-witness.md §5). So: values in, initialisers evaluated.
#include "cpu/constants.h"

#include <llvm/ADT/APFloat.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/IPO/GlobalOpt.h>

#include <algorithm>
#include <charconv>

#include "cpu/reader.h"

namespace tinsmith::cpu {

namespace {

std::string text_at(const llvm::MDNode& node, unsigned index) {
  const auto* text = llvm::dyn_cast_or_null<llvm::MDString>(node.getOperand(index).get());
  return text == nullptr ? "" : text->getString().str();
}

// The bits as a constant of the global's type.
llvm::Constant* constant_of(llvm::Type* type, uint64_t bits) {
  auto width = static_cast<unsigned>(type->getPrimitiveSizeInBits().getFixedSize());
  if (width == 0 || width > 64) return nullptr;
  llvm::APInt value = llvm::APInt(64, bits).trunc(width);
  if (type->isIntegerTy()) return llvm::ConstantInt::get(type, value);
  if (!type->isFloatingPointTy()) return nullptr;
  return llvm::ConstantFP::get(type->getContext(), llvm::APFloat(type->getFltSemantics(), value));
}

}  // namespace

Result<> apply_constants(Parsed& parsed, std::span<const ConstantValue> values) {
  const std::string& kernel = parsed.kernel->getName().str();
  const llvm::NamedMDNode* list = parsed.module->getNamedMetadata("air.function_constants");
  std::string missing;
  for (unsigned i = 0; list != nullptr && i < list->getNumOperands(); ++i) {
    const llvm::MDNode& node = *list->getOperand(i);
    if (node.getNumOperands() < 4) return Failure{kernel + ": !air.function_constants is cut off"};
    auto* pointer = llvm::mdconst::dyn_extract_or_null<llvm::Constant>(node.getOperand(0));
    auto* index = llvm::mdconst::dyn_extract_or_null<llvm::ConstantInt>(node.getOperand(3));
    auto* global = pointer == nullptr
                       ? nullptr
                       : llvm::dyn_cast<llvm::GlobalVariable>(pointer->stripPointerCasts());
    if (global == nullptr || index == nullptr) {
      return Failure{kernel + ": !air.function_constants names no global"};
    }
    uint64_t number = index->getZExtValue();
    auto given = std::find_if(values.begin(), values.end(),
                              [&](const ConstantValue& one) { return one.index == number; });
    if (given == values.end()) {
      missing += (missing.empty() ? "" : ", ") + std::to_string(number) + " (" + text_at(node, 1) +
                 " " + text_at(node, 2) + ")";
      continue;
    }
    llvm::Constant* value = constant_of(global->getValueType(), given->bits);
    if (value == nullptr) {
      return Failure{kernel + ": function constant " + std::to_string(number) +
                     " is neither a number nor a bool"};
    }
    global->setInitializer(value);
    global->setExternallyInitialized(false);
    global->setLinkage(llvm::GlobalValue::InternalLinkage);
    global->setSection("");
  }
  if (missing.empty()) return Ok{};
  return Failure{kernel + ": function constants without a value: " + missing};
}

Result<> run_initialisers(Parsed& parsed) {
  llvm::Module& module = *parsed.module;
  auto has_initialisers = [&] {
    const llvm::GlobalVariable* list = module.getNamedGlobal("llvm.global_ctors");
    return list != nullptr && list->hasInitializer() &&
           llvm::isa<llvm::ConstantArray>(list->getInitializer());
  };
  if (!has_initialisers()) return Ok{};
  llvm::LoopAnalysisManager loop;
  llvm::FunctionAnalysisManager function;
  llvm::CGSCCAnalysisManager call_graph;
  llvm::ModuleAnalysisManager all;
  llvm::PassBuilder builder;
  builder.registerModuleAnalyses(all);
  builder.registerCGSCCAnalyses(call_graph);
  builder.registerFunctionAnalyses(function);
  builder.registerLoopAnalyses(loop);
  builder.crossRegisterProxies(loop, function, call_graph, all);
  // Internal linkage alone would let it remove the kernel.
  parsed.kernel->setLinkage(llvm::GlobalValue::ExternalLinkage);
  llvm::GlobalOptPass().run(module, all);
  parsed.kernel->setLinkage(llvm::GlobalValue::InternalLinkage);
  if (!has_initialisers()) return Ok{};
  return Failure{parsed.kernel->getName().str() +
                 ": an initialiser of its globals cannot be evaluated beforehand"};
}

}  // namespace tinsmith::cpu
