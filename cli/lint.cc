// SPDX-License-Identifier: Apache-2.0
// tinsmith lint: would the loader of its system take a Metal library.
#include "air/lint.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "support/files.h"
#include "support/json.h"

namespace tinsmith::cli {

namespace {

struct LintOptions {
  std::vector<std::string> paths;
  bool json = false;
};

constexpr const char* kFooter =
    "Exit code 0 without errors, though there may be warnings; 1 with. docs/lint.md explains the\n"
    "codes.\n"
    "\n"
    "Examples:\n"
    "  tinsmith lint out/metal/mnist.metallib\n"
    "  tinsmith lint --json default.metallib | python3 -m json.tool";

struct Counts {
  size_t errors = 0, warnings = 0;
};

const char* word(air::Severity severity) {
  return severity == air::Severity::Error ? "error" : "warning";
}

std::string counted(size_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void print(const std::string& path, const air::Finding& finding) {
  std::string line = path + ": " + finding.code + " " + word(finding.severity) + ": " +
                     finding.place + ": " + finding.message;
  if (!finding.fix.empty()) line += " (" + finding.fix + ")";
  std::printf("%s\n", line.c_str());
}

Json json_of(const std::string& path, const air::Finding& finding) {
  Json json;
  json.set("file", path);
  json.set("code", finding.code);
  json.set("severity", word(finding.severity));
  json.set("place", finding.place);
  json.set("message", finding.message);
  json.set("fix", finding.fix);
  return json;
}

// The libraries below folders, and files as they are.
Result<std::vector<std::string>> libraries(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error)) {
      if (entry.path().extension() == ".metallib") inside.push_back(entry.path().string());
    }
    if (inside.empty()) return Failure{path + ": no .metallib in this folder"};
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

Result<int> lint(const LintOptions& options) {
  Counts counts;
  Json all(Json::Array{});
  TS_TRY_ASSIGN(paths, libraries(options.paths));
  for (const std::string& path : paths) {
    TS_TRY_ASSIGN(bytes, read_file(path));
    for (const air::Finding& finding : air::lint(bytes, path)) {
      (finding.severity == air::Severity::Error ? counts.errors : counts.warnings) += 1;
      if (options.json) {
        all.push(json_of(path, finding));
      } else {
        print(path, finding);
      }
    }
  }
  if (options.json) {
    std::printf("%s", to_text(all, JsonStyle::Indented).c_str());
  } else {
    std::printf("%s, %s\n", counted(counts.errors, "error").c_str(),
                counted(counts.warnings, "warning").c_str());
  }
  return counts.errors == 0 ? kDone : kWrongInput;
}

}  // namespace

void add_lint(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("lint", "Would Apple's loader take a Metal library?");
  auto options = std::make_shared<LintOptions>();
  command->add_option("LIBRARY", options->paths, "Files ending in .metallib, or folders of them")
      ->required()
      ->type_name("");
  command->add_flag("--json", options->json, "As JSON, a list of findings");
  command->footer(kFooter);
  command->callback([options, &action] { action = [options] { return lint(*options); }; });
}

}  // namespace tinsmith::cli
