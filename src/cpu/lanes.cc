// SPDX-License-Identifier: Apache-2.0
// The loops around the copies: rows, then columns in steps of the vector's width, then what is left
// of a row under a mask. Rows are jammed: one copy does the same columns of several.
#include "cpu/lanes.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/Transforms/Utils/Local.h>

namespace tinsmith::cpu {
namespace {

using llvm::BasicBlock;
using llvm::PHINode;
using llvm::Value;
using Values = std::vector<Value*>;

class Nest {
 public:
  Nest(const LanePlan& plan, const LoopPlace& place, const Share& share)
      : plan_(plan),
        grid_(place.grid),
        share_(share),
        function_(*place.grid.index->getFunction()),
        b_(function_.getContext()),
        writer_(place.grid, place.loop, place.loops, *plan.shapes, plan.columns, plan.settings) {}

  void write(BasicBlock* before);

 private:
  struct Row {
    Value* first;         // the index of column 0
    Value* row;           // null: there are no rows
    Value *column, *end;  // the columns to do
    unsigned jammed;
  };

  BasicBlock* block(const char* name) {
    return BasicBlock::Create(function_.getContext(), name, &function_);
  }
  Value* number(uint64_t n) { return b_.getInt64(n); }
  Values phis(const Values& from, BasicBlock* before);
  static void close(const Values& phis, const Values& values, BasicBlock* from);
  BasicBlock* write_rows(BasicBlock* before, Values& gathered);
  BasicBlock* write_columns(BasicBlock* before, const Row& row, Values& gathered);
  Value* mask_of(Value* column, Value* end);
  BasicBlock* write_copy(BasicBlock* in, const Row& row, Value* column, Value* mask,
                         Values& gathered);
  void finish(BasicBlock* last, const Values& gathered);

  const LanePlan& plan_;
  const GridLoop& grid_;
  const Share& share_;
  llvm::Function& function_;
  llvm::IRBuilder<> b_;
  LaneWriter writer_;
};

Values Nest::phis(const Values& from, BasicBlock* before) {
  Values out;
  for (Value* value : from) {
    PHINode* phi = b_.CreatePHI(value->getType(), 2);
    phi->addIncoming(value, before);
    out.push_back(phi);
  }
  return out;
}

void Nest::close(const Values& phis, const Values& values, BasicBlock* from) {
  for (size_t i = 0; i < phis.size(); ++i) {
    llvm::cast<PHINode>(phis[i])->addIncoming(values[i], from);
  }
}

void Nest::write(BasicBlock* before) {
  Values gathered;
  for (const Gathered& each : grid_.gathered) {
    Value* start = each.phi->getIncomingValueForBlock(before);
    b_.SetInsertPoint(before->getTerminator());
    gathered.push_back(b_.CreateVectorSplat(plan_.settings.width, start));
  }
  before->getTerminator()->eraseFromParent();
  BasicBlock* last = nullptr;
  if (plan_.columns.count == nullptr) {
    b_.SetInsertPoint(before);
    last = write_columns(before, {number(0), nullptr, share_.from, share_.to, 1}, gathered);
  } else {
    last = write_rows(before, gathered);
  }
  finish(last, gathered);
}

BasicBlock* Nest::write_rows(BasicBlock* before, Values& gathered) {
  BasicBlock *head = block("rows"), *body = block("row"), *next = block("next"),
             *out = block("out");
  b_.SetInsertPoint(before);
  Value* count = b_.CreateZExt(plan_.columns.count, b_.getInt64Ty());
  b_.CreateBr(head);
  b_.SetInsertPoint(head);
  PHINode* at = b_.CreatePHI(b_.getInt64Ty(), 2);
  at->addIncoming(share_.from, before);
  const Values held = phis(gathered, before);
  b_.CreateCondBr(b_.CreateICmpSLT(at, share_.to), body, out);
  b_.SetInsertPoint(body);
  Row row{at, b_.CreateUDiv(at, count), number(0), count, 1};
  Value* end = b_.CreateNSWAdd(at, count);
  if (!plan_.whole_rows) {
    row.first = b_.CreateNSWMul(row.row, count);
    row.column = b_.CreateNSWSub(at, row.first);
    end = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, b_.CreateNSWAdd(row.first, count),
                                   share_.to);
    row.end = b_.CreateNSWSub(end, row.first);
  }
  Values after = {};
  b_.SetInsertPoint(next);
  PHINode* then = b_.CreatePHI(b_.getInt64Ty(), 2);
  std::vector<PHINode*> brought;
  for (Value* value : gathered) brought.push_back(b_.CreatePHI(value->getType(), 2));
  const auto write_with = [&](BasicBlock* from, const Row& these, Value* to) {
    Values values = held;
    BasicBlock* last = write_columns(from, these, values);
    b_.SetInsertPoint(last);
    b_.CreateBr(next);
    then->addIncoming(to, last);
    for (size_t i = 0; i < brought.size(); ++i) brought[i]->addIncoming(values[i], last);
  };
  b_.SetInsertPoint(body);
  BasicBlock* single = body;
  if (plan_.rows > 1) {
    Value* far = b_.CreateNSWAdd(at, b_.CreateNSWMul(count, number(plan_.rows)));
    Row all = row;
    all.jammed = plan_.rows;
    all.first = at;
    all.column = number(0);
    all.end = count;
    BasicBlock* jam = body;
    if (!plan_.jams_all) {
      jam = block("jam");
      single = block("single");
      Value* fits = b_.CreateICmpSLE(far, share_.to);
      if (!plan_.whole_rows) fits = b_.CreateAnd(fits, b_.CreateICmpEQ(row.column, number(0)));
      b_.CreateCondBr(fits, jam, single);
    }
    write_with(jam, all, far);
  }
  if (!plan_.jams_all) write_with(single, row, end);
  b_.SetInsertPoint(next);
  keep_rolled(*b_.CreateBr(head));
  at->addIncoming(then, next);
  close(held, Values(brought.begin(), brought.end()), next);
  gathered = held;
  return out;
}

BasicBlock* Nest::write_copy(BasicBlock* in, const Row& row, Value* column, Value* mask,
                             Values& gathered) {
  b_.SetInsertPoint(in);
  std::vector<Cell> cells;
  for (unsigned i = 0; i < row.jammed; ++i) {
    Cell cell{b_.CreateNSWAdd(row.first, column), row.row, column};
    if (i > 0) {
      Value* rows = b_.CreateZExt(plan_.columns.count, b_.getInt64Ty());
      cell.index = b_.CreateNSWAdd(cell.index, b_.CreateNSWMul(rows, number(i)));
      cell.row = b_.CreateNSWAdd(cell.row, number(i));
    }
    cells.push_back(cell);
  }
  return writer_.write(in, cells, mask, gathered);
}

// The lanes from `column` on that are before `end`.
Value* Nest::mask_of(Value* column, Value* end) {
  const unsigned width = plan_.settings.width;
  llvm::SmallVector<llvm::Constant*, 64> lanes;
  for (unsigned lane = 0; lane < width; ++lane) lanes.push_back(b_.getInt32(lane));
  Value* left = b_.CreateTrunc(b_.CreateNSWSub(end, column), b_.getInt32Ty());
  return b_.CreateICmpULT(llvm::ConstantVector::get(lanes), b_.CreateVectorSplat(width, left));
}

BasicBlock* Nest::write_columns(BasicBlock* before, const Row& row, Values& gathered) {
  const unsigned width = plan_.settings.width;
  // What is known of the columns while compiling: of whole rows of constant length.
  const uint64_t known = plan_.whole_rows || row.jammed > 1 ? plan_.columns.constant : 0;
  // Rows that are left over are few, and short bodies do not mind: one copy is enough.
  const bool is_masked = known == 0 && (row.jammed < plan_.rows || plan_.always_masks);
  const bool has_full = known == 0 || known >= width;
  const bool has_rest = !is_masked && (known == 0 ? !plan_.whole_vectors : known % width != 0);
  Value* column = row.column;
  BasicBlock* from = before;
  if (has_full) {
    BasicBlock *head = block("columns"), *body = block("body"), *rest = block("rest");
    b_.SetInsertPoint(before);
    b_.CreateBr(head);
    b_.SetInsertPoint(head);
    PHINode* at = b_.CreatePHI(b_.getInt64Ty(), 2);
    at->addIncoming(column, before);
    const Values held = phis(gathered, before);
    Value* next = b_.CreateNSWAdd(at, number(width));
    Value* goes_on = is_masked ? b_.CreateICmpSLT(at, row.end) : b_.CreateICmpSLE(next, row.end);
    b_.CreateCondBr(goes_on, body, rest);
    Values values = held;
    b_.SetInsertPoint(body);
    Value* mask = is_masked ? mask_of(at, row.end) : nullptr;
    BasicBlock* last = write_copy(body, row, at, mask, values);
    b_.SetInsertPoint(last);
    keep_rolled(*b_.CreateBr(head));
    at->addIncoming(next, last);
    close(held, values, last);
    gathered = held;
    column = at;
    from = rest;
  }
  if (!has_rest) return from;
  BasicBlock *some = block("some"), *out = block("out");
  b_.SetInsertPoint(from);
  b_.CreateCondBr(b_.CreateICmpSLT(column, row.end), some, out);
  b_.SetInsertPoint(some);
  Value* mask = mask_of(column, row.end);
  Values values = gathered;
  BasicBlock* last = write_copy(some, row, column, mask, values);
  b_.SetInsertPoint(last);
  b_.CreateBr(out);
  b_.SetInsertPoint(out);
  const Values merged = phis(gathered, from);
  close(merged, values, last);
  gathered = merged;
  return out;
}

void Nest::finish(BasicBlock* last, const Values& gathered) {
  b_.SetInsertPoint(last);
  std::vector<Value*> totals;
  for (size_t i = 0; i < gathered.size(); ++i) {
    totals.push_back(writer_.fold(b_, grid_.gathered[i].how, gathered[i]));
  }
  b_.CreateBr(grid_.exit);
  BasicBlock* header = grid_.index->getParent();
  for (size_t i = 0; i < gathered.size(); ++i) {
    grid_.gathered[i].phi->replaceAllUsesWith(totals[i]);
  }
  grid_.exit->replacePhiUsesWith(header, last);
  llvm::removeUnreachableBlocks(function_);
}

}  // namespace

void write_lanes(const LanePlan& plan, const LoopPlace& place, const Share& share,
                 BasicBlock* before) {
  Nest(plan, place, share).write(before);
}

}  // namespace tinsmith::cpu
