// SPDX-License-Identifier: Apache-2.0
// The generators, one file a language.
#pragma once
#include <string>

#include "bind/bind.h"
#include "bind/model.h"

namespace tinsmith::bind {

std::string write_cpp(const Model& model, const Options& options);
std::string write_swift(const Model& model, const Options& options);

}  // namespace tinsmith::bind
