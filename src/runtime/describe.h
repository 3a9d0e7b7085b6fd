// SPDX-License-Identifier: Apache-2.0
// How messages speak of arguments: "expected f32, given the real number 0.5".
#pragma once
#include <string>

#include "runtime/block.h"

namespace tinsmith::runtime {

std::string describe(const Parameter& parameter);  // what is expected
std::string describe(const Argument& argument);    // what was given
std::string describe_array(DType dtype, uint32_t axes, std::span<const uint32_t> element_shape);
std::string describe_number(double value);

// kernel 'saxpy', argument 0 'a': expected f32, given an array
Failure argument_failure(const package::Kernel& kernel, const Parameter& parameter,
                         const std::string& expected, const std::string& given);

}  // namespace tinsmith::runtime
