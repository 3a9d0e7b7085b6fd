// SPDX-License-Identifier: Apache-2.0
// A pool of values of known kinds grows by statements that take their operands from it. What is
// made within a branch or a loop leaves it only through a phi or a local variable.
#include "random_shader.h"

#include <spirv/unified1/GLSL.std.450.h>

#include <algorithm>
#include <random>

namespace tinsmith::differential {

namespace {

using spv::Op;

const Kind kS32 = {'s', 32, 1}, kU32 = {'u', 32, 1}, kF32 = {'f', 32, 1};

Kind bool_like(Kind kind) { return {'b', 32, kind.lanes}; }

struct Value {
  Word id = 0;
  Kind kind;
  const char* from = "input";
};

class Generator {
 public:
  Generator(uint32_t seed, const RandomOptions& options, unsigned input_words,
            unsigned output_words)
      : random_(seed), options_(options), shader_(input_words, output_words, options.iterations) {}

  Value input(Kind kind, unsigned slot) {
    const Value value = {shader_.read(kind, slot), kind};
    pool_.push_back(value);
    return value;
  }
  void statements(unsigned n, unsigned depth);
  void write_pool(RandomShader& out, unsigned& slot, unsigned room);
  Words finish() { return shader_.finish(); }
  static Kind random_kind(std::mt19937& random, const RandomOptions& options);

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  Value pick(Kind kind);
  Word constant(Kind kind, double value) { return shader_.constant(kind, value); }
  Word make(Op op, Kind kind, std::vector<Word> operands);
  Word glsl(unsigned number, Kind kind, std::initializer_list<Word> operands) {
    return shader_.glsl(number, kind, operands);
  }
  Word select(Kind kind, Word condition, Word yes, Word no) {
    return make(Op::OpSelect, kind, {condition, yes, no});
  }
  Word not_nan(Kind kind, Word x);
  Word not_zero(Kind kind, Word x);
  Word tame(Kind kind, Word x, double most);
  Value keep(Word id, Kind kind, const char* from);
  Value arithmetic();
  Value float_operation(Kind kind);
  Value integer_operation(Kind kind);
  Value bit_operation(Kind kind);
  Value division(Kind kind, Word x, Word y);
  Value comparison();
  Value conversion();
  Value choice();
  Value lanes();
  void inexact();
  void branch(unsigned depth);
  void loop(unsigned depth);
  void switch_over(unsigned depth);
  template <class Body>
  std::vector<Value> in_block(Body body);

  std::mt19937 random_;
  RandomOptions options_;
  Shader shader_;
  std::vector<Value> pool_;
  struct Inexact {
    Value value;
    double tolerance;
  };
  std::vector<Inexact> inexact_;
};

Kind Generator::random_kind(std::mt19937& random, const RandomOptions& options) {
  std::vector<Kind> kinds = {kF32, kF32, kF32, kS32, kS32, kU32, kU32};
  if (options.doubles) kinds.push_back({'f', 64, 1});
  if (options.halves) kinds.push_back({'f', 16, 1});
  if (options.long_integers) kinds.insert(kinds.end(), {{'s', 64, 1}, {'u', 64, 1}});
  if (options.small_integers) {
    kinds.insert(kinds.end(), {{'s', 16, 1}, {'u', 16, 1}, {'s', 8, 1}, {'u', 8, 1}});
  }
  Kind kind = kinds[random() % kinds.size()];
  if (random() % 4 == 0) kind.lanes = 2 + static_cast<unsigned>(random() % 3);
  return kind;
}

Word Generator::make(Op op, Kind kind, std::vector<Word> operands) {
  std::vector<Word> words = {shader_.type(kind), shader_.asm_.new_id()};
  words.insert(words.end(), operands.begin(), operands.end());
  shader_.asm_.emit(op, words);
  // Without this, drivers may reassociate, and fuse products with sums.
  if (kind.of == 'f') shader_.asm_.decorate(words[1], spv::Decoration::NoContraction);
  return words[1];
}

// A value of that kind: one there is, mostly; else a new constant.
Value Generator::pick(Kind kind) {
  std::vector<const Value*> fitting;
  for (const Value& value : pool_) {
    if (value.kind == kind) fitting.push_back(&value);
  }
  if (!fitting.empty() && below(8) != 0)
    return *fitting[below(static_cast<unsigned>(fitting.size()))];
  const double numbers[] = {0, 1, 2, 3, 5, 7, 10, 100, 0.5, 1.25};
  double number = numbers[below(kind.of == 'f' ? 10 : 8)];
  if (kind.of != 'u' && kind.of != 'b' && below(2) == 0) number = -number;
  if (kind.of == 'b') number = below(2);
  return {constant(kind, number), kind, "constant"};
}

Word Generator::not_nan(Kind kind, Word x) {
  const Word is_nan = make(Op::OpIsNan, bool_like(kind), {x});
  return select(kind, is_nan, constant(kind, 1), x);
}

Word Generator::not_zero(Kind kind, Word x) {
  const Op equal = kind.of == 'f' ? Op::OpFOrdEqual : Op::OpIEqual;
  // By a select, not by `or 1`: the divisor may be any number but zero.
  const Word is_zero = make(equal, bool_like(kind), {x, constant(kind, 0)});
  return select(kind, is_zero, constant(kind, 3), x);
}

// Between -most and most, NaN is 1.
Word Generator::tame(Kind kind, Word x, double most) {
  x = not_nan(kind, x);
  return glsl(GLSLstd450NClamp, kind, {x, constant(kind, -most), constant(kind, most)});
}

Value Generator::keep(Word id, Kind kind, const char* from) {
  const Value value = {id, kind, from};
  pool_.push_back(value);
  return value;
}

// Sums, products and what is exact everywhere. Numbers that grow are brought back.
Value Generator::float_operation(Kind kind) {
  const Word x = tame(kind, pick(kind).id, 1000), y = tame(kind, pick(kind).id, 1000);
  switch (below(12)) {
    case 0: return keep(make(Op::OpFAdd, kind, {x, y}), kind, "FAdd");
    case 1: return keep(make(Op::OpFSub, kind, {x, y}), kind, "FSub");
    case 2: return keep(make(Op::OpFMul, kind, {x, y}), kind, "FMul");
    case 3: return keep(make(Op::OpFNegate, kind, {x}), kind, "FNegate");
    case 4: return keep(glsl(GLSLstd450FAbs, kind, {x}), kind, "FAbs");
    case 5: return keep(glsl(GLSLstd450Floor, kind, {x}), kind, "Floor");
    case 6: return keep(glsl(GLSLstd450Ceil, kind, {x}), kind, "Ceil");
    case 7: return keep(glsl(GLSLstd450Trunc, kind, {x}), kind, "Trunc");
    case 8: return keep(glsl(GLSLstd450RoundEven, kind, {x}), kind, "RoundEven");
    case 9: return keep(glsl(GLSLstd450NMin, kind, {x, y}), kind, "NMin");
    case 10: return keep(glsl(GLSLstd450NMax, kind, {x, y}), kind, "NMax");
    default: return keep(glsl(GLSLstd450FSign, kind, {x}), kind, "FSign");
  }
}

Value Generator::division(Kind kind, Word x, Word y) {
  y = not_zero(kind, y);
  if (kind.of == 'u') {
    const bool quotient = below(2) == 0;
    return keep(make(quotient ? Op::OpUDiv : Op::OpUMod, kind, {x, y}), kind,
                quotient ? "UDiv" : "UMod");
  }
  // Of the least number and -1 the quotient is not defined.
  const Word minus_one = constant(kind, -1);
  const Word is_minus_one = make(Op::OpIEqual, bool_like(kind), {y, minus_one});
  y = select(kind, is_minus_one, constant(kind, 5), y);
  const bool quotient = below(2) == 0;
  return keep(make(quotient ? Op::OpSDiv : Op::OpSRem, kind, {x, y}), kind,
              quotient ? "SDiv" : "SRem");
}

Value Generator::bit_operation(Kind kind) {
  const Word x = pick(kind).id;
  const Word mask = constant(kind, kind.width - 1);
  switch (below(4)) {
    case 0:
    case 1: {
      const Word count = make(Op::OpBitwiseAnd, kind, {pick(kind).id, mask});
      const Op shifts[] = {Op::OpShiftLeftLogical, Op::OpShiftRightLogical,
                           Op::OpShiftRightArithmetic};
      return keep(make(shifts[below(3)], kind, {x, count}), kind, "shift");
    }
    case 2: {
      if (kind.width != 32) return keep(make(Op::OpNot, kind, {x}), kind, "Not");
      const bool counts = below(2) == 0;
      return keep(make(counts ? Op::OpBitCount : Op::OpBitReverse, kind, {x}), kind,
                  counts ? "BitCount" : "BitReverse");
    }
    default: {
      if (kind.width != 32) return keep(make(Op::OpNot, kind, {x}), kind, "Not");
      const unsigned offset = below(32), count = below(33 - offset);
      const Word at = shader_.asm_.u32(offset), length = shader_.asm_.u32(count);
      if (below(3) == 0) {
        return keep(make(Op::OpBitFieldInsert, kind, {x, pick(kind).id, at, length}), kind,
                    "BitFieldInsert");
      }
      const Op extract = kind.of == 's' ? Op::OpBitFieldSExtract : Op::OpBitFieldUExtract;
      return keep(make(extract, kind, {x, at, length}), kind, "BitFieldExtract");
    }
  }
}

Value Generator::integer_operation(Kind kind) {
  const Word x = pick(kind).id, y = pick(kind).id;
  const bool is_signed = kind.of == 's';
  switch (below(12)) {
    case 0: return keep(make(Op::OpIAdd, kind, {x, y}), kind, "IAdd");
    case 1: return keep(make(Op::OpISub, kind, {x, y}), kind, "ISub");
    case 2: return keep(make(Op::OpIMul, kind, {x, y}), kind, "IMul");
    case 3: return keep(make(Op::OpSNegate, kind, {x}), kind, "SNegate");
    case 4: return keep(make(Op::OpBitwiseAnd, kind, {x, y}), kind, "BitwiseAnd");
    case 5: return keep(make(Op::OpBitwiseOr, kind, {x, y}), kind, "BitwiseOr");
    case 6: return keep(make(Op::OpBitwiseXor, kind, {x, y}), kind, "BitwiseXor");
    case 7:
    case 8: return bit_operation(kind);
    case 9: return division(kind, x, y);
    case 10:
      return keep(glsl(is_signed ? GLSLstd450SMin : GLSLstd450UMin, kind, {x, y}), kind, "min");
    default:
      return keep(glsl(is_signed ? GLSLstd450SMax : GLSLstd450UMax, kind, {x, y}), kind, "max");
  }
}

Value Generator::arithmetic() {
  const Kind kind = random_kind(random_, options_);
  return kind.of == 'f' ? float_operation(kind) : integer_operation(kind);
}

Value Generator::comparison() {
  const Kind kind = random_kind(random_, options_);
  Value x = pick(kind), y = pick(kind);
  // Lavapipe's NIR mistakes a comparison of a widened integer with a constant for one of the narrow
  // one: 64-bit values meet values of their own making only.
  if (kind.of != 'f' && kind.width == 64) {
    x.id = make(Op::OpBitwiseXor, kind, {x.id, pick(kind).id});
    y.id = make(Op::OpIAdd, kind, {y.id, x.id});
  }
  const Kind result = bool_like(kind);
  if (kind.of == 'f') {
    const Op ops[] = {Op::OpFOrdEqual,         Op::OpFUnordNotEqual,  Op::OpFOrdLessThan,
                      Op::OpFOrdLessThanEqual, Op::OpFOrdGreaterThan, Op::OpFUnordLessThan};
    const Op op = ops[below(std::size(ops))];
    return keep(make(op, result, {x.id, y.id}), result, "float comparison");
  }
  const bool is_signed = kind.of == 's';
  const Op ops[] = {Op::OpIEqual, Op::OpINotEqual, is_signed ? Op::OpSLessThan : Op::OpULessThan,
                    is_signed ? Op::OpSGreaterThanEqual : Op::OpUGreaterThanEqual};
  const Op op = ops[below(std::size(ops))];
  return keep(make(op, result, {x.id, y.id}), result, "integer comparison");
}

Value Generator::conversion() {
  const Kind from = random_kind(random_, options_);
  Kind to = random_kind(random_, options_);
  to.lanes = from.lanes;
  Word x = pick(from).id;
  if (from.of == 'f' && to.of == 'f') {
    if (from.width == to.width) return keep(not_nan(from, x), from, "not NaN");
    return keep(make(Op::OpFConvert, to, {tame(from, x, 1000)}), to, "FConvert");
  }
  if (from.of == 'f') {  // into what every integer type holds
    x = tame(from, x, to.of == 'u' ? 200 : 120);
    if (to.of == 'u') x = glsl(GLSLstd450FAbs, from, {x});
    return keep(make(to.of == 's' ? Op::OpConvertFToS : Op::OpConvertFToU, to, {x}), to,
                "float to integer");
  }
  if (to.of == 'f') {
    if (to.width == 16) {  // 65504 is the greatest half
      x = make(Op::OpBitwiseAnd, from, {x, constant(from, 63)});
    }
    return keep(make(from.of == 's' ? Op::OpConvertSToF : Op::OpConvertUToF, to, {x}), to,
                "integer to float");
  }
  if (from.width == to.width) {
    if (from == to) return keep(make(Op::OpNot, from, {x}), from, "Not");
    return keep(make(Op::OpBitcast, to, {x}), to, "Bitcast");
  }
  // Signed results take signed operands, as SPIR-V for shaders has it.
  if (from.of == to.of) {
    return keep(make(to.of == 's' ? Op::OpSConvert : Op::OpUConvert, to, {x}), to, "widen or cut");
  }
  const Kind middle = {to.of, from.width, from.lanes};
  x = make(Op::OpBitcast, middle, {x});
  return keep(make(to.of == 's' ? Op::OpSConvert : Op::OpUConvert, to, {x}), to, "widen or cut");
}

Value Generator::choice() {
  const Kind kind = random_kind(random_, options_);
  const Word condition = pick(bool_like(kind)).id;
  return keep(select(kind, condition, pick(kind).id, pick(kind).id), kind, "Select");
}

// Vectors made, taken apart, shuffled.
Value Generator::lanes() {
  Kind kind = random_kind(random_, options_);
  const Kind scalar = {kind.of, kind.width, 1};
  if (kind.lanes == 1) {
    const Kind vector = {kind.of, kind.width, 2 + below(3)};
    const Word from = pick(vector).id;
    return keep(make(Op::OpCompositeExtract, scalar, {from, below(vector.lanes)}), scalar,
                "CompositeExtract");
  }
  if (below(2) == 0) {
    std::vector<Word> parts;
    for (unsigned i = 0; i < kind.lanes; ++i) parts.push_back(pick(scalar).id);
    return keep(make(Op::OpCompositeConstruct, kind, parts), kind, "CompositeConstruct");
  }
  std::vector<Word> operands = {pick(kind).id, pick(kind).id};
  for (unsigned i = 0; i < kind.lanes; ++i) operands.push_back(below(2 * kind.lanes));
  return keep(make(Op::OpVectorShuffle, kind, operands), kind, "VectorShuffle");
}

// What devices compute with different errors.
void Generator::inexact() {
  const Kind kind = {'f', 32, 1 + below(2)};
  const Word x = tame(kind, pick(kind).id, 8), y = tame(kind, pick(kind).id, 8);
  const Word positive =
      make(Op::OpFAdd, kind, {glsl(GLSLstd450FAbs, kind, {x}), constant(kind, 0.25)});
  const auto add = [&](Word id, const char* from, double tolerance) {
    inexact_.push_back({{id, kind, from}, tolerance});
  };
  switch (below(12)) {
    case 0: return add(glsl(GLSLstd450Sin, kind, {x}), "Sin", 1e-4);
    case 1: return add(glsl(GLSLstd450Cos, kind, {x}), "Cos", 1e-4);
    case 2: return add(glsl(GLSLstd450Exp, kind, {x}), "Exp", 1e-4);
    case 3: return add(glsl(GLSLstd450Log, kind, {positive}), "Log", 1e-4);
    case 4: return add(glsl(GLSLstd450Pow, kind, {positive, y}), "Pow", 1e-3);
    case 5: return add(glsl(GLSLstd450Tanh, kind, {x}), "Tanh", 1e-4);
    case 6: return add(glsl(GLSLstd450Atan2, kind, {x, positive}), "Atan2", 1e-3);
    case 7: return add(glsl(GLSLstd450InverseSqrt, kind, {positive}), "InverseSqrt", 1e-4);
    case 8: return add(glsl(GLSLstd450Fma, kind, {x, y, x}), "Fma", 1e-5);
    case 9: return add(glsl(GLSLstd450FMix, kind, {x, y, constant(kind, 0.5)}), "FMix", 1e-5);
    case 10: return add(make(Op::OpFDiv, kind, {x, not_zero(kind, y)}), "FDiv", 1e-4);
    default: return add(glsl(GLSLstd450Sqrt, kind, {positive}), "Sqrt", 1e-4);
  }
}

// Runs `body` in a fresh scope of values; gives those that it made.
template <class Body>
std::vector<Value> Generator::in_block(Body body) {
  const size_t before = pool_.size(), inexact_before = inexact_.size();
  shader_.asm_.open_scope();
  body();
  shader_.asm_.close_scope();
  std::vector<Value> made(pool_.begin() + static_cast<std::ptrdiff_t>(before), pool_.end());
  pool_.resize(before);
  inexact_.resize(inexact_before);
  return made;
}

// if (…) {…} else {…}: values of one kind from both sides meet in a phi.
void Generator::branch(unsigned depth) {
  auto& a = shader_.asm_;
  const Word condition = pick({'b', 32, 1}).id;
  const Word then = a.new_id(), otherwise = a.new_id(), merge = a.new_id();
  const Kind kind = random_kind(random_, options_);
  a.emit(Op::OpSelectionMerge, {merge, 0});
  a.emit(Op::OpBranchConditional, {condition, then, otherwise});
  Word values[2], blocks[2];
  for (unsigned side = 0; side < 2; ++side) {
    a.label(side == 0 ? then : otherwise);
    in_block([&] {
      statements(2 + below(3), depth + 1);
      values[side] = pick(kind).id;
    });
    blocks[side] = a.current_block();
    a.branch(merge);
  }
  a.label(merge);
  keep(make(Op::OpPhi, kind, {values[0], blocks[0], values[1], blocks[1]}), kind, "if");
}

// for (i = 0; i < few; ++i) over a local variable; sometimes left early.
void Generator::loop(unsigned depth) {
  auto& a = shader_.asm_;
  const Kind kind = random_kind(random_, options_);
  const Word counter = a.local_variable(shader_.type(kS32));
  const Word state = a.local_variable(shader_.type(kind));
  a.emit(Op::OpStore, {counter, a.i32(0)});
  a.emit(Op::OpStore, {state, pick(kind).id});
  const Word header = a.new_id(), test = a.new_id(), body = a.new_id(), next = a.new_id(),
             merge = a.new_id();
  a.branch(header);
  a.label(header);
  a.emit(Op::OpLoopMerge, {merge, next, 0});
  a.branch(test);
  a.label(test);
  const Word i = a.value(Op::OpLoad, shader_.type(kS32), {counter});
  const Word limit = a.i32(static_cast<int32_t>(1 + below(4)));
  a.emit(Op::OpBranchConditional, {make(Op::OpSLessThan, {'b', 32, 1}, {i, limit}), body, merge});
  a.label(body);
  in_block([&] {
    keep(i, kS32, "counter");
    keep(a.value(Op::OpLoad, shader_.type(kind), {state}), kind, "variable");
    statements(2 + below(4), depth + 1);
    a.emit(Op::OpStore, {state, pick(kind).id});
    if (below(3) == 0) {
      const Word go_on = a.new_id();
      const Word leave = pick({'b', 32, 1}).id;
      a.emit(Op::OpSelectionMerge, {go_on, 0});
      a.emit(Op::OpBranchConditional, {leave, merge, go_on});
      a.label(go_on);
    }
  });
  a.branch(next);
  a.label(next);
  a.emit(Op::OpStore, {counter, make(Op::OpIAdd, kS32, {i, a.i32(1)})});
  a.branch(header);
  a.label(merge);
  keep(a.value(Op::OpLoad, shader_.type(kind), {state}), kind, "loop");
}

// switch (x & 3) with three cases and a default, into a local variable.
void Generator::switch_over(unsigned depth) {
  auto& a = shader_.asm_;
  const Kind kind = random_kind(random_, options_);
  const Word state = a.local_variable(shader_.type(kind));
  a.emit(Op::OpStore, {state, pick(kind).id});
  const Word selector = make(Op::OpBitwiseAnd, kU32, {pick(kU32).id, a.u32(3)});
  Word labels[4];
  for (Word& label : labels) label = a.new_id();
  const Word merge = a.new_id();
  a.emit(Op::OpSelectionMerge, {merge, 0});
  a.emit(Op::OpSwitch, {selector, labels[3], 0, labels[0], 1, labels[1], 2, labels[2]});
  for (Word label : labels) {
    a.label(label);
    in_block([&] {
      statements(1 + below(3), depth + 1);
      a.emit(Op::OpStore, {state, pick(kind).id});
    });
    a.branch(merge);
  }
  a.label(merge);
  keep(a.value(Op::OpLoad, shader_.type(kind), {state}), kind, "switch");
}

void Generator::statements(unsigned n, unsigned depth) {
  for (unsigned i = 0; i < n; ++i) {
    switch (below(16)) {
      case 0:
      case 1: conversion(); break;
      case 2:
      case 3: comparison(); break;
      case 4: choice(); break;
      case 5: lanes(); break;
      case 6: inexact(); break;
      case 7:
        if (depth < 2) branch(depth);
        break;
      case 8:
        if (depth < 2) loop(depth);
        break;
      case 9:
        if (depth < 2) switch_over(depth);
        break;
      default: arithmetic(); break;
    }
  }
}

// The latest values first, as many as there is room for.
void Generator::write_pool(RandomShader& out, unsigned& slot, unsigned room) {
  const auto write = [&](const Value& value, double tolerance) {
    if (slot + value.kind.words() > room) return;
    shader_.write(value.kind, slot, value.id);
    out.results.push_back({value.kind, slot, tolerance, value.from});
    slot += value.kind.words();
  };
  for (const Inexact& value : inexact_) write(value.value, value.tolerance);
  for (size_t i = pool_.size(); i-- > 0;) write(pool_[i], 0);
}

}  // namespace

RandomShader random_shader(uint32_t seed, const RandomOptions& options) {
  RandomShader out;
  std::mt19937 random(seed * 2654435761u + 1);
  for (unsigned i = 0; i < 10; ++i) {
    out.inputs.push_back(Generator::random_kind(random, options));
    out.input_words += out.inputs.back().words();
  }
  out.output_words = 48;
  Generator generator(seed, options, out.input_words, out.output_words);
  unsigned slot = 0;
  for (Kind kind : out.inputs) {
    generator.input(kind, slot);
    slot += kind.words();
  }
  generator.statements(options.statements, 0);
  unsigned written = 0;
  generator.write_pool(out, written, out.output_words);
  out.words = generator.finish();
  return out;
}

Words random_input(const RandomShader& shader, unsigned threads, uint32_t seed) {
  std::mt19937 random(seed + 7);
  Words words(shader.input_words * threads);
  size_t slot = 0;
  for (unsigned thread = 0; thread < threads; ++thread) {
    for (Kind kind : shader.inputs) {
      for (unsigned lane = 0; lane < kind.lanes; ++lane) {
        double value = static_cast<double>(static_cast<int>(random() % 401)) - 200;
        if (kind.of == 'f') value /= 8;
        if (kind.of != 'f' && kind.width >= 32 && random() % 4 == 0) value *= 9999991;
        if (kind.of == 'u' && value < 0) value = -value;
        put(kind, words, slot, lane, value);
      }
      slot += kind.words();
    }
  }
  return words;
}

}  // namespace tinsmith::differential
