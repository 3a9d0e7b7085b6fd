// SPDX-License-Identifier: Apache-2.0
// tinsmith bind: a header or Swift file through which a program calls the kernels of a package.
#include "bind/bind.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "bind/names.h"
#include "bundle/bundle.h"
#include "cli/command.h"
#include "cli/output.h"
#include "support/files.h"

namespace tinsmith::cli {

namespace {

namespace fs = std::filesystem;

struct BindOptions {
  std::string package, language, file, name;
};

constexpr const char* kFooter =
    "Writes a struct with a function for each kernel and graph, named, typed and documented\n"
    "parameters, and the fields as members. A kernel whose gradient is in the package has it\n"
    "beside it: net.forward() and net.forward.gradient(). The struct checks that it runs the\n"
    "package that it was made from.\n"
    "\n"
    "PACKAGE is a package (folder or .tcm file), a bundle, or a folder of bundles for several\n"
    "systems. The C++ needs tinsmith.hpp, the Swift the module Tinsmith.\n"
    "\n"
    "Examples:\n"
    "  tinsmith bind out/autodiff --lang cpp -o autodiff.hpp\n"
    "  tinsmith bind out/mnist-mlp --lang swift -o MNISTMLP.swift --name MNISTMLP";

struct Source {
  package::Package package;
  std::string fingerprint;
  std::string name;  // what people call it
};

std::string stem(const std::string& path) {
  fs::path file(path);
  if (file.filename().empty()) file = file.parent_path();
  return file.extension() == ".tcm" ? file.stem() : file.filename();
}

Result<Source> open(const std::string& path) {
  if (!bundle::is_bundle(path)) {
    TS_TRY_ASSIGN(package, package::read(path));
    TS_TRY_ASSIGN(fingerprint, bundle::fingerprint(package));
    return Source{std::move(package), fingerprint, stem(path)};
  }
  TS_TRY_ASSIGN(variants, bundle::open_variants(path));
  bundle::Bundle& bundle = variants.bundles.front();
  // A library of all kernels has the package's name, wherever the bundle lies.
  std::string name =
      bundle.libraries.size() == 1 ? fs::path(bundle.libraries[0]).stem().string() : stem(path);
  return Source{std::move(bundle.package), bundle.fingerprint, name};
}

Result<> check_name(const std::string& name, bind::Language language) {
  auto plain = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); };
  bool good = name.empty() || (std::ranges::all_of(name, plain) && std::isdigit(name[0]) == 0 &&
                               !bind::is_word(language, name));
  if (good) return Ok{};
  return Failure{"--name " + name +
                 ": a name of letters, digits and '_' that the language leaves free"};
}

Result<int> write_bindings(const BindOptions& wanted, bind::Language language) {
  TS_TRY_ASSIGN(source, open(wanted.package));
  bind::Options options{wanted.name, source.name, TINSMITH_VERSION, source.fingerprint};
  TS_TRY_ASSIGN(text, bind::generate(source.package, language, options));
  TS_TRY(write_file(wanted.file, text));
  std::printf("%s: %s: %s, %s, %s\n", wanted.file.c_str(),
              bind::struct_name(language, options).c_str(),
              counted(source.package.kernels.size(), "kernel").c_str(),
              counted(source.package.fields.size(), "field").c_str(),
              counted(source.package.graphs.size(), "graph").c_str());
  return kDone;
}

}  // namespace

void add_bind(CLI::App& program, Action& action) {
  auto options = std::make_shared<BindOptions>();
  CLI::App* command = program.add_subcommand("bind", "Write typed bindings, C++ or Swift");
  command->footer(kFooter);
  command->add_option("PACKAGE", options->package, "Package or bundle")->required()->type_name("");
  command->add_option("--lang", options->language, "cpp or swift")
      ->required()
      ->check(CLI::IsMember({"cpp", "swift"}))
      ->type_name("LANGUAGE");
  command->add_option("-o,--output", options->file, "File to write")->required()->type_name("FILE");
  command->add_option("--name", options->name, "Of the struct; without: made from the package's")
      ->type_name("NAME");
  command->callback([options, &action] {
    bind::Language language = *bind::language_from_name(options->language);
    usable(check_name(options->name, language));
    action = [options, language] { return write_bindings(*options, language); };
  });
}

}  // namespace tinsmith::cli
