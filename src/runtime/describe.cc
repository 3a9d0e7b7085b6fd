// SPDX-License-Identifier: Apache-2.0
#include "runtime/describe.h"

#include <cstdio>

namespace tinsmith::runtime {

namespace {

std::string count(size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

std::string brackets(std::span<const uint32_t> shape) {
  std::string text = "[";
  for (const uint32_t extent : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

std::string element_of(DType dtype, std::span<const uint32_t> element_shape) {
  const std::string scalar(name(dtype));
  if (element_shape.empty()) return scalar;
  return (element_shape.size() == 1 ? "vectors " : "matrices ") + scalar + brackets(element_shape);
}

}  // namespace

std::string describe_array(DType dtype, uint32_t axes, std::span<const uint32_t> element_shape) {
  return "an array of " + element_of(dtype, element_shape) + " with " + std::to_string(axes) +
         (axes == 1 ? " axis" : " axes");
}

std::string describe_number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string describe(const Parameter& parameter) {
  const package::Arg& arg = *parameter.arg;
  if (parameter.is_array)
    return describe_array(arg.dtype.value_or(DType::F32), arg.field_dim, arg.element_shape);
  if (parameter.numbers.empty()) return "nothing";
  const DType first = parameter.numbers.front().dtype;
  if (parameter.numbers.size() == 1) return std::string(name(first));
  std::string types(name(first));
  for (const Leaf& leaf : parameter.numbers)
    if (leaf.dtype != first) types = "mixed types";
  return count(parameter.numbers.size(), "number") + " of " + types;
}

std::string describe(const Argument& argument) {
  if (argument.array != nullptr) {
    const Array& array = *argument.array;
    return describe_array(array.dtype, static_cast<uint32_t>(array.shape.size()),
                          array.element_shape);
  }
  const size_t size = argument.is_real ? argument.reals.size() : argument.integers.size();
  if (size != 1) return count(size, argument.is_real ? "real number" : "integer");
  return argument.is_real ? "the real number " + describe_number(argument.reals[0])
                          : "the integer " + std::to_string(argument.integers[0]);
}

Failure argument_failure(const package::Kernel& kernel, const Parameter& parameter,
                         const std::string& expected, const std::string& given) {
  return {"kernel '" + kernel.name + "', argument " + std::to_string(parameter.index) + " '" +
              parameter.arg->name + "': expected " + expected + ", given " + given,
          Blame::Input};
}

}  // namespace tinsmith::runtime
