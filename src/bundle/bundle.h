// SPDX-License-Identifier: Apache-2.0
// What an app ships: Metal libraries and manifest.json, which says all that a host needs to run
// them. Read back, a bundle is a package whose tasks carry AIR instead of SPIR-V.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metallib/metallib.h"
#include "package/package.h"
#include "support/files.h"
#include "support/result.h"

namespace tinsmith::bundle {

constexpr uint32_t kFormat = 3;  // of the manifest
constexpr const char* kManifest = "manifest.json";

// One task as it was converted, in the order of the package.
struct ConvertedTask {
  std::vector<std::optional<uint32_t>> indices;  // Metal buffer index for each of task.buffers
  std::optional<metallib::Function> function;    // named by the caller
  std::string text;                              // Metal text; empty: none
  std::string text_entry;
  std::string air_text;  // LLVM's text of the function, to look at; empty: none
};

struct Naming {
  // One library of this name holds all kernels: `forward`, or `forward_t00`, `forward_t01` where a
  // kernel has several tasks. None: a library for each task, named as its .spv file, entry `main0`.
  std::optional<std::string> single = "kernels";
};

// What a task becomes. Names are unique, files without regard to case, as on the file systems of
// Macs.
struct TaskNames {
  std::string stem;      // of its text files
  std::string library;   // file
  std::string function;  // in the library
  // The first task that is the same one: a kernel that a graph has too is there under two names.
  // The shorter one counts.
  size_t first = 0;
};
// One for each task, in the order of the package.
std::vector<TaskNames> name_tasks(const package::Package& package, const Naming& naming);

struct Options {
  metallib::Target target;
  std::string numbering = "binding";  // how the indices came about, for people
  Naming naming;
  bool native_float_atomics = false;  // the code asks for them: A14 and later, M1 and later
};

// The files of a bundle, manifest.json last. `tasks` has an element for each of name_tasks(), empty
// where `first` points elsewhere. Deterministic.
Result<std::vector<NamedFile>> files(const package::Package& package,
                                     std::span<const ConvertedTask> tasks, const Options& options);
// A folder of variants, each the files() of one package for another system, under a folder named
// folder_name() of its options. The index, manifest.json of the whole, is last.
struct VariantFiles {
  Options options;
  std::vector<NamedFile> files;
};
Result<std::vector<NamedFile>> variant_files(std::vector<VariantFiles> variants);
// "ios16", "ios16-atomics".
std::string folder_name(const Options& options);
// The files that the bundle or the variants now at `folder` name, and that must go when it is
// written anew; none where there is none that can be understood.
std::vector<std::string> former_files(const std::filesystem::path& folder);

// Whether `path` is a folder that holds a bundle or variants, not a package.
bool is_bundle(const std::filesystem::path& path);

struct Bundle {
  package::Package package;
  metallib::Target target;
  std::string numbering;
  std::vector<std::string> libraries;  // files
  bool native_float_atomics = false;
  // SHA-256 of the package that it was made of (fingerprint() below), in hexadecimal.
  std::string fingerprint = {};
};
// Reads a folder with manifest.json and the libraries that it names, everything checked: hashes,
// versions, functions, bindings, sizes. Failures name the file and the place.
Result<Bundle> open(const std::filesystem::path& folder);
// The same of files in memory; `name` is what failures call their folder. Both refuse variants.
Result<Bundle> open(std::span<const NamedFile> files, const std::string& name);
// What is there to run: the package of a bundle (of the first of variants, without native atomics),
// or a package as package::read takes it.
Result<package::Package> read(const std::filesystem::path& path);

// What identifies a package in all its forms, as bindings and bundles record it: SHA-256 of
// package::files(), names and lengths included.
Result<std::string> fingerprint(const package::Package& package);

// Bundles of one package for different systems: a folder whose manifest.json lists the folders of
// the bundles. A plain bundle counts as one variant.
struct Variants {
  std::vector<Bundle> bundles;  // at least one; all of the same fingerprint
};
Result<Variants> open_variants(const std::filesystem::path& folder);
Result<Variants> open_variants(std::span<const NamedFile> files, const std::string& name);

// What a device takes; runtime::DeviceInfo says it.
struct Accepts {
  std::string platform;  // empty: takes any bundle there is
  uint16_t os_major = 0;
  bool native_float_atomics = false;
};
// The best variant for it: native atomics before others, then the newest system; for any platform
// the first. A failure says what there is and what was wanted.
Result<const Bundle*> choose(const Variants& variants, const Accepts& accepts);

}  // namespace tinsmith::bundle
