// SPDX-License-Identifier: Apache-2.0
// Files, written so that an interrupted or failed write leaves what was there before whole.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/result.h"

namespace tinsmith {

// The whole file. Fails (Blame::World) with the path and the system's reason.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path);
Result<std::string> read_text(const std::filesystem::path& path);

// Writes beside `path`, flushes to disk, renames into place. Creates missing parent folders.
Result<> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
Result<> write_file(const std::filesystem::path& path, std::string_view text);

struct NamedFile {
  std::string name;  // relative to the folder, '/' between folders
  std::vector<std::byte> bytes;
};

// Writes all files into a new folder beside `folder`, then swaps it into place. Files that `folder`
// held under other names are kept: they may be the user's. `stale` names files of ours that must
// go. Whole against failure and interruption, but not flushed: a power cut within seconds may lose
// the content.
Result<> write_folder(const std::filesystem::path& folder, const std::vector<NamedFile>& files,
                      const std::vector<std::string>& stale = {});

std::vector<std::byte> to_bytes(std::string_view text);
std::string_view as_text(std::span<const std::byte> bytes);

}  // namespace tinsmith
