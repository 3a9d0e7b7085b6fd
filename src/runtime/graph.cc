// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph.h"

#include <algorithm>

#include "runtime/describe.h"

namespace tinsmith::runtime {

namespace {

using package::GraphArg;
using package::GraphArgKind;

std::string describe(const GraphArg& arg) {
  if (arg.tag == GraphArgKind::Ndarray)
    return describe_array(arg.dtype, arg.field_dim, arg.element_shape);
  if (arg.tag == GraphArgKind::Scalar) return std::string(name(arg.dtype));
  size_t size = 1;
  for (const uint32_t extent : arg.element_shape) size *= extent;
  return std::to_string(size) + " numbers of " + std::string(name(arg.dtype));
}

bool same_type(const GraphArg& a, const GraphArg& b) {
  return a.tag == b.tag && a.dtype == b.dtype && a.field_dim == b.field_dim &&
         a.element_shape == b.element_shape;
}

bool suits(const GraphArg& arg, const Argument& given) {
  if (arg.tag == GraphArgKind::Ndarray) {
    if (given.array == nullptr) return false;
    return given.array->dtype == arg.dtype && given.array->shape.size() == arg.field_dim &&
           given.array->element_shape == arg.element_shape;
  }
  if (given.array != nullptr || (given.is_real && is_integral(arg.dtype))) return false;
  size_t size = 1;
  if (arg.tag == GraphArgKind::Matrix)
    for (const uint32_t extent : arg.element_shape) size *= extent;
  return (given.is_real ? given.reals.size() : given.integers.size()) == size;
}

}  // namespace

Result<uint32_t> ReadyGraph::parameter(const GraphArg& arg) {
  if (arg.tag != GraphArgKind::Scalar && arg.tag != GraphArgKind::Matrix &&
      arg.tag != GraphArgKind::Ndarray)
    return Failure{"graph '" + name_ + "', argument '" + arg.name +
                   "' is a texture, which this runtime does not support"};
  for (uint32_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].name != arg.name) continue;
    if (!same_type(parameters_[i], arg))
      return Failure{"graph '" + name_ + "', argument '" + arg.name + "' is once " +
                     describe(parameters_[i]) + ", once " + describe(arg)};
    return i;
  }
  parameters_.push_back(arg);
  return static_cast<uint32_t>(parameters_.size() - 1);
}

Result<ReadyGraph> ReadyGraph::make(const package::Graph& graph, const FindKernel& find_kernel) {
  ReadyGraph ready;
  ready.name_ = graph.name;
  for (const package::Dispatch& dispatch : graph.dispatches) {
    auto kernel = find_kernel(dispatch.kernel_name);
    if (!kernel) return Failure{"graph '" + graph.name + "': " + kernel.failure().what};
    Step step{
        .kernel = *kernel, .arguments = {}, .values = std::vector<Argument>(dispatch.args.size())};
    const size_t expected = step.kernel->description().args.size();
    if (dispatch.args.size() != expected)
      return Failure{"graph '" + graph.name + "': kernel '" + dispatch.kernel_name + "' takes " +
                     std::to_string(expected) + " arguments, the graph gives it " +
                     std::to_string(dispatch.args.size())};
    for (size_t i = 0; i < expected; ++i) {
      const GraphArg& arg = dispatch.args[i];
      const package::Arg& taken = step.kernel->description().args[i];
      // Vectors and matrices have no type of their own in the metadata of a kernel.
      if (taken.is_array != (arg.tag == GraphArgKind::Ndarray) ||
          (taken.dtype && *taken.dtype != arg.dtype))
        return Failure{"graph '" + graph.name + "', argument '" + arg.name + "' is " +
                       describe(arg) + ", but kernel '" + dispatch.kernel_name +
                       "' takes something else as '" + taken.name + "'"};
      TS_TRY_ASSIGN(index, ready.parameter(arg));
      step.arguments.push_back(index);
    }
    ready.steps_.push_back(std::move(step));
  }
  return ready;
}

Result<> ReadyGraph::match(std::span<const Module::NamedArgument> arguments) {
  values_.assign(parameters_.size(), nullptr);
  const auto refuse = [&](const std::string& argument, const std::string& why) {
    return Failure{"graph '" + name_ + "', argument '" + argument + "': " + why};
  };
  for (const Module::NamedArgument& given : arguments) {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const GraphArg& p) { return p.name == given.name; });
    if (found == parameters_.end())
      return refuse(given.name, "the graph has no argument of this name");
    const Argument*& value = values_[static_cast<size_t>(found - parameters_.begin())];
    if (value != nullptr) return refuse(given.name, "given twice");
    if (!suits(*found, given.value))
      return refuse(given.name,
                    "expected " + describe(*found) + ", given " + runtime::describe(given.value));
    value = &given.value;
  }
  for (size_t i = 0; i < values_.size(); ++i)
    if (values_[i] == nullptr)
      return refuse(parameters_[i].name,
                    "expected " + describe(parameters_[i]) + ", given nothing");
  return Ok{};
}

Result<> ReadyGraph::run(std::span<const Module::NamedArgument> arguments) {
  TS_TRY(match(arguments));
  for (Step& step : steps_) {
    for (size_t i = 0; i < step.arguments.size(); ++i) step.values[i] = *values_[step.arguments[i]];
    if (auto launched = step.kernel->launch(step.values); !launched)
      return Failure{"graph '" + name_ + "': " + launched.failure().what, launched.failure().blame};
  }
  return Ok{};
}

}  // namespace tinsmith::runtime
