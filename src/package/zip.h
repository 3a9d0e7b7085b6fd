// SPDX-License-Identifier: Apache-2.0
// The part of zip that a .tcm uses: entries that are stored, not compressed, and nothing newer than
// 1989.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.h"
#include "support/result.h"

namespace tinsmith::package {

uint32_t crc32(std::span<const std::byte> bytes);

bool looks_like_zip(std::span<const std::byte> bytes);

// The content of each entry, as a view into `bytes`; folders are left out. Sizes, places and
// checksums are checked. `name` is what a failure calls the archive.
Result<std::map<std::string, std::span<const std::byte>>> unzip(std::span<const std::byte> bytes,
                                                                std::string_view name);

// An archive with the files in their order, all dated 2000-12-01. Fails where zip cannot hold them.
Result<std::vector<std::byte>> zip(const std::vector<NamedFile>& files);

}  // namespace tinsmith::package
