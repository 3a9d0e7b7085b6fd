// SPDX-License-Identifier: Apache-2.0
// tinsmith metal: a package as a bundle, a folder of Metal libraries, Metal text and their
// manifest.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "bundle/bundle.h"
#include "cli/command.h"
#include "cli/convert.h"
#include "cli/output.h"
#include "metallib/target.h"
#include "package/package.h"
#include "support/files.h"

namespace tinsmith::cli {

namespace {

struct MetalOptions {
  std::string package, folder, numbering = "binding", single;
  std::vector<std::string> targets = {"ios16"}, emit, kernels;
  bool per_task = false, json = false;

  bool emits(const char* kind) const {
    return std::find(emit.begin(), emit.end(), kind) != emit.end();
  }
};

// What `--target` says of one system.
struct System {
  metallib::Target target;
  bool native_float_atomics = false;
};

constexpr const char* kFooter =
    "Writes a Metal library with all kernels, a .metal file for each task to read, and\n"
    "manifest.json: files, functions, buffer indices, byte offsets of fields and arguments,\n"
    "threads. PACKAGE is a folder or a .tcm file, Tinsmith's or genuine Taichi's. What is made "
    "for\n"
    "a system runs on all later ones.\n"
    "\n"
    "Several targets make a folder for each (DIR/ios16, DIR/ios-sim16, DIR/ios16-atomics) and\n"
    "DIR/manifest.json, from which the runtime chooses what its device takes. NAME+atomics adds "
    "to\n"
    "f32 in memory by one instruction: for A14, M1 and later alone.\n"
    "\n"
    "Numbering: `binding` gives a buffer the index that its SPIR-V binding has (arguments 0,\n"
    "results 1, others from 2); `auto` counts from 0 as the spirv-cross program does.\n"
    "\n"
    "Examples:\n"
    "  tinsmith metal out/autodiff -o out/metal\n"
    "  tinsmith metal out/mnist-mlp -o app/mlp --target ios16,ios-sim16 --emit metallib\n"
    "  tinsmith metal model.tcm -o out/metal --per-task --numbering auto";

Result<> check_kinds(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    if (kind != "metal" && kind != "metallib" && kind != "air") {
      return Failure{"--emit " + kind + ": there are metal, metallib and air"};
    }
  }
  return Ok{};
}

Result<System> system_from_name(std::string_view name) {
  constexpr std::string_view kAtomics = "+atomics";
  System system;
  system.native_float_atomics = name.ends_with(kAtomics);
  if (system.native_float_atomics) name.remove_suffix(kAtomics.size());
  TS_TRY_ASSIGN(target, metallib::target_from_name(name));
  system.target = target;
  return system;
}

Result<> check_library_name(const std::string& name) {
  bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (plain && !name.starts_with('.')) return Ok{};
  return Failure{"--single " + name + ": a name of letters, digits, '_', '-' and '.'"};
}

// "A,B" apart, unless a kernel is called so: names of instances of templates have commas.
std::vector<std::string> names_in(const package::Package& package,
                                  const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    if (package.kernel(word) != nullptr) {
      names.push_back(word);
      continue;
    }
    for (size_t at = 0; at <= word.size();) {
      size_t end = std::min(word.find(',', at), word.size());
      names.push_back(word.substr(at, end - at));
      at = end + 1;
    }
  }
  return names;
}

// Leaves the kernels of these names, and the graphs that need no other.
Result<> keep_kernels(package::Package& package, const std::vector<std::string>& words) {
  if (words.empty()) return Ok{};
  std::vector<std::string> names = names_in(package, words);
  auto is_kept = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : names) {
    if (package.kernel(name) != nullptr) continue;
    std::string known;
    for (const package::Kernel& k : package.kernels) known += (known.empty() ? "" : ", ") + k.name;
    return Failure{"--kernels " + name + ": there is no such kernel; there are " + known};
  }
  std::erase_if(package.kernels, [&](const package::Kernel& k) { return !is_kept(k.name); });
  std::erase_if(package.graphs, [&](const package::Graph& graph) {
    return std::any_of(graph.dispatches.begin(), graph.dispatches.end(),
                       [&](const package::Dispatch& d) { return !is_kept(d.kernel_name); });
  });
  return Ok{};
}

// What a library is called where nobody says: as its package.
std::string library_name(const std::string& package) {
  std::filesystem::path path(package);
  if (path.filename().empty()) path = path.parent_path();
  std::string stem = path.extension() == ".tcm" ? path.stem() : path.filename();
  return stem.empty() || stem.front() == '.' ? "kernels" : stem;
}

std::string summary(const bundle::VariantFiles& made, const std::string& folder,
                    const package::Package& package, size_t tasks) {
  std::string text =
      folder + ": " + counted(package.kernels.size(), "kernel") + ", " + counted(tasks, "task");
  std::vector<std::string> libraries;
  for (const NamedFile& file : made.files) {
    if (file.name.ends_with(".metallib")) libraries.push_back(file.name);
  }
  if (!libraries.empty()) {
    text += " in " + (libraries.size() == 1 ? libraries[0]
                                            : std::to_string(libraries.size()) + " libraries");
  }
  const metallib::Target& target = made.options.target;
  text += " for " + target.name + (made.options.native_float_atomics ? "+atomics: " : ": ");
  auto version = [](uint16_t major, uint16_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
  };
  text += libraries.empty() ? "Metal text " + version(target.text_msl_major, target.text_msl_minor)
                            : "AIR " + version(target.air_major, target.air_minor) + ", Metal " +
                                  version(target.msl_major, target.msl_minor);
  return text + ", numbering " + made.options.numbering + "\n";
}

// The files for one system; what could not be done as text goes to `notes`, each once.
Result<bundle::VariantFiles> convert(const package::Package& package, const MetalOptions& wanted,
                                     const System& system, std::vector<std::string>& notes) {
  bundle::Options options{system.target, wanted.numbering, {}, system.native_float_atomics};
  options.naming.single = wanted.single.empty() ? library_name(wanted.package) : wanted.single;
  if (wanted.per_task) options.naming.single.reset();

  Conversion conversion;
  conversion.target = system.target;
  conversion.numbering =
      wanted.numbering == "binding" ? msl::Numbering::Binding : msl::Numbering::Automatic;
  if (!wanted.emit.empty()) {
    conversion.text = wanted.emits("metal");
    conversion.library = wanted.emits("metallib");
    conversion.air = wanted.emits("air");
  }
  conversion.text_may_lack = wanted.emit.empty();
  conversion.native_float_atomics = system.native_float_atomics;

  std::vector<bundle::TaskNames> names = bundle::name_tasks(package, options.naming);
  Result<Converted> converted = convert_tasks(package, names, conversion);
  if (!converted) {
    bool some = converted.failure().blame == Blame::Input && package.kernels.size() > 1;
    return Failure{
        converted.failure().what +
            (some ? "\nnothing is written; --kernels A,B,… takes some of the kernels alone" : ""),
        converted.failure().blame};
  }
  for (const std::string& note : converted->notes) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
  TS_TRY_ASSIGN(files, bundle::files(package, converted->tasks, options));
  return bundle::VariantFiles{options, std::move(files)};
}

size_t count_tasks(const package::Package& package) {
  size_t tasks = 0;
  for (const package::Kernel& kernel : package.kernels) tasks += kernel.tasks.size();
  return tasks;
}

Result<int> write_metal(const MetalOptions& wanted, const std::vector<System>& systems) {
  if (bundle::is_bundle(wanted.package)) {
    return Failure{wanted.package + " is a bundle already; it is made from a package"};
  }
  TS_TRY_ASSIGN(package, package::read(wanted.package));
  TS_TRY(keep_kernels(package, wanted.kernels));
  std::vector<bundle::VariantFiles> made;
  std::vector<std::string> notes;
  std::string report;
  for (const System& system : systems) {
    TS_TRY_ASSIGN(one, convert(package, wanted, system, notes));
    std::string folder = wanted.folder;
    if (systems.size() > 1) folder += "/" + bundle::folder_name(one.options);
    report += summary(one, folder, package, count_tasks(package));
    made.push_back(std::move(one));
  }
  Result<std::vector<NamedFile>> files =
      made.size() == 1 ? std::move(made[0].files) : bundle::variant_files(std::move(made));
  if (!files) return files.failure();
  TS_TRY(write_folder(wanted.folder, *files, bundle::former_files(wanted.folder)));
  for (const std::string& note : notes) {
    std::fprintf(stderr, "tinsmith: note: no Metal text: %s\n", note.c_str());
  }
  if (wanted.json) report = as_text(files->back().bytes);
  std::fputs(report.c_str(), stdout);
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
  command
      ->add_option("--target", options->targets,
                   "Oldest system (ios16), or several: " + target_names())
      ->delimiter(',')
      ->type_name("NAME[+atomics],...");
  command
      ->add_option("--emit", options->emit,
                   "metallib, metal (text), air (LLVM's text); without: metallib,metal")
      ->delimiter(',')
      ->type_name("KIND,...");
  command->add_option("--numbering", options->numbering, "binding or auto")
      ->check(CLI::IsMember({"binding", "auto"}))
      ->type_name("HOW")
      ->capture_default_str();
  CLI::Option* single =
      command
          ->add_option("--single", options->single,
                       "One library NAME.metallib with all kernels (so called as the package)")
          ->type_name("NAME");
  command
      ->add_flag("--per-task", options->per_task,
                 "A library for each task, named as its .spv file, function main0")
      ->excludes(single);
  command->add_option("--kernels", options->kernels, "These kernels alone")
      ->allow_extra_args(false)
      ->type_name("A,B,...");
  command->add_flag("--json", options->json, "Print the manifest");
  command->callback([options, &action] {
    usable(check_kinds(options->emit));
    usable(check_library_name(options->single));
    std::vector<System> systems;
    for (const std::string& name : options->targets) {
      systems.push_back(usable(system_from_name(name)));
    }
    action = [options, systems] { return write_metal(*options, systems); };
  });
}

}  // namespace tinsmith::cli
