// SPDX-License-Identifier: Apache-2.0
// A kernel: its interface, and a module for each task.
#include <algorithm>

#include "spirv/emitter.h"
#include "spirv/spirv.h"
#include "spirv/tools.h"
#include "support/check.h"

namespace tinsmith::spirv {

namespace {

std::string task_name(const Function& fn, size_t i) {
  std::string number = std::to_string(i);
  return fn.name + "_" + number + "_t" + (i < 10 ? "0" : "") + number;
}

package::Task describe(const Function& fn, const TaskInfo& info, size_t i) {
  package::Task task;
  task.name = task_name(fn, i);
  task.threads = info.threads;
  task.group_size = info.group_size;
  if (info.kind == TaskKind::Serial) return task;
  task.type = package::TaskType::RangeFor;
  task.range = package::RangeFor{info.begin, info.end, info.const_begin, info.const_end};
  return task;
}

bool uses_f64(const Function& fn) {
  for (uint32_t i = 0; i < fn.value_count(); ++i) {
    if (fn[ValueId{i}].type.dtype == DType::F64) return true;
  }
  return false;
}

Failure not_translated(const Function& fn, const std::vector<std::string>& problems) {
  std::string text = "kernel '" + fn.name + "' cannot become SPIR-V:";
  for (size_t i = 0; i < problems.size(); ++i) text += (i ? "; " : " ") + problems[i];
  return Failure{text};
}

}  // namespace

Result<package::Kernel> emit(const Module& module, const Function& fn, const SourceFiles* sources) {
  if (!uses_f64(fn)) sources = nullptr;
  package::Kernel kernel;
  kernel.name = fn.name;
  describe_interface(fn, kernel);
  std::vector<uint32_t> access(fn.params.size(), package::kNoAccess);
  Tools tools;
  for (InstId id : fn[fn.body].insts) {
    const Inst& inst = fn[id];
    if (inst.op == Op::Yield) continue;
    TS_CHECK(inst.op == Op::Task, "a kernel at Stage::Tasks holds tasks alone");
    package::Task task = describe(fn, fn.tasks.at(inst.imm), kernel.tasks.size());
    Emitter emitter(module, fn, kernel, access, sources);
    emitter.task(inst, task);
    if (!emitter.problems().empty()) return not_translated(fn, emitter.problems());
    if (Result<> valid = tools.validate(task.spirv); !valid)
      TS_UNREACHABLE(task.name + ": " + valid.failure().what);
    kernel.tasks.push_back(std::move(task));
  }
  for (size_t i = 0; i < access.size(); ++i) kernel.args[i].access = access[i];
  return kernel;
}

}  // namespace tinsmith::spirv
