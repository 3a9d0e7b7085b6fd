// SPDX-License-Identifier: Apache-2.0
// The frame of a task (facts §1.8–1.10): descriptor set 0 with the arguments at binding 0, results
// at 1 and everything else from 2 in order of first use; a serial task runs in invocation 0, a
// range task strides over the grid, so that any number of groups may be launched.
#include <algorithm>

#include "spirv/emitter.h"
#include "support/check.h"

namespace tinsmith::spirv {

using spv::Decoration;
using spv::StorageClass;

namespace {

bool draws_random(const Function& fn, BlockId block) {
  return std::ranges::any_of(fn[block].insts, [&](InstId id) {
    return fn[id].op == Op::Random ||
           std::ranges::any_of(fn[id].blocks, [&](BlockId b) { return draws_random(fn, b); });
  });
}

}  // namespace

void Emitter::task(const Inst& task, package::Task& out) {
  out_ = &out;
  const TaskInfo& info = fn_.tasks.at(task.imm);
  if (draws_random(fn_, task.blocks[0])) seed_random();
  if (info.kind == TaskKind::Serial)
    serial(task);
  else if (fn_[task.blocks[0]].params.empty())
    shaped(task);
  else
    range(task, info);
  decorate_aliases();
  std::vector<Word> inputs;
  for (Word variable : {global_id_variable_, group_count_variable_})
    if (variable) inputs.push_back(variable);
  out.spirv = asm_.finish(info.group_size, inputs);
}

void Emitter::serial(const Inst& task) {
  Word body = asm_.new_id(), merge = asm_.new_id();
  Word first = asm_.pure(spv::Op::OpIEqual, asm_.type_bool(), {global_id(), asm_.u32(0)});
  asm_.emit(spv::Op::OpSelectionMerge, {merge, 0});
  asm_.emit(spv::Op::OpBranchConditional, {first, body, merge});
  asm_.label(body);
  asm_.open_scope();
  block(task.blocks[0]);
  asm_.close_scope();
  asm_.branch(merge);
  asm_.label(merge);
}

void Emitter::range(const Inst& task, const TaskInfo& info) {
  BlockId body = task.blocks[0];
  Word begin = bound(info.begin, info.const_begin);
  if (info.const_begin && info.const_end) {
    int64_t count = std::max<int64_t>(int64_t{info.end} - info.begin, 0);
    return grid_loop(begin, asm_.u32(static_cast<uint32_t>(count)), body);
  }
  grid_loop(begin, count_between(begin, bound(info.end, info.const_end)), body);
}

// The bounds come from the task's own block, in front of its only loop.
void Emitter::shaped(const Inst& task) {
  for (InstId id : fn_[task.blocks[0]].insts) {
    const Inst& it = fn_[id];
    if (it.op == Op::Yield) return;
    if (it.op != Op::For) {
      inst(it);
      continue;
    }
    Word begin = operand(it, 0);
    grid_loop(begin, count_between(begin, operand(it, 1)), it.blocks[0]);
  }
}

Word Emitter::bound(int32_t value, bool constant) {
  if (constant) return asm_.i32(value);
  Address at;
  at.dtype = DType::I32;
  at.buffer = temporaries();
  at.index = asm_.u32(static_cast<uint32_t>(value) / 4);
  return load(at);
}

// max(end - begin, 0), unsigned: right for every pair of i32.
Word Emitter::count_between(Word begin, Word end) {
  Word some = asm_.pure(spv::Op::OpSGreaterThan, asm_.type_bool(), {end, begin});
  Word difference = asm_.pure(spv::Op::OpISub, type_word(32), {end, begin});
  return select(some, type_word(32), difference, asm_.u32(0));
}

void Emitter::grid_loop(Word begin, Word count, BlockId body) {
  Word u32 = type_word(32);
  Word stride = asm_.pure(
      spv::Op::OpIMul, u32,
      {builtin_x(spv::BuiltIn::NumWorkgroups, group_count_variable_), asm_.u32(out_->group_size)});
  Word first = global_id();
  open_reductions(body);
  Word before = asm_.current_block();
  Word header = asm_.new_id(), start = asm_.new_id(), next = asm_.new_id(), merge = asm_.new_id(),
       offset = asm_.new_id(), next_offset = asm_.new_id();
  asm_.branch(header);
  asm_.label(header);
  asm_.emit(spv::Op::OpPhi, {u32, offset, first, before, next_offset, next});
  Word more = asm_.value(spv::Op::OpULessThan, asm_.type_bool(), {offset, count});
  asm_.emit(spv::Op::OpLoopMerge, {merge, next, 0});
  asm_.emit(spv::Op::OpBranchConditional, {more, start, merge});
  asm_.label(start);
  asm_.open_scope();
  Word i32 = type(DType::I32);
  values_[fn_[body].params[0]] = begin == asm_.i32(0)
                                     ? bit_cast(offset, i32)
                                     : asm_.pure(spv::Op::OpIAdd, i32, {begin, offset});
  loop_body(body, {merge, next});
  asm_.close_scope();
  asm_.label(next);
  asm_.emit(spv::Op::OpIAdd, {u32, next_offset, offset, stride});
  asm_.branch(header);
  asm_.label(merge);
  close_reductions();
}

Word Emitter::global_id() {
  return builtin_x(spv::BuiltIn::GlobalInvocationId, global_id_variable_);
}

Word Emitter::builtin_x(spv::BuiltIn builtin, Word& variable) {
  Word vector = asm_.type_vector(type_word(32), 3);
  if (!variable) {
    variable = asm_.global_variable(StorageClass::Input, vector);
    asm_.decorate(variable, Decoration::BuiltIn, {static_cast<Word>(builtin)});
  }
  Word pointer = asm_.type_pointer(StorageClass::Input, type_word(32));
  Word x = asm_.pure(spv::Op::OpAccessChain, pointer, {variable, asm_.u32(0)});
  return asm_.pure(spv::Op::OpLoad, type_word(32), {x});
}

// --- Buffers

uint32_t Emitter::buffer(package::BufferType type, int32_t id, bool gradient, std::string name) {
  auto same = [&](const Buffer& b) {
    return b.type == type && b.id == id && b.gradient == gradient;
  };
  auto known = std::ranges::find_if(buffers_, same);
  auto index = static_cast<uint32_t>(known - buffers_.begin());
  if (known == buffers_.end()) buffers_.push_back({type, id, gradient, std::move(name), {}});
  return index;
}

uint32_t Emitter::temporaries() {
  return buffer(package::BufferType::GlobalTmps, -1, false, "global_tmps_buffer");
}

Word Emitter::view(uint32_t index, uint32_t width) {
  Buffer& buffer = buffers_[index];
  for (const Buffer::View& view : buffer.views)
    if (view.width == width) return view.variable;
  if (width == 8) {
    asm_.capability(spv::Capability::StorageBuffer8BitAccess);
    asm_.extension("SPV_KHR_8bit_storage");
  }
  if (width == 16) asm_.capability(spv::Capability::StorageBuffer16BitAccess);
  Word words = asm_.new_runtime_array(type_word(width), width / 8);
  Word block = asm_.new_struct(std::span(&words, 1));
  asm_.decorate(block, Decoration::Block);
  asm_.decorate_member(block, 0, Decoration::Offset, {0});
  Word variable = asm_.global_variable(StorageClass::StorageBuffer, block);
  std::string name = buffer.name + "_u" + std::to_string(width);
  asm_.name(block, name + "_t");
  asm_.name(variable, name);
  bind(variable, next_binding_++, buffer.type, buffer.id, buffer.gradient);
  buffer.views.push_back({width, variable});
  return variable;
}

void Emitter::bind(Word variable, uint32_t binding, package::BufferType type, int32_t id,
                   bool gradient) {
  asm_.decorate(variable, Decoration::DescriptorSet, {0});
  asm_.decorate(variable, Decoration::Binding, {binding});
  out_->buffers.push_back({binding, type, {id}, gradient});
}

// Views of one buffer overlap, and so may ndarrays: the caller may give the same one twice.
void Emitter::decorate_aliases() {
  auto is_array = [](const Buffer& b) { return b.type == package::BufferType::ExtArr; };
  bool arrays = std::ranges::count_if(buffers_, is_array) > 1;
  for (const Buffer& buffer : buffers_)
    if (buffer.views.size() > 1 || (arrays && is_array(buffer)))
      for (const Buffer::View& view : buffer.views)
        asm_.decorate(view.variable, Decoration::Aliased);
}

// --- Argument and return blocks

Word Emitter::block_member(const package::BlockType& type, std::string_view name) {
  using Kind = package::BlockType::Kind;
  switch (type.kind) {
    case Kind::Pointer: return type_word(32);
    case Kind::Struct: return block_struct(type, name);
    case Kind::Primitive:
      if (bytes(type.dtype) == 1) {
        asm_.capability(spv::Capability::UniformAndStorageBuffer8BitAccess);
        asm_.extension("SPV_KHR_8bit_storage");
      }
      if (bytes(type.dtype) == 2)
        asm_.capability(spv::Capability::UniformAndStorageBuffer16BitAccess);
      return this->type(type.dtype == DType::U1 ? DType::I32 : type.dtype);
    case Kind::Tensor: {
      const package::BlockType& element = type.members[0].type;
      uint32_t n = 1;
      for (uint32_t extent : type.tensor_shape) n *= extent;
      return asm_.new_array(block_member(element, name), n, bytes(element.dtype));
    }
    case Kind::ArgPack: break;
  }
  TS_UNREACHABLE("argument packs are taken apart before");
}

Word Emitter::block_struct(const package::BlockType& type, std::string_view name) {
  std::vector<Word> members;
  for (const package::BlockType::Member& member : type.members)
    members.push_back(block_member(member.type, std::string(name) + "_" + member.name));
  Word id = asm_.new_struct(members);
  asm_.name(id, name);
  for (Word i = 0; i < members.size(); ++i)
    asm_.decorate_member(id, i, Decoration::Offset, {type.members[i].offset});
  return id;
}

Word Emitter::interface_block(const package::BlockType& type, StorageClass storage,
                              std::string_view name, uint32_t binding, package::BufferType buffer) {
  Word block = block_struct(type, std::string(name) + "_t");
  asm_.decorate(block, Decoration::Block);
  Word variable = asm_.global_variable(storage, block);
  asm_.name(variable, name);
  bind(variable, binding, buffer, -1, false);
  return variable;
}

Word Emitter::load_arg(std::initializer_list<uint32_t> path, DType dtype) {
  if (!args_)
    args_ = interface_block(kernel_.args_type, StorageClass::Uniform, "args", 0,
                            package::BufferType::Args);
  DType stored = dtype == DType::U1 ? DType::I32 : dtype;
  std::vector<Word> operands = {args_};
  for (uint32_t member : path) operands.push_back(asm_.u32(member));
  Word pointer = asm_.type_pointer(StorageClass::Uniform, type(stored));
  Word value = asm_.pure(spv::Op::OpLoad, type(stored),
                         {asm_.pure(spv::Op::OpAccessChain, pointer, operands)});
  return cast(value, stored, dtype);
}

void Emitter::return_value(const Inst& inst) {
  if (!rets_)
    rets_ = interface_block(kernel_.rets_type, StorageClass::StorageBuffer, "rets", 1,
                            package::BufferType::Rets);
  uint64_t component = inst.imm;
  uint32_t item = 0;
  while (component >= fn_.returns.at(item).components())
    component -= fn_.returns[item++].components();
  DType dtype = fn_.returns[item].dtype;
  DType stored = dtype == DType::U1 ? DType::I32 : dtype;
  std::vector<Word> operands = {rets_, asm_.u32(item)};
  if (fn_.returns[item].element_dims > 0)
    operands.push_back(asm_.u32(static_cast<uint32_t>(component)));
  Word pointer = asm_.type_pointer(StorageClass::StorageBuffer, type(stored));
  Word at = asm_.pure(spv::Op::OpAccessChain, pointer, operands);
  asm_.emit(spv::Op::OpStore, {at, cast(operand(inst, 0), dtype, stored)});
}

Word Emitter::unsupported(const std::string& what, Word type) {
  if (std::ranges::find(problems_, what) == problems_.end()) problems_.push_back(what);
  return asm_.undefined(type);
}

}  // namespace tinsmith::spirv
