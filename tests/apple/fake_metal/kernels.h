// SPDX-License-Identifier: Apache-2.0
// kernels.ll as the bytes of a .metallib.
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include "metallib/metallib.h"

namespace fake_metal {

// For iOS 16, unless `change` makes it another.
std::vector<std::byte> library_of_kernels(
    const std::function<void(tinsmith::metallib::Library&)>& change = {});

}  // namespace fake_metal
