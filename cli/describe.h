// SPDX-License-Identifier: Apache-2.0
// A package or a SPIR-V module in words: tables for people, JSON for programs.
#pragma once
#include <string>
#include <vector>

#include "bundle/bundle.h"
#include "package/package.h"
#include "support/json.h"
#include "support/result.h"

namespace tinsmith::cli {

// What the modules of a package ask of a device, read from the modules.
struct Needs {
  uint32_t spirv_version = 0;  // the highest
  std::vector<std::string> capabilities, extensions;
};
Result<Needs> needs_of(const package::Package& package);

// "f32", "vector 3 f32", "ndarray f32, 2 axes".
std::string type_text(const package::Kernel& kernel, const package::Arg& arg);
// Axes of a field, then those of its element: {4, 3} for four vectors of three.
std::vector<uint32_t> full_shape(const package::Field& field);

std::string text_of(const package::Package& package, const Needs& needs, const std::string& path);
std::string text_of(const package::SpirvFacts& facts, const std::string& path);
// `bundle` is one of `variants`, which are several where it was made for several systems.
std::string text_of(const bundle::Bundle& bundle, const bundle::Variants& variants,
                    const std::string& path);
Json json_of(const package::Package& package, const Needs& needs);
Json json_of(const bundle::Bundle& bundle, const bundle::Variants& variants);
Json json_of(const package::SpirvFacts& facts);

}  // namespace tinsmith::cli
