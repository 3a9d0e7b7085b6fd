// SPDX-License-Identifier: Apache-2.0
// Memory of a copy: neighbours in memory are one load or store, the rest is gathered and scattered.
// Iterations of a Taichi loop do not read what others write, except by atomics; so loads of all
// lanes may come before a store of any. Updates, which are atomics of a single worker, may meet in
// one place: these go one by one.
#include <llvm/IR/MDBuilder.h>

#include <algorithm>

#include "cpu/lanes_write.h"
#include "cpu/loop_alias.h"

namespace tinsmith::cpu {

using llvm::Type;
using llvm::Value;

namespace {

llvm::Align align_of(const llvm::Instruction& access, llvm::Align otherwise) {
  if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&access)) return load->getAlign();
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&access)) return store->getAlign();
  return otherwise;
}

}  // namespace

// All lanes are one stretch of memory. A lane 0 that is not there may lie before the beginning of
// the 32-bit numbers; its address says nothing then.
bool LaneWriter::is_contiguous(const Value* pointer, Type* element) const {
  const Shape shape = shapes_.of(pointer);
  const auto size = static_cast<int64_t>(layout_.getTypeStoreSize(element));
  return shape.is_linear() && shape.stride == size && !(shape.may_wrap && is_partial_);
}

Value* LaneWriter::all_lanes() {
  if (mask_ != nullptr) return mask_;
  return llvm::Constant::getAllOnesValue(wide(b_.getInt1Ty()));
}

// Rows are different iterations: but for atomics, none touches what another writes.
void LaneWriter::mark(Value* made, const llvm::Instruction& from, unsigned row) {
  keep_marks(made, from);
  const bool is_plain = llvm::isa<llvm::LoadInst>(from) || llvm::isa<llvm::StoreInst>(from);
  if (!is_plain || cells_.size() < 2 || !shapes_.differs_by_row(&from)) return;
  llvm::LLVMContext& context = function_.getContext();
  if (row_scopes_.empty()) {
    llvm::MDBuilder builder(context);
    llvm::MDNode* domain = builder.createAnonymousAliasScopeDomain();
    for (size_t i = 0; i < cells_.size(); ++i) {
      row_scopes_.push_back(builder.createAnonymousAliasScope(domain));
    }
  }
  llvm::SmallVector<llvm::Metadata*, 4> others(row_scopes_.begin(), row_scopes_.end());
  others.erase(others.begin() + row);
  auto* inst = llvm::cast<llvm::Instruction>(made);
  const auto add = [&](unsigned kind, llvm::MDNode* scopes) {
    inst->setMetadata(kind, llvm::MDNode::concatenate(inst->getMetadata(kind), scopes));
  };
  add(llvm::LLVMContext::MD_alias_scope, llvm::MDNode::get(context, row_scopes_[row]));
  add(llvm::LLVMContext::MD_noalias, llvm::MDNode::get(context, others));
}

Value* LaneWriter::load_lanes(const llvm::Instruction& from, Value* pointer, Type* element,
                              unsigned row) {
  const llvm::Align align = align_of(from, layout_.getABITypeAlign(element));
  Type* type = wide(element);
  if (!is_contiguous(pointer, element)) {
    Value* made = b_.CreateMaskedGather(type, vector(pointer, row), align, all_lanes());
    mark(made, from, row);
    return made;
  }
  Value* first = scalar(pointer, row);
  const unsigned space = first->getType()->getPointerAddressSpace();
  first = b_.CreateBitCast(first, type->getPointerTo(space));
  llvm::Instruction* made = nullptr;
  if (mask_ == nullptr) {
    made = b_.CreateAlignedLoad(type, first, align);
  } else {
    made = b_.CreateMaskedLoad(type, first, align, mask_);
  }
  mark(made, from, row);
  return made;
}

void LaneWriter::store_lanes(const llvm::Instruction& from, Value* value, Value* pointer,
                             unsigned row) {
  Type* element = value->getType()->getScalarType();
  const llvm::Align align = align_of(from, layout_.getABITypeAlign(element));
  if (!is_contiguous(pointer, element)) {
    mark(b_.CreateMaskedScatter(value, vector(pointer, row), align, all_lanes()), from, row);
    return;
  }
  Value* first = scalar(pointer, row);
  const unsigned space = first->getType()->getPointerAddressSpace();
  first = b_.CreateBitCast(first, value->getType()->getPointerTo(space));
  llvm::Instruction* made = nullptr;
  if (mask_ == nullptr) {
    made = b_.CreateAlignedStore(value, first, align);
  } else {
    made = b_.CreateMaskedStore(value, first, align, mask_);
  }
  mark(made, from, row);
}

void LaneWriter::write_store(llvm::StoreInst& store, unsigned row) {
  Value *pointer = store.getPointerOperand(), *value = store.getValueOperand();
  if (!shapes_.of(pointer).is_uniform()) {
    store_lanes(store, vector(value, row), pointer, row);
    return;
  }
  // One place for all lanes: the last one's value stays.
  Value* last = nullptr;
  if (shapes_.of(value).is_uniform()) {
    last = scalar(value, row);
  } else if (mask_ == nullptr) {
    last = b_.CreateExtractElement(vector(value, row), settings_.width - 1);
  } else {
    Type* bits = b_.getIntNTy(settings_.width);
    Value* mask = b_.CreateBitCast(mask_, bits);
    Value* above = b_.CreateBinaryIntrinsic(llvm::Intrinsic::ctlz, mask, b_.getFalse());
    Value* lane = b_.CreateSub(llvm::ConstantInt::get(bits, settings_.width - 1), above);
    last = b_.CreateExtractElement(vector(value, row), lane);
  }
  mark(b_.CreateAlignedStore(last, scalar(pointer, row), store.getAlign()), store, row);
}

// Halves are combined until one lane is left.
Value* LaneWriter::fold(llvm::IRBuilder<>& b, Gathering how, Value* value) const {
  for (unsigned width = settings_.width / 2; width >= 1; width /= 2) {
    llvm::SmallVector<int, 64> low, high;
    for (unsigned lane = 0; lane < width; ++lane) {
      low.push_back(static_cast<int>(lane));
      high.push_back(static_cast<int>(lane + width));
    }
    value = combine(b, how, b.CreateShuffleVector(value, low), b.CreateShuffleVector(value, high));
  }
  return b.CreateExtractElement(value, uint64_t{0});
}

// One place, lane by lane, for all rows: the rows' values are added up before it is written.
bool LaneWriter::is_shared_by_rows(const llvm::CallInst& call) const {
  const Update update = *update_of(call);
  const Shape shape = shapes_.of(update.pointer);
  const auto size = static_cast<int64_t>(layout_.getTypeStoreSize(call.getType()));
  return call.use_empty() && !shapes_.differs_by_row(update.pointer) && shape.is_linear() &&
         std::abs(shape.stride) >= size && !(shape.may_wrap && is_partial_);
}

void LaneWriter::write_update(llvm::CallInst& call, unsigned row) {
  const Update update = *update_of(call);
  const bool wants_old = !call.use_empty();
  const Shape shape = shapes_.of(update.pointer);
  if (row > 0 && is_shared_by_rows(call)) return;  // written with row 0
  Type* element = call.getType();
  const auto size = static_cast<int64_t>(layout_.getTypeStoreSize(element));
  if (shape.is_linear() && std::abs(shape.stride) >= size && !(shape.may_wrap && is_partial_)) {
    Value* old = load_lanes(call, update.pointer, element, row);
    Value* sum = combine(b_, update.how, old, vector(update.value, row));
    if (is_shared_by_rows(call)) {
      for (unsigned other = 1; other < cells_.size(); ++other) {
        sum = combine(b_, update.how, sum, vector(update.value, other));
      }
    }
    store_lanes(call, sum, update.pointer, row);
    entry(&call, row).vector = old;
    return;
  }
  if (!shape.is_uniform() || wants_old) {
    entry(&call, row).vector = update_in_turn(call, update, wants_old, row);
    return;
  }
  Value* value = vector(update.value, row);
  if (mask_ != nullptr) {
    llvm::Constant* nothing = identity_of(update.how, element);
    auto count = llvm::ElementCount::getFixed(settings_.width);
    value = b_.CreateSelect(mask_, value, llvm::ConstantVector::getSplat(count, nothing));
  }
  Value* pointer = scalar(update.pointer, row);
  const llvm::Align align = layout_.getABITypeAlign(element);
  Value* old = b_.CreateAlignedLoad(element, pointer, align);
  keep_marks(old, call);
  Value* total = combine(b_, update.how, old, fold(b_, update.how, value));
  keep_marks(b_.CreateAlignedStore(total, pointer, align), call);
}

llvm::AllocaInst* LaneWriter::room(Type* element) {
  llvm::IRBuilder<> b(&*function_.getEntryBlock().getFirstInsertionPt());
  return b.CreateAlloca(llvm::ArrayType::get(element, settings_.width));
}

// A loop over the lanes in the mask, from the first on, through memory of its own.
Value* LaneWriter::update_in_turn(const llvm::CallInst& call, const Update& update, bool wants_old,
                                  unsigned row) {
  Type* element = update.value->getType();
  Value* pointers = vector(update.pointer, row);
  Value* values = vector(update.value, row);
  Type* pointer_type = update.pointer->getType();
  const auto spill = [&](Value* what, Type* of) {
    llvm::AllocaInst* place = room(of);
    b_.CreateAlignedStore(what, b_.CreateBitCast(place, what->getType()->getPointerTo()),
                          layout_.getABITypeAlign(of));
    return place;
  };
  llvm::AllocaInst* where = spill(pointers, pointer_type);
  llvm::AllocaInst* what = spill(values, element);
  llvm::AllocaInst* olds = wants_old ? room(element) : nullptr;
  Type* bits = b_.getInt64Ty();
  Value* lanes = b_.CreateBitCast(all_lanes(), b_.getIntNTy(settings_.width));
  lanes = b_.CreateZExtOrTrunc(lanes, bits);
  llvm::BasicBlock *before = b_.GetInsertBlock(), *each = new_block("each"),
                   *done = new_block("lanes");
  Value* none = llvm::ConstantInt::get(bits, 0);
  b_.CreateCondBr(b_.CreateICmpNE(lanes, none), each, done);
  b_.SetInsertPoint(each);
  llvm::PHINode* left = b_.CreatePHI(bits, 2);
  Value* lane = b_.CreateBinaryIntrinsic(llvm::Intrinsic::cttz, left, b_.getTrue());
  const auto at = [&](llvm::AllocaInst* place) {
    return b_.CreateInBoundsGEP(place->getAllocatedType(), place, {none, lane});
  };
  const llvm::Align align = layout_.getABITypeAlign(element);
  Value* pointer = b_.CreateLoad(pointer_type, at(where));
  Value* old = b_.CreateAlignedLoad(element, pointer, align);
  keep_marks(old, call);
  Value* value = b_.CreateLoad(element, at(what));
  keep_marks(b_.CreateAlignedStore(combine(b_, update.how, old, value), pointer, align), call);
  if (wants_old) b_.CreateStore(old, at(olds));
  Value* rest = b_.CreateAnd(left, b_.CreateSub(left, llvm::ConstantInt::get(bits, 1)));
  left->addIncoming(lanes, before);
  left->addIncoming(rest, each);
  b_.CreateCondBr(b_.CreateICmpNE(rest, none), each, done);
  b_.SetInsertPoint(done);
  if (!wants_old) return nullptr;
  Type* type = wide(element);
  return b_.CreateAlignedLoad(type, b_.CreateBitCast(olds, type->getPointerTo()), align);
}

}  // namespace tinsmith::cpu
