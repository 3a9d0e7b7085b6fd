// SPDX-License-Identifier: Apache-2.0
// What every legal program satisfies. `verify` is the definition: a back end may rely on each line
// of this list.
//
//  fields      names unique and not empty · 1x1 unless a matrix · an offset per component · terms
//  name axes that exist,
//              divisor and extent at least 1 · the gradient has the same type, shape and components
//  parameters  1x1 unless element_dims says otherwise · only arrays of reals need gradients
//  table       operand, result and block counts, and the last stage, are those of op.def · an
//  instruction is in one place stages      Source: no task, no temp_ptr · Tasks: the body is tasks
//  alone visibility  an operand is a result or block parameter that comes earlier in the same or an
//  enclosing block blocks      one terminator, at the end · parameters are those of the owner: for
//  and range task 1 i32, parallel_for 1
//              for each dimension, others none · a block yields what its owner's results are:
//              nothing, save for `if`; a branch that ends in break or continue owes nothing
//  pointers    made by var, elem, field_ptr, array_ptr, temp_ptr alone · used by elem, load, store,
//  atomics alone types       by Rule, below; u1 is an integer but no number tasks       a range
//  task has the flat index as its parameter, or holds pure operations and then one `for` immediates
//  const: canonical bits · slots, fields, loops, tasks exist · var: at least one element ·
//  temp_ptr: aligned loops       break in a for or while, not across a parallel_for · continue in
//  these, parallel_for or a range task ·
//              parallel_for and task directly in the body only
#include <algorithm>
#include <set>

#include "ir/text.h"
#include "support/check.h"

namespace tinsmith {

namespace {

constexpr size_t kMaxProblems = 20;
constexpr bool is_number(Type t) { return !t.pointer && t.dtype != DType::U1; }

bool is_address(Rule rule) {
  return rule == Rule::Pointer || rule == Rule::ElemPointer || rule == Rule::FieldPointer ||
         rule == Rule::ArrayPointer;
}
bool takes_address(Op op) {
  return op == Op::Elem || op == Op::Load || op == Op::Store || is_atomic(op);
}

class Verifier {
 public:
  Verifier(const Module& module, const Function& fn, Stage stage)
      : module_(module), fn_(fn), stage_(stage) {}

  std::vector<std::string> run() {
    fields();
    for (const Param& p : fn_.params) param(p);
    for (const ReturnItem& r : fn_.returns) return_components_ += r.components();
    block(fn_.body, {});
    const auto& insts = fn_[fn_.body].insts;
    if (!insts.empty() && fn_[insts.back()].op != Op::Yield) report("the body must end in yield");
    return std::move(problems_);
  }

 private:
  // What surrounds a block, as far as break and continue care.
  struct Context {
    bool nested = false, may_break = false, may_continue = false;
  };

  void report(std::string problem) {
    if (problems_.size() < kMaxProblems)
      problems_.push_back("kernel @" + fn_.name + ": " + std::move(problem));
  }
  void report(const Inst& inst, const std::string& problem) {
    ValueNumbers number(fn_);
    std::string at = inst.results.empty() ? "" : number(inst.results[0]) + " = ";
    at += info(inst.op).text;
    for (ValueId v : inst.operands) at += " " + number(v);
    report(at + ": " + problem);
  }

  // --- Declarations

  void fields() {
    std::set<std::string_view> names;
    for (uint32_t i = 0; i < module_.fields.size(); ++i) {
      const Field& f = module_.fields[FieldId{i}];
      auto fail = [&](const std::string& what) { report("field @" + f.name + ": " + what); };
      if (f.name.empty() || !names.insert(f.name).second) fail("the name is empty or taken");
      if (f.rows == 0 || f.cols == 0 || (!f.is_matrix && f.components() != 1))
        fail("rows and columns do not fit");
      if (f.component_offsets.size() != f.components()) fail("one offset per component is needed");
      for (const AddressTerm& t : f.terms)
        if (t.axis >= f.shape.size() || t.divisor == 0 || t.extent == 0) fail("bad address term");
      if (f.grad) gradient(f, fail);
    }
  }

  template <class F>
  void gradient(const Field& f, F&& fail) {
    if (f.grad.raw >= module_.fields.size()) return fail("the gradient does not exist");
    const Field& g = module_.fields[f.grad];
    bool same = g.dtype == f.dtype && g.shape == f.shape && g.rows == f.rows && g.cols == f.cols &&
                g.is_matrix == f.is_matrix;
    if (!same) fail("the gradient has another type or shape");
  }

  void param(const Param& p) {
    auto fail = [&](const std::string& what) { report("parameter " + p.name + ": " + what); };
    bool has_element = p.element_dims > 0;
    if (p.rows == 0 || p.cols == 0 || (!has_element && p.components() != 1))
      fail("rows and columns do not fit");
    if (p.kind == ParamKind::Scalar && has_element) fail("a scalar has no components");
    if (p.kind == ParamKind::Matrix && !has_element) fail("a matrix has element_dims 1 or 2");
    if (p.needs_grad && (p.kind != ParamKind::Array || !is_real(p.dtype)))
      fail("only an array of reals has a gradient");
  }

  // --- Blocks

  void block(BlockId id, Context context) {
    const Block& b = fn_[id];
    for (ValueId v : b.params) visible_[v] = true;
    if (b.insts.empty()) report("a block has no terminator");
    for (size_t n = 0; n < b.insts.size(); ++n) {
      const Inst& inst = fn_[b.insts[n]];
      if (std::exchange(seen_[b.insts[n]], true)) {
        report(inst, "is in two places");
        continue;
      }
      if (is_terminator(inst.op) != (n + 1 == b.insts.size()))
        report(inst, is_terminator(inst.op) ? "a terminator before the end of its block"
                                            : "a block ends without a terminator");
      check(inst, id, context);
      for (BlockId inner : inst.blocks) block(inner, inside(inst, context));
      for (ValueId v : inst.results) visible_[v] = true;
    }
    for (ValueId v : b.params) visible_[v] = false;
    for (InstId i : b.insts)
      for (ValueId v : fn_[i].results) visible_[v] = false;
  }

  Context inside(const Inst& inst, Context c) const {
    c.nested = true;
    if (inst.op == Op::For || inst.op == Op::While) c.may_break = c.may_continue = true;
    if (inst.op == Op::ParallelFor || inst.op == Op::Task) {
      c.may_break = false;
      c.may_continue = inst.op == Op::ParallelFor || is_range(inst);
    }
    return c;
  }

  bool is_range(const Inst& task) const {
    return task.imm < fn_.tasks.size() && fn_.tasks[task.imm].kind == TaskKind::Range;
  }

  void check(const Inst& inst, BlockId at, Context context) {
    const OpInfo& op = info(inst.op);
    auto fits = [](int expected, size_t n) {
      return expected < 0 || n == static_cast<size_t>(expected);
    };
    if (!fits(op.operands, inst.operands.size())) return report(inst, "wrong number of operands");
    if (!fits(op.results, inst.results.size())) return report(inst, "wrong number of results");
    if (!fits(op.blocks, inst.blocks.size())) return report(inst, "wrong number of blocks");
    if (stage_ > op.until) report(inst, "must be gone by this stage");
    if (stage_ == Stage::Source && (inst.op == Op::Task || inst.op == Op::TempPtr))
      report(inst, "does not exist yet at this stage");
    if (stage_ == Stage::Tasks && at == fn_.body && inst.op != Op::Task && inst.op != Op::Yield)
      report(inst, "the body holds tasks alone");
    for (ValueId v : inst.operands) {
      if (!v || !visible_.get(v)) return report(inst, "an operand is not visible here");
      if (fn_[v].type.pointer && !takes_address(inst.op)) report(inst, "an address as a value");
    }
    for (ValueId v : inst.results)
      if (fn_[v].type.pointer != is_address(op.rule)) return report(inst, "wrong kind of result");
    if (std::string problem = types(inst, context); !problem.empty()) report(inst, problem);
  }

  // --- Types; empty when all is well

  Type operand(const Inst& inst, size_t n) const { return fn_[inst.operands[n]].type; }
  Type result(const Inst& inst) const { return fn_[inst.results[0]].type; }
  bool all_i32(std::span<const ValueId> values) const {
    return std::ranges::all_of(values,
                               [&](ValueId v) { return fn_[v].type == value_of(DType::I32); });
  }
  bool all_same(const Inst& inst) const {
    auto same = [&](ValueId v) { return fn_[v].type == result(inst); };
    return std::ranges::all_of(inst.operands, same);
  }

  std::string types(const Inst& inst, Context context) const {
    switch (info(inst.op).rule) {
      case Rule::Any: return any(inst);
      case Rule::SameNumber:
        return all_same(inst) && is_number(result(inst)) ? "" : "needs numbers of one type";
      case Rule::SameReal:
        return all_same(inst) && is_real(result(inst).dtype) ? "" : "needs reals of one type";
      case Rule::SameInteger:
        return all_same(inst) && is_integral(result(inst).dtype) ? ""
                                                                 : "needs integers of one type";
      case Rule::Shift: return shift(inst);
      case Rule::Compare:
        return operand(inst, 0) == operand(inst, 1) && result(inst) == value_of(DType::U1)
                   ? ""
                   : "needs operands of one type and gives u1";
      case Rule::Select:
        return operand(inst, 0) == value_of(DType::U1) && operand(inst, 1) == result(inst) &&
                       operand(inst, 2) == result(inst)
                   ? ""
                   : "needs u1, T, T and gives T";
      case Rule::SameWidth:
        return bits(operand(inst, 0).dtype) == bits(result(inst).dtype) ? "" : "widths differ";
      case Rule::I32Result: return i32_result(inst);
      case Rule::Pointer: return pointer(inst);
      case Rule::ElemPointer: return elem_pointer(inst);
      case Rule::FieldPointer: return field_pointer(inst);
      case Rule::ArrayPointer: return array_pointer(inst);
      case Rule::LoadsPointee:
        return operand(inst, 0) == pointer_to(result(inst).dtype) ? "" : "pointer of another type";
      case Rule::StoresPointee:
        return operand(inst, 0) == pointer_to(operand(inst, 1).dtype) && !operand(inst, 1).pointer
                   ? ""
                   : "needs a pointer and a value of its type";
      case Rule::Atomic: return atomic(inst);
      case Rule::If: return if_else(inst);
      case Rule::For:
        return loop_body(inst, 1) && all_i32(inst.operands) ? ""
                                                            : "needs i32 bounds and one i32 index";
      case Rule::While: return loop_body(inst, 0) ? "" : "its block takes and yields nothing";
      case Rule::ParallelFor: return parallel_for(inst, context);
      case Rule::Task: return task(inst, context);
      case Rule::InLoop:
        return (inst.op == Op::Break ? context.may_break : context.may_continue)
                   ? ""
                   : "is not in a loop of its kind";
    }
    TS_UNREACHABLE("unknown rule");
  }

  std::string any(const Inst& inst) const {
    if (inst.op == Op::Const)
      return canonical(result(inst).dtype, inst.imm) ? "" : "the literal has stray bits";
    if (inst.op == Op::Arg) {
      auto slot = ArgSlot::of(inst.imm);
      const Param* p = slot.param < fn_.params.size() ? &fn_.params[slot.param] : nullptr;
      bool good = p && p->kind != ParamKind::Array && slot.component < p->components() &&
                  result(inst).dtype == p->dtype;
      return good ? "" : "no such argument of this type";
    }
    if (inst.op == Op::Return) {
      if (inst.imm >= return_components_) return "no such component of the result";
      return operand(inst, 0).dtype == return_type(inst.imm) ? "" : "the result has another type";
    }
    return "";
  }

  static bool canonical(DType type, uint64_t imm) {
    if (is_integral(type)) return const_bits_int(type, static_cast<int64_t>(imm)) == imm;
    return type == DType::F64 || imm >> 32 == 0;
  }

  DType return_type(uint64_t component) const {
    for (const ReturnItem& r : fn_.returns) {
      if (component < r.components()) return r.dtype;
      component -= r.components();
    }
    TS_UNREACHABLE("component of the result");
  }

  std::string shift(const Inst& inst) const {
    Type by = operand(inst, 1);
    if (operand(inst, 0) != result(inst)) return "gives the type of its first operand";
    if (inst.op == Op::IPow)
      return is_number(result(inst)) && by.dtype == DType::I32 ? "" : "needs a number and an i32";
    bool good = is_integral(result(inst).dtype) && result(inst).dtype != DType::U1 &&
                is_integral(by.dtype) && by.dtype != DType::U1;
    return good ? "" : "needs integers";
  }

  std::string i32_result(const Inst& inst) const {
    if (result(inst) != value_of(DType::I32)) return "gives i32";
    if (inst.op == Op::ArrayDim) {
      auto slot = ArgSlot::of(inst.imm);
      const Param* p = array(slot.param);
      return p && slot.component < p->ndim ? "" : "no such axis of an array";
    }
    bool real = inst.op == Op::FrexpExponent;
    DType of = operand(inst, 0).dtype;
    return is_real(of) == real && of != DType::U1 ? "" : "operand of the wrong kind";
  }

  const Param* array(uint32_t param) const {
    bool good = param < fn_.params.size() && fn_.params[param].kind == ParamKind::Array;
    return good ? &fn_.params[param] : nullptr;
  }

  std::string pointer(const Inst& inst) const {
    if (inst.op == Op::Var) return inst.imm >= 1 && inst.imm <= UINT32_MAX ? "" : "bad size";
    return inst.imm % bytes(result(inst).dtype) == 0 ? "" : "not aligned to its size";
  }

  std::string elem_pointer(const Inst& inst) const {
    const Inst* var = fn_.def(inst.operands[0]);
    bool local = var && (var->op == Op::Var || var->op == Op::TempPtr);
    if (!local || operand(inst, 0) != result(inst)) return "needs a var of its type";
    return operand(inst, 1) == value_of(DType::I32) ? "" : "needs an i32 index";
  }

  std::string field_pointer(const Inst& inst) const {
    if (inst.imm >= module_.fields.size()) return "no such field";
    const Field& f = module_.fields[FieldId{static_cast<uint32_t>(inst.imm)}];
    if (result(inst).dtype != f.dtype) return "the field has another type";
    if (inst.operands.size() != f.shape.size() + (f.is_matrix ? 1 : 0))
      return "needs an index per axis" + std::string(f.is_matrix ? ", and the component" : "");
    return all_i32(inst.operands) ? "" : "needs i32 indices";
  }

  std::string array_pointer(const Inst& inst) const {
    auto slot = ArgSlot::of(inst.imm);
    const Param* p = array(slot.param);
    if (!p || slot.component > 1) return "no such array";
    if (slot.component == 1 && !p->needs_grad) return "the array has no gradient";
    if (result(inst).dtype != p->dtype) return "the array has another type";
    if (inst.operands.size() != p->ndim + (p->element_dims > 0 ? 1 : 0))
      return "needs an index per axis" + std::string(p->element_dims ? ", and the component" : "");
    return all_i32(inst.operands) ? "" : "needs i32 indices";
  }

  std::string atomic(const Inst& inst) const {
    Type value = operand(inst, 1);
    if (operand(inst, 0) != pointer_to(value.dtype) || value.pointer)
      return "needs a pointer and a value of its type";
    if (inst.results.size() > 1 || (inst.results.size() == 1 && result(inst) != value))
      return "gives the old value or nothing";
    bool bitwise = inst.op == Op::AtomicAnd || inst.op == Op::AtomicOr || inst.op == Op::AtomicXor;
    return (bitwise ? is_integral(value.dtype) : is_number(value)) ? "" : "not on this type";
  }

  // --- Control

  const Inst* terminator(BlockId id) const {
    const auto& insts = fn_[id].insts;
    return insts.empty() ? nullptr : &fn_[insts.back()];
  }

  bool yields(BlockId id, std::span<const ValueId> results) const {
    const Inst* end = terminator(id);
    if (!end || end->op != Op::Yield) return end != nullptr;
    auto type_of = [&](ValueId v) { return fn_[v].type; };
    return std::ranges::equal(end->operands, results, {}, type_of, type_of);
  }

  bool loop_body(const Inst& inst, size_t indices) const {
    const auto& params = fn_[inst.blocks[0]].params;
    return params.size() == indices && all_i32(params) && yields(inst.blocks[0], {});
  }

  std::string if_else(const Inst& inst) const {
    if (operand(inst, 0) != value_of(DType::U1)) return "needs a u1 condition";
    for (BlockId b : inst.blocks) {
      if (!fn_[b].params.empty()) return "its blocks take nothing";
      if (!yields(b, inst.results)) return "a branch yields something else than the results";
    }
    return "";
  }

  std::string parallel_for(const Inst& inst, Context context) const {
    if (context.nested) return "only directly in the body";
    if (inst.imm >= fn_.loops.size()) return "no such loop";
    size_t n = inst.operands.size();
    if (n == 0 || n % 2 != 0 || !all_i32(inst.operands)) return "needs i32 begin and end pairs";
    return loop_body(inst, n / 2) ? "" : "needs one i32 index per dimension and yields nothing";
  }

  bool computes_its_range(BlockId id) const {
    const auto& insts = fn_[id].insts;
    for (size_t n = 0; n + 2 < insts.size(); ++n)
      if (info(fn_[insts[n]].op).effects != Effects::None) return false;
    return insts.size() >= 2 && fn_[insts[insts.size() - 2]].op == Op::For;
  }

  std::string task(const Inst& inst, Context context) const {
    if (context.nested) return "only directly in the body";
    if (inst.imm >= fn_.tasks.size()) return "no such task";
    const TaskInfo& t = fn_.tasks[inst.imm];
    bool range = t.kind == TaskKind::Range;
    bool indexed = range && !fn_[inst.blocks[0]].params.empty();
    if (!loop_body(inst, indexed ? 1 : 0)) return "its block takes the flat index alone";
    if (t.group_size == 0 || t.threads == 0) return "needs threads";
    if (range && !indexed && !computes_its_range(inst.blocks[0]))
      return "needs pure operations, then one for";
    auto in_temp = [](bool constant, int32_t at) { return constant || (at >= 0 && at % 4 == 0); };
    bool good = !range || (in_temp(t.const_begin, t.begin) && in_temp(t.const_end, t.end));
    return good ? "" : "a bound's offset is not aligned";
  }

  const Module& module_;
  const Function& fn_;
  Stage stage_;
  uint64_t return_components_ = 0;
  SideTable<ValueId, bool> visible_;
  SideTable<InstId, bool> seen_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> verify(const Module& module, const Function& fn, Stage stage) {
  return Verifier(module, fn, stage).run();
}

void assert_valid(const Module& module, Stage stage, std::string_view step) {
  for (const Function& fn : module.kernels) {
    auto problems = verify(module, fn, stage);
    TS_CHECK(problems.empty(), "after " + std::string(step) + ": " + problems.front());
  }
}

}  // namespace tinsmith
