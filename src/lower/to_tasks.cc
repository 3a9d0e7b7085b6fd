// SPDX-License-Identifier: Apache-2.0
// Cuts the kernel's body at its parallel loops (facts §3). Each stretch between two cuts is a
// segment, and so is each loop; a segment becomes a task.
//
// A value made in one segment and used in another crosses. What is cheap and pure is computed again
// in the consumer, with its operands crossing in turn; any other value is stored to the global
// temporaries where it is made and loaded where it is used. A local that several segments use lives
// in the temporaries altogether. All decisions are made first (Crossings), then the tasks are
// written (TaskWriter).
#include <algorithm>
#include <optional>
#include <utility>

#include "lower/expand.h"
#include "lower/flatten.h"
#include "lower/lower.h"
#include "lower/temporaries.h"
#include "support/check.h"

namespace tinsmith::lower {

namespace {

constexpr uint32_t kDefaultGroup = 128;
constexpr uint64_t kDynamicThreads = 131072;

struct Segment {
  InstId loop;                // a parallel loop, or
  std::vector<InstId> insts;  // serial statements
};

bool never_runs(const Function& fn, const Inst& loop) {
  std::optional<int64_t> begin = as_int(fn, loop.operands[0]), end = as_int(fn, loop.operands[1]);
  return begin && end && *begin >= *end;
}

std::vector<Segment> cut(const Function& fn) {
  std::vector<Segment> segments;
  bool open = false;
  for (InstId id : fn[fn.body].insts) {
    Op op = fn[id].op;
    if (op == Op::Yield) continue;
    if (op == Op::ParallelFor) {
      if (never_runs(fn, fn[id])) continue;
      segments.push_back({id, {}});
    } else {
      if (!open) segments.push_back({});
      segments.back().insts.push_back(id);
    }
    open = op != Op::ParallelFor;
  }
  return segments;
}

enum class Bounds : uint8_t { Constant, FromShapes, Stored };

// Where everything that crosses goes.
class Crossings {
 public:
  Crossings(const Function& fn, const std::vector<Segment>& segments) : fn_(fn) {
    for (uint32_t s = 0; s < segments.size(); ++s)
      for (InstId id : segments[s].insts)
        for (ValueId v : fn[id].results) classify(v, s);
    for (const Segment& segment : segments)
      if (segment.loop) visit_bounds(fn[segment.loop]);
    for (uint32_t s = 0; s < segments.size(); ++s) {
      if (segments[s].loop) visit(segments[s].loop, s);
      for (InstId id : segments[s].insts) visit(id, s);
    }
  }

  bool is_foreign(ValueId v, uint32_t segment) const {
    uint32_t home = facts_.get(v).home;
    return home != 0 && home != segment + 1;
  }
  // Whether a task may compute `v` again instead of loading it.
  bool is_cloned(ValueId v) const { return facts_.get(v).cloned; }
  // Byte offset of `v` in the temporaries, if that is how it crosses.
  std::optional<uint64_t> slot(ValueId v) const { return facts_.get(v).slot; }
  bool fits() const { return temporaries_.fits(); }

  Bounds bounds(const Inst& loop) const {
    ValueId begin = loop.operands[0], end = loop.operands[1];
    if (as_int(fn_, begin) && as_int(fn_, end)) return Bounds::Constant;
    bool shapes = facts_.get(begin).from_shapes && facts_.get(end).from_shapes;
    return shapes ? Bounds::FromShapes : Bounds::Stored;
  }

 private:
  struct Facts {
    uint32_t home = 0;     // segment + 1; 0: made inside of a segment's blocks
    uint32_t visited = 0;  // segment + 1 of the last segment that was seen to use it
    bool cloned = false;
    bool from_shapes = false;  // computed from constants and array shapes alone
    std::optional<uint64_t> slot;
  };

  void classify(ValueId v, uint32_t segment) {
    const Inst& def = *fn_.def(v);
    Facts& facts = facts_[v];
    facts.home = segment + 1;
    if (info(def.op).effects != Effects::None) return;
    auto all = [&](bool Facts::*fact) {
      return std::ranges::all_of(def.operands, [&](ValueId x) { return facts_.get(x).*fact; });
    };
    facts.cloned = fn_[v].type.pointer || all(&Facts::cloned);
    facts.from_shapes = def.op != Op::Arg && all(&Facts::from_shapes);
  }

  void visit(InstId id, uint32_t segment) {
    const Inst& inst = fn_[id];
    // Other bounds are needed by the dispatch, not in the task.
    if (inst.op != Op::ParallelFor || bounds(inst) == Bounds::FromShapes)
      for (ValueId operand : inst.operands) use(operand, segment);
    for (BlockId block : inst.blocks)
      for (InstId inner : fn_[block].insts) visit(inner, segment);
  }

  void use(ValueId v, uint32_t segment) {
    if (!is_foreign(v, segment)) return;
    if (std::exchange(facts_[v].visited, segment + 1) == segment + 1) return;
    const Inst& def = *fn_.def(v);
    if (!is_cloned(v)) return give_slot(v, def.op == Op::Var ? def.imm : 1);
    for (ValueId operand : def.operands) use(operand, segment);
  }

  void visit_bounds(const Inst& loop) {
    if (bounds(loop) != Bounds::Stored) return;
    for (ValueId bound : loop.operands)
      if (!as_int(fn_, bound)) give_slot(bound, 1);
  }

  void give_slot(ValueId v, uint64_t elements) {
    std::optional<uint64_t>& slot = facts_[v].slot;
    if (!slot) slot = temporaries_.add(fn_[v].type.dtype, elements);
  }

  const Function& fn_;
  SideTable<ValueId, Facts> facts_;
  Temporaries temporaries_;
};

// Drops operations at the top of `insts` whose results nobody uses.
void drop_unused(Function& fn, std::vector<InstId>& insts) {
  SideTable<ValueId, bool> used;
  auto mark = [&](auto& self, InstId id) -> void {
    for (ValueId operand : fn[id].operands) used[operand] = true;
    for (BlockId block : fn[id].blocks)
      for (InstId inner : fn[block].insts) self(self, inner);
  };
  std::vector<InstId> kept;
  for (auto id = insts.rbegin(); id != insts.rend(); ++id) {
    const Inst& inst = fn[*id];
    Effects effects = info(inst.op).effects;
    bool droppable = effects == Effects::None || effects == Effects::Read || inst.op == Op::Var;
    if (droppable && !std::ranges::any_of(inst.results, [&](ValueId v) { return used[v]; }))
      continue;
    mark(mark, *id);
    kept.push_back(*id);
  }
  insts.assign(kept.rbegin(), kept.rend());
}

class TaskWriter {
 public:
  TaskWriter(Function& fn, const Crossings& crossings) : fn_(fn), crossings_(crossings) {}

  // Appends the task of a segment to the body, unless it does nothing.
  void write(const Segment& segment, uint32_t index) {
    segment_ = index;
    here_ = {};
    prologue_.clear();
    if (!segment.loop) return write_serial(segment);
    const Inst& loop = fn_[segment.loop];
    switch (crossings_.bounds(loop)) {
      case Bounds::Constant:
      case Bounds::Stored: return write_range(loop);
      case Bounds::FromShapes: return write_shaped(loop);
    }
  }

 private:
  void write_serial(const Segment& segment) {
    std::vector<InstId> insts;
    for (InstId id : segment.insts) rewrite_local(id, insts);
    insts.insert(insts.begin(), prologue_.begin(), prologue_.end());
    drop_unused(fn_, insts);
    if (insts.empty()) return;
    insts.push_back(fn_.create(Op::Yield, fn_[insts.back()].loc, {}, {}));
    fn_[add_task({}, fn_[insts.front()].loc)].insts = std::move(insts);
  }

  // A statement of this segment, with what the other segments need of it.
  void rewrite_local(InstId id, std::vector<InstId>& out) {
    Inst& inst = fn_[id];
    if (inst.op == Op::Var) {
      if (std::optional<uint64_t> slot = crossings_.slot(inst.results[0])) {
        InstId ptr = temp_ptr(inst.results[0], *slot);
        stand_in(inst.results[0], fn_[ptr].results[0]);
        out.push_back(ptr);
        return;
      }
    }
    import_operands(id);
    out.push_back(id);
    for (ValueId v : inst.results) {
      std::optional<uint64_t> slot = crossings_.slot(v);
      if (!slot) continue;
      InstId ptr = temp_ptr(v, *slot);
      ValueId operands[] = {fn_[ptr].results[0], v};
      out.push_back(ptr);
      out.push_back(fn_.create(Op::Store, inst.loc, operands, {}));
    }
  }

  void write_range(const Inst& loop) {
    TaskInfo task = launch(fn_.loops.at(loop.imm));
    bool constant = crossings_.bounds(loop) == Bounds::Constant;
    set_bound(loop.operands[0], task.begin, task.const_begin);
    set_bound(loop.operands[1], task.end, task.const_end);
    if (constant) {
      int64_t count = int64_t{task.end} - task.begin;
      task.threads = static_cast<uint64_t>(count);
      const LoopInfo& info = fn_.loops.at(loop.imm);
      if (info.over_field && info.adaptive_block)
        task.group_size = static_cast<uint32_t>(std::min<int64_t>(task.group_size, count));
    }
    BlockId body = add_task(task, loop.loc);
    move_body(loop, body);
    std::vector<InstId>& insts = fn_[body].insts;
    insts.insert(insts.begin(), prologue_.begin(), prologue_.end());
  }

  void write_shaped(const Inst& loop) {
    TaskInfo task = launch(fn_.loops.at(loop.imm));
    if (std::optional<int64_t> begin = as_int(fn_, loop.operands[0]))
      task.begin = static_cast<int32_t>(*begin);
    else
      task.const_begin = false;
    task.const_end = false;
    BlockId block = add_task(task, loop.loc);
    ValueId operands[] = {import(loop.operands[0]), import(loop.operands[1])};
    InstId inner = fn_.create(Op::For, loop.loc, operands, {});
    move_body(loop, fn_[inner].blocks[0]);
    std::vector<InstId>& insts = fn_[block].insts;
    insts = prologue_;
    insts.push_back(inner);
    insts.push_back(fn_.create(Op::Yield, loop.loc, {}, {}));
  }

  static TaskInfo launch(const LoopInfo& loop) {
    TaskInfo task;
    task.kind = TaskKind::Range;
    task.group_size = loop.block_dim ? loop.block_dim : kDefaultGroup;
    task.threads = kDynamicThreads;
    return task;
  }

  void set_bound(ValueId bound, int32_t& value, bool& constant) {
    std::optional<int64_t> known = as_int(fn_, bound);
    constant = known.has_value();
    value = static_cast<int32_t>(known ? *known : static_cast<int64_t>(*crossings_.slot(bound)));
  }

  BlockId add_task(const TaskInfo& task, LocId loc) {
    InstId id = fn_.create(Op::Task, loc, {}, {}, fn_.tasks.size());
    fn_.tasks.push_back(task);
    fn_[fn_.body].insts.push_back(id);
    return fn_[id].blocks[0];
  }

  // Moves the loop's statements into `to`, which gets the index as its parameter.
  void move_body(const Inst& loop, BlockId to) {
    BlockId from = loop.blocks[0];
    here_[fn_[from].params[0]] = fn_.add_param(to, value_of(DType::I32));
    fn_[to].insts = std::move(fn_[from].insts);
    fn_[from].insts.clear();
    for (InstId id : fn_[to].insts) import_operands(id);
  }

  void import_operands(InstId id) {
    for (ValueId& operand : fn_[id].operands) operand = import(operand);
    for (BlockId block : fn_[id].blocks)
      for (InstId inner : fn_[block].insts) import_operands(inner);
  }

  // What stands for `v` in this task; makes it at the start of the task when it comes from
  // elsewhere.
  ValueId import(ValueId v) {
    if (ValueId source = source_.get(v)) v = source;
    if (ValueId known = here_.get(v)) return known;
    if (!crossings_.is_foreign(v, segment_)) return v;
    ValueId made = crossings_.is_cloned(v) ? clone(v) : load(v);
    stand_in(v, made);
    return made;
  }

  void stand_in(ValueId v, ValueId made) {
    here_[v] = made;
    source_[made] = v;
  }

  ValueId clone(ValueId v) {
    const Inst& def = *fn_.def(v);
    std::vector<ValueId> operands;
    for (ValueId operand : def.operands) operands.push_back(import(operand));
    Type type = fn_[v].type;
    InstId copy = fn_.create(def.op, def.loc, operands, std::span(&type, 1), def.imm);
    prologue_.push_back(copy);
    return fn_[copy].results[0];
  }

  ValueId load(ValueId v) {
    std::optional<uint64_t> slot = crossings_.slot(v);
    TS_CHECK(slot, "a value crosses tasks without a place in the temporaries");
    InstId ptr = temp_ptr(v, *slot);
    prologue_.push_back(ptr);
    ValueId address = fn_[ptr].results[0];
    if (fn_[v].type.pointer) return address;
    Type type = fn_[v].type;
    InstId value = fn_.create(Op::Load, fn_[ptr].loc, std::span(&address, 1), std::span(&type, 1));
    prologue_.push_back(value);
    return fn_[value].results[0];
  }

  InstId temp_ptr(ValueId v, uint64_t offset) {
    Type type = pointer_to(fn_[v].type.dtype);
    return fn_.create(Op::TempPtr, fn_.def(v)->loc, {}, std::span(&type, 1), offset);
  }

  Function& fn_;
  const Crossings& crossings_;
  uint32_t segment_ = 0;
  SideTable<ValueId, ValueId> here_;  // what stands for a value in the task being written
  SideTable<ValueId, ValueId>
      source_;  // the reverse, of all tasks: a rewritten operation may be cloned later
  std::vector<InstId> prologue_;  // made for the task being written, at its start
};

}  // namespace

Result<> to_tasks(Module&, Function& fn) {
  TS_TRY(flatten(fn));
  expand(fn);
  std::vector<Segment> segments = cut(fn);
  Crossings crossings(fn, segments);
  if (!crossings.fits())
    return Failure{"kernel '" + fn.name +
                   "' carries more than 1 MiB of values from one parallel loop to the next"};
  InstId end = fn[fn.body].insts.back();
  TS_CHECK(fn[end].op == Op::Yield, "a kernel's body ends in yield");
  fn[fn.body].insts.clear();
  TaskWriter writer(fn, crossings);
  for (uint32_t i = 0; i < segments.size(); ++i) writer.write(segments[i], i);
  fn[fn.body].insts.push_back(end);
  return Ok{};
}

}  // namespace tinsmith::lower
