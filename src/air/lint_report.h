// SPDX-License-Identifier: Apache-2.0
// What the parts of the lint share: where findings go, and what is being judged.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "air/lint.h"
#include "air/witness.h"
#include "metallib/metallib.h"

namespace llvm {
class Module;
class Value;
}  // namespace llvm

namespace tinsmith::air {

enum class LintCode : uint8_t {
#define CODE(name, code, severity, meaning) name,
#include "air/lint_codes.def"
#undef CODE
};

struct CodeRow {
  std::string_view code;
  Severity severity;
  std::string_view meaning;
};
const CodeRow& row_of(LintCode code);
size_t code_count();

class Report {
 public:
  // The same finding again in the same function is not told again. `region` is that function.
  void add(LintCode code, const std::string& region, std::string place, std::string message,
           std::string fix = "");
  bool has(LintCode code, const std::string& region) const;
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
  std::set<std::string> told_;
};

// One function of a library, whose module is being judged.
class Subject {
 public:
  Subject(const metallib::Library& library, const metallib::Function& function, Report& report);

  const metallib::Library& library;
  const metallib::Function& function;
  const AirVersion air;  // as VERS says

  bool is_kernel() const { return function.type == metallib::FunctionType::Kernel; }
  bool is_simulator() const;
  std::string version() const { return "AIR " + to_text(air); }

  void add(LintCode code, std::string message, std::string fix = "") const;
  // `at` an instruction, function or global of the module.
  void add_at(const llvm::Value& at, LintCode code, std::string message,
              std::string fix = "") const;
  bool has(LintCode code) const;

 private:
  std::string region_;
  Report& report_;
};

// The parts, in the order in which they run. Everything from lint_module on wants a module that
// the verifier accepts.
void lint_container(const metallib::Library& library, Report& report);
using RecordKinds = std::set<std::pair<unsigned, unsigned>>;  // block and code
// Judges attributes; nothing where the bitcode is too damaged to go on.
std::optional<RecordKinds> lint_records(const Subject& subject);
void lint_module(const llvm::Module& module, const Subject& subject);
void lint_functions(const llvm::Module& module, const Subject& subject);
void lint_calls(const llvm::Module& module, const Subject& subject);
void lint_arguments(const llvm::Module& module, const Subject& subject);

// Last: tells of records only what has not been told of the instructions that they stand for.
void lint_record_kinds(const RecordKinds& kinds, const Subject& subject);

}  // namespace tinsmith::air
