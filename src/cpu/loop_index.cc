// SPDX-License-Identifier: Apache-2.0
// A value is read as constant + sum of coefficient * leaf, equal to it modulo 2^32. Where the sum's
// range lies within what the extension can give, the sum in 64 bits is that extension.
#include "cpu/loop_index.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/PatternMatch.h>
#include <llvm/Support/KnownBits.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace tinsmith::cpu {
namespace {

using llvm::ConstantInt;
using llvm::Instruction;
using llvm::Value;
namespace match = llvm::PatternMatch;

constexpr double kTwo31 = 2147483648.0, kTwo32 = 4294967296.0;
constexpr Range kAnything = {-kTwo31, kTwo31 - 1};
constexpr unsigned kDeepest = 12;

bool is_within(Range range, double least, double above) {
  return range.least >= least && range.greatest < above;
}
Range sum(Range a, Range b) { return {a.least + b.least, a.greatest + b.greatest}; }
Range scaled(Range a, double by) {
  return by >= 0 ? Range{a.least * by, a.greatest * by} : Range{a.greatest * by, a.least * by};
}
// What does not fit is known no more.
Range checked(Range range) { return is_within(range, -kTwo31, kTwo31) ? range : kAnything; }

Range of_division(Range n, const Value* divisor, bool remainder) {
  const auto* constant = llvm::dyn_cast<ConstantInt>(divisor);
  const double d = constant ? static_cast<double>(constant->getSExtValue()) : 0;
  if (n.least < 0) return kAnything;
  if (constant == nullptr) return {remainder ? 0 : kAnything.least, n.greatest};
  if (d <= 0) return kAnything;
  if (remainder) return {0, std::min(n.greatest, d - 1)};
  return {std::floor(n.least / d), std::floor(n.greatest / d)};
}

struct Sum {
  struct Term {
    Value* leaf;
    int64_t coefficient;
  };
  std::vector<Term> terms;
  int64_t constant = 0;
  bool only_valid = false;  // equal only where the address made of it is valid

  void add(const Sum& other, int64_t by) {
    only_valid |= other.only_valid;
    constant += other.constant * by;
    for (const Term& term : other.terms) add(term.leaf, term.coefficient * by);
  }
  void add(Value* leaf, int64_t by) {
    auto same = std::ranges::find(terms, leaf, &Term::leaf);
    if (same == terms.end()) {
      terms.push_back({leaf, by});
    } else {
      same->coefficient += by;
    }
    std::erase_if(terms, [](const Term& term) { return term.coefficient == 0; });
  }
};

constexpr int64_t kGreatestCoefficient = int64_t{1} << 31;
constexpr size_t kMostTerms = 8;

std::optional<int64_t> as_constant(const Value* value) {
  const auto* constant = llvm::dyn_cast<ConstantInt>(value);
  if (constant == nullptr || constant->getBitWidth() > 32) return std::nullopt;
  return constant->getSExtValue();
}

class Reader {
 public:
  explicit Reader(const Ranges& ranges, const llvm::DataLayout& layout)
      : ranges_(ranges), layout_(layout) {}

  Sum read(Value* value, unsigned depth = 0) const {
    Sum out;
    if (const auto constant = as_constant(value)) {
      out.constant = *constant;
      return out;
    }
    auto* inst = llvm::dyn_cast<Instruction>(value);
    if (inst == nullptr || depth > kDeepest || !take_apart(*inst, out, depth)) {
      out = {};
      out.add(value, 1);
    }
    return out;
  }

  Range range(const Sum& value) const {
    const auto constant = static_cast<double>(value.constant);
    Range out = {constant, constant};
    for (const Sum::Term& term : value.terms) {
      out = sum(out, scaled(ranges_.of(term.leaf), static_cast<double>(term.coefficient)));
    }
    return out;
  }

 private:
  bool take_apart(Instruction& inst, Sum& out, unsigned depth) const {
    const auto operand = [&](unsigned i) { return read(inst.getOperand(i), depth + 1); };
    switch (inst.getOpcode()) {
      case Instruction::Or:
        if (!llvm::haveNoCommonBitsSet(inst.getOperand(0), inst.getOperand(1), layout_))
          return false;
        [[fallthrough]];
      case Instruction::Add:
        out.add(operand(0), 1);
        out.add(operand(1), 1);
        break;
      case Instruction::Sub:
        out.add(operand(0), 1);
        out.add(operand(1), -1);
        break;
      case Instruction::Mul: {
        const auto x = as_constant(inst.getOperand(0)), y = as_constant(inst.getOperand(1));
        if (!x && !y) return false;
        out.add(operand(x ? 1 : 0), x ? *x : *y);
        break;
      }
      case Instruction::Shl: {
        const auto by = as_constant(inst.getOperand(1));
        if (!by || *by < 0 || *by > 30) return false;
        out.add(operand(0), int64_t{1} << *by);
        break;
      }
      case Instruction::LShr: {
        const auto by = as_constant(inst.getOperand(1));
        if (!by || *by < 0 || *by > 30 || !divide(out = operand(0), int64_t{1} << *by))
          return false;
        break;
      }
      case Instruction::And: {  // what is left of (i << 2) >> 2
        if (!keeps_word_number(inst, layout_)) return false;
        out = operand(0);
        if (!is_within(range(out), -kTwo31, kTwo31 / 2)) return false;
        out.only_valid |= range(out).least < 0;
        break;
      }
      default: return false;
    }
    return is_small(out);
  }

  // Byte addresses become element numbers: every part is a multiple, and none has wrapped, unless
  // below 0, where no memory is.
  bool divide(Sum& value, int64_t by) const {
    const Range bytes = range(value);
    if (!is_within(bytes, -kTwo31, kTwo32) || value.constant % by != 0) return false;
    value.only_valid |= bytes.least < 0;
    value.constant /= by;
    for (Sum::Term& term : value.terms) {
      if (term.coefficient % by != 0) return false;
      term.coefficient /= by;
    }
    return true;
  }

  static bool is_small(const Sum& value) {
    const auto fits = [](int64_t n) { return std::abs(n) <= kGreatestCoefficient; };
    return value.terms.size() <= kMostTerms && fits(value.constant) &&
           std::ranges::all_of(value.terms, fits, &Sum::Term::coefficient);
  }

  const Ranges& ranges_;
  const llvm::DataLayout& layout_;
};

// Whether nothing but addresses of elements of two bytes or more is made of `extension`.
bool is_for_elements(const Instruction& extension, const llvm::DataLayout& layout) {
  return std::ranges::all_of(extension.users(), [&](const llvm::User* user) {
    const auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(user);
    return gep && gep->getPointerOperand() != &extension &&
           layout.getTypeAllocSize(gep->getResultElementType()) >= 2;
  });
}

void widen(Instruction& extension, const Ranges& ranges, const Reader& reader,
           const llvm::DataLayout& layout) {
  const Sum value = reader.read(extension.getOperand(0));
  if (value.terms.size() == 1 && value.terms[0].leaf == extension.getOperand(0)) return;
  const Range range = reader.range(value);
  const bool is_signed = extension.getOpcode() == Instruction::SExt;
  const bool fits = is_signed ? is_within(range, -kTwo31, kTwo31) : is_within(range, 0, kTwo32);
  const bool exact = fits && !value.only_valid;
  const bool valid = is_within(range, -kTwo31, kTwo32) && is_for_elements(extension, layout);
  if (!exact && !valid) return;
  llvm::IRBuilder<> b(&extension);
  llvm::Type* wide = extension.getType();
  Value* total = nullptr;
  for (const Sum::Term& term : value.terms) {
    Value* part = ranges.of(term.leaf).least >= 0 ? b.CreateZExt(term.leaf, wide)
                                                  : b.CreateSExt(term.leaf, wide);
    const auto by = static_cast<uint64_t>(term.coefficient);
    if (term.coefficient != 1) part = b.CreateNSWMul(part, ConstantInt::get(wide, by));
    total = total == nullptr ? part : b.CreateNSWAdd(total, part);
  }
  Value* constant = ConstantInt::get(wide, static_cast<uint64_t>(value.constant));
  if (total == nullptr) {
    total = constant;
  } else if (value.constant != 0) {
    total = b.CreateNSWAdd(total, constant);
  }
  extension.replaceAllUsesWith(total);
}

void make_unsigned(Instruction& division, const Ranges& ranges) {
  const Value* divisor = division.getOperand(1);
  if (ranges.of(division.getOperand(0)).least < 0 || ranges.of(divisor).least < 1) return;
  llvm::IRBuilder<> b(&division);
  const bool remainder = division.getOpcode() == Instruction::SRem;
  Value* result = b.CreateBinOp(remainder ? Instruction::URem : Instruction::UDiv,
                                division.getOperand(0), division.getOperand(1));
  division.replaceAllUsesWith(result);
}

// An index of 32 bits is sign-extended by the address; written out, it can be widened.
void extend_indices(llvm::GetElementPtrInst& gep) {
  for (llvm::Use& index : gep.indices()) {
    if (!index->getType()->isIntegerTy(32) || llvm::isa<ConstantInt>(index)) continue;
    llvm::IRBuilder<> b(&gep);
    index.set(b.CreateSExt(index, b.getInt64Ty()));
  }
}

}  // namespace

bool keeps_word_number(const Instruction& inst, const llvm::DataLayout& layout) {
  const auto mask = as_constant(inst.getOperand(1));
  if (inst.getOpcode() != Instruction::And || !mask) return false;
  const unsigned zeros = llvm::computeKnownBits(inst.getOperand(0), layout).countMinTrailingZeros();
  const int64_t low = zeros >= 30 ? 0 : (int64_t{1} << zeros) - 1;
  return (*mask | low) == (int64_t{1} << 30) - 1;
}

Range Ranges::of(const Value* value, unsigned depth) const {
  const auto found = known_.find(value);
  if (found != known_.end()) return found->second;
  if (const auto constant = as_constant(value)) {
    const auto number = static_cast<double>(*constant);
    return {number, number};
  }
  const auto* inst = llvm::dyn_cast<Instruction>(value);
  if (inst == nullptr || !inst->getType()->isIntegerTy(32) || depth > kDeepest) return kAnything;
  const auto operand = [&](unsigned i) { return of(inst->getOperand(i), depth + 1); };
  switch (inst->getOpcode()) {
    case Instruction::Add: return checked(sum(operand(0), operand(1)));
    case Instruction::Sub: return checked(sum(operand(0), scaled(operand(1), -1)));
    case Instruction::Mul:
    case Instruction::Shl: {
      const auto by = as_constant(inst->getOperand(1));
      if (!by || *by < 0 || *by > 30) return kAnything;
      const bool shifts = inst->getOpcode() == Instruction::Shl;
      return checked(scaled(
          operand(0), shifts ? std::ldexp(1.0, static_cast<int>(*by)) : static_cast<double>(*by)));
    }
    case Instruction::SDiv:
    case Instruction::UDiv: return of_division(operand(0), inst->getOperand(1), false);
    case Instruction::SRem:
    case Instruction::URem: return of_division(operand(0), inst->getOperand(1), true);
    case Instruction::And: {
      const auto mask = as_constant(inst->getOperand(1));
      return mask && *mask >= 0 ? Range{0, static_cast<double>(*mask)} : kAnything;
    }
    case Instruction::ZExt: {
      const unsigned bits = inst->getOperand(0)->getType()->getScalarSizeInBits();
      return {0, std::ldexp(1.0, static_cast<int>(bits)) - 1};
    }
    case Instruction::PHI: return of_counter(*llvm::cast<llvm::PHINode>(inst));
    default: return kAnything;
  }
}

// Whether nobody sees the value with which the loop ends.
bool is_used_inside(const llvm::PHINode& phi, const llvm::Loop& loop) {
  return std::ranges::all_of(phi.users(), [&](const llvm::User* user) {
    const auto* inst = llvm::cast<Instruction>(user);
    return loop.contains(inst) &&
           (inst->getParent() != phi.getParent() || llvm::isa<llvm::ICmpInst>(inst));
  });
}

// phi [start, before], [phi + step, latch], and the loop runs while it is below (above) a bound.
Range Ranges::of_counter(const llvm::PHINode& phi) const {
  const llvm::Loop* loop = loops_.getLoopFor(phi.getParent());
  if (loop == nullptr || loop->getHeader() != phi.getParent() || !loop->getLoopPreheader() ||
      !loop->getLoopLatch())
    return kAnything;
  const auto start = as_constant(phi.getIncomingValueForBlock(loop->getLoopPreheader()));
  llvm::ConstantInt* step = nullptr;
  const Value* next = phi.getIncomingValueForBlock(loop->getLoopLatch());
  if (!start ||
      !match::match(next, match::m_Add(match::m_Specific(&phi), match::m_ConstantInt(step))))
    return kAnything;
  const auto* branch = llvm::dyn_cast<llvm::BranchInst>(loop->getHeader()->getTerminator());
  if (branch == nullptr || !branch->isConditional()) return kAnything;
  llvm::ICmpInst::Predicate predicate{};
  Value* bound = nullptr;
  if (!match::match(branch->getCondition(),
                    match::m_ICmp(predicate, match::m_Specific(&phi), match::m_Value(bound))))
    return kAnything;
  if (!loop->contains(branch->getSuccessor(0)))
    predicate = llvm::ICmpInst::getInversePredicate(predicate);
  const bool is_less = predicate == llvm::ICmpInst::ICMP_SLT ||
                       (predicate == llvm::ICmpInst::ICMP_ULT && *start >= 0);
  const auto first = static_cast<double>(*start);
  const auto by = static_cast<double>(step->getSExtValue());
  if (is_less && by > 0) {
    const Range limit = of(bound, kDeepest);
    if (predicate == llvm::ICmpInst::ICMP_ULT && limit.least < 0) return kAnything;
    // In the header it is beyond the bound at last, by less than a step.
    const double last = limit.greatest - 1 + (is_used_inside(phi, *loop) ? 0 : by);
    return checked({first, std::max(first, last)});
  }
  const bool is_greater =
      predicate == llvm::ICmpInst::ICMP_SGT || predicate == llvm::ICmpInst::ICMP_SGE;
  const auto last = as_constant(bound);
  if (is_greater && by < 0 && last) {
    return checked({std::min(first, static_cast<double>(*last) + by), first});
  }
  return kAnything;
}

void widen_indices(llvm::Function& function, const Ranges& ranges) {
  const llvm::DataLayout& layout = function.getParent()->getDataLayout();
  std::vector<Instruction*> extensions, divisions;
  for (Instruction& inst : llvm::make_early_inc_range(llvm::instructions(function))) {
    if (auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(&inst)) extend_indices(*gep);
  }
  for (Instruction& inst : llvm::instructions(function)) {
    const bool extends = llvm::isa<llvm::ZExtInst>(inst) || llvm::isa<llvm::SExtInst>(inst);
    if (extends && inst.getType()->isIntegerTy(64) &&
        inst.getOperand(0)->getType()->isIntegerTy(32)) {
      extensions.push_back(&inst);
    }
    const bool divides =
        inst.getOpcode() == Instruction::SDiv || inst.getOpcode() == Instruction::SRem;
    if (divides && inst.getType()->isIntegerTy(32)) divisions.push_back(&inst);
  }
  const Reader reader(ranges, layout);
  for (Instruction* extension : extensions) widen(*extension, ranges, reader, layout);
  for (Instruction* division : divisions) make_unsigned(*division, ranges);
}

}  // namespace tinsmith::cpu
