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
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/DivRemPairs.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/IndVarSimplify.h>
#include <llvm/Transforms/Scalar/InstSimplifyPass.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopDeletion.h>
#include <llvm/Transforms/Scalar/LoopInstSimplify.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopRotation.h>
#include <llvm/Transforms/Scalar/LoopSimplifyCFG.h>
#include <llvm/Transforms/Scalar/LoopSink.h>
#include <llvm/Transforms/Scalar/LoopUnrollPass.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimpleLoopUnswitch.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/InjectTLIMappings.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>
#include <llvm/Transforms/Vectorize/LoopVectorize.h>
#include <llvm/Transforms/Vectorize/SLPVectorizer.h>
#include <llvm/Transforms/Vectorize/VectorCombine.h>

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

// What LLVM's O2 does for one function, less what a kernel has no use for: no jump threading (few
// branches), two rounds of instcombine here where O2 has five: it takes less time, and the
// kernels of bench/ are as fast.
void add_scalar_passes(llvm::FunctionPassManager& passes) {
  passes.addPass(llvm::SROAPass());
  passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::InstCombinePass());
  llvm::LoopPassManager shape;  // unswitching needs invariants hoisted, and both need rotation
  shape.addPass(llvm::LoopInstSimplifyPass());
  shape.addPass(llvm::LoopSimplifyCFGPass());
  shape.addPass(llvm::LoopRotatePass());
  shape.addPass(llvm::LICMPass());
  shape.addPass(llvm::SimpleLoopUnswitchPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(shape), /*UseMemorySSA=*/true,
                                                       /*UseBlockFrequencyInfo=*/true));
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::LoopPassManager counting;
  counting.addPass(llvm::IndVarSimplifyPass());
  counting.addPass(llvm::LoopDeletionPass());
  counting.addPass(llvm::LoopFullUnrollPass(/*OptLevel=*/2));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(counting)));
  passes.addPass(llvm::SROAPass());  // arrays whose indices unrolling made known
  passes.addPass(llvm::GVNPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::DSEPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(), /*UseMemorySSA=*/true,
                                                       /*UseBlockFrequencyInfo=*/true));
  passes.addPass(llvm::ADCEPass());
  passes.addPass(llvm::SimplifyCFGPass());
}

void add_vector_passes(llvm::FunctionPassManager& passes) {
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LoopRotatePass()));
  passes.addPass(llvm::InjectTLIMappings());  // libmvec's names, for the vectoriser
  passes.addPass(llvm::LoopVectorizePass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass(
      llvm::SimplifyCFGOptions().needCanonicalLoops(false).hoistCommonInsts(true).sinkCommonInsts(
          true)));
  passes.addPass(llvm::SLPVectorizerPass());
  passes.addPass(llvm::VectorCombinePass());
  passes.addPass(llvm::LoopUnrollPass(llvm::LoopUnrollOptions(/*OptLevel=*/2)));
  passes.addPass(llvm::InstSimplifyPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(), /*UseMemorySSA=*/true,
                                                       /*UseBlockFrequencyInfo=*/true));
  passes.addPass(llvm::LoopSinkPass());
  passes.addPass(llvm::DivRemPairsPass());
  passes.addPass(llvm::SimplifyCFGPass());
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
  llvm::ModulePassManager passes;
  passes.addPass(llvm::AlwaysInlinerPass(/*InsertLifetimeIntrinsics=*/false));
  passes.addPass(llvm::GlobalDCEPass());
  if (coroutines) {
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::SROAPass()));
    passes.addPass(llvm::createModuleToPostOrderCGSCCPassAdaptor(llvm::CoroSplitPass()));
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::CoroCleanupPass()));
  }
  llvm::FunctionPassManager functions;
  add_scalar_passes(functions);
  add_vector_passes(functions);
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(functions)));
  passes.addPass(llvm::GlobalDCEPass());
  passes.run(module, analyses.module);
}

}  // namespace tinsmith::cpu
