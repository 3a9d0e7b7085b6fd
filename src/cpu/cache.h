// SPDX-License-Identifier: Apache-2.0
// The disk cache of compiled code: one file for each key, bounded in size, safe under concurrent
// use; a file that is not whole counts as absent.
#pragma once
#include <optional>
#include <string>

#include "cpu/compiled.h"

namespace tinsmith::cpu {

// SHA-256 (hex) of all that the code depends on: source, options, this CPU, our version.
std::string cache_key(const Source& source, const Options& options, const std::string& machine);
std::optional<Compiled> find_cached(const std::string& folder, const std::string& key);
// Failing to write is no failure of the compilation.
void keep_cached(const std::string& folder, const std::string& key, const Compiled& compiled);

}  // namespace tinsmith::cpu
