// SPDX-License-Identifier: Apache-2.0
// From bitcode to running code, step by step.
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <algorithm>
#include <optional>

#include "air/guard.h"
#include "cpu/body.h"
#include "cpu/cache.h"
#include "cpu/code.h"
#include "cpu/compiled.h"
#include "cpu/constants.h"
#include "cpu/coroutine.h"
#include "cpu/cost.h"
#include "cpu/cpu.h"
#include "cpu/engine.h"
#include "cpu/grid_entry.h"
#include "cpu/instrument.h"
#include "cpu/intrinsics.h"
#include "cpu/loop_form.h"
#include "cpu/pipeline.h"
#include "cpu/reader.h"
#include "support/check.h"

namespace tinsmith::cpu {

namespace {

Result<> check_built_ins(const Parsed& parsed, const std::string& entry) {
  for (const Parameter& parameter : parsed.parameters) {
    if (parameter.kind != Parameter::Kind::BuiltIn || is_built_in(parameter.name)) continue;
    return Failure{entry + ": the cpu device does not know the built-in air." + parameter.name};
  }
  return Ok{};
}

void check_module(const llvm::Module& module) {
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (llvm::verifyModule(module, &stream)) TS_CHECK(false, "cpu device: " + stream.str());
}

// The entry for the grid as it is launched.
Result<> emit_entry(const Parsed& parsed, const Source& source, const Options& options,
                    bool coroutines, Compiled& out) {
  Body body = make_body(*parsed.kernel, parsed.parameters);
  out.threadgroup_bytes = body.threadgroup_bytes;
  instrument(body, options.debug, out.places);
  if (!coroutines) {
    body.kernel->addFnAttr(llvm::Attribute::AlwaysInline);
    emit_grid_entry(body, source.shape);
    return Ok{};
  }
  auto emitted = emit_coroutine_entry(body, options.debug.barriers, out.places);
  if (!emitted) return Failure{source.entry + ": " + emitted.failure().what};
  body.kernel->eraseFromParent();
  return Ok{};
}

Result<Compiled> translate(const Source& source, const Options& options) {
  if (source.shape && std::count(source.shape->group.begin(), source.shape->group.end(), 0u) != 0) {
    return Failure{source.entry + ": a threadgroup without threads"};
  }
  TS_TRY_ASSIGN(parsed, read_kernel(source.air, source.entry));
  TS_TRY(check_built_ins(parsed, source.entry));
  TS_TRY(apply_constants(parsed, source.constants));
  TS_TRY_ASSIGN(target, new_target_machine());
  llvm::Module& module = *parsed.module;
  adapt_to_host(parsed, target->getTargetTriple().str(), target->createDataLayout());
  // A loop that is taken out of the grid (below) must be seen to have atomics: its iterations are
  // lanes of a vector, on one thread too.
  const bool plain_atomics = options.debug.serial && !source.any_grid;
  if (auto replaced = replace_intrinsics(module, {.serial = plain_atomics}); !replaced) {
    return Failure{source.entry + ": " + replaced.failure().what};
  }
  TS_TRY(run_initialisers(parsed));
  clean_up(module, *target);

  Compiled out;
  out.max_work_group_size = parsed.max_work_group_size;
  out.shape = source.shape;
  out.serial = options.debug.serial;
  out.nanoseconds = guess_cost(*parsed.kernel);
  for (llvm::Argument& argument : parsed.kernel->args()) {
    // Metal, too, lets a program leave unbound what the code does not touch.
    if (argument.use_empty()) parsed.parameters[argument.getArgNo()].optional = true;
  }
  bool coroutines = needs_coroutines(*parsed.kernel);
  LoopForm form;
  bool instrumented = options.debug.loops || options.debug.nans;
  if (source.any_grid && !coroutines && !instrumented) {
    form = form_loop(*parsed.kernel, parsed.parameters, options);
    out.serial = out.serial || form.serial;
    out.counts = form.recognised;
    if (form.recognised) out.nanoseconds = form.nanoseconds;
  }
  if (!form.recognised) TS_TRY(emit_entry(parsed, source, options, coroutines, out));
  parsed.kernel->eraseFromParent();
  check_module(module);
  optimise(module, *target, options, coroutines);
  TS_TRY_ASSIGN(object, emit_object(module, *target));
  out.object = std::move(object);
  out.parameters = std::move(parsed.parameters);
  return out;
}

// Code that LLVM's reader and verifier accept can still be more than its code generator bears.
Result<Compiled> translate_guarded(const Source& source, const Options& options) {
  std::optional<Result<Compiled>> out;
  if (!air::survives([&] { out = translate(source, options); })) {
    return Failure{source.entry + ": LLVM gave up while it compiled this kernel"};
  }
  return std::move(*out);
}

}  // namespace

Result<std::shared_ptr<const Code>> compile(const Source& source, const Options& options) {
  std::string key;
  if (!options.cache.empty()) {
    key = cache_key(source, options, machine());
    if (auto found = find_cached(options.cache, key)) {
      auto code = load(std::move(*found), source.entry);
      if (code)
        return code;  // else a file that is whole but not ours: compile as if there were none
    }
  }
  TS_TRY_ASSIGN(compiled, translate_guarded(source, options));
  if (!options.cache.empty()) keep_cached(options.cache, key, compiled);
  return load(std::move(compiled), source.entry);
}

}  // namespace tinsmith::cpu
