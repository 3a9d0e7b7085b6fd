// SPDX-License-Identifier: Apache-2.0
// A package as a folder of Metal text: what the files are called, and the manifest that a host
// reads instead of guessing names, buffer indices and byte offsets.
#include <algorithm>
#include <set>

#include "msl/msl.h"
#include "support/json.h"
#include "support/sha256.h"

namespace tinsmith::msl {

namespace {

// Gives out file names. They are compared without case, as the file systems of Macs do.
class FileNames {
 public:
  // The wish with what is unfit for a file name replaced by '_', and a number where it is taken.
  std::string take(std::string_view wish) {
    std::string stem;
    for (char c : wish) stem += is_fit(c) ? c : '_';
    if (stem.empty() || stem.front() == '.') stem.insert(0, "_");
    for (unsigned n = 1;; ++n) {
      std::string candidate = n == 1 ? stem : stem + "_" + std::to_string(n);
      if (taken_.insert(lower(candidate)).second) return candidate;
    }
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool is_fit(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  }
  static std::string lower(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }

  std::set<std::string> taken_;
};

std::string two_digits(size_t n) {
  std::string digits = std::to_string(n);
  return digits.size() < 2 ? "0" + digits : digits;
}

std::string wanted_stem(const package::Kernel& kernel, size_t task, Naming naming) {
  if (naming == Naming::ByTask) return kernel.tasks[task].name;
  return kernel.tasks.size() == 1 ? kernel.name : kernel.name + "_t" + two_digits(task);
}

std::string_view kind_name(package::BufferType type) {
  switch (type) {
    case package::BufferType::Root: return "root";
    case package::BufferType::GlobalTmps: return "temporaries";
    case package::BufferType::Args: return "args";
    case package::BufferType::Rets: return "rets";
    case package::BufferType::ListGen: return "list";
    case package::BufferType::ExtArr: return "ndarray";
    case package::BufferType::ArgPack: return "argpack";
  }
  return "unknown";
}

template <class T>
Json list_of(const std::vector<T>& values) {
  return Json(Json::Array(values.begin(), values.end()));
}

Json describe_buffer(const package::BufferBinding& buffer, const BufferIndex& index) {
  Json json;
  json.set("kind", kind_name(buffer.type));
  if (buffer.type == package::BufferType::Root && !buffer.root_id.empty()) {
    json.set("tree", buffer.root_id.front());
  }
  if (buffer.type == package::BufferType::ExtArr || buffer.type == package::BufferType::ArgPack) {
    json.set("argument", list_of(buffer.root_id));
    if (buffer.gradient) json.set("gradient", true);
  }
  json.set("binding", buffer.binding);
  json.set("index", index.index ? Json(*index.index) : Json());
  return json;
}

Json describe_task(const package::Task& task, const Source& source, const std::string& file) {
  Json json;
  json.set("task", task.name);
  json.set("file", file);
  json.set("sha256", sha256_hex(source.text));
  json.set("entry", source.entry);
  json.set("threads", task.threads);
  json.set("group_size", task.group_size);
  Json buffers{Json::Array{}};
  for (size_t i = 0; i < task.buffers.size(); ++i) {
    buffers.push(describe_buffer(task.buffers[i], source.buffers[i]));
  }
  json.set("buffers", std::move(buffers));
  return json;
}

Json describe_arguments(const package::Kernel& kernel) {
  Json args{Json::Array{}};
  for (const package::Arg& arg : kernel.args) {
    Json json;
    json.set("name", arg.name);
    json.set("index", list_of(arg.indices));
    if (arg.dtype) json.set("dtype", name(*arg.dtype));
    json.set("is_array", arg.is_array);
    size_t member = arg.indices.size() == 1 ? static_cast<size_t>(arg.indices[0]) : SIZE_MAX;
    if (member < kernel.args_type.members.size()) {
      json.set("offset", kernel.args_type.members[member].offset);
    }
    args.push(std::move(json));
  }
  return args;
}

Json describe_field(const package::Field& field) {
  Json json;
  json.set("name", field.name);
  json.set("dtype", name(field.dtype));
  json.set("shape", list_of(field.shape));
  json.set("element_shape", list_of(field.element_shape));
  json.set("offset", field.offset);
  return json;
}

Json describe_target(const package::Package& package, const Options& options) {
  const metallib::Target& target = options.target;
  Json json;
  json.set("format", 1);
  json.set("target", target.name);
  json.set("msl",
           std::to_string(target.text_msl_major) + "." + std::to_string(target.text_msl_minor));
  json.set("numbering", name(options.numbering));
  json.set("package_version", package.version);
  json.set("root_bytes", package.root_buffer_size);
  return json;
}

}  // namespace

std::string_view name(Numbering numbering) {
  return numbering == Numbering::Binding ? "binding" : "auto";
}

Result<std::vector<NamedFile>> bundle(const package::Package& package, const Options& options,
                                      Naming naming) {
  std::vector<NamedFile> files;
  FileNames names;
  Json kernels{Json::Array{}};
  for (const package::Kernel& kernel : package.kernels) {
    Json tasks{Json::Array{}};
    for (size_t i = 0; i < kernel.tasks.size(); ++i) {
      Result<Source> source = convert(kernel.tasks[i], options);
      if (!source) {
        return Failure{"kernel " + kernel.name + ": " + source.failure().what,
                       source.failure().blame};
      }
      std::string file = names.take(wanted_stem(kernel, i, naming)) + ".metal";
      tasks.push(describe_task(kernel.tasks[i], *source, file));
      files.push_back({file, to_bytes(source->text)});
    }
    Json json;
    json.set("name", kernel.name);
    json.set("args_bytes", kernel.args_bytes);
    json.set("rets_bytes", kernel.rets_bytes);
    json.set("arguments", describe_arguments(kernel));
    json.set("tasks", std::move(tasks));
    kernels.push(std::move(json));
  }
  Json manifest = describe_target(package, options);
  Json fields{Json::Array{}};
  for (const package::Field& field : package.fields) fields.push(describe_field(field));
  manifest.set("fields", std::move(fields));
  manifest.set("kernels", std::move(kernels));
  files.push_back({"manifest.json", to_bytes(to_text(manifest, JsonStyle::Indented))});
  return files;
}

}  // namespace tinsmith::msl
