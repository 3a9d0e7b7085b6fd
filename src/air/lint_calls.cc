// SPDX-License-Identifier: Apache-2.0
// Calls of air.* and llvm.* functions: whether there is such a function of such a type, the
// operands that must be constants, and which GPUs have it.
#include <llvm/IR/Constants.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

#include <optional>

#include "air/lint_report.h"

namespace tinsmith::air {

namespace {

std::string_view view(llvm::StringRef text) { return {text.data(), text.size()}; }

void judge_declaration(const llvm::Function& fn, const Subject& subject) {
  std::string name = fn.getName().str();
  FunctionForm form = form_of(name, subject.air);
  std::string type = signature_text(*fn.getFunctionType());
  std::string where = form.seen.empty() ? "" : " (seen at AIR " + form.seen + ")";
  switch (form.standing) {
    case Standing::Unknown:
      subject.add_at(fn, LintCode::UnknownFunction,
                     "no function " + name + " is known at " + subject.version(),
                     name.starts_with("llvm.") ? "call the air.* function for it" : "");
      return;
    case Standing::SeenLater:
      subject.add_at(fn, LintCode::FunctionTooNew,
                     name + " is not part of " + subject.version() + where,
                     name.starts_with("llvm.") ? "call the air.* function for it" : "");
      return;
    case Standing::SeenBefore:
    case Standing::Documented:
      subject.add_at(fn, LintCode::FunctionNotSeen,
                     name + " is not witnessed at " + subject.version() + where);
      break;
    case Standing::Seen: break;
  }
  if (!form.signature.empty() && form.signature != type) {
    subject.add_at(fn, LintCode::Signature,
                   name + " is declared as " + type + ", Apple's is " + form.signature,
                   "declare and call it as Apple does");
  }
}

std::optional<int64_t> constant(const llvm::CallBase& call, unsigned at) {
  if (at >= call.arg_size()) return {};
  const auto* number = llvm::dyn_cast<llvm::ConstantInt>(call.getArgOperand(at));
  if (!number || number->getBitWidth() > 64) return {};
  return number->getZExtValue();
}

// air.atomic.…(pointer, values…, order [, order of failure], scope, volatile)
void judge_atomic(const llvm::CallBase& call, std::string_view name, const Subject& subject) {
  if (name == "air.atomic.fence" || call.arg_size() < 4) return;
  unsigned last = call.arg_size() - 1;
  bool has_two_orders = name.find(".cmpxchg.") != std::string_view::npos;
  bool is_relaxed =
      constant(call, last - 2) == 0 && (!has_two_orders || constant(call, last - 3) == 0);
  bool is_local = name.starts_with("air.atomic.local.");
  std::optional<int64_t> scope = constant(call, last - 1);
  if (!is_relaxed) {
    subject.add_at(call, LintCode::AtomicOperands,
                   "the memory order is not the constant 0, relaxed, which is the only one that "
                   "Metal has before 4.1",
                   "pass 0");
  } else if (scope != 2 && !(is_local && scope == 1)) {
    subject.add_at(call, LintCode::AtomicOperands,
                   "the scope is not the constant 2, device, that Apple's compiler writes",
                   "pass 2");
  } else if (constant(call, last) != 1) {
    subject.add_at(call, LintCode::AtomicOperands,
                   "the last operand is not the constant true that Apple's compiler writes",
                   "pass true");
  }
}

void judge_barrier(const llvm::CallBase& call, std::string_view name, const Subject& subject) {
  std::optional<int64_t> flags = constant(call, 0), scope = constant(call, 1);
  // The same sources compiled for AIR 2.5 to 2.8 have scope 1 up to 2.6 and 4 from 2.7.
  bool is_simdgroup = name == "air.simdgroup.barrier";
  int64_t wanted = is_simdgroup && subject.air.at_least(7) ? 4 : 1;
  if (!flags || *flags < 0 || *flags > 7) {
    subject.add_at(call, LintCode::BarrierOperands,
                   "the flags of the barrier are no constant of 0 to 7 (1 device, 2 threadgroup, "
                   "4 texture memory)");
  } else if (scope != wanted) {
    subject.add_at(call, LintCode::BarrierOperands,
                   "the scope of the barrier is not " + std::to_string(wanted) +
                       ", which Apple's compiler writes at " + subject.version(),
                   "pass " + std::to_string(wanted));
  }
}

// The first GPU family that has a function; 0 where all have it.
struct Need {
  unsigned family = 0;
  std::string_view what;
};

Need need_of(std::string_view name) {
  if (name.starts_with("air.atomic.global.") && name.ends_with(".u.i64")) {
    return {8, "64-bit atomics"};
  }
  if (name == "air.atomic.global.add.f32" || name == "air.atomic.global.sub.f32") {
    return {7, "f32 atomics"};
  }
  if (name.starts_with("air.simdgroup_matrix_")) return {7, "SIMD-group matrices"};
  if (!name.starts_with("air.simd_")) return {};
  for (std::string_view moves :
       {"shuffle", "broadcast", "ballot", "all", "any", "is_first", "active_threads_mask"}) {
    if (name.substr(std::string_view("air.simd_").size()).starts_with(moves)) {
      return {6, "exchange within a SIMD group"};
    }
  }
  return {7, "SIMD-group reductions"};
}

std::string_view devices_of(unsigned family) {
  switch (family) {
    case 5: return "A12";
    case 6: return "A13";
    case 7: return "A14, M1";
    case 8: return "A15, M2";
    default: return "A11";
  }
}

// The oldest family that the system runs on; Macs and simulators are taken for an M1.
unsigned oldest_family(const metallib::Library& library) {
  if (library.platform != metallib::Platform::Ios) return 7;
  if (library.os_major >= 26) return 6;
  return library.os_major >= 17 ? 5 : 4;
}

void judge_need(const llvm::Function& fn, const Subject& subject) {
  Need need = need_of(view(fn.getName()));
  unsigned oldest = oldest_family(subject.library);
  if (need.family <= oldest) return;
  subject.add_at(fn, LintCode::NeedsFamily,
                 fn.getName().str() + " needs " + std::string(need.what) + ": Apple" +
                     std::to_string(need.family) + " (" + std::string(devices_of(need.family)) +
                     ") or later, and " + std::string(metallib::name(subject.library.platform)) +
                     " " + std::to_string(subject.library.os_major) + " also runs on Apple" +
                     std::to_string(oldest) + " (" + std::string(devices_of(oldest)) + ")",
                 "have another kernel for older GPUs");
}

bool is_declared_by_metal(std::string_view name) {
  return name.starts_with("air.") || name.starts_with("llvm.") || name.starts_with("__tensorops_");
}

void judge_convergence(const llvm::CallBase& call, std::string_view name, const Subject& subject) {
  if (!is_convergent(name)) return;
  const llvm::Function* both[] = {call.getCalledFunction(), call.getFunction()};
  for (const llvm::Function* fn : both) {
    if (fn->isConvergent()) continue;
    subject.add_at(*fn, LintCode::NotConvergent,
                   "not convergent, though it is or calls " + std::string(name) +
                       ": the compiler may move the call to where not all threads come",
                   "give it the attribute convergent");
  }
}

void judge_call(const llvm::CallBase& call, const Subject& subject) {
  const llvm::Function* callee = call.getCalledFunction();
  if (!callee && call.isInlineAsm()) {
    subject.add_at(call, LintCode::CallForm, "inline assembly, which Metal does not have");
    return;
  }
  if (!callee) {
    subject.add_at(call, LintCode::IndirectCall,
                   "a call through a pointer, which no Apple-made compute kernel was seen to have",
                   "call functions by name, unless it is one of a function table");
    return;
  }
  if (!callee->isDeclaration()) return;
  std::string_view name = view(callee->getName());
  if (!is_declared_by_metal(name)) {
    subject.add_at(call, LintCode::CallForm,
                   "the module calls " + std::string(name) + ", which is neither in it nor Metal's",
                   "define it in the module");
    return;
  }
  if (name.starts_with("air.atomic.")) judge_atomic(call, name, subject);
  if (name == "air.wg.barrier" || name == "air.simdgroup.barrier") {
    judge_barrier(call, name, subject);
  }
  judge_convergence(call, name, subject);
}

}  // namespace

void lint_calls(const llvm::Module& module, const Subject& subject) {
  for (const llvm::Function& fn : module) {
    if (!fn.isDeclaration() || !is_declared_by_metal(view(fn.getName()))) continue;
    judge_declaration(fn, subject);
    judge_need(fn, subject);
    if (fn.use_empty()) {
      subject.add_at(fn, LintCode::UnusedDeclaration,
                     fn.getName().str() + " is declared and not called", "erase it");
    }
  }
  for (const llvm::Function& fn : module) {
    for (const llvm::Instruction& inst : llvm::instructions(fn)) {
      if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&inst)) judge_call(*call, subject);
    }
  }
}

}  // namespace tinsmith::air
