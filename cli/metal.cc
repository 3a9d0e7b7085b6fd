// SPDX-License-Identifier: Apache-2.0
// tinsmith metal: a package as a folder of Metal text and its manifest.
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "metallib/target.h"
#include "msl/msl.h"
#include "package/package.h"
#include "support/files.h"
#include "support/json.h"

namespace tinsmith::cli {

namespace {

struct MetalOptions {
  std::string package, folder, target = "ios16", numbering = "binding";
  std::vector<std::string> emit = {"metal"};
  bool per_task = false, json = false;
};

constexpr const char* kFooter =
    "Writes a .metal file for each task and manifest.json: files, entry points, buffer indices,\n"
    "byte offsets of fields and arguments, threads. PACKAGE is a folder or a .tcm file, "
    "Tinsmith's\n"
    "or genuine Taichi's. Text for a system runs on all later ones.\n"
    "\n"
    "Numbering: `binding` gives a buffer the index that its SPIR-V binding has (arguments 0,\n"
    "results 1, others from 2); `auto` counts from 0 as the spirv-cross program does.\n"
    "\n"
    "Examples:\n"
    "  tinsmith metal out/autodiff -o out/metal\n"
    "  tinsmith metal out/mnist-mlp -o out/metal --target macos13 --numbering auto\n"
    "  tinsmith metal model.tcm -o out/metal --per-task";

Result<> check_kinds(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    if (kind == "metallib" || kind == "air") {
      return Failure{"--emit " + kind +
                     " comes with the Metal library writer; --emit metal is here"};
    }
    if (kind != "metal") return Failure{"--emit " + kind + ": there are metal, metallib and air"};
  }
  return Ok{};
}

// Files of an earlier run under other names would be taken for part of this one.
std::vector<std::string> earlier_files(const std::string& folder) {
  std::vector<std::string> stale;
  Result<std::string> text = read_text(std::filesystem::path(folder) / "manifest.json");
  if (!text) return stale;
  Result<Json> manifest = parse_json(*text, "manifest.json");
  const Json* kernels = manifest ? manifest->find("kernels") : nullptr;
  if (kernels == nullptr || kernels->as_array() == nullptr) return stale;
  for (const Json& kernel : *kernels->as_array()) {
    const Json* tasks = kernel.find("tasks");
    if (tasks == nullptr || tasks->as_array() == nullptr) continue;
    for (const Json& task : *tasks->as_array()) {
      const Json* file = task.find("file");
      const std::string* name = file != nullptr ? file->as_string() : nullptr;
      bool is_ours =
          name != nullptr && name->ends_with(".metal") && name->find('/') == std::string::npos;
      if (is_ours) stale.push_back(*name);
    }
  }
  return stale;
}

Result<int> write_metal(const MetalOptions& wanted, const metallib::Target& target) {
  bool by_binding = wanted.numbering == "binding";
  msl::Options options{target, by_binding ? msl::Numbering::Binding : msl::Numbering::Automatic};
  TS_TRY_ASSIGN(package, package::read(wanted.package));
  auto naming = wanted.per_task ? msl::Naming::ByTask : msl::Naming::ByKernel;
  TS_TRY_ASSIGN(files, msl::bundle(package, options, naming));
  TS_TRY(write_folder(wanted.folder, files, earlier_files(wanted.folder)));
  if (wanted.json) {
    std::fputs(std::string(as_text(files.back().bytes)).c_str(), stdout);
    return kDone;
  }
  std::printf("%s: %s of %s and manifest.json (%s, Metal %u.%u, numbering %s)\n",
              wanted.folder.c_str(), counted(files.size() - 1, "task").c_str(),
              counted(package.kernels.size(), "kernel").c_str(), target.name.c_str(),
              unsigned{target.text_msl_major}, unsigned{target.text_msl_minor},
              wanted.numbering.c_str());
  return kDone;
}

std::string target_names() {
  std::string names;
  for (const metallib::Target& target : metallib::targets()) {
    names += (names.empty() ? "" : " ") + target.name;
  }
  return names;
}

}  // namespace

void add_metal(CLI::App& program, Action& action) {
  auto options = std::make_shared<MetalOptions>();
  CLI::App* command = program.add_subcommand("metal", "Convert a package to Metal");
  command->footer(kFooter);
  command->add_option("PACKAGE", options->package, "Folder or .tcm file")
      ->required()
      ->type_name("");
  command->add_option("-o,--output", options->folder, "Folder to write")
      ->required()
      ->type_name("DIR");
  command->add_option("--target", options->target, "Oldest system: " + target_names())
      ->type_name("NAME")
      ->capture_default_str();
  command->add_option("--emit", options->emit, "metal; metallib and air come later")
      ->delimiter(',')
      ->type_name("KIND,...")
      ->capture_default_str();
  command->add_option("--numbering", options->numbering, "binding or auto")
      ->check(CLI::IsMember({"binding", "auto"}))
      ->type_name("HOW")
      ->capture_default_str();
  command->add_flag("--per-task", options->per_task, "Name files by task, not by kernel");
  command->add_flag("--json", options->json, "Print the manifest");
  command->callback([options, &action] {
    usable(check_kinds(options->emit));
    metallib::Target target = usable(metallib::target_from_name(options->target));
    action = [options, target] { return write_metal(*options, target); };
  });
}

}  // namespace tinsmith::cli
