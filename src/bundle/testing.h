// SPDX-License-Identifier: Apache-2.0
// For tests alone: bundles whose functions hold no true AIR, and a folder to write them to.
#pragma once
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "bundle/bundle.h"
#include "support/check.h"

namespace tinsmith::bundle::testing {

inline Options for_ios16(Naming naming = {}) {
  Result<metallib::Target> target = metallib::target_from_name("ios16");
  TS_CHECK(target, target.failure().what);
  return {*target, "binding", std::move(naming)};
}

// A function whose bitcode is its magic number and its name.
inline metallib::Function function(const std::string& name, const metallib::Target& target) {
  std::vector<std::byte> bitcode = to_bytes("BC\xC0\xDE" + name);
  bitcode.resize((bitcode.size() + 3) / 4 * 4);
  metallib::Function function;
  function.name = name;
  function.air_major = target.air_major;
  function.air_minor = target.air_minor;
  function.msl_major = target.msl_major;
  function.msl_minor = target.msl_minor;
  function.blob = metallib::wrap(bitcode);
  return function;
}

// Every task converted, its buffers at their bindings.
inline std::vector<ConvertedTask> convert(const package::Package& package, const Options& options) {
  std::vector<TaskNames> names = name_tasks(package, options.naming);
  std::vector<ConvertedTask> tasks;
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      ConvertedTask& out = tasks.emplace_back();
      for (const package::BufferBinding& buffer : task.buffers)
        out.indices.push_back(buffer.binding);
      out.function = function(names[tasks.size() - 1].function, options.target);
    }
  }
  return tasks;
}

inline std::vector<NamedFile> bundle_of(const package::Package& package, const Options& options) {
  Result<std::vector<NamedFile>> made = files(package, convert(package, options), options);
  TS_CHECK(made, made.failure().what);
  return std::move(*made);
}

// Variants for the targets named, those ending in "+atomics" with native ones.
inline std::vector<NamedFile> variants_of(const package::Package& package,
                                          const std::vector<std::string>& targets) {
  std::vector<VariantFiles> variants;
  for (std::string name : targets) {
    Options options = for_ios16({"lib"});
    options.native_float_atomics = name.ends_with("+atomics");
    name = name.substr(0, name.find('+'));
    Result<metallib::Target> target = metallib::target_from_name(name);
    TS_CHECK(target, target.failure().what);
    options.target = *target;
    variants.push_back({options, bundle_of(package, options)});
  }
  Result<std::vector<NamedFile>> made = variant_files(std::move(variants));
  TS_CHECK(made, made.failure().what);
  return std::move(*made);
}

// A bundle with one library, called as it, of each package below `fixtures`.
inline std::vector<std::pair<std::string, std::vector<NamedFile>>> bundles_of(
    const std::filesystem::path& fixtures) {
  std::vector<std::pair<std::string, std::vector<NamedFile>>> out;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures)) {
    std::filesystem::path archive = entry.path() / "package.tcm";
    bool is_archive = std::filesystem::exists(archive);
    Result<package::Package> package =
        package::read(is_archive ? archive : entry.path() / "package");
    std::string name = entry.path().filename().string();
    if (package) out.emplace_back(name, bundle_of(*package, for_ios16({name})));
  }
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.first < b.first; });
  return out;
}

inline std::vector<NamedFile> libraries_of(const std::filesystem::path& fixtures) {
  std::vector<NamedFile> out;
  for (auto& [name, files] : bundles_of(fixtures)) out.push_back(std::move(files.front()));
  return out;
}

// A folder that is gone at the end.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("tinsmith_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::filesystem::path& path() const { return path_; }
  void write(const std::vector<NamedFile>& files) const {
    std::filesystem::remove_all(path_);
    Result<> done = write_folder(path_, files);
    TS_CHECK(done, done.failure().what);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tinsmith::bundle::testing
