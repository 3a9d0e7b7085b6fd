// SPDX-License-Identifier: Apache-2.0
// README.md describes the format for those who read it elsewhere.
#include "bundle/manifest.h"

#include "bundle/words.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

template <class T>
Json list(const std::vector<T>& values) {
  return Json(Json::Array(values.begin(), values.end()));
}

template <class T, class Make>
Json list(const std::vector<T>& values, Make make) {
  Json::Array out;
  for (const T& value : values) out.push_back(make(value));
  return Json(std::move(out));
}

// "f32"; {"pointer": type}; {"tensor": type, "shape": […]}; {"struct": [member…], "layout": …}.
Json type_json(const package::BlockType& type) {
  using Kind = package::BlockType::Kind;
  auto inner = [&] { return type.members.empty() ? Json() : type_json(type.members[0].type); };
  Json json;
  switch (type.kind) {
    case Kind::Primitive: return name(type.dtype);
    case Kind::Pointer: json.set("pointer", inner()); break;
    case Kind::Tensor:
      json.set("tensor", inner());
      json.set("shape", list(type.tensor_shape));
      break;
    case Kind::Struct:
    case Kind::ArgPack:
      json.set(type.kind == Kind::Struct ? "struct" : "argpack",
               list(type.members, [](const package::BlockType::Member& member) {
                 Json out;
                 out.set("name", member.name);
                 out.set("offset", member.offset);
                 out.set("type", type_json(member.type));
                 return out;
               }));
      json.set("layout", type.layout);
      break;
  }
  return json;
}

Json buffer_json(const package::BufferBinding& buffer, package::ArrayAccess access,
                 std::optional<uint32_t> index) {
  Json json;
  json.set("kind", word(buffer.type));
  if (buffer.type == package::BufferType::Root && !buffer.root_id.empty()) {
    json.set("tree", buffer.root_id.front());
  }
  if (buffer.type == package::BufferType::ExtArr || buffer.type == package::BufferType::ArgPack) {
    json.set("argument", list(buffer.root_id));
    if (buffer.gradient) json.set("gradient", true);
  }
  json.set("binding", buffer.binding);
  json.set("access", word(access));
  json.set("index", index ? Json(*index) : Json());
  return json;
}

Json bound_json(int32_t value, bool is_constant) {
  if (is_constant) return value;
  Json json;
  json.set("temporaries", value);
  return json;
}

Json text_json(const std::string& file, std::string_view content) {
  Json json;
  json.set("file", file);
  json.set("sha256", sha256_hex(content));
  return json;
}

// What the task's SPIR-V does with the buffer; nothing where it does not know the binding.
package::ArrayAccess access_of(const package::BufferBinding& buffer,
                               const package::SpirvFacts& facts) {
  uint32_t access = package::kNoAccess;
  for (const package::SpirvFacts::Binding& binding : facts.bindings) {
    if (binding.binding != buffer.binding) continue;
    access |= (binding.read ? package::kRead : 0u) | (binding.written ? package::kWrite : 0u);
  }
  return static_cast<package::ArrayAccess>(access);
}

Result<Json> task_json(const package::Task& task, const ConvertedTask& converted,
                       const TaskNames& names) {
  TS_TRY_ASSIGN(facts, package::inspect_spirv(task.spirv));
  Json json;
  json.set("task", task.name);
  json.set("type", word(task.type));
  if (converted.function) {
    Json library;
    library.set("file", names.library);
    library.set("function", names.function);
    json.set("library", std::move(library));
  }
  if (!converted.text.empty()) {
    Json text = text_json(names.stem + ".metal", converted.text);
    text.set("entry", converted.text_entry);
    json.set("text", std::move(text));
  }
  if (!converted.air_text.empty()) {
    json.set("air", text_json(names.stem + ".ll", converted.air_text));
  }
  json.set("threads", task.threads);
  json.set("group_size", task.group_size);
  if (task.range) {
    json.set("begin", bound_json(task.range->begin, task.range->const_begin));
    json.set("end", bound_json(task.range->end, task.range->const_end));
  }
  Json buffers{Json::Array{}};
  for (size_t i = 0; i < task.buffers.size(); ++i) {
    const package::BufferBinding& buffer = task.buffers[i];
    buffers.push(buffer_json(buffer, access_of(buffer, facts), converted.indices[i]));
  }
  json.set("buffers", std::move(buffers));
  return json;
}

Json argument_json(const package::Kernel& kernel, const package::Arg& arg) {
  Json json;
  json.set("name", arg.name);
  json.set("index", list(arg.indices));
  json.set("kind", word(arg.kind));
  if (arg.dtype) json.set("dtype", name(*arg.dtype));
  if (arg.is_argpack) json.set("is_argpack", true);
  if (arg.kind == package::ArgKind::Ndarray) json.set("dimensions", arg.field_dim);
  if (!arg.element_shape.empty()) json.set("element_shape", list(arg.element_shape));
  if (arg.access != package::kNoAccess) {
    json.set("access", word(static_cast<package::ArrayAccess>(arg.access)));
  }
  size_t member = arg.indices.size() == 1 ? static_cast<size_t>(arg.indices[0]) : SIZE_MAX;
  if (member < kernel.args_type.members.size()) {
    json.set("offset", kernel.args_type.members[member].offset);
  }
  return json;
}

Json field_json(const package::Field& field) {
  Json json;
  json.set("name", field.name);
  json.set("dtype", name(field.dtype));
  json.set("shape", list(field.shape));
  json.set("element_shape", list(field.element_shape));
  json.set("offset", field.offset);
  return json;
}

Json graph_argument_json(const package::GraphArg& arg) {
  Json json;
  json.set("name", arg.name);
  json.set("kind", word(arg.tag));
  json.set("dtype", name(arg.dtype));
  json.set("dimensions", arg.field_dim);
  json.set("element_shape", list(arg.element_shape));
  return json;
}

Json graph_json(const package::Graph& graph) {
  Json json;
  json.set("name", graph.name);
  json.set("dispatches", list(graph.dispatches, [](const package::Dispatch& dispatch) {
             Json out;
             out.set("kernel", dispatch.kernel_name);
             out.set("arguments", list(dispatch.args, graph_argument_json));
             return out;
           }));
  return json;
}

Json kernel_json(const package::Kernel& kernel, Json tasks) {
  Json json;
  json.set("name", kernel.name);
  if (!kernel.doc.empty()) json.set("doc", kernel.doc);
  if (!kernel.gradient_of.empty()) json.set("gradient_of", kernel.gradient_of);
  json.set("args_bytes", kernel.args_bytes);
  json.set("rets_bytes", kernel.rets_bytes);
  json.set("arguments",
           list(kernel.args, [&](const package::Arg& arg) { return argument_json(kernel, arg); }));
  json.set("args_type", type_json(kernel.args_type));
  json.set("rets_type", type_json(kernel.rets_type));
  if (!kernel.argpack_types.empty()) {
    Json packs{Json::Array{}};
    for (const auto& [path, type] : kernel.argpack_types) {
      Json pack;
      pack.set("argument", list(path));
      pack.set("type", type_json(type));
      packs.push(std::move(pack));
    }
    json.set("argpacks", std::move(packs));
  }
  json.set("tasks", std::move(tasks));
  return json;
}

Json target_json(const metallib::Target& target) {
  Json json;
  json.set("name", target.name);
  json.set("platform", metallib::name(target.platform));
  json.set("os", target.os);
  json.set("air", version_text(target.air_major, target.air_minor));
  json.set("msl", version_text(target.msl_major, target.msl_minor));
  return json;
}

}  // namespace

std::string version_text(uint16_t major, uint16_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

Result<Json> manifest_json(const package::Package& package, std::span<const ConvertedTask> tasks,
                           std::span<const TaskNames> names, std::span<const FileHash> libraries,
                           const Options& options) {
  TS_TRY_ASSIGN(hash, fingerprint(package));
  Json json;
  json.set("format", kFormat);
  json.set("target", target_json(options.target));
  json.set("numbering", options.numbering);
  if (options.native_float_atomics) json.set("native_float_atomics", true);
  json.set("package_sha256", hash);
  json.set("package_version", package.version);
  json.set("root_bytes", package.root_buffer_size);
  Json files{Json::Array{}};
  for (const FileHash& library : libraries) {
    Json one;
    one.set("file", library.file);
    one.set("sha256", library.sha256);
    files.push(std::move(one));
  }
  json.set("libraries", std::move(files));
  json.set("fields", list(package.fields, field_json));
  Json kernels{Json::Array{}};
  size_t at = 0;
  for (const package::Kernel& kernel : package.kernels) {
    Json described{Json::Array{}};
    for (const package::Task& task : kernel.tasks) {
      TS_TRY_ASSIGN(one, task_json(task, tasks[names[at].first], names[at]));
      described.push(std::move(one));
      ++at;
    }
    kernels.push(kernel_json(kernel, std::move(described)));
  }
  json.set("kernels", std::move(kernels));
  json.set("graphs", list(package.graphs, graph_json));
  return json;
}

Json index_json(std::span<const VariantEntry> variants) {
  Json list{Json::Array{}};
  for (const VariantEntry& variant : variants) {
    Json one;
    one.set("folder", variant.folder);
    one.set("target", variant.target);
    one.set("native_float_atomics", variant.native_float_atomics);
    one.set("sha256", variant.sha256);
    list.push(std::move(one));
  }
  Json json;
  json.set("format", kFormat);
  json.set("variants", std::move(list));
  return json;
}

}  // namespace tinsmith::bundle
