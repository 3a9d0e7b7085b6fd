// SPDX-License-Identifier: Apache-2.0
// tinsmith run: Debian's Python with our `taichi` in front of every other. This process becomes the
// interpreter, so signals, the terminal and the exit code are the script's own.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/command.h"
#include "cli/device.h"
#include "compiler/compiler.h"

namespace tinsmith::cli {

namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string dump_after;
  DeviceWords device{.device = "", .debug = ""};  // no device: as the script says
};

constexpr const char* kFooter =
    "SCRIPT.py runs unmodified: `import taichi` is Tinsmith's. Words after it are the script's.\n"
    "\n"
    "Examples:\n"
    "  tinsmith run examples/autodiff.py --size 1000 --out out/autodiff\n"
    "  tinsmith run --dump-after=reverse script.py      IR of its kernels, on stderr\n"
    "\n"
    "The same without this program:  PYTHONPATH=build/python python3 SCRIPT.py";

std::string step_names() {
  std::string names;
  for (std::string_view step : compiler::steps()) names += std::string(step) + ", ";
  return names + "all";
}

Result<> check_step(const std::string& name) {
  const std::vector<std::string_view>& steps = compiler::steps();
  bool is_known = name.empty() || name == "all" || std::ranges::find(steps, name) != steps.end();
  if (is_known) return Ok{};
  return Failure{"--dump-after " + name + ": there are " + step_names()};
}

// The folder of our `taichi`, found from where this program lies.
Result<fs::path> python_folder() {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return Failure{"cannot tell where tinsmith lies: " + error.message(), Blame::World};
  fs::path folder = program.parent_path().parent_path() / "python";
  if (!fs::exists(folder / "taichi" / "__init__.py", error)) {
    return Failure{"there is no taichi module in " + folder.string() + "; build all of Tinsmith",
                   Blame::World};
  }
  return folder;
}

void set_variable(const char* name, const std::string& value) {
  if (!value.empty()) ::setenv(name, value.c_str(), 1);
}

Result<int> run(const RunOptions& options, const std::vector<std::string>& words) {
  const std::string& script = words.front();
  std::error_code error;
  if (!fs::exists(script, error)) {
    return Failure{"there is no file " + script, Blame::World};
  }
  TS_TRY_ASSIGN(folder, python_folder());
  const char* before = std::getenv("PYTHONPATH");
  bool has_more = before != nullptr && *before != '\0';
  set_variable("PYTHONPATH", folder.string() + (has_more ? ":" + std::string(before) : ""));
  set_variable("TINSMITH_DUMP_AFTER", options.dump_after);
  set_variable("TI_TINSMITH_DEVICE", options.device.device);  // options of ti.init
  set_variable("TI_TINSMITH_DEBUG", options.device.debug);

  // Not `-m taichi._run`: that would import the module twice, for `taichi` imports it itself.
  std::vector<std::string> command = {
      TINSMITH_PYTHON, "-c",
      "import sys; from taichi._run import main; sys.exit(main(sys.argv[1:]))"};
  command.insert(command.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  std::string why = std::generic_category().message(errno);
  return Failure{"cannot start " + command[0] + ": " + why, Blame::World};
}

class RunUsage : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string name) const override {
    return "Usage: " + name + " [OPTIONS] SCRIPT.py [ARGUMENTS...]\n";
  }
};

}  // namespace

void add_run(CLI::App& program, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = program.add_subcommand("run", "Run a Taichi script on Tinsmith");
  command->formatter(std::make_shared<RunUsage>());
  command->footer(kFooter);
  command->prefix_command();
  command
      ->add_option("--dump-after", options->dump_after,
                   "Print the IR after a step: " + step_names())
      ->type_name("STEP");
  add_device_options(*command, options->device);
  command->callback([command, options, &action] {
    std::vector<std::string> words = command->remaining();
    if (words.empty()) throw CLI::RequiredError("SCRIPT.py");
    if (words.front().starts_with("-")) throw CLI::ExtrasError({words.front()});
    usable(check_step(options->dump_after));
    DeviceWords words_of_device = options->device;
    if (words_of_device.device.empty()) words_of_device.device = "cpu";
    usable(parse_device(words_of_device));
    action = [options, words] { return run(*options, words); };
  });
}

}  // namespace tinsmith::cli
