// SPDX-License-Identifier: Apache-2.0
// tinsmith opt: single steps of the compiler on IR text, for their tests. Each step starts from and
// ends in IR that the verifier accepts.
#include "opt/opt.h"

#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>

#include "autodiff/autodiff.h"
#include "cli/command.h"
#include "compiler/compiler.h"
#include "ir/ir.h"
#include "lower/lower.h"
#include "spirv/spirv.h"
#include "support/check.h"
#include "support/files.h"

namespace tinsmith::cli {

namespace {

struct OptOptions {
  std::string file;
  std::vector<std::string> passes;
};

constexpr const char* kFooter =
    "Passes: simplify, remove_dead, merge_equal, split_locals, forward_locals, demote_atomics,\n"
    "reverse, to_tasks; and as the last, spirv, which prints each task's SPIR-V instead of IR.\n"
    "\n"
    "Examples:\n"
    "  tinsmith opt kernel.ir --pass simplify\n"
    "  tinsmith opt kernel.ir --pass forward_locals,reverse,simplify\n"
    "  tinsmith run --dump-after=source script.py 2>&1 | tinsmith opt - --pass to_tasks,spirv";

// A module and what is known of it.
struct Unit {
  Module module;
  Stage stage = Stage::Source;
  SourceFiles sources;
  Diagnostics diags;
};

Failure diagnosed(const Unit& unit) {
  std::string text = render(unit.diags, unit.sources);
  std::fputs(text.c_str(), stderr);
  return {"the IR was not accepted"};
}

Result<> read_unit(const std::string& file, Unit& unit) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    TS_TRY_ASSIGN(read, read_text(file));
    text = read;
  }
  FileId id = unit.sources.add(file == "-" ? "<stdin>" : file, text);
  if (!parse(text, id, unit.module, unit.diags)) return diagnosed(unit);
  // Which stage the text is at, it does not say: it is the one whose rules hold.
  for (const Function& fn : unit.module.kernels) {
    std::vector<std::string> problems = verify(unit.module, fn, Stage::Source);
    if (problems.empty()) continue;
    if (!verify(unit.module, fn, Stage::Tasks).empty()) {
      return Failure{file + ": kernel " + fn.name + ": " + problems.front()};
    }
    unit.stage = Stage::Tasks;
  }
  return Ok{};
}

using Pass = Result<> (*)(Unit&, Function&);

// A pass that cannot fail.
template <bool (*pass)(Function&)>
Result<> plain(Unit&, Function& fn) {
  pass(fn);
  return Ok{};
}

Result<> reverse(Unit& unit, Function& fn) {
  if (!autodiff::reverse(unit.module, fn, unit.diags)) return diagnosed(unit);
  return Ok{};
}

Result<> to_tasks(Unit& unit, Function& fn) {
  TS_TRY(lower::to_tasks(unit.module, fn));
  unit.stage = Stage::Tasks;
  return Ok{};
}

struct NamedPass {
  std::string_view name;
  Pass pass;
};
constexpr NamedPass kPasses[] = {
    {"simplify", plain<opt::simplify>},
    {"remove_dead", plain<opt::remove_dead>},
    {"merge_equal", plain<opt::merge_equal>},
    {"split_locals", plain<opt::split_locals>},
    {"forward_locals", plain<opt::forward_locals>},
    {"demote_atomics", plain<opt::demote_atomics>},
    {"reverse", reverse},
    {"to_tasks", to_tasks},
};

const NamedPass* find_pass(std::string_view name) {
  for (const NamedPass& pass : kPasses) {
    if (pass.name == name) return &pass;
  }
  return nullptr;
}

Result<> check_passes(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    bool is_last = &name == &names.back();
    if (find_pass(name) == nullptr && !(name == "spirv" && is_last)) {
      return Failure{"--pass " + name + ": there is no such pass" +
                     (name == "spirv" ? " but as the last" : "")};
    }
  }
  return Ok{};
}

Result<> print_spirv(const Unit& unit) {
  if (unit.stage != Stage::Tasks) return Failure{"--pass spirv needs to_tasks before it"};
  for (const Function& fn : unit.module.kernels) {
    TS_TRY_ASSIGN(kernel, spirv::emit(unit.module, fn));
    for (const package::Task& task : kernel.tasks) {
      TS_TRY_ASSIGN(text, spirv::disassemble(task.spirv));
      std::printf("; %s\n%s", task.name.c_str(), text.c_str());
    }
  }
  return Ok{};
}

Result<int> optimise(const OptOptions& options) {
  Unit unit;
  TS_TRY(read_unit(options.file, unit));
  for (const std::string& name : options.passes) {
    if (name == "spirv") {
      TS_TRY(print_spirv(unit));
      return kDone;
    }
    for (Function& fn : unit.module.kernels) TS_TRY(find_pass(name)->pass(unit, fn));
    assert_valid(unit.module, unit.stage, name);
  }
  std::fputs(print(unit.module).c_str(), stdout);
  return kDone;
}

}  // namespace

void add_opt(CLI::App& program, Action& action) {
  auto options = std::make_shared<OptOptions>();
  CLI::App* command = program.add_subcommand("opt", "Run passes of the compiler on IR text");
  command->footer(kFooter);
  command->add_option("FILE", options->file, "IR text; - is standard input")
      ->required()
      ->type_name("");
  command->add_option("--pass", options->passes, "Passes in order; none: parse, verify, print")
      ->delimiter(',')
      ->type_name("NAME,...");
  command->callback([options, &action] {
    usable(check_passes(options->passes));
    action = [options] { return optimise(*options); };
  });
}

}  // namespace tinsmith::cli
