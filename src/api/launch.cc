// SPDX-License-Identifier: Apache-2.0
// tin_kernel_*, tin_graph_*. The road of a launch: arguments go into memory that the handle keeps,
// so that none is taken after the first launch.
#include "api/entry.h"
#include "api/handles.h"

using namespace tinsmith;
using namespace tinsmith::api;

namespace {

constexpr const char* kNoPointer[] = {"", "", "its 'reals' is NULL", "its 'integers' is NULL",
                                      "its 'array' is NULL"};

// Why an argument cannot even be looked at; null where it can.
const char* wrong_form(const tin_argument& given) {
  if (given.kind < TIN_REAL || given.kind > TIN_ARRAY) return "its 'kind' is none there is";
  const bool lacks =
      (given.kind == TIN_REALS && given.reals == nullptr && given.count != 0) ||
      (given.kind == TIN_INTEGERS && given.integers == nullptr && given.count != 0) ||
      (given.kind == TIN_ARRAY && given.array == nullptr);
  return lacks ? kNoPointer[given.kind] : nullptr;
}

bool of_another_device(const tin_argument& given, const std::shared_ptr<runtime::Device>& device) {
  return given.kind == TIN_ARRAY && given.array->device != device;
}

void take(const tin_argument& given, runtime::Argument& into) {
  into.reals.clear();
  into.integers.clear();
  into.array = nullptr;
  into.is_real = given.kind == TIN_REAL || given.kind == TIN_REALS;
  switch (given.kind) {
    case TIN_REAL: into.reals.push_back(given.real); break;
    case TIN_INTEGER: into.integers.push_back(given.integer); break;
    case TIN_REALS: into.reals.assign(given.reals, given.reals + given.count); break;
    case TIN_INTEGERS: into.integers.assign(given.integers, given.integers + given.count); break;
    case TIN_ARRAY: into.array = &given.array->array; break;
  }
}

tin_status misuse_of_argument(const char* function, const std::string& of, size_t index,
                              const char* what) {
  return misuse(function, of + ", argument " + std::to_string(index) + ": " + what);
}

Failure paused(const std::string& what) {
  return {what + ": the device is paused; nothing was recorded"};
}

}  // namespace

const tin_kernel_info* tin_kernel_get_info(const tin_kernel* kernel) {
  if (require("tin_kernel_get_info", {{"kernel", kernel}}) != TIN_OK) return nullptr;
  return kernel->info;
}

tin_status tin_kernel_launch(tin_kernel* kernel, const tin_argument* arguments, size_t count) {
  constexpr const char* kFunction = "tin_kernel_launch";
  const std::initializer_list<Required> required = {{"kernel", kernel},
                                                    {"arguments", if_any(count, arguments)}};
  return enter(kFunction, required, [&]() -> tin_status {
    for (size_t i = 0; i < count; ++i)
      if (const char* what = wrong_form(arguments[i]))
        return misuse_of_argument(kFunction, "kernel '" + std::string(kernel->info->name) + "'", i,
                                  what);
    if (kernel->device->paused())
      return fail(TIN_PAUSED, paused("kernel '" + std::string(kernel->info->name) + "'").what);
    kernel->arguments.resize(count);
    for (size_t i = 0; i < count; ++i) {
      if (of_another_device(arguments[i], kernel->device))
        return fail(TIN_INVALID, "kernel '" + std::string(kernel->info->name) + "', argument " +
                                     std::to_string(i) + ": the array belongs to another device");
      take(arguments[i], kernel->arguments[i]);
    }
    const Result<> launched = kernel->kernel->launch(kernel->arguments);
    return launched ? TIN_OK : fail(status_of(launched.failure()), launched.failure().what);
  });
}

tin_status tin_kernel_read_results(tin_kernel* kernel, tin_value* results, size_t count) {
  const std::initializer_list<Required> required = {{"kernel", kernel},
                                                    {"results", if_any(count, results)}};
  return enter("tin_kernel_read_results", required, device_of(kernel), [&]() -> Result<> {
    if (count != kernel->info->result_count)
      return Failure{"kernel '" + std::string(kernel->info->name) + "' returns " +
                     std::to_string(kernel->info->result_count) + " numbers, given room for " +
                     std::to_string(count)};
    TS_TRY_ASSIGN(values, kernel->kernel->results());
    for (size_t i = 0; i < values.size(); ++i)
      results[i] = {c_dtype(values[i].dtype), values[i].real, values[i].integer};
    return Ok{};
  });
}

const tin_graph_info* tin_graph_get_info(const tin_graph* graph) {
  if (require("tin_graph_get_info", {{"graph", graph}}) != TIN_OK) return nullptr;
  return graph->info;
}

tin_status tin_graph_run(tin_graph* graph, const tin_named_argument* arguments, size_t count) {
  constexpr const char* kFunction = "tin_graph_run";
  const std::initializer_list<Required> required = {{"graph", graph},
                                                    {"arguments", if_any(count, arguments)}};
  return enter(kFunction, required, [&]() -> tin_status {
    const auto of = [&] { return "graph '" + std::string(graph->info->name) + "'"; };
    for (size_t i = 0; i < count; ++i) {
      const char* what =
          arguments[i].name == nullptr ? "its 'name' is NULL" : wrong_form(arguments[i].argument);
      if (what != nullptr) return misuse_of_argument(kFunction, of(), i, what);
    }
    if (graph->device->paused()) return fail(TIN_PAUSED, paused(of()).what);
    graph->arguments.resize(count);
    for (size_t i = 0; i < count; ++i) {
      if (of_another_device(arguments[i].argument, graph->device))
        return fail(TIN_INVALID, of() + ", argument '" + arguments[i].name +
                                     "': the array belongs to another device");
      graph->arguments[i].name = arguments[i].name;
      take(arguments[i].argument, graph->arguments[i].value);
    }
    const Result<> ran = graph->module->run_graph(graph->info->name, graph->arguments);
    return ran ? TIN_OK : fail(status_of(ran.failure()), ran.failure().what);
  });
}
