// SPDX-License-Identifier: Apache-2.0
// Which lanes: every width is weighed by what the machine would do for one iteration, in steps of
// about one instruction, against one iteration at a time, whose inner loops LLVM may vectorise.
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/PatternMatch.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/lanes.h"

namespace tinsmith::cpu {
namespace {

using llvm::BasicBlock;
using llvm::Instruction;
using llvm::PHINode;
using llvm::Value;
namespace match = llvm::PatternMatch;

constexpr double kUnknownRounds = 32;
constexpr double kNanosecondsPerStep = 0.06;
// Of each lane: memory that is not together, and what goes one by one.
constexpr double kGather = 5, kInTurn = 12;
constexpr uint64_t kFewestColumns = 8;
constexpr int64_t kSingleRow = 1024;  // what is not longer is one row of known length
constexpr unsigned kJam = 4;
// Instructions from which on a body gets the narrowest lanes, and blocks from which on none: what
// takes long to compile.
constexpr size_t kLarge = 400, kMostBlocks = 300;
constexpr double kWorthwhile = 0.95;  // wider code takes longer to compile

// i / n or i % n: n, and which.
struct Division {
  Instruction* inst;
  uint64_t divisor;
  bool is_remainder;
};

std::vector<Division> divisions_of(const PHINode& index) {
  std::vector<Division> out;
  for (llvm::User* user : const_cast<PHINode&>(index).users()) {
    auto* inst = llvm::dyn_cast<Instruction>(user);
    const auto* by = inst && inst->isBinaryOp()
                         ? llvm::dyn_cast<llvm::ConstantInt>(inst->getOperand(1))
                         : nullptr;
    if (by == nullptr || inst->getOperand(0) != &index || by->isNegative()) continue;
    const uint64_t n = by->getZExtValue();
    switch (inst->getOpcode()) {
      case Instruction::SDiv:
      case Instruction::UDiv: out.push_back({inst, n, false}); break;
      case Instruction::SRem:
      case Instruction::URem: out.push_back({inst, n, true}); break;
      case Instruction::LShr:
      case Instruction::AShr: out.push_back({inst, uint64_t{1} << n, false}); break;
      case Instruction::And:
        if (((n + 1) & n) == 0) out.push_back({inst, n + 1, true});
        break;
      default: break;
    }
  }
  return out;
}

// Rows and columns, where all divisors are multiples of the least.
Columns columns_of(const LoopPlace& place) {
  Columns out;
  if (place.ranges.of(place.grid.index).least < 0) return out;
  if (place.size != nullptr) {
    out.count = place.size;
    for (llvm::User* user : place.grid.index->users()) {
      auto* inst = llvm::cast<Instruction>(user);
      if (inst->getOpcode() == Instruction::UDiv || inst->getOpcode() == Instruction::URem)
        out.derived.push_back({inst, 1, inst->getOpcode() == Instruction::URem});
    }
    return out;
  }
  const std::vector<Division> divisions = divisions_of(*place.grid.index);
  const auto* bound = llvm::dyn_cast<llvm::ConstantInt>(place.grid.bound);
  if (divisions.empty() && bound && place.grid.begin == nullptr &&
      bound->getValue().sle(kSingleRow) && bound->getValue().sgt(0)) {
    out.constant = bound->getZExtValue();
    out.count = place.grid.bound;
  }
  if (divisions.empty()) return out;
  const uint64_t least = std::ranges::min(divisions, {}, &Division::divisor).divisor;
  if (least < kFewestColumns) return out;
  for (const Division& division : divisions) {
    if (division.divisor % least != 0) return out;
  }
  out.constant = least;
  out.count = llvm::ConstantInt::get(place.grid.index->getType(), least);
  for (const Division& division : divisions) {
    out.derived.push_back({division.inst, division.divisor / least, division.is_remainder});
  }
  return out;
}

double rounds_of(const llvm::Loop& loop, const Ranges& ranges) {
  for (const PHINode& phi : loop.getHeader()->phis()) {
    const Range range = phi.getType()->isIntegerTy(32) ? ranges.of(&phi) : Range{-1, 1e10};
    const double rounds = range.greatest - range.least;
    if (rounds < 1e8) return std::max(rounds, 1.0);
  }
  return kUnknownRounds;
}

double weight_of(const BasicBlock* block, const LoopPlace& place) {
  double weight = 1;
  for (const llvm::Loop* loop = place.loops.getLoopFor(block); loop && loop != &place.loop;
       loop = loop->getParentLoop()) {
    weight *= rounds_of(*loop, place.ranges);
  }
  return weight;
}

enum class Work : uint8_t { Free, Simple, Divide, DivideWhole, Mathematics, Load, Store, Update };

Work work_of(const Instruction& inst) {
  if (update_of(inst)) return Work::Update;
  switch (inst.getOpcode()) {
    case Instruction::FDiv:
    case Instruction::FRem: return Work::Divide;
    case Instruction::UDiv:
    case Instruction::SDiv:
    case Instruction::URem:
    case Instruction::SRem:
      return llvm::isa<llvm::Constant>(inst.getOperand(1)) ? Work::Divide : Work::DivideWhole;
    case Instruction::Load: return Work::Load;
    case Instruction::Store: return Work::Store;
    case Instruction::PHI:
    case Instruction::BitCast:
    case Instruction::GetElementPtr:
    case Instruction::ZExt:
    case Instruction::SExt:
    case Instruction::Trunc: return Work::Free;
    case Instruction::Call: break;
    default: return Work::Simple;
  }
  const auto& call = llvm::cast<llvm::CallInst>(inst);
  const auto* callee = call.getCalledFunction();
  if (callee == nullptr || !callee->isIntrinsic()) return Work::Mathematics;
  if (callee->getIntrinsicID() == llvm::Intrinsic::sqrt) return Work::Divide;
  return library_name(*callee).empty() ? Work::Simple : Work::Mathematics;
}

// A product that becomes part of the sum that uses it.
bool is_fused(const Instruction& inst) {
  if (inst.getOpcode() != Instruction::FMul || !inst.hasOneUse()) return false;
  const auto* user = llvm::cast<Instruction>(*inst.user_begin());
  return user->getParent() == inst.getParent() &&
         (user->getOpcode() == Instruction::FAdd || user->getOpcode() == Instruction::FSub);
}

double scalar_cost(const Instruction& inst) {
  switch (work_of(inst)) {
    case Work::Free: return 0;
    case Work::Simple:
    case Work::Load:
    case Work::Store: return 1;
    case Work::Divide: return 5;
    case Work::DivideWhole: return 10;
    case Work::Mathematics: return 20;
    case Work::Update: return 4;
  }
  return 1;
}

// The counter of an inner loop that LLVM could vectorise for itself: neighbours in memory, no other
// order of additions than the program's.
bool is_vectorised_by_llvm(const llvm::Loop& inner, const LoopPlace& place, bool fast_math) {
  if (!inner.getSubLoops().empty() || inner.getExitingBlock() != inner.getHeader() ||
      !inner.getLoopLatch())
    return false;
  GridLoop as_grid;
  for (PHINode& phi : inner.getHeader()->phis()) {
    Value* next = phi.getIncomingValueForBlock(inner.getLoopLatch());
    if (match::match(next, match::m_Add(match::m_Specific(&phi), match::m_One()))) {
      as_grid.index = &phi;
      continue;
    }
    const auto* sum = llvm::dyn_cast<Instruction>(next);
    const bool reorders = sum && gathering_of(*sum) && (fast_math || phi.getType()->isIntegerTy());
    if (!reorders) return false;
    as_grid.gathered.push_back({&phi, Gathering::FAdd});
  }
  if (as_grid.index == nullptr) return false;
  const Shapes shapes(as_grid, inner, place.loops, place.post, {});
  if (shapes.is_irregular()) return false;
  const auto& layout = as_grid.index->getModule()->getDataLayout();
  const auto is_near = [&](const Value* pointer, llvm::Type* type, bool fixed) {
    const Shape shape = shapes.of(pointer);
    if (shape.is_uniform()) return fixed;
    return shape.is_linear() && !shape.may_wrap &&
           shape.stride == static_cast<int64_t>(layout.getTypeStoreSize(type));
  };
  for (const BasicBlock* block : inner.blocks()) {
    for (const Instruction& inst : *block) {
      if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst)) {
        if (!is_near(load->getPointerOperand(), load->getType(), true)) return false;
      } else if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst)) {
        if (!is_near(store->getPointerOperand(), store->getValueOperand()->getType(), false))
          return false;
      } else if (const auto update = update_of(inst)) {
        if (!is_near(update->pointer, update->value->getType(), false)) return false;
      } else if (work_of(inst) == Work::Mathematics) {
        return false;
      }
    }
  }
  return true;
}

double scalar_cost(const LoopPlace& place, const VectorUnit& unit, bool fast_math) {
  double total = 0;
  llvm::DenseMap<const llvm::Loop*, bool> vectorised;
  for (const BasicBlock* block : place.loop.blocks()) {
    const llvm::Loop* inner = place.loops.getLoopFor(block);
    double share = weight_of(block, place);
    if (inner != &place.loop) {
      const auto [found, is_new] = vectorised.try_emplace(inner, false);
      if (is_new) found->second = is_vectorised_by_llvm(*inner, place, fast_math);
      // Longer loops lose less at their ends.
      const double lanes = std::min(unit.bits / 32.0, rounds_of(*inner, place.ranges) / 2);
      if (vectorised[inner]) share *= std::min(1.0, 2.0 / lanes);
    }
    for (const Instruction& inst : *block) total += share * scalar_cost(inst);
  }
  return total;
}

class Weigher {
 public:
  Weigher(const LoopPlace& place, const Shapes& shapes, const Columns& columns,
          const VectorUnit& unit)
      : place_(place), shapes_(shapes), columns_(columns), unit_(unit) {}

  // Steps for one iteration.
  double cost(unsigned width, unsigned rows) const {
    double total = 0;
    for (const BasicBlock* block : shapes_.order()) {
      double steps = 0;
      for (const Instruction& inst : *block) {
        steps += of(inst, width) * copies(inst, rows);
      }
      total += steps * weight_of(block, place_);
    }
    total += spilled(width, rows) + 2;
    double used = 1;  // share of the lanes that have something to do
    if (columns_.constant != 0) {
      const double count = static_cast<double>(columns_.constant), w = width;
      used = count / (std::ceil(count / w) * w);
    }
    return total / (width * rows * used);
  }

 private:
  // A place that rows share is written once.
  double copies(const Instruction& inst, unsigned rows) const {
    if (!shapes_.differs_by_row(&inst)) return 1;
    const auto update = update_of(inst);
    const bool shared = update && inst.use_empty() && shapes_.of(update->pointer).is_linear() &&
                        !shapes_.differs_by_row(update->pointer);
    return shared ? 1 + 0.3 * (rows - 1) : rows;
  }
  double registers(const llvm::Type* type, unsigned width) const {
    const unsigned bits = type->isPointerTy() ? 64 : std::max(type->getScalarSizeInBits(), 8U);
    return std::ceil(static_cast<double>(width * bits) / unit_.bits);
  }

  double of_memory(const Value* pointer, const llvm::Type* type, unsigned width) const {
    const Shape shape = shapes_.of(pointer);
    if (shape.is_uniform()) return 1;
    const auto size = static_cast<int64_t>(type->getScalarSizeInBits() / 8);
    if (shape.is_linear() && shape.stride == size) return registers(type, width);
    return kGather * width;
  }

  double of(const Instruction& inst, unsigned width) const {
    if (const auto update = update_of(inst)) {
      const Shape shape = shapes_.of(update->pointer);
      const llvm::Type* type = update->value->getType();
      if (shape.is_linear()) return 2 * of_memory(update->pointer, type, width) + 1;
      return shape.is_uniform() && inst.use_empty() ? registers(type, width) + 10 : kInTurn * width;
    }
    if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst))
      return of_memory(load->getPointerOperand(), load->getType(), width);
    if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst))
      return of_memory(store->getPointerOperand(), store->getValueOperand()->getType(), width);
    if (!shapes_.of(&inst).is_varying()) return scalar_cost(inst) / 2;
    const double parts = registers(inst.getType(), width);
    switch (work_of(inst)) {
      case Work::Free: return 0;
      case Work::Divide:
        return inst.getType()->isIntegerTy() ? 6 * parts : 5 * parts * unit_.bits / 256;
      case Work::DivideWhole: return 12.0 * width;
      case Work::Mathematics: {
        const auto& call = llvm::cast<llvm::CallInst>(inst);
        return library_name(*call.getCalledFunction()).empty() ? 25.0 * width : 25 * parts;
      }
      default: return parts;
    }
  }

  // Loads and stores of what does not fit into the registers, where it hurts most.
  double spilled(unsigned width, unsigned rows) const {
    double worst = 0;
    for (const BasicBlock* block : shapes_.order()) {
      const llvm::Loop* loop = place_.loops.getLoopFor(block);
      if (block != loop->getHeader() || !loop->getSubLoops().empty()) continue;
      const double excess = pressure(*loop, width, rows) - unit_.registers;
      if (excess > 0) worst = std::max(worst, 2 * excess * weight_of(block, place_));
    }
    return worst;
  }

  // Registers in use at once, in the order in which the program has it.
  double pressure(const llvm::Loop& inner, unsigned width, unsigned rows) const {
    llvm::DenseMap<const Value*, std::pair<int, int>> lives;
    int at = 0;
    for (const BasicBlock* block : shapes_.order()) {
      if (!inner.contains(block)) continue;
      for (const Instruction& inst : *block) {
        ++at;
        for (const llvm::Use& operand : inst.operands()) {
          const auto* from = llvm::dyn_cast<Instruction>(operand.get());
          if (!from || !shapes_.of(from).is_varying() || from->getType()->isIntegerTy(1)) continue;
          if (is_fused(*from)) continue;
          auto [life, is_new] = lives.try_emplace(from, 0, at);
          const bool again = llvm::isa<PHINode>(inst) || !inner.contains(from);
          life->second.second = again ? std::numeric_limits<int>::max() : at;
        }
        const bool counts = shapes_.of(&inst).is_varying() && !inst.getType()->isIntegerTy(1) &&
                            !llvm::isa<PHINode>(inst) && !inst.getType()->isVoidTy();
        if (counts && !is_fused(inst)) lives.try_emplace(&inst, at + 1, at + 1);
      }
    }
    std::vector<double> used(static_cast<size_t>(at) + 2);
    for (const auto& [value, life] : lives) {
      const double size =
          registers(value->getType(), width) * (shapes_.differs_by_row(value) ? rows : 1);
      for (int i = life.first; i <= std::min(life.second, at + 1); ++i) {
        used[static_cast<size_t>(i)] += size;
      }
    }
    return *std::ranges::max_element(used);
  }

  const LoopPlace& place_;
  const Shapes& shapes_;
  const Columns& columns_;
  const VectorUnit& unit_;
};

bool can_be_lanes(const LoopPlace& place, const Shapes& shapes) {
  if (shapes.is_irregular() || shapes.order().size() > kMostBlocks) return false;
  // Memory of a thread's own is one for all lanes.
  for (const Instruction& inst : place.grid.index->getFunction()->getEntryBlock()) {
    if (llvm::isa<llvm::AllocaInst>(inst)) return false;
  }
  for (const BasicBlock* block : place.loop.blocks()) {
    for (const Instruction& inst : *block) {
      if (!cpu::can_be_lanes(inst)) return false;
    }
  }
  return true;
}

// Rows share what does not differ by row; without that, or with branches that do, jamming is vain.
bool can_jam(const LoopPlace& place, const Shapes& shapes, const Columns& columns) {
  if (!columns.count || !place.grid.gathered.empty() || shapes.branches_by_row()) return false;
  bool shares = false;
  for (const BasicBlock* block : shapes.order()) {
    if (shapes.meeting_of(block)) return false;
    const bool is_inner = place.loops.getLoopFor(block) != &place.loop;
    for (const Instruction& inst : *block) {
      const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst);
      shares |= is_inner && load && shapes.of(load).is_varying() && !shapes.differs_by_row(load);
      const auto update = update_of(inst);
      shares |= is_inner && update && inst.use_empty() && shapes.of(update->pointer).is_linear() &&
                !shapes.differs_by_row(update->pointer);
    }
  }
  return shares;
}

unsigned widest_element(const Shapes& shapes) {
  unsigned bits = 8;
  for (const BasicBlock* block : shapes.order()) {
    for (const Instruction& inst : *block) {
      const bool counts = shapes.of(&inst).is_varying() && !inst.getType()->isPointerTy();
      if (counts) bits = std::max(bits, inst.getType()->getScalarSizeInBits());
    }
  }
  return bits;
}

size_t size_of(const Shapes& shapes) {
  size_t size = 0;
  for (const BasicBlock* block : shapes.order()) size += block->size();
  return size;
}

void share_by_rows(LanePlan& plan, const GridLoop& grid) {
  const uint64_t columns = plan.columns.constant;
  const auto number = [](const Value* value) -> std::optional<uint64_t> {
    if (value == nullptr) return 0;
    const auto* constant = llvm::dyn_cast<llvm::ConstantInt>(value);
    if (constant == nullptr || constant->isNegative()) return std::nullopt;
    return constant->getZExtValue();
  };
  const auto begin = number(grid.begin), bound = number(grid.bound);
  if (!begin || !bound || *bound < *begin) return;
  if (columns == 0) {
    plan.whole_vectors = (*bound - *begin) % plan.settings.width == 0;
    return;
  }
  plan.whole_rows = *begin % columns == 0 && *bound % columns == 0;
  if (!plan.whole_rows) return;
  plan.jams_all = plan.rows > 1 && (*bound - *begin) / columns % plan.rows == 0;
  plan.unit = columns * (plan.jams_all ? plan.rows : 1);
}

}  // namespace

std::optional<LanePlan> plan_lanes(const LoopPlace& place, const VectorUnit& unit, bool fast_math,
                                   double& scalar) {
  LanePlan plan;
  const double alone = scalar_cost(place, unit, fast_math);
  scalar = alone * kNanosecondsPerStep;
  plan.columns = columns_of(place);
  plan.shapes =
      std::make_unique<Shapes>(place.grid, place.loop, place.loops, place.post, plan.columns);
  if (!can_be_lanes(place, *plan.shapes)) return std::nullopt;
  const Weigher weigher(place, *plan.shapes, plan.columns, unit);
  const unsigned narrowest = unit.bits / std::max(32U, widest_element(*plan.shapes));
  double best = alone * 0.8;
  const bool is_large = size_of(*plan.shapes) > kLarge;
  const unsigned first = std::max(narrowest, 4U), widest = is_large ? first : 64;
  for (unsigned rows = 1; rows <= kJam; rows *= kJam) {
    if (rows > 1 && (is_large || !can_jam(place, *plan.shapes, plan.columns))) break;
    for (unsigned width = first; width <= widest; width *= 2) {
      const double cost = weigher.cost(width, rows);
      if (cost >= best * kWorthwhile) continue;
      best = cost;
      plan.settings = {width, unit};
      plan.rows = rows;
    }
  }
  if (plan.settings.width == 1) return std::nullopt;
  plan.nanoseconds = best * kNanosecondsPerStep;
  share_by_rows(plan, place.grid);
  // AVX-512 masks what is loaded and stored at no cost.
  plan.always_masks = unit.bits == 512 && place.loop.getSubLoops().empty() && !plan.whole_vectors;
  return plan;
}

}  // namespace tinsmith::cpu
