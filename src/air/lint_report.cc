// SPDX-License-Identifier: Apache-2.0
// The table of codes and the place of a finding. A fault that a kernel has a hundred times is told
// once, at its first place.
#include "air/lint_report.h"

#include <llvm/IR/Function.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Instruction.h>
#include <llvm/Support/raw_ostream.h>

namespace tinsmith::air {

namespace {

constexpr CodeRow kRows[] = {
#define CODE(name, code, severity, meaning) {code, Severity::severity, meaning},
#include "air/lint_codes.def"
#undef CODE
};

constexpr size_t kLongestPlace = 120;

std::string text_of(const llvm::Value& value) {
  std::string text;
  llvm::raw_string_ostream out(text);
  if (llvm::isa<llvm::Instruction>(value)) {
    value.print(out);
  } else {
    value.printAsOperand(out, false);
  }
  out.flush();
  text.erase(0, text.find_first_not_of(' '));
  if (size_t end = text.find('\n'); end != std::string::npos) text.resize(end);
  if (text.size() > kLongestPlace) text = text.substr(0, kLongestPlace) + "…";
  return text;
}

}  // namespace

const CodeRow& row_of(LintCode code) { return kRows[static_cast<size_t>(code)]; }
size_t code_count() { return std::size(kRows); }

void Report::add(LintCode code, const std::string& region, std::string place, std::string message,
                 std::string fix) {
  const CodeRow& row = row_of(code);
  std::string key = std::string(row.code) + "\n" + region + "\n";
  told_.insert(key);
  if (!told_.insert(key + message).second) return;
  findings_.push_back(
      {std::string(row.code), row.severity, std::move(place), std::move(message), std::move(fix)});
}

bool Report::has(LintCode code, const std::string& region) const {
  return told_.contains(std::string(row_of(code).code) + "\n" + region + "\n");
}

Subject::Subject(const metallib::Library& of, const metallib::Function& fn, Report& report)
    : library(of),
      function(fn),
      air{fn.air_major, fn.air_minor},
      region_("function '" + fn.name + "'"),
      report_(report) {}

bool Subject::is_simulator() const {
  return library.platform == metallib::Platform::IosSimulator ||
         library.platform == metallib::Platform::TvosSimulator ||
         library.platform == metallib::Platform::WatchosSimulator;
}

void Subject::add(LintCode code, std::string message, std::string fix) const {
  report_.add(code, region_, region_, std::move(message), std::move(fix));
}

void Subject::add_at(const llvm::Value& at, LintCode code, std::string message,
                     std::string fix) const {
  report_.add(code, region_, region_ + ", " + text_of(at), std::move(message), std::move(fix));
}

bool Subject::has(LintCode code) const { return report_.has(code, region_); }

}  // namespace tinsmith::air
