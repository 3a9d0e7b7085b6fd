// SPDX-License-Identifier: Apache-2.0
// How long the Metal libraries of packages take to write, and their kernels to compile for this
// machine, without any cache. Prints one JSON line; bench/compare.py runs it.
//
//   bench_libraries PACKAGE…
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "air/air.h"
#include "bundle/bundle.h"
#include "cpu/cpu.h"
#include "package/package.h"
#include "support/json.h"

namespace {

using namespace tinsmith;
// Processor time, all of it of one thread: the machines are shared.
double milliseconds_since(std::clock_t start) {
  return 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// As `tinsmith metal --emit metallib` does it, but for the writing to disk.
Result<std::vector<bundle::ConvertedTask>> convert(const package::Package& package,
                                                   const bundle::Options& options) {
  std::vector<bundle::TaskNames> names = bundle::name_tasks(package, options.naming);
  std::vector<bundle::ConvertedTask> tasks;
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      air::Options lowering;
      lowering.target = options.target;
      TS_TRY_ASSIGN(lowered, air::lower(task, names[tasks.size()].function, lowering));
      bundle::ConvertedTask& out = tasks.emplace_back();
      out.indices = std::move(lowered.indices);
      out.function = std::move(lowered.function);
    }
  }
  TS_TRY_ASSIGN(files, bundle::files(package, tasks, options));
  return tasks;
}

struct Jit {
  std::string task;
  double milliseconds = 0;
};

// The first compilation in a program also starts LLVM; it is told apart.
Result<> compile(const package::Package& package, const std::vector<bundle::ConvertedTask>& tasks,
                 std::vector<Jit>& out) {
  size_t at = 0;
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      const metallib::Function& function = *tasks[at++].function;
      cpu::Source source;
      source.air = function.blob;
      source.entry = function.name;
      source.any_grid = true;
      std::clock_t start = std::clock();
      TS_TRY_ASSIGN(code, cpu::compile(source, {}));
      out.push_back({task.name, milliseconds_since(start)});
    }
  }
  return Ok{};
}

Result<Json> measure(std::span<char* const> paths) {
  TS_TRY_ASSIGN(target, metallib::target_from_name("ios16"));
  bundle::Options options{target, "binding", {}};
  std::vector<package::Package> packages;
  for (const char* path : paths) {
    TS_TRY_ASSIGN(package, package::read(path));
    packages.push_back(std::move(package));
  }
  double write_ms = 0, open_ms = 0;
  std::vector<Jit> first, jit;
  for (const package::Package& package : packages) {
    std::clock_t start = std::clock();
    TS_TRY_ASSIGN(tasks, convert(package, options));
    write_ms += milliseconds_since(start);
    TS_TRY_ASSIGN(files, bundle::files(package, tasks, options));
    start = std::clock();
    TS_TRY_ASSIGN(opened, bundle::open(files, "bundle"));
    open_ms += milliseconds_since(start);
    if (first.empty()) TS_TRY(compile(package, tasks, first));
    TS_TRY(compile(package, tasks, jit));
  }
  double total = 0;
  for (const Jit& one : jit) total += one.milliseconds;
  std::sort(jit.begin(), jit.end(),
            [](const Jit& a, const Jit& b) { return a.milliseconds < b.milliseconds; });
  if (jit.empty()) return Failure{"no kernels"};
  Json json;
  json.set("write_ms", write_ms);
  json.set("open_ms", open_ms);
  json.set("kernels", jit.size());
  json.set("jit_first_ms", first.front().milliseconds);
  json.set("jit_mean_ms", total / static_cast<double>(jit.size()));
  json.set("jit_median_ms", jit[jit.size() / 2].milliseconds);
  json.set("jit_worst_ms", jit.back().milliseconds);
  json.set("jit_worst", jit.back().task);
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  Result<Json> measured = measure(std::span(argv + 1, argv + argc));
  if (!measured) {
    std::fprintf(stderr, "bench_libraries: %s\n", measured.failure().what.c_str());
    return 1;
  }
  std::printf("%s\n", to_text(*measured).c_str());
  return 0;
}
