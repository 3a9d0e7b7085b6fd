// SPDX-License-Identifier: Apache-2.0
// The disk cache of compiled code: one file for each key, bounded in size, safe under concurrent
// use; a file that is not whole counts as absent.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cpu/compiled.h"

namespace tinsmith::cpu {

// SHA-256 (hex) of all that the code depends on: source, options, this CPU, our version.
std::string cache_key(const Source& source, const Options& options, const std::string& machine);
std::optional<Compiled> find_cached(const std::string& folder, const std::string& key);
// Failing to write is no failure of the compilation.
void keep_cached(const std::string& folder, const std::string& key, const Compiled& compiled);

// Keeping trims the folder to this, give or take what sixteen entries need.
constexpr uint64_t kCacheBytes = uint64_t{256} << 20;
// Removes the entries used longest ago until the rest is within `most_bytes`, and what writers that
// died left behind.
void trim_cache(const std::string& folder, uint64_t most_bytes);

// The folder that the environment asks for: TINSMITH_CACHE ("off", or a folder), else a folder of
// ours in XDG_CACHE_HOME or ~/.cache. `variable` is std::getenv, or a test's.
std::string cache_folder(const std::function<const char*(const char*)>& variable);

}  // namespace tinsmith::cpu
