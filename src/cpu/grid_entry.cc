// SPDX-License-Identifier: Apache-2.0
// Nested loops around the inlined kernel. The loop over x lies in a function of its own whose
// pointer parameters say what they do not alias with: inlining would turn that into scopes, and the
// vectoriser needs to know it across iterations.
#include "cpu/grid_entry.h"

#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>

#include "cpu/entry.h"

namespace tinsmith::cpu {

namespace {

using Builder = llvm::IRBuilder<>;

bool looks_at_groups(const Body& body) {
  for (unsigned i = 0; i < body.parameters->size(); ++i) {
    const Parameter& parameter = (*body.parameters)[i];
    if (!body.is_used(i)) continue;
    if (parameter.kind == Parameter::Kind::ThreadgroupMemory) return true;
    if (parameter.kind == Parameter::Kind::BuiltIn && !is_free_of_groups(parameter.name)) {
      return true;
    }
  }
  return body.threadgroup_bytes != 0;
}

class GridEntry {
 public:
  GridEntry(const Body& body, const std::optional<Source::Shape>& shape)
      : body_(body),
        shape_(shape),
        module_(*body.kernel->getParent()),
        by_group_(looks_at_groups(body)) {}

  void emit() {
    declare_inner();
    if (by_group_) {
      fill_group();
    } else {
      fill_row();
    }
    fill_entry();
  }

 private:
  // (pointers of the kernel…, scratch, four numbers, grid[3], group[3]). The four numbers: row:
  // first x, end of x, y, z; group: its position, 0.
  void declare_inner() {
    llvm::LLVMContext& context = module_.getContext();
    std::vector<llvm::Type*> types;
    for (unsigned i = 0; i < body_.parameters->size(); ++i) {
      if (body_.is_pointer(i)) types.push_back(body_.kernel->getArg(i)->getType());
    }
    pointers_ = static_cast<unsigned>(types.size());
    types.push_back(llvm::Type::getInt8PtrTy(context));
    types.insert(types.end(), 10, llvm::Type::getInt32Ty(context));
    auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), types, false);
    inner_ = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                    by_group_ ? "one_group" : "one_row", module_);
    inner_->addFnAttr(llvm::Attribute::NoUnwind);
    inner_->addFnAttr(llvm::Attribute::NoInline);
    unsigned at = 0;
    for (unsigned i = 0; i < body_.parameters->size(); ++i) {
      if (!body_.is_pointer(i)) continue;
      llvm::AttrBuilder attributes(context, body_.kernel->getAttributes().getParamAttrs(i));
      inner_->addParamAttrs(at++, attributes);
    }
  }

  llvm::Value* number(unsigned index) { return inner_->getArg(pointers_ + 1 + index); }

  // The inner function's arguments as the kernel's pointers and as facts of the launch.
  std::vector<llvm::Value*> begin_inner(Builder& builder, ThreadValues& thread) {
    builder.SetInsertPoint(llvm::BasicBlock::Create(module_.getContext(), "start", inner_));
    std::vector<llvm::Value*> pointers(body_.parameters->size(), nullptr);
    unsigned at = 0;
    for (unsigned i = 0; i < pointers.size(); ++i) {
      if (body_.is_pointer(i)) pointers[i] = inner_->getArg(at++);
    }
    if (shape_) {
      thread.grid = constant_triple(builder, shape_->grid);
      thread.group = constant_triple(builder, shape_->group);
    } else {
      thread.grid = {number(4), number(5), number(6)};
      thread.group = {number(7), number(8), number(9)};
    }
    return pointers;
  }

  void call_kernel(Builder& builder, const std::vector<llvm::Value*>& pointers,
                   const ThreadValues& thread) {
    llvm::Value* scratch = inner_->getArg(pointers_);
    auto arguments = thread_arguments(builder, body_, pointers, scratch, thread);
    builder.CreateCall(body_.kernel, arguments);
    if (!body_.stops_on_status) return;
    auto* next = llvm::BasicBlock::Create(module_.getContext(), "go_on", inner_);
    auto* stop = llvm::BasicBlock::Create(module_.getContext(), "stop", inner_);
    builder.CreateCondBr(builder.CreateIsNull(status(builder, scratch)), next, stop);
    builder.SetInsertPoint(stop);
    builder.CreateRetVoid();
    builder.SetInsertPoint(next);
  }

  static llvm::Value* status(Builder& builder, llvm::Value* scratch) {
    llvm::Type* type = builder.getInt32Ty();
    return builder.CreateLoad(type, builder.CreateBitCast(scratch, type->getPointerTo()));
  }

  // Tells the range of a row to LLVM, which needs it to see that index arithmetic does not
  // overflow.
  llvm::Value* at_most(Builder& builder, llvm::Value* value, llvm::Value* limit) {
    return builder.CreateBinaryIntrinsic(llvm::Intrinsic::umin, value, limit);
  }

  void fill_row() {
    Builder builder(module_.getContext());
    ThreadValues thread;
    auto pointers = begin_inner(builder, thread);
    llvm::Value* limit = shape_ ? thread.grid[0] : builder.getInt32(kMaxGrid);
    llvm::Value* end = at_most(builder, number(1), limit);
    llvm::Value* zero = builder.getInt32(0);
    thread.group_id = thread.extent = thread.local = {zero, zero, zero};
    emit_loop(builder, number(0), end, "x", [&](llvm::Value* x) {
      thread.position = {x, number(2), number(3)};
      call_kernel(builder, pointers, thread);
    });
    builder.CreateRetVoid();
  }

  void fill_group() {
    Builder builder(module_.getContext());
    ThreadValues thread;
    auto pointers = begin_inner(builder, thread);
    Triple base;
    for (unsigned i = 0; i < 3; ++i) {
      thread.group_id[i] = number(i);
      base[i] = builder.CreateMul(number(i), thread.group[i], "", true, true);
      bool whole = shape_ && shape_->grid[i] % shape_->group[i] == 0;
      thread.extent[i] =
          whole ? thread.group[i]
                : at_most(builder, thread.group[i], builder.CreateSub(thread.grid[i], base[i]));
    }
    llvm::Value* zero = builder.getInt32(0);
    emit_loop(builder, zero, thread.extent[2], "z", [&](llvm::Value* z) {
      emit_loop(builder, zero, thread.extent[1], "y", [&](llvm::Value* y) {
        emit_loop(builder, zero, thread.extent[0], "x", [&](llvm::Value* x) {
          thread.local = {x, y, z};
          for (unsigned i = 0; i < 3; ++i) {
            thread.position[i] = builder.CreateAdd(base[i], thread.local[i], "", true, true);
          }
          call_kernel(builder, pointers, thread);
        });
      });
    });
    builder.CreateRetVoid();
  }

  // [first, end) of this part among `count` things; parts are multiples of `grain`.
  std::pair<llvm::Value*, llvm::Value*> share(Builder& builder, llvm::Value* count,
                                              uint64_t grain) {
    llvm::Value* part = builder.CreateZExt(entry_->getArg(3), builder.getInt64Ty());
    llvm::Value* parts = builder.CreateZExt(entry_->getArg(4), builder.getInt64Ty());
    llvm::Value* one = builder.getInt64(1);
    llvm::Value* each =
        builder.CreateUDiv(builder.CreateAdd(count, builder.CreateSub(parts, one)), parts);
    llvm::Value* grains = builder.CreateUDiv(builder.CreateAdd(each, builder.getInt64(grain - 1)),
                                             builder.getInt64(grain));
    each = builder.CreateMul(grains, builder.getInt64(grain));
    llvm::Value* first = at_most(builder, builder.CreateMul(part, each), count);
    return {first, at_most(builder, builder.CreateAdd(first, each), count)};
  }

  llvm::Value* product(Builder& builder, const Triple& sizes) {
    llvm::Value* out = builder.getInt64(1);
    for (llvm::Value* size : sizes) {
      out = builder.CreateMul(out, builder.CreateZExt(size, builder.getInt64Ty()));
    }
    return out;
  }

  // `index` among things counted by `sizes`, x first, as coordinates.
  Triple coordinates(Builder& builder, llvm::Value* index, const Triple& sizes) {
    Triple out;
    llvm::Value* rest = index;
    for (unsigned i = 0; i < 3; ++i) {
      llvm::Value* size = builder.CreateZExt(sizes[i], builder.getInt64Ty());
      out[i] = builder.CreateTrunc(builder.CreateURem(rest, size), builder.getInt32Ty());
      rest = builder.CreateUDiv(rest, size);
    }
    return out;
  }

  void fill_entry() {
    entry_ = declare_entry(module_);
    Builder builder(llvm::BasicBlock::Create(module_.getContext(), "start", entry_));
    llvm::Value* run_grid = entry_->getArg(1);
    auto pointers = load_pointers(builder, body_, entry_->getArg(0), run_grid, entry_->getArg(2));
    for (llvm::Value* pointer : pointers) {
      if (pointer != nullptr) call_.push_back(pointer);
    }
    call_.push_back(entry_->getArg(2));
    Triple grid =
        shape_ ? constant_triple(builder, shape_->grid) : load_triple(builder, run_grid, 0);
    Triple group =
        shape_ ? constant_triple(builder, shape_->group) : load_triple(builder, run_grid, 3);
    if (by_group_) {
      loop_over_groups(builder, grid, group);
    } else {
      loop_over_rows(builder, grid, group);
    }
    builder.CreateRet(status(builder, entry_->getArg(2)));
  }

  void call_inner(Builder& builder, std::vector<llvm::Value*> numbers, const Triple& grid,
                  const Triple& group) {
    std::vector<llvm::Value*> arguments = call_;
    arguments.insert(arguments.end(), numbers.begin(), numbers.end());
    arguments.insert(arguments.end(), grid.begin(), grid.end());
    arguments.insert(arguments.end(), group.begin(), group.end());
    builder.CreateCall(inner_, arguments);
  }

  void loop_over_groups(Builder& builder, const Triple& grid, const Triple& group) {
    ThreadValues thread;
    thread.grid = grid;
    thread.group = group;
    auto* vector = llvm::FixedVectorType::get(builder.getInt32Ty(), 3);
    llvm::Value* counts = built_in(builder, "threadgroups_per_grid", vector, thread);
    Triple groups;
    for (unsigned i = 0; i < 3; ++i) groups[i] = builder.CreateExtractElement(counts, i);
    auto [first, end] = share(builder, product(builder, groups), 1);
    emit_loop(builder, first, end, "group", [&](llvm::Value* index) {
      Triple at = coordinates(builder, index, groups);
      call_inner(builder, {at[0], at[1], at[2], builder.getInt32(0)}, grid, group);
    });
  }

  // Parts are cut through the rows laid end to end, so that one long row divides as well.
  void loop_over_rows(Builder& builder, const Triple& grid, const Triple& group) {
    auto [first, end] = share(builder, product(builder, grid), 64);
    llvm::Value* width = builder.CreateZExt(grid[0], builder.getInt64Ty());
    llvm::Value* last = builder.CreateSub(builder.CreateAdd(end, width), builder.getInt64(1));
    llvm::Value* rows_end = builder.CreateUDiv(last, width);
    llvm::Value* rows_first = builder.CreateUDiv(first, width);
    Triple rows = {grid[1], grid[2], builder.getInt32(1)};
    llvm::Value* from = first;  // captured below: a structured binding cannot be
    llvm::Value* to = end;
    emit_loop(builder, rows_first, rows_end, "row", [&](llvm::Value* row) {
      llvm::Value* base = builder.CreateMul(row, width);
      llvm::Value* x0 =
          builder.CreateSub(builder.CreateBinaryIntrinsic(llvm::Intrinsic::umax, from, base), base);
      llvm::Value* x1 =
          builder.CreateSub(at_most(builder, to, builder.CreateAdd(base, width)), base);
      Triple yz = coordinates(builder, row, rows);
      call_inner(builder,
                 {builder.CreateTrunc(x0, builder.getInt32Ty()),
                  builder.CreateTrunc(x1, builder.getInt32Ty()), yz[0], yz[1]},
                 grid, group);
    });
  }

  const Body& body_;
  const std::optional<Source::Shape>& shape_;
  llvm::Module& module_;
  bool by_group_;
  unsigned pointers_ = 0;            // how many of them the kernel has
  llvm::Function* inner_ = nullptr;  // one row, or one group
  llvm::Function* entry_ = nullptr;
  std::vector<llvm::Value*> call_;  // first arguments of every call of inner_
};

}  // namespace

void emit_grid_entry(const Body& body, const std::optional<Source::Shape>& shape) {
  GridEntry(body, shape).emit();
}

}  // namespace tinsmith::cpu
