// SPDX-License-Identifier: Apache-2.0
// Where the files of a bundle come from, and the reading of one bundle among several.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bundle/bundle.h"

namespace tinsmith::bundle {

// A folder of the file system, or files in memory under a name.
class Source {
 public:
  explicit Source(std::filesystem::path folder) : path_(std::move(folder)) {}
  Source(std::span<const NamedFile> files, const std::string& name)
      : path_(name), files_(files), in_memory_(true) {}

  Result<std::vector<std::byte>> get(const std::string& file) const;
  std::filesystem::path path(const std::string& file) const { return path_ / file; }
  bool in_memory() const { return in_memory_; }
  // A folder within this one.
  Source inside(const std::string& folder) const;

 private:
  std::filesystem::path path_;
  std::string prefix_;  // of the names of files in memory
  std::span<const NamedFile> files_;
  bool in_memory_ = false;
};

// The bundle at `source`, whose manifest.json is `manifest`.
Result<Bundle> read_bundle(const Source& source, std::span<const std::byte> manifest);

}  // namespace tinsmith::bundle
