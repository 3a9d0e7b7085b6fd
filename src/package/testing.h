// SPDX-License-Identifier: Apache-2.0
// For tests alone: packages that genuine Taichi wrote, taken apart so that one thing can be made
// wrong.
#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "package/package.h"
#include "package/zip.h"
#include "support/check.h"
#include "support/json.h"

namespace tinsmith::package::testing {

inline std::filesystem::path fixtures() {
  return std::filesystem::path(TINSMITH_TEST_DATA) / "taichi";
}

// Where the package of a case lies: a directory or an archive.
inline std::filesystem::path fixture(std::string_view name) {
  std::filesystem::path archive = fixtures() / name / "package.tcm";
  return std::filesystem::exists(archive) ? archive : fixtures() / name / "package";
}

inline Package genuine(std::string_view name) {
  Result<Package> package = read(fixture(name));
  TS_CHECK(package, package.failure().what);
  return std::move(*package);
}

// The files of a fixture, to change and to read again.
class Loose {
 public:
  explicit Loose(std::string_view name) {
    for (const auto& entry : std::filesystem::directory_iterator(fixture(name)))
      files_.push_back({entry.path().filename().string(), *read_file(entry.path())});
    std::ranges::sort(files_, {}, &NamedFile::name);
  }
  std::vector<std::byte>& file(std::string_view name) {
    auto it = std::ranges::find(files_, name, &NamedFile::name);
    TS_CHECK(it != files_.end(), "no such file");
    return it->bytes;
  }
  void add(std::string_view name, std::string_view text) {
    files_.push_back({std::string(name), to_bytes(text)});
  }
  void remove(std::string_view name) {
    std::erase_if(files_, [&](const NamedFile& f) { return f.name == name; });
  }
  Json json(std::string_view name) { return *parse_json(as_text(file(name)), name); }
  void set_json(std::string_view name, const Json& json) { file(name) = to_bytes(to_text(json)); }
  // Puts `value` at a path like "kernels.0.name"; without a value, removes the key.
  Loose& put(std::string_view file_name, std::string_view path, Json value);
  Loose& drop(std::string_view file_name, std::string_view path);
  Result<Package> read() const { return read_archive(*zip(files_), "p"); }
  // What the reader says, or "accepted".
  std::string refusal() const {
    Result<Package> package = read();
    return package ? "accepted" : package.failure().what;
  }

 private:
  std::vector<NamedFile> files_;
};

// The value at a path like "kernels.0.name".
inline Json& at(Json& json, std::string_view path) {
  Json* here = &json;
  while (!path.empty()) {
    std::string_view key = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(key.size() + 1, path.size()));
    if (Json::Array* items = here->as_array()) {
      here = &items->at(std::stoul(std::string(key)));
    } else {
      if (!here->find(key)) here->set(key, nullptr);
      auto& members = *here->as_object();
      here = &std::ranges::find(members, key, &Json::Member::name)->value;
    }
  }
  return *here;
}

inline Loose& Loose::put(std::string_view file_name, std::string_view path, Json value) {
  Json document = json(file_name);
  at(document, path) = std::move(value);
  set_json(file_name, document);
  return *this;
}

inline Loose& Loose::drop(std::string_view file_name, std::string_view path) {
  Json document = json(file_name);
  size_t dot = path.rfind('.');
  std::string_view key = path.substr(dot + 1);
  Json& parent = at(document, dot == path.npos ? "" : path.substr(0, dot));
  if (Json::Array* items = parent.as_array()) {
    items->erase(items->begin() + std::stol(std::string(key)));
  } else {
    std::erase_if(*parent.as_object(), [&](const Json::Member& m) { return m.name == key; });
  }
  set_json(file_name, document);
  return *this;
}

}  // namespace tinsmith::package::testing
