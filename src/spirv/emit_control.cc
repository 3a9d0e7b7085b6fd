// SPDX-License-Identifier: Apache-2.0
// Structured control flow, and the walk over a block. Each construct of the IR becomes one
// construct of SPIR-V; results of an `if` become phis. Code behind an `if` both of whose branches
// left is written all the same: it is unreachable.
#include "spirv/emitter.h"
#include "support/check.h"

namespace tinsmith::spirv {

void Emitter::note_line(const Inst& inst) {
  Span at = inst.loc ? fn_[inst.loc].span : Span{};
  if (!at.file) return asm_.no_line();
  std::string_view file = (*sources_)[at.file].name;
  asm_.line(file.substr(file.rfind('/') + 1), at.line, at.column);
}

const Inst* Emitter::block(BlockId id) {
  for (InstId inst_id : fn_[id].insts) {
    const Inst& it = fn_[inst_id];
    if (is_terminator(it.op)) return &it;
    if (sources_) note_line(it);
    inst(it);
  }
  TS_UNREACHABLE("a block without a terminator");
}

void Emitter::inst(const Inst& inst) {
  auto set = [&](Word value) { values_[inst.results[0]] = value; };
  auto dtype = [&] { return dtype_of(inst.operands[0]); };
  switch (inst.op) {
    case Op::Const: return set(literal(dtype_of(inst.results[0]), inst.imm));
    case Op::Arg: return set(argument(inst));
    case Op::ArrayDim: {
      ArgSlot slot = ArgSlot::of(inst.imm);
      return set(load_arg({slot.param, 0, slot.component}, DType::I32));
    }
    case Op::Random: return set(random(dtype_of(inst.results[0])));

    case Op::Var: return var(inst);
    case Op::Elem: return elem(inst);
    case Op::FieldPtr: return field_ptr(inst);
    case Op::ArrayPtr: return array_ptr(inst);
    case Op::TempPtr: return temp_ptr(inst);
    case Op::Load: note_access(inst); return set(load(addresses_.get(inst.operands[0])));
    case Op::Store:
      note_access(inst);
      return store(addresses_.get(inst.operands[0]), operand(inst, 1));
    case Op::Return: return return_value(inst);

    case Op::AtomicAdd:
    case Op::AtomicMul:
    case Op::AtomicMin:
    case Op::AtomicMax:
    case Op::AtomicAnd:
    case Op::AtomicOr:
    case Op::AtomicXor: note_access(inst); return atomic(inst);

    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Div:
    case Op::Rem:
    case Op::Pow:
    case Op::Atan2:
    case Op::Min:
    case Op::Max:
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Shl:
    case Op::Shr: return set(binary(inst.op, dtype(), operand(inst, 0), operand(inst, 1)));

    case Op::Neg:
    case Op::Abs:
    case Op::Sign:
    case Op::Not:
    case Op::Sqrt:
    case Op::Rsqrt:
    case Op::Sin:
    case Op::Cos:
    case Op::Tan:
    case Op::Asin:
    case Op::Acos:
    case Op::Tanh:
    case Op::Exp:
    case Op::Log:
    case Op::Floor:
    case Op::Ceil:
    case Op::Round:
    case Op::FrexpMantissa:
    case Op::FrexpExponent:
    case Op::PopCount:
    case Op::Clz: return set(unary(inst.op, dtype(), operand(inst, 0)));

    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge:
    case Op::Eq:
    case Op::Ne: return set(compare(inst.op, dtype(), operand(inst, 0), operand(inst, 1)));
    case Op::Select:
      return set(select(operand(inst, 0), type(dtype_of(inst.results[0])), operand(inst, 1),
                        operand(inst, 2)));
    case Op::Cast: return set(cast(operand(inst, 0), dtype(), dtype_of(inst.results[0])));
    case Op::BitCast: return set(bit_cast(operand(inst, 0), type(dtype_of(inst.results[0]))));

    case Op::If: return if_else(inst);
    case Op::For: return for_loop(inst);
    case Op::While: return while_loop(inst);

    case Op::FloorDiv:
    case Op::Mod:
    case Op::IPow:
    case Op::ParallelFor:
    case Op::Task:
    case Op::Yield:
    case Op::Break:
    case Op::Continue: break;
  }
  TS_UNREACHABLE("'" + std::string(info(inst.op).text) + "' inside of a task");
}

Word Emitter::argument(const Inst& inst) {
  ArgSlot slot = ArgSlot::of(inst.imm);
  DType dtype = dtype_of(inst.results[0]);
  if (fn_.params.at(slot.param).kind == ParamKind::Scalar) return load_arg({slot.param}, dtype);
  return load_arg({slot.param, slot.component}, dtype);
}

// Ends the block that is being written as `end` says; `target` is where a yield goes.
void Emitter::terminate(const Inst& end, Word target) {
  if (end.op == Op::Break) target = loops_.back().merge;
  if (end.op == Op::Continue) target = loops_.back().next;
  asm_.branch(target);
}

void Emitter::if_else(const Inst& inst) {
  Word merge = asm_.new_id();
  Word arms[2] = {asm_.new_id(), asm_.new_id()};
  asm_.emit(spv::Op::OpSelectionMerge, {merge, 0});
  asm_.emit(spv::Op::OpBranchConditional, {operand(inst, 0), arms[0], arms[1]});
  std::vector<std::vector<Word>> phis(inst.results.size());  // value, block, value, block
  for (size_t arm = 0; arm < 2; ++arm) {
    asm_.label(arms[arm]);
    asm_.open_scope();
    const Inst& end = *block(inst.blocks[arm]);
    asm_.close_scope();
    if (end.op == Op::Yield)
      for (size_t i = 0; i < phis.size(); ++i)
        phis[i].insert(phis[i].end(), {operand(end, i), asm_.current_block()});
    terminate(end, merge);
  }
  asm_.label(merge);
  for (size_t i = 0; i < phis.size(); ++i) {
    Word result_type = type(dtype_of(inst.results[i]));
    if (phis[i].empty()) {
      values_[inst.results[i]] = asm_.undefined(result_type);
      continue;
    }
    Word id = asm_.new_id();
    phis[i].insert(phis[i].begin(), {result_type, id});
    asm_.emit(spv::Op::OpPhi, phis[i]);
    values_[inst.results[i]] = id;
  }
}

void Emitter::loop_body(BlockId body, Loop loop) {
  loops_.push_back(loop);
  const Inst& end = *block(body);
  terminate(end, loop.next);
  loops_.pop_back();
}

void Emitter::for_loop(const Inst& inst) {
  Word i32 = type(DType::I32);
  Word before = asm_.current_block();
  Word header = asm_.new_id(), start = asm_.new_id(), next = asm_.new_id(), merge = asm_.new_id(),
       index = asm_.new_id(), next_index = asm_.new_id();
  asm_.branch(header);
  asm_.label(header);
  asm_.emit(spv::Op::OpPhi, {i32, index, operand(inst, 0), before, next_index, next});
  Word more = asm_.value(spv::Op::OpSLessThan, asm_.type_bool(), {index, operand(inst, 1)});
  asm_.emit(spv::Op::OpLoopMerge, {merge, next, 0});
  asm_.emit(spv::Op::OpBranchConditional, {more, start, merge});
  asm_.label(start);
  asm_.open_scope();
  values_[fn_[inst.blocks[0]].params[0]] = index;
  loop_body(inst.blocks[0], {merge, next});
  asm_.close_scope();
  asm_.label(next);
  asm_.emit(spv::Op::OpIAdd, {i32, next_index, index, asm_.i32(1)});
  asm_.branch(header);
  asm_.label(merge);
}

void Emitter::while_loop(const Inst& inst) {
  Word header = asm_.new_id(), start = asm_.new_id(), next = asm_.new_id(), merge = asm_.new_id();
  asm_.branch(header);
  asm_.label(header);
  asm_.emit(spv::Op::OpLoopMerge, {merge, next, 0});
  asm_.branch(start);
  asm_.label(start);
  asm_.open_scope();
  loop_body(inst.blocks[0], {merge, next});
  asm_.close_scope();
  asm_.label(next);
  asm_.branch(header);
  asm_.label(merge);
}

}  // namespace tinsmith::spirv
