// SPDX-License-Identifier: Apache-2.0
// The passes, in the order in which they run. Compile time counts here: a kernel is compiled while
// somebody waits, and most of them are small.
#include "cpu/pipeline.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Operator.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/Coroutines/CoroCleanup.h>
#include <llvm/Transforms/Coroutines/CoroSplit.h>
#include <llvm/Transforms/IPO/AlwaysInliner.h>
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>

namespace tinsmith::cpu {

namespace {

// The analyses of one run; they must outlive the passes.
struct Analyses {
  llvm::LoopAnalysisManager loop;
  llvm::FunctionAnalysisManager function;
  llvm::CGSCCAnalysisManager call_graph;
  llvm::ModuleAnalysisManager module;
  llvm::PassBuilder builder;

  Analyses(llvm::TargetMachine& target, const llvm::Module& code)
      : builder(&target, tuning()), library_(llvm::Triple(code.getTargetTriple())) {
    library_.addVectorizableFunctionsFromVecLib(llvm::TargetLibraryInfoImpl::LIBMVEC_X86);
    function.registerPass([this] { return llvm::TargetLibraryAnalysis(library_); });
    builder.registerModuleAnalyses(module);
    builder.registerCGSCCAnalyses(call_graph);
    builder.registerFunctionAnalyses(function);
    builder.registerLoopAnalyses(loop);
    builder.crossRegisterProxies(loop, function, call_graph, module);
  }

 private:
  static llvm::PipelineTuningOptions tuning() {
    llvm::PipelineTuningOptions out;
    out.LoopVectorization = true;
    out.SLPVectorization = true;
    out.LoopInterleaving = true;
    out.LoopUnrolling = true;
    return out;
  }

  llvm::TargetLibraryInfoImpl library_;
};

void set_fast_math(llvm::Module& module) {
  llvm::FastMathFlags flags;
  flags.setAllowReassoc();
  flags.setAllowReciprocal();
  flags.setAllowContract();
  flags.setNoSignedZeros();
  for (llvm::Function& function : module) {
    for (llvm::Instruction& instruction : llvm::instructions(function)) {
      if (!llvm::isa<llvm::FPMathOperator>(instruction)) continue;
      instruction.setFastMathFlags(flags);  // adds to those there are
    }
  }
}

}  // namespace

void clean_up(llvm::Module& module, llvm::TargetMachine& target) {
  Analyses analyses(target, module);
  for (llvm::Function& function : module) {
    if (function.isDeclaration() || !function.hasLocalLinkage()) continue;
    function.removeFnAttr(llvm::Attribute::NoInline);
    if (!function.use_empty()) function.addFnAttr(llvm::Attribute::AlwaysInline);
  }
  llvm::FunctionPassManager simple;
  simple.addPass(llvm::SROAPass());
  simple.addPass(llvm::EarlyCSEPass());
  simple.addPass(llvm::InstCombinePass());
  simple.addPass(llvm::SimplifyCFGPass());
  simple.addPass(llvm::LoopSimplifyPass());
  llvm::ModulePassManager passes;
  passes.addPass(llvm::AlwaysInlinerPass(/*InsertLifetimeIntrinsics=*/false));
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(simple)));
  passes.run(module, analyses.module);
}

void optimise(llvm::Module& module, llvm::TargetMachine& target, const Options& options,
              bool coroutines) {
  if (options.fast_math) set_fast_math(module);
  std::string width = std::to_string((options.lanes == 0 ? 16 : options.lanes) * 32);
  for (llvm::Function& function : module) {
    if (!function.isDeclaration()) function.addFnAttr("prefer-vector-width", width);
  }
  Analyses analyses(target, module);
  auto level = llvm::OptimizationLevel::O2;
  llvm::ModulePassManager passes;
  passes.addPass(llvm::AlwaysInlinerPass(/*InsertLifetimeIntrinsics=*/false));
  passes.addPass(llvm::GlobalDCEPass());
  if (coroutines) {
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::SROAPass()));
    passes.addPass(llvm::createModuleToPostOrderCGSCCPassAdaptor(llvm::CoroSplitPass()));
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::CoroCleanupPass()));
  }
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(
      analyses.builder.buildFunctionSimplificationPipeline(level, llvm::ThinOrFullLTOPhase::None)));
  passes.addPass(analyses.builder.buildModuleOptimizationPipeline(level));
  passes.run(module, analyses.module);
}

}  // namespace tinsmith::cpu
