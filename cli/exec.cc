// SPDX-License-Identifier: Apache-2.0
// tinsmith exec: kernels of a package on a device, in the order given, with numbers and .npy files
// in and out. It checks what it is given against the package before it launches anything.
#include <cstdio>
#include <memory>

#include "bundle/bundle.h"
#include "cli/command.h"
#include "cli/device.h"
#include "cli/exec_library.h"
#include "cli/launch.h"
#include "cli/npy.h"
#include "cli/output.h"
#include "devices/devices.h"
#include "support/json.h"

namespace tinsmith::cli {

namespace {

struct ExecOptions {
  std::string package;
  DeviceWords device;
  std::vector<std::string> words, fields, outputs;
  uint32_t seed = 0;
  bool json = false, validation = false;
  LibraryRun library;  // for a .metallib
};

constexpr const char* kFooter =
    "WORDS are kernels (or graphs) in the order to run them, each followed by its arguments:\n"
    "  name=3  name=-0.5  name=true    a number\n"
    "  name=1,2,3                      a vector or matrix, row by row\n"
    "  name=file.npy                   an array\n"
    "  name=zeros:100,20               an array of zeros of that shape\n"
    "  name=@other                     the array `other` of an earlier step\n"
    "  name.grad=...                   its gradient; zero where not given\n"
    "All fields are zero before the first kernel, except those that --field fills.\n"
    "\n"
    "Of a .metallib, whoever made it, WORDS are one kernel and\n"
    "  buffer0=file.npy                what is bound there; with an index above 30: memory alone\n"
    "  buffer0=zeros:400               400 bytes\n"
    "  buffer1+8=buffer33              the address of one buffer, stored in another\n"
    "  threadgroup0=1024               bytes of threadgroup memory\n"
    "  constant0=true  constant1=3     function constants, by their index\n"
    "--grid is in threads: threadgroups at its edges may be smaller.\n"
    "\n"
    "Examples:\n"
    "  tinsmith exec out/autodiff init_x clear_loss forward backward --out x_grad=grad.npy\n"
    "  tinsmith exec pkg saxpy a=2 x=x.npy y=y.npy --out y=result.npy\n"
    "  tinsmith exec pkg make a=zeros:64 total a=@a --json\n"
    "  tinsmith exec x.metallib add buffer0=a.npy buffer1=b.npy --grid 100 --group 32 \\\n"
    "      --out buffer1=sum.npy";

// "name=value" apart.
Result<std::pair<std::string, std::string>> split(const std::string& word, const char* option) {
  size_t at = word.find('=');
  if (at == std::string::npos || at == 0 || at + 1 == word.size()) {
    return Failure{std::string(option) + " " + word + ": it is written name=file.npy"};
  }
  return std::pair(word.substr(0, at), word.substr(at + 1));
}

Result<> fill_fields(const runtime::Module& module, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    TS_TRY_ASSIGN(named, split(word, "--field"));
    const auto& [name, file] = named;
    TS_TRY_ASSIGN(field, module.field(name));
    TS_TRY_ASSIGN(array, read_npy(file));
    TS_TRY(check_form(array, field.description().dtype, full_shape(field.description()),
                      file + " for field " + name));
    TS_TRY(field.write(array.bytes));
  }
  return Ok{};
}

// Fields by their name in the package, else arrays by the name of the argument they were given for.
Result<> write_outputs(const runtime::Module& module, const package::Package& package,
                       Arrays& arrays, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    TS_TRY_ASSIGN(named, split(word, "--out"));
    const auto& [name, file] = named;
    Npy array;
    if (package.field(name) != nullptr) {
      TS_TRY_ASSIGN(field, module.field(name));
      array = {field.description().dtype, full_shape(field.description()), {}};
      array.bytes.resize(field.bytes());
      TS_TRY(field.read(array.bytes));
    } else {
      TS_TRY_ASSIGN(read, arrays.read(name));
      array = std::move(read);
    }
    TS_TRY(write_npy(file, array));
  }
  return Ok{};
}

Result<std::vector<runtime::ReturnValue>> launch(runtime::Module& module, const Step& step,
                                                 std::span<const runtime::Argument> values) {
  if (step.kernel == nullptr) {
    std::vector<runtime::Module::NamedArgument> named;
    for (size_t i = 0; i < values.size(); ++i) {
      named.push_back({step.parameters[i].name, values[i]});
    }
    TS_TRY(module.run_graph(step.name, named));
    return std::vector<runtime::ReturnValue>{};
  }
  TS_TRY_ASSIGN(kernel, module.kernel(step.name));
  TS_TRY(kernel->launch(values));
  if (step.kernel->rets_bytes == 0) return std::vector<runtime::ReturnValue>{};
  return kernel->results();
}

Result<int> execute(const ExecOptions& options, const runtime::DeviceOptions& wanted) {
  TS_TRY_ASSIGN(package, bundle::read(options.package));
  TS_TRY_ASSIGN(steps, parse_steps(package, options.words));

  Progress progress;
  progress.show("opening " + options.device.device);
  TS_TRY_ASSIGN(device, devices::open(wanted));
  TS_TRY_ASSIGN(module, runtime::Module::load(device, package));
  if (options.seed != 0) TS_TRY(module->seed(options.seed));
  TS_TRY(fill_fields(*module, options.fields));

  Arrays arrays(*device);
  Json report{Json::Array{}};
  std::string lines;
  for (const Step& step : steps) {
    progress.show(step.name);
    TS_TRY_ASSIGN(values, arrays.arguments(step));
    TS_TRY_ASSIGN(results, launch(*module, step, values));
    if (!results.empty()) lines += step.name + " -> " + text_of(results) + "\n";
    Json one;
    one.set("kernel", step.name);
    one.set("returns", json_of(results));
    report.push(std::move(one));
  }
  TS_TRY(device->wait());
  TS_TRY(write_outputs(*module, package, arrays, options.outputs));
  progress.clear();
  if (options.json) lines = to_text(report, JsonStyle::Indented);
  std::fputs(lines.c_str(), stdout);
  return kDone;
}

}  // namespace

void add_exec(CLI::App& program, Action& action) {
  auto options = std::make_shared<ExecOptions>();
  CLI::App* command = program.add_subcommand("exec", "Run kernels of a package or bundle");
  command->footer(kFooter);
  command
      ->add_option("PACKAGE", options->package,
                   "Package (folder or .tcm), bundle or .metallib file")
      ->required()
      ->type_name("");
  command->add_option("WORDS", options->words, "Kernels, each with its name=value arguments")
      ->required()
      ->type_name("");
  add_device_options(*command, options->device);
  command->add_option("--field", options->fields, "Fill a field before the first kernel")
      ->type_name("NAME=FILE.npy")
      ->allow_extra_args(false);
  command->add_option("--out", options->outputs, "Write a field or an array at the end")
      ->type_name("NAME=FILE.npy")
      ->allow_extra_args(false);
  command->add_option("--seed", options->seed, "Where ti.random starts (0: as genuine Taichi)")
      ->type_name("N");
  command->add_flag("--validation", options->validation, "Vulkan's validation layer on");
  command->add_flag("--json", options->json, "What kernels return, as JSON");
  add_library_options(*command, options->library);
  command->callback([options, &action] {
    for (const std::string& word : options->fields) usable(split(word, "--field"));
    for (const std::string& word : options->outputs) usable(split(word, "--out"));
    if (is_library(options->package)) {
      options->library.path = options->package;
      options->library.words = options->words;
      options->library.outputs = options->outputs;
      options->library.debug = options->device.debug;
      action = [options] { return exec_library(options->library); };
      return;
    }
    runtime::DeviceOptions device = usable(parse_device(options->device));
    device.validation = options->validation;
    action = [options, device] { return execute(*options, device); };
  });
}

}  // namespace tinsmith::cli
