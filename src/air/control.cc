// SPDX-License-Identifier: Apache-2.0
// Functions, blocks and what connects them. A call is lowered by lowering the body of the callee
// again in its place, so pointer parameters are known places. LLVM wants one entry of a phi for
// each edge and SPIR-V gives one for each block before it, so phis are filled when all edges are
// there.
#include <llvm/IR/CFG.h>
#include <llvm/IR/Constants.h>

#include <algorithm>

#include "air/lowering.h"

namespace tinsmith::air {

namespace {

constexpr uint32_t kMostInstructions = 1u << 20;  // after inlining

bool does_nothing(spv::Op op) {
  switch (op) {
    case spv::Op::OpNop:
    case spv::Op::OpLine:
    case spv::Op::OpNoLine:
    case spv::Op::OpSelectionMerge:
    case spv::Op::OpLoopMerge: return true;
    default: return false;
  }
}

}  // namespace

// Leaves the builder where the caller goes on; `result` is null for a function without one.
bool Lowering::inline_function(const SpirvFunction& fn, llvm::Value*& result) {
  if (std::ranges::find(calls_, fn.id) != calls_.end()) return fail("recursion is not supported");
  if (fn.blocks.empty()) return fail("the function has no body");
  calls_.push_back(fn.id);
  Frame frame;
  frame.fn = &fn;
  llvm::BasicBlock* after = builder_.GetInsertBlock();
  for (const SpirvBlock& block : fn.blocks) {
    auto* made = llvm::BasicBlock::Create(*context_, "", function_);
    made->moveAfter(after);
    after = frame.first[block.label] = made;
  }
  frame.exit = llvm::BasicBlock::Create(*context_, "", function_);
  frame.exit->moveAfter(after);
  builder_.CreateBr(frame.first[fn.blocks[0].label]);
  for (const SpirvBlock& b : fn.blocks)
    if (!block(b, frame)) return false;
  if (!finish_phis(frame)) return false;
  builder_.SetInsertPoint(frame.exit);
  result = nullptr;
  if (!spirv_.type(fn.return_type).is(SpirvType::Kind::Void)) {
    llvm::Type* type = llvm_type(fn.return_type);
    if (!type) return false;
    auto* phi = builder_.CreatePHI(type, static_cast<unsigned>(frame.returned.size()));
    for (auto [value, block] : frame.returned) phi->addIncoming(value, block);
    result = phi;
    if (frame.returned.empty()) {
      result = llvm::UndefValue::get(type);
      phi->eraseFromParent();
    }
  }
  calls_.pop_back();
  return true;
}

bool Lowering::block(const SpirvBlock& block, Frame& frame) {
  builder_.SetInsertPoint(frame.first[block.label]);
  for (const Instruction& inst : block.body) {
    at_ = &inst;
    frame.last[block.label] = builder_.GetInsertBlock();  // calls and loops of operations move it
    if (++emitted_ > kMostInstructions) return fail("the kernel is too long");
    if (!instruction(inst, frame)) return fail("it cannot be translated");
  }
  return true;
}

bool Lowering::instruction(const Instruction& inst, Frame& frame) {
  if (does_nothing(inst.op)) return true;
  if (!accepts_f64(inst.type)) return false;
  switch (inst.op) {
    case spv::Op::OpPhi: return phi(inst, frame);
    case spv::Op::OpBranch:
    case spv::Op::OpBranchConditional:
    case spv::Op::OpSwitch:
    case spv::Op::OpReturn:
    case spv::Op::OpReturnValue:
    case spv::Op::OpUnreachable:
    case spv::Op::OpKill:
    case spv::Op::OpTerminateInvocation: return terminator(inst, frame);
    case spv::Op::OpFunctionCall: return call(inst);
    case spv::Op::OpVariable:
    case spv::Op::OpLoad:
    case spv::Op::OpStore:
    case spv::Op::OpCopyMemory:
    case spv::Op::OpAccessChain:
    case spv::Op::OpInBoundsAccessChain:
    case spv::Op::OpPtrAccessChain:
    case spv::Op::OpInBoundsPtrAccessChain:
    case spv::Op::OpCopyMemorySized:
    case spv::Op::OpArrayLength: return memory(inst);
    case spv::Op::OpExtInst:
      if (spirv_.extended_set(inst.operand(0)) == ExtendedSet::NonSemantic) return true;
      return value_operation(inst);
    default: return note_atomic(inst) && value_operation(inst);
  }
}

bool Lowering::note_atomic(const Instruction& inst) {
  if (inst.op < spv::Op::OpAtomicLoad || inst.op > spv::Op::OpAtomicXor) {
    bool is_float = inst.op == spv::Op::OpAtomicFAddEXT || inst.op == spv::Op::OpAtomicFMinEXT ||
                    inst.op == spv::Op::OpAtomicFMaxEXT;
    if (!is_float) return true;
  }
  const Place* at = place(inst.operand(0));
  return at &&
         note_access(*at, inst.op != spv::Op::OpAtomicStore, inst.op != spv::Op::OpAtomicLoad);
}

// What makes a value of values: may stand outside of functions too (OpSpecConstantOp).
bool Lowering::value_operation(const Instruction& inst) {
  switch (inst.op) {
    case spv::Op::OpCompositeConstruct:
    case spv::Op::OpCompositeExtract:
    case spv::Op::OpCompositeInsert:
    case spv::Op::OpVectorShuffle:
    case spv::Op::OpVectorExtractDynamic:
    case spv::Op::OpVectorInsertDynamic:
    case spv::Op::OpCopyLogical: return composite(inst);
    case spv::Op::OpUndef: {
      llvm::Type* type = llvm_type(inst.type);
      if (!type || type->isVoidTy()) return fail("it has no type of values");
      return set(inst, llvm::UndefValue::get(type));
    }
    case spv::Op::OpCopyObject: {
      if (!spirv_.type(inst.type).is(SpirvType::Kind::Pointer)) {
        llvm::Value* same = value(inst.operand(0));
        return same && set(inst, same);
      }
      const Place* same = place(inst.operand(0));
      if (!same || spirv_.type(inst.type).element != same->type) return fail("not that pointer");
      places_[inst.result] = *same;
      return true;
    }
    default: return emit_operation(*this, inst);
  }
}

bool Lowering::call(const Instruction& inst) {
  const SpirvFunction* callee = spirv_.function(inst.operand(0));
  if (!callee || callee->parameters.size() + 1 != inst.operands.size())
    return fail("the function does not exist, or has other parameters");
  for (size_t i = 0; i < callee->parameters.size(); ++i) {
    const Instruction& parameter = callee->parameters[i];
    uint32_t argument = inst.operand(i + 1);
    const SpirvType& type = spirv_.type(parameter.type);
    if (type.is(SpirvType::Kind::Pointer)) {
      const Place* given = place(argument);
      if (!given) return false;
      if (given->type != type.element) return fail("an argument is of the wrong type");
      places_[parameter.result] = Place(*given);
      continue;
    }
    llvm::Value* given = value(argument);
    if (!given || !set(parameter, given)) return false;
  }
  llvm::Value* result = nullptr;
  if (!inline_function(*callee, result)) return false;
  at_ = &inst;
  return !result || set(inst, result);
}

// --- Between blocks

llvm::BasicBlock* Lowering::target(uint32_t label, Frame& frame) {
  auto it = frame.first.find(label);
  if (it != frame.first.end() && label != frame.fn->blocks[0].label) return it->second;
  fail("%" + std::to_string(label) + " is not a block that can be branched to");
  return nullptr;
}

bool Lowering::terminator(const Instruction& inst, Frame& frame) {
  switch (inst.op) {
    case spv::Op::OpBranch: {
      llvm::BasicBlock* next = target(inst.operand(0), frame);
      return next && builder_.CreateBr(next);
    }
    case spv::Op::OpBranchConditional: {
      llvm::Value* condition = value(inst.operand(0), builder_.getInt1Ty());
      llvm::BasicBlock* yes = condition ? target(inst.operand(1), frame) : nullptr;
      llvm::BasicBlock* no = yes ? target(inst.operand(2), frame) : nullptr;
      return no && builder_.CreateCondBr(condition, yes, no);
    }
    case spv::Op::OpSwitch: return branch_switch(inst, frame);
    case spv::Op::OpReturn:
      if (!spirv_.type(frame.fn->return_type).is(SpirvType::Kind::Void))
        return fail("it returns nothing where a value is due");
      return builder_.CreateBr(frame.exit);
    case spv::Op::OpReturnValue: {
      llvm::Type* type = llvm_type(frame.fn->return_type);
      llvm::Value* result = value(inst.operand(0), type);
      if (!result) return false;
      frame.returned.emplace_back(result, builder_.GetInsertBlock());
      return builder_.CreateBr(frame.exit);
    }
    case spv::Op::OpUnreachable: return builder_.CreateUnreachable();
    default: return fail("compute kernels have no such end");
  }
}

bool Lowering::branch_switch(const Instruction& inst, Frame& frame) {
  llvm::Value* selector = value(inst.operand(0));
  llvm::BasicBlock* otherwise = selector ? target(inst.operand(1), frame) : nullptr;
  if (!otherwise) return false;
  auto* type = llvm::dyn_cast<llvm::IntegerType>(selector->getType());
  if (!type) return fail("its selector is not an integer");
  size_t words = type->getBitWidth() == 64 ? 2 : 1;
  auto* made = builder_.CreateSwitch(selector, otherwise);
  for (size_t i = 2; i + words < inst.operands.size(); i += words + 1) {
    uint64_t bits = inst.operands[i];
    if (words == 2) bits |= uint64_t{inst.operands[i + 1]} << 32;
    auto* on =
        llvm::ConstantInt::get(*context_, llvm::APInt(64, bits).zextOrTrunc(type->getBitWidth()));
    llvm::BasicBlock* next = target(inst.operands[i + words], frame);
    if (!next) return false;
    if (made->findCaseValue(on) != made->case_default()) return fail("a case occurs twice");
    made->addCase(on, next);
  }
  return true;
}

bool Lowering::phi(const Instruction& inst, Frame& frame) {
  llvm::Type* type = llvm_type(inst.type);
  if (!type || type->isVoidTy()) return fail("pointers that depend on the way are not supported");
  llvm::BasicBlock* here = builder_.GetInsertBlock();
  if (here->getFirstNonPHI()) return fail("it is not at the start of its block");
  auto* node =
      llvm::PHINode::Create(type, static_cast<unsigned>(inst.operands.size() / 2), "", here);
  frame.phis.push_back({&inst, node});
  return set(inst, node);
}

bool Lowering::finish_phis(Frame& frame) {
  std::map<llvm::BasicBlock*, uint32_t> label_of;
  for (auto [label, block] : frame.last) label_of[block] = label;
  for (const Frame::Phi& phi : frame.phis) {
    at_ = phi.inst;
    std::span<const uint32_t> operands = phi.inst->operands;
    for (llvm::BasicBlock* before : llvm::predecessors(phi.node->getParent())) {
      auto label = label_of.find(before);
      llvm::Value* from = nullptr;
      for (size_t i = 0; label != label_of.end() && i + 1 < operands.size(); i += 2) {
        if (operands[i + 1] == label->second) from = value(operands[i], phi.node->getType());
      }
      if (!from) return fail("a block before it is missing");
      phi.node->addIncoming(from, before);
    }
  }
  return true;
}

}  // namespace tinsmith::air
