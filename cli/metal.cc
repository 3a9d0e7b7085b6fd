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
  std::string package, folder, target = "ios16", numbering = "binding", single;
  std::vector<std::string> emit, kernels;
  bool per_task = false, native_float_atomics = false, json = false;

  bool emits(const char* kind) const {
    return std::find(emit.begin(), emit.end(), kind) != emit.end();
  }
};

constexpr const char* kFooter =
    "Writes a Metal library with all kernels, a .metal file for each task to read, and\n"
    "manifest.json: files, functions, buffer indices, byte offsets of fields and arguments,\n"
    "threads. PACKAGE is a folder or a .tcm file, Tinsmith's or genuine Taichi's. What is made "
    "for\n"
    "a system runs on all later ones.\n"
    "\n"
    "Numbering: `binding` gives a buffer the index that its SPIR-V binding has (arguments 0,\n"
    "results 1, others from 2); `auto` counts from 0 as the spirv-cross program does.\n"
    "\n"
    "Examples:\n"
    "  tinsmith metal out/autodiff -o out/metal\n"
    "  tinsmith metal out/mnist-mlp -o out/metal --target ios-sim16 --emit metallib\n"
    "  tinsmith metal model.tcm -o out/metal --per-task --numbering auto";

Result<> check_kinds(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    if (kind != "metal" && kind != "metallib" && kind != "air") {
      return Failure{"--emit " + kind + ": there are metal, metallib and air"};
    }
  }
  return Ok{};
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

std::string summary(const std::vector<NamedFile>& files, const package::Package& package,
                    size_t tasks, const MetalOptions& wanted, const metallib::Target& target) {
  std::string text = wanted.folder + ": " + counted(package.kernels.size(), "kernel") + ", " +
                     counted(tasks, "task");
  std::vector<std::string> libraries;
  for (const NamedFile& file : files) {
    if (file.name.ends_with(".metallib")) libraries.push_back(file.name);
  }
  if (!libraries.empty()) {
    text += " in " + (libraries.size() == 1 ? libraries[0]
                                            : std::to_string(libraries.size()) + " libraries");
  }
  text += " for " + target.name + ": ";
  auto version = [](uint16_t major, uint16_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
  };
  text += libraries.empty() ? "Metal text " + version(target.text_msl_major, target.text_msl_minor)
                            : "AIR " + version(target.air_major, target.air_minor) + ", Metal " +
                                  version(target.msl_major, target.msl_minor);
  return text + ", numbering " + wanted.numbering + "\n";
}

Result<int> write_metal(const MetalOptions& wanted, const metallib::Target& target) {
  if (bundle::is_bundle(wanted.package)) {
    return Failure{wanted.package + " is a bundle already; it is made from a package"};
  }
  TS_TRY_ASSIGN(package, package::read(wanted.package));
  TS_TRY(keep_kernels(package, wanted.kernels));
  bundle::Options options{target, wanted.numbering, {}};
  options.naming.single = wanted.single.empty() ? library_name(wanted.package) : wanted.single;
  if (wanted.per_task) options.naming.single.reset();

  Conversion conversion;
  conversion.target = target;
  conversion.numbering =
      wanted.numbering == "binding" ? msl::Numbering::Binding : msl::Numbering::Automatic;
  if (!wanted.emit.empty()) {
    conversion.text = wanted.emits("metal");
    conversion.library = wanted.emits("metallib");
    conversion.air = wanted.emits("air");
  }
  conversion.text_may_lack = wanted.emit.empty();
  conversion.native_float_atomics = options.native_float_atomics = wanted.native_float_atomics;

  std::vector<bundle::TaskNames> names = bundle::name_tasks(package, options.naming);
  Result<Converted> converted = convert_tasks(package, names, conversion);
  if (!converted) {
    bool some = converted.failure().blame == Blame::Input && package.kernels.size() > 1;
    return Failure{
        converted.failure().what +
            (some ? "\nnothing is written; --kernels A,B,… takes some of the kernels alone" : ""),
        converted.failure().blame};
  }
  TS_TRY_ASSIGN(files, bundle::files(package, converted->tasks, options));
  TS_TRY(write_folder(wanted.folder, files, bundle::former_files(wanted.folder)));
  for (const std::string& note : converted->notes) {
    std::fprintf(stderr, "tinsmith: note: no Metal text: %s\n", note.c_str());
  }
  std::string out = wanted.json ? std::string(as_text(files.back().bytes))
                                : summary(files, package, names.size(), wanted, target);
  std::fputs(out.c_str(), stdout);
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
  command->add_flag("--native-float-atomics", options->native_float_atomics,
                    "For A14, M1 and later alone: f32 atomics of the package as one instruction");
  command->add_flag("--json", options->json, "Print the manifest");
  command->callback([options, &action] {
    usable(check_kinds(options->emit));
    usable(check_library_name(options->single));
    metallib::Target target = usable(metallib::target_from_name(options->target));
    action = [options, target] { return write_metal(*options, target); };
  });
}

}  // namespace tinsmith::cli
