// SPDX-License-Identifier: Apache-2.0
// A compute graph: a list of launches whose arguments have names, shared between them.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/runtime.h"

namespace tinsmith::runtime {

class ReadyGraph {
 public:
  using FindKernel = std::function<Result<std::shared_ptr<Kernel>>(const std::string&)>;
  static Result<ReadyGraph> make(const package::Graph& graph, const FindKernel& find_kernel);

  // Checks everything before the first launch, so that no half of a graph runs.
  Result<> run(std::span<const Module::NamedArgument> arguments);

 private:
  struct Step {
    std::shared_ptr<Kernel> kernel;
    std::vector<uint32_t> arguments;  // indices into parameters_
    std::vector<Argument> values;     // of the run under way: kept, so that runs take no memory
  };
  Result<uint32_t> parameter(const package::GraphArg& arg);
  // Fills values_ by parameter.
  Result<> match(std::span<const Module::NamedArgument> arguments);

  std::string name_;
  std::vector<package::GraphArg> parameters_;  // each name once, in order of first use
  std::vector<Step> steps_;
  std::vector<const Argument*> values_;  // of the run under way
};

}  // namespace tinsmith::runtime
