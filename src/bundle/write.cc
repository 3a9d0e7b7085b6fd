// SPDX-License-Identifier: Apache-2.0
// A package as a folder of Metal libraries and text: whoever ships it needs no package any more.
#include <algorithm>

#include "bundle/manifest.h"
#include "support/check.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

metallib::Library empty_library(const metallib::Target& target) {
  metallib::Library library;
  library.platform = target.platform;
  library.os_major = target.os;
  library.container = target.container;
  return library;
}

// The libraries by name, their functions in the order of the package.
std::vector<std::pair<std::string, metallib::Library>> gather(std::span<const ConvertedTask> tasks,
                                                              std::span<const TaskNames> names,
                                                              const metallib::Target& target) {
  std::vector<std::pair<std::string, metallib::Library>> libraries;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (names[i].first != i || !tasks[i].function) continue;
    TS_CHECK(tasks[i].function->name == names[i].function, "a function under another name");
    auto same = [&](const auto& library) { return library.first == names[i].library; };
    auto at = std::find_if(libraries.begin(), libraries.end(), same);
    if (at == libraries.end()) {
      libraries.emplace_back(names[i].library, empty_library(target));
      at = std::prev(libraries.end());
    }
    at->second.functions.push_back(*tasks[i].function);
  }
  return libraries;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == name.npos;
}

// The names at `key` of objects in a list.
void add_file(const Json* holder, std::string_view suffix, std::vector<std::string>& files) {
  const Json* file = holder != nullptr ? holder->find("file") : nullptr;
  const std::string* name = file != nullptr ? file->as_string() : nullptr;
  if (name == nullptr || !is_plain_name(*name) || !name->ends_with(suffix)) return;
  if (std::find(files.begin(), files.end(), *name) == files.end()) files.push_back(*name);
}

const Json::Array& elements(const Json* json) {
  static const Json::Array none;
  const Json::Array* array = json != nullptr ? json->as_array() : nullptr;
  return array != nullptr ? *array : none;
}

}  // namespace

Result<std::vector<NamedFile>> files(const package::Package& package,
                                     std::span<const ConvertedTask> tasks, const Options& options) {
  std::vector<TaskNames> names = name_tasks(package, options.naming);
  TS_CHECK(tasks.size() == names.size(), "one conversion for each task");
  std::vector<NamedFile> out;
  std::vector<FileHash> hashes;
  for (const auto& [file, library] : gather(tasks, names, options.target)) {
    TS_TRY_ASSIGN(bytes, metallib::write(library));
    hashes.push_back({file, sha256_hex(bytes)});
    out.push_back({file, std::move(bytes)});
  }
  for (size_t i = 0; i < tasks.size(); ++i) {
    const ConvertedTask& task = tasks[i];
    if (names[i].first != i) continue;
    if (!task.text.empty()) out.push_back({names[i].stem + ".metal", to_bytes(task.text)});
    if (!task.air_text.empty()) out.push_back({names[i].stem + ".ll", to_bytes(task.air_text)});
  }
  TS_TRY_ASSIGN(manifest, manifest_json(package, tasks, names, hashes, options));
  out.push_back({kManifest, to_bytes(to_text(manifest, JsonStyle::Indented))});
  return out;
}

std::string folder_name(const Options& options) {
  return options.target.name + (options.native_float_atomics ? "-atomics" : "");
}

Result<std::vector<NamedFile>> variant_files(std::vector<VariantFiles> variants) {
  std::vector<NamedFile> out;
  std::vector<VariantEntry> entries;
  for (VariantFiles& variant : variants) {
    std::string folder = folder_name(variant.options);
    for (const VariantEntry& entry : entries) {
      if (entry.folder == folder) return Failure{"the target " + folder + " is asked for twice"};
    }
    TS_CHECK(!variant.files.empty() && variant.files.back().name == kManifest, "no bundle");
    entries.push_back({folder, variant.options.target.name, variant.options.native_float_atomics,
                       sha256_hex(variant.files.back().bytes)});
    for (NamedFile& file : variant.files) {
      out.push_back({folder + "/" + file.name, std::move(file.bytes)});
    }
  }
  out.push_back({kManifest, to_bytes(to_text(index_json(entries), JsonStyle::Indented))});
  return out;
}

std::vector<std::string> former_files(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  Result<std::string> text = read_text(folder / kManifest);
  if (!text) return files;
  Result<Json> manifest = parse_json(*text, kManifest);
  if (!manifest) return files;
  for (const Json& library : elements(manifest->find("libraries"))) {
    add_file(&library, ".metallib", files);
  }
  for (const Json& kernel : elements(manifest->find("kernels"))) {
    for (const Json& task : elements(kernel.find("tasks"))) {
      add_file(&task, ".metal", files);  // format 1
      add_file(task.find("text"), ".metal", files);
      add_file(task.find("air"), ".ll", files);
    }
  }
  for (const Json& variant : elements(manifest->find("variants"))) {
    const Json* name = variant.find("folder");
    if (name == nullptr || name->as_string() == nullptr) continue;
    const std::string& inner = *name->as_string();
    if (!is_plain_name(inner)) continue;
    for (const std::string& file : former_files(folder / inner))
      files.push_back(inner + "/" + file);
    files.push_back(inner + "/" + kManifest);
  }
  return files;
}

}  // namespace tinsmith::bundle
