// SPDX-License-Identifier: Apache-2.0
// Loops: a counter for each thread, raised at every back edge; the thread returns when it has run
// too long. NaNs: after each operation its result is compared with its operands, without branches,
// so that the kernel keeps its shape.
#include "cpu/instrument.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

#include "cpu/finding.h"

namespace tinsmith::cpu {

namespace {

using Builder = llvm::IRBuilder<>;
using llvm::Value;

// The source line where the library has one, else the instruction as LLVM writes it.
std::string text_of(const llvm::Instruction& instruction) {
  std::string out;
  llvm::raw_string_ostream stream(out);
  instruction.print(stream);
  stream.flush();
  out = llvm::StringRef(out).split(", !").first.trim().str();
  if (const llvm::DILocation* place = instruction.getDebugLoc().get()) {
    out += " at " + place->getFilename().str() + ":" + std::to_string(place->getLine());
  }
  return out;
}

class Instrument {
 public:
  Instrument(llvm::Function& kernel, std::vector<std::string>& places)
      : kernel_(kernel), places_(places) {}

  void check_loops() {
    llvm::DominatorTree tree(kernel_);
    llvm::LoopInfo loops(tree);
    std::vector<llvm::Instruction*> back_edges;
    for (llvm::Loop* loop : loops.getLoopsInPreorder()) {
      llvm::SmallVector<llvm::BasicBlock*, 2> latches;
      loop->getLoopLatches(latches);
      for (llvm::BasicBlock* latch : latches) back_edges.push_back(latch->getTerminator());
    }
    if (back_edges.empty()) return;
    Builder builder(&*kernel_.getEntryBlock().getFirstInsertionPt());
    Value* rounds = builder.CreateAlloca(builder.getInt64Ty());
    builder.CreateStore(builder.getInt64(0), rounds);
    for (llvm::Instruction* at : back_edges) count_round(at, rounds);
  }

  void check_nans() {
    std::vector<llvm::Instruction*> operations;
    for (llvm::Instruction& instruction : llvm::instructions(kernel_)) {
      if (makes_numbers(instruction)) operations.push_back(&instruction);
    }
    for (llvm::Instruction* operation : operations) check_result(operation);
  }

 private:
  Value* scratch() { return kernel_.getArg(static_cast<unsigned>(kernel_.arg_size() - 1)); }

  Value* word(Builder& builder, unsigned offset) {
    Value* at = builder.CreateConstInBoundsGEP1_32(builder.getInt8Ty(), scratch(), offset);
    return builder.CreateBitCast(at, builder.getInt32Ty()->getPointerTo());
  }

  uint32_t new_place(const llvm::Instruction& instruction) {
    places_.push_back(text_of(instruction));
    return static_cast<uint32_t>(places_.size() - 1);
  }

  // Where `found` (i1) holds and nothing was found before.
  void report(Builder& builder, Value* found, Finding::Kind kind, uint32_t place) {
    auto* i32 = builder.getInt32Ty();
    Value* kind_word = word(builder, 0);
    Value* place_word = word(builder, kFindingPlace);
    Value* before = builder.CreateLoad(i32, kind_word);
    Value* is_first = builder.CreateAnd(found, builder.CreateIsNull(before));
    auto keep = [&](Value* at, uint32_t value, Value* old) {
      builder.CreateStore(builder.CreateSelect(is_first, builder.getInt32(value), old), at);
    };
    keep(kind_word, static_cast<uint32_t>(kind), before);
    keep(place_word, place, builder.CreateLoad(i32, place_word));
  }

  void count_round(llvm::Instruction* at, Value* rounds) {
    uint32_t place = new_place(*at);
    Builder builder(at);
    Value* before = builder.CreateLoad(builder.getInt64Ty(), rounds);
    Value* now = builder.CreateAdd(before, builder.getInt64(1));
    builder.CreateStore(now, rounds);
    Value* too_many = builder.CreateICmpUGT(now, builder.getInt64(kMostRounds));
    llvm::Instruction* stop = llvm::SplitBlockAndInsertIfThen(too_many, at, /*Unreachable=*/true);
    builder.SetInsertPoint(stop);
    report(builder, builder.getTrue(), Finding::EndlessLoop, place);
    builder.CreateRetVoid();
    stop->eraseFromParent();
  }

  static bool makes_numbers(const llvm::Instruction& instruction) {
    if (!instruction.getType()->isFPOrFPVectorTy()) return false;
    if (llvm::isa<llvm::BinaryOperator>(instruction)) return true;
    if (llvm::isa<llvm::FPTruncInst>(instruction)) return true;
    const auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction);
    if (call == nullptr || call->getCalledFunction() == nullptr) return false;
    return !call->getCalledFunction()->getName().startswith("air.");
  }

  // Whether any element is a NaN.
  static Value* is_nan(Builder& builder, Value* value) {
    Value* each = builder.CreateFCmpUNO(value, value);
    return each->getType()->isVectorTy() ? builder.CreateOrReduce(each) : each;
  }

  void check_result(llvm::Instruction* operation) {
    uint32_t place = new_place(*operation);
    Builder builder(operation->getNextNode());
    Value* made = is_nan(builder, operation);
    unsigned count = operation->getNumOperands();
    if (auto* call = llvm::dyn_cast<llvm::CallInst>(operation)) count = call->arg_size();
    for (unsigned i = 0; i < count; ++i) {
      Value* operand = operation->getOperand(i);
      if (!operand->getType()->isFPOrFPVectorTy()) continue;
      made = builder.CreateAnd(made, builder.CreateNot(is_nan(builder, operand)));
    }
    report(builder, made, Finding::MadeNan, place);
  }

  llvm::Function& kernel_;
  std::vector<std::string>& places_;
};

}  // namespace

void instrument(Body& body, const Debug& debug, std::vector<std::string>& places) {
  Instrument work(*body.kernel, places);
  if (debug.nans) work.check_nans();
  if (debug.loops) work.check_loops();
  body.stops_on_status = debug.nans || debug.loops;
}

}  // namespace tinsmith::cpu
