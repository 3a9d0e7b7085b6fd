// SPDX-License-Identifier: Apache-2.0
// The grammar of air.* names: what type a function of a name must have, by its documented family.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "air/witness.h"

namespace tinsmith::air {

// The signature that the name asks for; nothing where no family has such a name at that version.
// Empty where the family is known and its type does not follow from the name (llvm.*, textures).
std::optional<std::string> documented_signature(std::string_view name, AirVersion version);

}  // namespace tinsmith::air
