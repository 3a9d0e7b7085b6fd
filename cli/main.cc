// SPDX-License-Identifier: Apache-2.0
// The command line. What users wrote wrongly, what the world refused and what is our own bug leave
// with different exit codes; all messages go to stderr.
#include <cstdio>
#include <exception>

#include "cli/command.h"
#include "support/check.h"

namespace tinsmith::cli {

namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  tinsmith run examples/autodiff.py --out out/autodiff     compile and export a Taichi "
    "script\n"
    "  tinsmith inspect out/autodiff                            what the package holds\n"
    "  tinsmith metal out/autodiff -o out/metal                 its Metal library\n"
    "  tinsmith exec out/metal init_x clear_loss forward        run them on this machine\n"
    "  tinsmith lint out/metal/autodiff.metallib                would an iPhone take it?\n"
    "  tinsmith bind out/autodiff --lang swift -o A.swift       typed functions for its kernels\n"
    "\n"
    "Exit codes: 0 done, 1 the input is wrong, 2 bad usage, 3 a file or driver failed, 70 our bug.";

int report(const Failure& failure) {
  std::fprintf(stderr, "tinsmith: %s\n", failure.what.c_str());
  return failure.blame == Blame::Input ? kWrongInput : kWorldFailed;
}

int run_program(int argc, char** argv) {
  CLI::App program("Compiles Taichi kernels, gradients included, ahead of time.", "tinsmith");
  program.set_version_flag("--version", "tinsmith " TINSMITH_VERSION);
  program.require_subcommand(1);
  program.footer(kFooter);
  Action action;
  add_run(program, action);
  add_metal(program, action);
  add_inspect(program, action);
  add_exec(program, action);
  add_lint(program, action);
  add_bind(program, action);
  add_opt(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return program.exit(wanted);
  } catch (const CLI::ParseError& wrong) {
    const CLI::App* at = &program;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    std::string hint = at == &program ? "tinsmith" : "tinsmith " + at->get_name();
    bool is_unknown = at == &program && argc > 1 && argv[1][0] != '-';
    std::string what = is_unknown ? "there is no command " + std::string(argv[1]) : wrong.what();
    std::fprintf(stderr, "tinsmith: %s (%s --help tells more)\n", what.c_str(), hint.c_str());
    return kWrongUsage;
  }
  Result<int> code = action();
  return code ? *code : report(code.failure());
}

}  // namespace

}  // namespace tinsmith::cli

int main(int argc, char** argv) {
  try {
    return tinsmith::cli::run_program(argc, argv);
  } catch (const tinsmith::InternalError& bug) {
    std::fprintf(stderr, "tinsmith: internal error: %s\n", bug.what());
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "tinsmith: internal error: %s\n", bug.what());
  }
  return tinsmith::cli::kOurBug;
}
