// SPDX-License-Identifier: Apache-2.0
// Packages into a directory or an archive. What the reader would refuse is not written.
#include <algorithm>
#include <map>

#include "package/check.h"
#include "package/write_json.h"
#include "package/zip.h"
#include "support/ranges.h"

namespace tinsmith::package {

namespace fs = std::filesystem;

namespace {

// Genuine Taichi neither writes nor reads escapes, so no string may need one.
Result<> check_text(std::string_view text, const char* what) {
  bool plain = ranges::none_of(
      text, [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < 0x20) || c == 0x7F; });
  if (plain) return Ok{};
  std::string shown;
  for (char c : text) shown += c >= 0 && c < 0x20 ? '?' : c;
  return Failure{std::string("the name of a ") + what +
                 " cannot hold quotes, backslashes or control characters: " + shown};
}

Result<> check_type_names(const BlockType& type) {
  for (const BlockType::Member& member : type.members) {
    TS_TRY(check_text(member.name, "member"));
    TS_TRY(check_type_names(member.type));
  }
  return Ok{};
}

// Genuine readers know escapes for line ends, tabs and quotes alone; backslashes have a road of
// their own (doc_json).
Result<> check_doc(const Kernel& kernel) {
  bool plain = ranges::none_of(kernel.doc, [](char c) {
    return (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  });
  if (plain) return Ok{};
  return Failure{"the text of kernel '" + kernel.name +
                 "' cannot hold control characters other than line ends and tabs"};
}

Result<> check_kernel_names(const Kernel& kernel) {
  TS_TRY(check_text(kernel.name, "kernel"));
  TS_TRY(check_text(kernel.gradient_of, "kernel"));
  TS_TRY(check_doc(kernel));
  for (const Arg& arg : kernel.args) TS_TRY(check_text(arg.name, "parameter"));
  for (const auto& [path, type] : kernel.argpack_types) TS_TRY(check_type_names(type));
  TS_TRY(check_type_names(kernel.args_type));
  return check_type_names(kernel.rets_type);
}

Result<> check_all_names(const Package& package) {
  for (const Field& field : package.fields) TS_TRY(check_text(field.name, "field"));
  for (const Kernel& kernel : package.kernels) TS_TRY(check_kernel_names(kernel));
  for (const auto& [name, level] : package.required_caps) TS_TRY(check_text(name, "capability"));
  for (const Graph& graph : package.graphs) {
    TS_TRY(check_text(graph.name, "graph"));
    for (const Dispatch& dispatch : graph.dispatches)
      for (const GraphArg& arg : dispatch.args) TS_TRY(check_text(arg.name, "graph argument"));
  }
  for (const std::string& line : package.content) TS_TRY(check_text(line, "content line"));
  return check_text(package.version, "version");
}

std::vector<std::byte> little_endian(const SpirvWords& words) {
  std::vector<std::byte> out;
  out.reserve(4 * words.size());
  for (uint32_t word : words)
    for (int shift = 0; shift < 32; shift += 8) out.push_back(std::byte(word >> shift & 0xFF));
  return out;
}

std::string content_text(const Package& package) {
  std::string out;
  for (const std::string& line : package.content) out += (out.empty() ? "" : "\n") + line;
  return out;
}

// The .spv files that the package now at `folder` names; none where there is none that can be
// understood.
std::vector<std::string> former_spirv(const fs::path& folder) {
  std::vector<std::string> out;
  Result<std::string> text = read_text(folder / "metadata.json");
  if (!text) return out;
  Result<Json> json = parse_json(*text, "metadata.json");
  const Json* kernels = json ? json->find("kernels") : nullptr;
  if (!kernels || !kernels->as_array()) return out;
  for (const Json& kernel : *kernels->as_array()) {
    const Json* tasks = kernel.find("tasks_attribs");
    if (!tasks || !tasks->as_array()) continue;
    for (const Json& task : *tasks->as_array())
      if (const Json* name = task.find("name"); name && name->as_string())
        if (is_file_stem(*name->as_string())) out.push_back(*name->as_string() + ".spv");
  }
  return out;
}

}  // namespace

Result<std::vector<NamedFile>> files(const Package& package) {
  TS_TRY(check_all_names(package));
  TS_TRY(check(package));
  std::vector<NamedFile> out = {{"metadata.json", to_bytes(to_text(metadata_json(package)))},
                                {"graphs.json", to_bytes(to_text(graphs_json(package)))},
                                {"__content__", to_bytes(content_text(package))}};
  if (!package.version.empty()) out.push_back({"__version__", to_bytes(package.version)});
  // A kernel under two names has its tasks, and their files, once.
  std::map<std::string, const SpirvWords*> written;
  for (const Kernel& kernel : package.kernels)
    for (const Task& task : kernel.tasks) {
      if (task.spirv.empty())
        return Failure{"task '" + task.name + "' was read from a bundle: it has no SPIR-V"};
      auto [former, is_new] = written.emplace(task.name, &task.spirv);
      if (is_new) {
        out.push_back({task.name + ".spv", little_endian(task.spirv)});
      } else if (*former->second != task.spirv) {
        return Failure{"two tasks have the name '" + task.name + "'"};
      }
    }
  return out;
}

Result<> write_directory(const Package& package, const fs::path& folder) {
  TS_TRY_ASSIGN(contents, files(package));
  return write_folder(folder, contents, former_spirv(folder));
}

Result<> write_archive(const Package& package, const fs::path& file) {
  TS_TRY_ASSIGN(contents, files(package));
  TS_TRY_ASSIGN(bytes, zip(contents));
  return write_file(file, bytes);
}

}  // namespace tinsmith::package
