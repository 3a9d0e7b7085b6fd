// SPDX-License-Identifier: Apache-2.0
// A thread becomes an LLVM coroutine (switched resume): every barrier and every operation of a
// simdgroup is a place where it suspends, after having written down where it is. LLVM finds out
// which values live across, and keeps them in a frame that the scheduler's arena holds. Nothing is
// ever destroyed: a returned thread has only to say so.
#include "cpu/coroutine.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "cpu/group_operations.h"
#include "cpu/intrinsics.h"
#include "cpu/program_order.h"
#include "cpu/scheduler.h"
#include "support/check.h"

namespace tinsmith::cpu {

namespace {

using Builder = llvm::IRBuilder<>;
using llvm::Value;

std::vector<llvm::CallInst*> group_calls(llvm::Function& function) {
  std::vector<llvm::CallInst*> out;
  for (llvm::BasicBlock* block : program_order(function)) {
    for (llvm::Instruction& instruction : *block) {
      auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction);
      if (call == nullptr || call->getCalledFunction() == nullptr) continue;
      if (concerns_several_threads(call->getCalledFunction()->getName())) out.push_back(call);
    }
  }
  return out;
}

struct WaitingPlace {
  Site::Kind kind = Site::GroupBarrier;
  llvm::Function* run = nullptr;
};

class CoroutineEntry {
 public:
  CoroutineEntry(const Body& body, bool strict, std::vector<std::string>& texts)
      : body_(body),
        strict_(strict),
        texts_(texts),
        first_text_(texts.size()),
        module_(*body.kernel->getParent()),
        context_(module_.getContext()),
        operations_(module_) {}

  Result<> emit() {
    emit_start();
    for (llvm::CallInst* call : group_calls(*start_)) {
      llvm::StringRef name = call->getCalledFunction()->getName();
      if (!is_own_lane(name)) continue;
      if (!replace_own_lane(call, lane_)) unknown(name);
    }
    std::vector<llvm::CallInst*> calls = group_calls(*start_);
    std::vector<llvm::ReturnInst*> returns;
    for (llvm::BasicBlock& block : *start_) {
      if (auto* back = llvm::dyn_cast<llvm::ReturnInst>(block.getTerminator())) {
        returns.push_back(back);
      }
    }
    TS_TRY(check_calls(calls));
    emit_skeleton();
    for (llvm::CallInst* call : calls) suspend_at(call);
    for (llvm::ReturnInst* back : returns) return_at(back);
    emit_entry();
    return Ok{};
  }

 private:
  void unknown(llvm::StringRef name) { unknown_ += (unknown_.empty() ? "" : ", ") + name.str(); }

  // i8* start(buffers, grid, state, x, y, z, index): the kernel's arguments, and its body inlined.
  void emit_start() {
    auto* i32 = llvm::Type::getInt32Ty(context_);
    auto* bytes = llvm::Type::getInt8PtrTy(context_);
    auto* type = llvm::FunctionType::get(
        bytes, {bytes->getPointerTo(), bytes, bytes, i32, i32, i32, i32}, false);
    start_ = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, "thread", module_);
    start_->addFnAttr(llvm::Attribute::NoUnwind);
    Builder builder(llvm::BasicBlock::Create(context_, "start", start_));
    Value* state = start_->getArg(2);
    Value* grid = start_->getArg(1);
    ThreadValues thread;
    thread.grid = load_triple(builder, grid, 0);
    thread.group = load_triple(builder, grid, 3);
    thread.group_id = load_triple(builder, state, 0);
    thread.extent = load_triple(builder, state, kStateExtent / 4);
    for (unsigned i = 0; i < 3; ++i) {
      thread.local[i] = start_->getArg(3 + i);
      Value* base = builder.CreateMul(thread.group_id[i], thread.group[i], "", true, true);
      thread.position[i] = builder.CreateAdd(base, thread.local[i], "", true, true);
    }
    Value* index = start_->getArg(6);
    Value* word = builder.CreateZExt(index, builder.getInt64Ty());
    lane_ = builder.CreateAnd(index, builder.getInt32(kSimdWidth - 1));
    Value* sites = load_field(builder, state, kStateSites, i32->getPointerTo());
    site_ = builder.CreateInBoundsGEP(i32, sites, word);
    Value* slots = load_field(builder, state, kStateSlots, bytes);
    Value* simdgroup = builder.CreateUDiv(word, builder.getInt64(kSimdWidth));
    slots_ = builder.CreateInBoundsGEP(builder.getInt8Ty(), slots,
                                       builder.CreateMul(simdgroup, builder.getInt64(kSlotBytes)));
    Value* scratch = load_field(builder, state, kStateScratch, bytes);
    auto pointers = load_pointers(builder, body_, start_->getArg(0), grid, scratch);
    auto* call = builder.CreateCall(body_.kernel,
                                    thread_arguments(builder, body_, pointers, scratch, thread));
    builder.CreateRet(llvm::ConstantPointerNull::get(bytes));
    llvm::InlineFunctionInfo info;
    auto inlined = llvm::InlineFunction(*call, info);
    TS_CHECK(inlined.isSuccess(),
             "the kernel is not inlined: " + std::string(inlined.getFailureReason()));
  }

  Value* load_field(Builder& builder, Value* state, unsigned offset, llvm::Type* type) {
    Value* at = builder.CreateConstInBoundsGEP1_32(builder.getInt8Ty(), state, offset);
    return builder.CreateLoad(type, builder.CreateBitCast(at, type->getPointerTo()));
  }

  Result<> check_calls(const std::vector<llvm::CallInst*>& calls) {
    for (llvm::CallInst* call : calls) {
      llvm::Function* function = call->getCalledFunction();
      WaitingPlace place;
      if (function->getName() == "air.simdgroup.barrier") place.kind = Site::SimdBarrier;
      bool barrier = function->getName() == "air.wg.barrier" || place.kind == Site::SimdBarrier;
      if (!barrier) {
        place.kind = Site::Operation;
        place.run = operations_.function_for(*function);
        if (place.run == nullptr) unknown(function->getName());
      }
      places_.push_back(place);
      texts_.push_back(text_of(*call));
    }
    if (unknown_.empty()) return Ok{};
    return Failure{"functions that the cpu device does not know: " + unknown_};
  }

  std::string text_of(const llvm::CallInst& call) const {
    std::string out = call.getCalledFunction()->getName().str();
    if (const llvm::DILocation* place = call.getDebugLoc().get()) {
      return out + " at " + place->getFilename().str() + ":" + std::to_string(place->getLine());
    }
    return out + " (" + std::to_string(texts_.size() - first_text_ + 1) + ". of the kernel)";
  }

  llvm::Function* intrinsic(llvm::Intrinsic::ID id, llvm::ArrayRef<llvm::Type*> types = {}) {
    return llvm::Intrinsic::getDeclaration(&module_, id, types);
  }

  // Takes the frame at the start; all suspensions end in one block that gives the handle back.
  void emit_skeleton() {
    llvm::BasicBlock* body = start_->getEntryBlock().splitBasicBlock(
        start_->getEntryBlock().getFirstInsertionPt(), "body");
    llvm::BasicBlock* entry = &start_->getEntryBlock();
    entry->getTerminator()->eraseFromParent();
    Builder builder(entry);
    auto* bytes = builder.getInt8PtrTy();
    Value* none = llvm::ConstantPointerNull::get(bytes);
    Value* id = builder.CreateCall(intrinsic(llvm::Intrinsic::coro_id),
                                   {builder.getInt32(0), none, none, none});
    Value* size = builder.CreateCall(intrinsic(llvm::Intrinsic::coro_size, {builder.getInt64Ty()}));
    auto frame = module_.getOrInsertFunction(
        "tinsmith_frame", llvm::FunctionType::get(bytes, {bytes, builder.getInt64Ty()}, false));
    llvm::cast<llvm::Function>(frame.getCallee())->addFnAttr(llvm::Attribute::NoUnwind);
    Value* memory = builder.CreateCall(frame, {start_->getArg(2), size});
    Value* handle = builder.CreateCall(intrinsic(llvm::Intrinsic::coro_begin), {id, memory});
    builder.CreateBr(body);
    leave_ = llvm::BasicBlock::Create(context_, "leave", start_);
    builder.SetInsertPoint(leave_);
    builder.CreateCall(intrinsic(llvm::Intrinsic::coro_end), {handle, builder.getFalse()});
    builder.CreateRet(handle);
    start_->addFnAttr("coroutine.presplit", "1");  // ready for CoroSplit
  }

  // Operands into slots, the place noted, the thread suspended; then the result out of its slot.
  void suspend_at(llvm::CallInst* call) {
    const llvm::DataLayout& layout = module_.getDataLayout();
    Builder builder(call);
    bool is_operation = places_[next_place_].kind == Site::Operation;
    for (unsigned i = 0; is_operation && i < call->arg_size(); ++i) {
      Value* value = to_slot(builder, call->getArgOperand(i));
      builder.CreateStore(value, slot_place(builder, slots_, value->getType(), i, lane_));
    }
    builder.CreateStore(builder.getInt32(next_place_++), site_);
    llvm::BasicBlock* before = call->getParent();
    llvm::BasicBlock* after = before->splitBasicBlock(call, "resumed");
    before->getTerminator()->eraseFromParent();
    builder.SetInsertPoint(before);
    Value* how = builder.CreateCall(intrinsic(llvm::Intrinsic::coro_suspend),
                                    {llvm::ConstantTokenNone::get(context_), builder.getFalse()});
    llvm::SwitchInst* choice = builder.CreateSwitch(how, leave_, 2);
    choice->addCase(builder.getInt8(0), after);
    choice->addCase(builder.getInt8(1), leave_);
    builder.SetInsertPoint(call);
    if (!call->getType()->isVoidTy()) {
      llvm::Type* stored = slot_type(call->getType(), layout);
      Value* result =
          builder.CreateLoad(stored, slot_place(builder, slots_, stored, kResultSlot, lane_));
      call->replaceAllUsesWith(from_slot(builder, result, call->getType()));
    }
    call->eraseFromParent();
  }

  void return_at(llvm::ReturnInst* back) {
    Builder builder(back);
    builder.CreateStore(builder.getInt32(kReturned), site_);
    builder.CreateBr(leave_);
    back->eraseFromParent();
  }

  // struct Site and struct GroupProgram as constants.
  llvm::Constant* program() {
    Builder builder(context_);
    auto* i64 = builder.getInt64Ty();
    auto* pointer = builder.getInt8PtrTy();
    auto* site_type = llvm::StructType::get(context_, {i64, pointer});
    std::vector<llvm::Constant*> sites;
    for (const WaitingPlace& place : places_) {
      llvm::Constant* run = llvm::ConstantPointerNull::get(pointer);
      if (place.run != nullptr) run = llvm::ConstantExpr::getBitCast(place.run, pointer);
      sites.push_back(llvm::ConstantStruct::get(site_type, {builder.getInt64(place.kind), run}));
    }
    auto* array_type = llvm::ArrayType::get(site_type, sites.size());
    auto* array =
        new llvm::GlobalVariable(module_, array_type, true, llvm::GlobalValue::InternalLinkage,
                                 llvm::ConstantArray::get(array_type, sites), "sites");
    auto* type = llvm::StructType::get(context_, {pointer, pointer, i64, i64});
    auto* value = llvm::ConstantStruct::get(
        type, {llvm::ConstantExpr::getBitCast(start_, pointer),
               llvm::ConstantExpr::getBitCast(array, pointer), builder.getInt64(first_text_),
               builder.getInt64(strict_ ? 1 : 0)});
    auto* global = new llvm::GlobalVariable(module_, type, true, llvm::GlobalValue::InternalLinkage,
                                            value, "program");
    return llvm::ConstantExpr::getBitCast(global, pointer);
  }

  void emit_entry() {
    llvm::Function* entry = declare_entry(module_);
    Builder builder(llvm::BasicBlock::Create(context_, "start", entry));
    std::vector<llvm::Type*> types = {builder.getInt8PtrTy()};
    std::vector<Value*> arguments = {program()};
    for (llvm::Argument& argument : entry->args()) {
      types.push_back(argument.getType());
      arguments.push_back(&argument);
    }
    auto run = module_.getOrInsertFunction(
        "tinsmith_run_groups", llvm::FunctionType::get(builder.getInt32Ty(), types, false));
    builder.CreateRet(builder.CreateCall(run, arguments));
  }

  const Body& body_;
  bool strict_;
  std::vector<std::string>& texts_;  // of all places, those of others first
  size_t first_text_;
  llvm::Module& module_;
  llvm::LLVMContext& context_;
  GroupOperations operations_;
  llvm::Function* start_ = nullptr;
  llvm::BasicBlock* leave_ = nullptr;  // ends the coroutine's turn
  Value* lane_ = nullptr;              // index within the simdgroup
  Value* slots_ = nullptr;             // of the simdgroup
  Value* site_ = nullptr;              // where the thread notes its place
  std::vector<WaitingPlace> places_;
  unsigned next_place_ = 0;
  std::string unknown_;
};

}  // namespace

bool needs_coroutines(llvm::Function& kernel) {
  bool needed = false;
  for (llvm::CallInst* call : group_calls(kernel)) {
    bool constant = call->getCalledFunction()->getName().startswith("air.get_simdgroup_size");
    if (!constant || !replace_own_lane(call, nullptr)) needed = true;
  }
  return needed;
}

Result<> emit_coroutine_entry(const Body& body, bool strict, std::vector<std::string>& places) {
  return CoroutineEntry(body, strict, places).emit();
}

}  // namespace tinsmith::cpu
