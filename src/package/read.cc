// SPDX-License-Identifier: Apache-2.0
// Packages from a directory or an archive: metadata.json, graphs.json, then the SPIR-V of every
// task, then the checks of check.h over the whole.
#include <algorithm>
#include <functional>

#include "package/check.h"
#include "package/json_place.h"
#include "package/read_files.h"
#include "package/read_kernel.h"
#include "package/zip.h"
#include "support/ranges.h"

namespace tinsmith::package {

namespace fs = std::filesystem;

namespace {

// Where the files come from; `name` stands before theirs in messages.
struct Source {
  std::string name;
  std::function<bool(const std::string&)> has;
  std::function<Result<std::vector<std::byte>>(const std::string&)> read;
};

Result<Json> parse(const Source& source, const std::string& file) {
  TS_TRY_ASSIGN(bytes, source.read(file));
  return parse_json(as_text(bytes), source.name + "/" + file);
}

void read_field(const Place& place, Field& field) {
  place["field_name"].get(field.name);
  Place dtype = place["dtype"];
  if (!dtype.present()) return place.fail("a field has no dtype");
  read_dtype(dtype, field.dtype);
  place["shape"].get(field.shape);
  place["is_scalar"].get(field.is_scalar);
  place["element_shape"].get(field.element_shape);
  place["mem_offset_in_parent"].get(field.offset);
}

// The same kernel in several graphs comes several times, with the same tasks. Kernels that share a
// name alone stay, and the check refuses them.
void drop_repeated_kernels(std::vector<Kernel>& kernels) {
  std::vector<Kernel> kept;
  for (Kernel& kernel : kernels) {
    bool repeated = ranges::any_of(kept, [&](const Kernel& other) {
      return other.name == kernel.name &&
             std::equal(other.tasks.begin(), other.tasks.end(), kernel.tasks.begin(),
                        kernel.tasks.end(),
                        [](const Task& a, const Task& b) { return a.name == b.name; });
    });
    if (!repeated) kept.push_back(std::move(kernel));
  }
  kernels = std::move(kept);
}

Result<> read_metadata(const Source& source, Package& package) {
  TS_TRY_ASSIGN(json, parse(source, "metadata.json"));
  Problem problem{source.name + "/metadata.json", {}};
  Place top(json, problem);
  Place fields = top["fields"], kernels = top["kernels"], caps = top["required_caps"];
  fields.each([&](const Place& field) { read_field(field, package.fields.emplace_back()); });
  kernels.each([&](const Place& kernel) { package.kernels.push_back(read_kernel(kernel)); });
  caps.each([&](const Place& entry) {
    std::string name;
    entry["key"].get(name);
    entry["value"].get(package.required_caps[name]);
  });
  top["root_buffer_size"].get(package.root_buffer_size);
  if (problem.first) return *problem.first;
  drop_repeated_kernels(package.kernels);
  return Ok{};
}

void read_graph_arg(const Place& place, GraphArg& arg) {
  place["name"].get(arg.name);
  place["tag"].get_enum(arg.tag, GraphArgKind::Unknown);
  std::optional<DType> dtype;
  read_dtype(place["dtype_id"], dtype);
  if (dtype) arg.dtype = *dtype;
  place["field_dim"].get(arg.field_dim);
  place["element_shape"].get(arg.element_shape);
}

Result<> read_graphs(const Source& source, Package& package) {
  TS_TRY_ASSIGN(json, parse(source, "graphs.json"));
  Problem problem{source.name + "/graphs.json", {}};
  Place top(json, problem);
  top.each([&](const Place& entry) {
    Graph& graph = package.graphs.emplace_back();
    entry["key"].get(graph.name);
    Place value = entry["value"];
    Place dispatches = value["dispatches"];
    dispatches.each([&](const Place& item) {
      Dispatch& dispatch = graph.dispatches.emplace_back();
      item["kernel_name"].get(dispatch.kernel_name);
      Place args = item["symbolic_args"];
      args.each([&](const Place& arg) { read_graph_arg(arg, dispatch.args.emplace_back()); });
    });
  });
  if (problem.first) return *problem.first;
  return Ok{};
}

Result<> read_spirv(const Source& source, Task& task) {
  if (!is_file_stem(task.name))
    return Failure{source.name + ": task '" + task.name + "' has a name that is no name of a file"};
  std::string file = task.name + ".spv";
  TS_TRY_ASSIGN(bytes, source.read(file));
  if (bytes.size() % 4 != 0)
    return Failure{source.name + "/" + file + ": " + std::to_string(bytes.size()) +
                   " bytes are no whole number of words"};
  task.spirv.resize(bytes.size() / 4);
  auto byte = [&](size_t i) { return std::to_integer<uint32_t>(bytes[i]); };
  for (size_t i = 0; i < task.spirv.size(); ++i)
    task.spirv[i] =
        byte(4 * i) | byte(4 * i + 1) << 8 | byte(4 * i + 2) << 16 | byte(4 * i + 3) << 24;
  return Ok{};
}

// The text files, which a package may lack.
Result<> read_notes(const Source& source, Package& package) {
  package.version.clear();
  if (source.has("__version__")) {
    TS_TRY_ASSIGN(bytes, source.read("__version__"));
    package.version = as_text(bytes);
  }
  if (!source.has("__content__")) return Ok{};
  TS_TRY_ASSIGN(bytes, source.read("__content__"));
  std::string_view rest = as_text(bytes);
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    package.content.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return Ok{};
}

Result<Package> read_source(const Source& source) {
  if (source.has("metadata.tcb"))
    return Failure{source.name +
                   ": a CPU or CUDA export of Taichi, with LLVM code in place of SPIR-V; export it "
                   "again under ti.init(arch=ti.vulkan) or ti.metal"};
  if (!source.has("metadata.json"))
    return Failure{source.name + ": no package: it has no metadata.json"};
  Package package;
  TS_TRY(read_metadata(source, package));
  TS_TRY(read_graphs(source, package));
  TS_TRY(read_notes(source, package));
  for (Kernel& kernel : package.kernels)
    for (Task& task : kernel.tasks) TS_TRY(read_spirv(source, task));
  if (Result<> checked = check(package); !checked)
    return Failure{source.name + ": " + checked.failure().what};
  return package;
}

}  // namespace

Result<Package> read(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    TS_TRY_ASSIGN(bytes, read_file(path));
    return read_archive(bytes, path.string());
  }
  return read_source({path.string(),
                      [&](const std::string& name) { return fs::exists(path / name); },
                      [&](const std::string& name) { return read_file(path / name); }});
}

Result<Package> read_archive(std::span<const std::byte> bytes, std::string_view name) {
  std::string archive(name);
  if (!looks_like_zip(bytes))
    return Failure{archive + ": no package: neither a directory nor a .tcm archive"};
  TS_TRY_ASSIGN(files, unzip(bytes, name));
  auto read_entry = [&](const std::string& file) -> Result<std::vector<std::byte>> {
    auto entry = files.find(file);
    if (entry == files.end()) return Failure{archive + ": '" + file + "' is missing"};
    return std::vector<std::byte>(entry->second.begin(), entry->second.end());
  };
  return read_source(
      {archive, [&](const std::string& file) { return files.contains(file); }, read_entry});
}

Result<Package> read_files(std::span<const NamedFile> files, const std::string& name) {
  if (files.size() == 1 && files[0].name.ends_with(".tcm"))
    return read_archive(files[0].bytes, name + "/" + files[0].name);
  const auto find = [&](const std::string& wanted) {
    return ranges::find(files, wanted, &NamedFile::name);
  };
  return read_source({name, [&](const std::string& file) { return find(file) != files.end(); },
                      [&](const std::string& file) -> Result<std::vector<std::byte>> {
                        const auto found = find(file);
                        if (found != files.end()) return found->bytes;
                        return Failure{name + ": '" + file + "' is missing"};
                      }});
}

}  // namespace tinsmith::package
