// SPDX-License-Identifier: Apache-2.0
// Keys that carry nothing are written too, for genuine readers.
#include "package/write_json.h"

#include <algorithm>

namespace tinsmith::package {

namespace {

constexpr int kUnknownType = 13, kI32 = 5, kUnknownArg = 5;

template <class E>
Json number(E value) {
  return static_cast<uint32_t>(value);
}

template <class T>
Json list(const std::vector<T>& items) {
  Json::Array out;
  for (const T& item : items) out.emplace_back(item);
  return out;
}

template <class T, class Make>
Json list(const std::vector<T>& items, Make make) {
  Json::Array out;
  for (const T& item : items) out.push_back(make(item));
  return out;
}

Json entry(Json key, Json value) {
  return Json::Object{{"key", std::move(key)}, {"value", std::move(value)}};
}

Json type_json(const BlockType& type) {
  Json content;
  switch (type.kind) {
    case BlockType::Kind::Primitive: content.set("type", number(type.dtype)); break;
    case BlockType::Kind::Pointer:
      content.set("addr_space_", 0).set("is_bit_pointer_", false);
      content.set("pointee_", type.members.empty() ? Json() : type_json(type.members[0].type));
      break;
    case BlockType::Kind::Tensor:
      content.set("element_", type.members.empty() ? Json() : type_json(type.members[0].type));
      content.set("shape_", list(type.tensor_shape));
      break;
    case BlockType::Kind::Struct:
    case BlockType::Kind::ArgPack:
      content.set("elements_", list(type.members, [](const BlockType::Member& member) -> Json {
                    return Json::Object{{"name", member.name},
                                        {"offset", member.offset},
                                        {"type", type_json(member.type)}};
                  }));
      content.set("layout_", type.layout);
      break;
  }
  return Json::Object{{"content", std::move(content)}, {"type_kind", number(type.kind)}};
}

Json field_json(const Field& field) {
  return Json::Object{{"dtype", number(field.dtype)},
                      {"dtype_name", name(field.dtype)},
                      {"element_shape", list(field.element_shape)},
                      {"field_name", field.name},
                      {"is_scalar", field.is_scalar},
                      {"mem_offset_in_parent", field.offset},
                      {"shape", list(field.shape)}};
}

Json arg_json(const Arg& arg) {
  Json value = Json::Object{{"dtype", arg.dtype ? number(*arg.dtype) : Json(kUnknownType)},
                            {"element_shape", list(arg.element_shape)},
                            {"field_dim", arg.field_dim},
                            {"format", arg.format},
                            {"indices", list(arg.indices)},
                            {"is_argpack", arg.is_argpack},
                            {"is_array", arg.is_array},
                            {"name", (arg.is_array ? "_" : "") + arg.name},
                            {"offset_in_mem", 0},
                            {"ptype", number(arg.kind)},
                            {"stride", 0}};
  return entry(list(arg.indices), std::move(value));
}

// The one entry that says that there is a result, and nothing about it.
Json result_json() {
  return Json::Object{{"dtype", kI32},        {"element_shape", Json::Array{}},
                      {"field_dim", 0},       {"format", 0},
                      {"index", -1},          {"is_array", false},
                      {"name", ""},           {"offset_in_mem", 0},
                      {"ptype", kUnknownArg}, {"stride", 0}};
}

Json context_json(const Kernel& kernel) {
  Json::Array packs, results;
  for (const auto& [path, type] : kernel.argpack_types)
    packs.push_back(entry(list(path), type_json(type)));
  if (!kernel.rets_type.members.empty()) results.push_back(result_json());
  auto access = [](const Arg& arg) { return entry(list(arg.indices), arg.access); };
  return Json::Object{{"arg_attribs_vec_", list(kernel.args, arg_json)},
                      {"argpack_types_", std::move(packs)},
                      {"args_bytes_", kernel.args_bytes},
                      {"args_type_", type_json(kernel.args_type)},
                      {"arr_access", list(kernel.args, access)},
                      {"ret_attribs_vec_", std::move(results)},
                      {"rets_bytes_", kernel.rets_bytes},
                      {"rets_type_", type_json(kernel.rets_type)}};
}

Json buffer_json(const BufferBinding& buffer) {
  Json out = Json::Object{
      {"binding", buffer.binding},
      {"buffer", Json::Object{{"root_id", list(buffer.root_id)}, {"type", number(buffer.type)}}}};
  if (buffer.gradient) out.set("gradient", true);
  return out;
}

Json texture_json(const TextureBinding& texture) {
  return Json::Object{{"arg_id", list(texture.arg_id)},
                      {"binding", texture.binding},
                      {"is_storage", texture.is_storage}};
}

Json range_json(const RangeFor& range) {
  return Json::Object{{"begin", range.begin},
                      {"const_begin", range.const_begin},
                      {"const_end", range.const_end},
                      {"end", range.end}};
}

Json task_json(const Task& task) {
  return Json::Object{{"advisory_num_threads_per_group", task.group_size},
                      {"advisory_total_num_threads", task.threads},
                      {"buffer_binds", list(task.buffers, buffer_json)},
                      {"name", task.name},
                      {"range_for_attribs", task.range ? range_json(*task.range) : Json()},
                      {"task_type", number(task.type)},
                      {"texture_binds", list(task.textures, texture_json)}};
}

// A string, or a list of the pieces between its backslashes.
Json doc_json(const std::string& doc) {
  if (doc.find('\\') == doc.npos) return doc;
  Json::Array pieces;
  for (size_t at = 0; at <= doc.size();) {
    size_t end = std::min(doc.find('\\', at), doc.size());
    pieces.emplace_back(doc.substr(at, end - at));
    at = end + 1;
  }
  return pieces;
}

Json kernel_json(const Kernel& kernel) {
  Json out{Json::Object{{"ctx_attribs", context_json(kernel)}}};
  if (!kernel.doc.empty()) out.set("doc", doc_json(kernel.doc));
  if (!kernel.gradient_of.empty()) out.set("gradient_of", kernel.gradient_of);
  out.set("is_jit_evaluator", false);
  out.set("name", kernel.name);
  return out.set("tasks_attribs", list(kernel.tasks, task_json));
}

Json graph_arg_json(const GraphArg& arg) {
  return Json::Object{{"dtype_id", number(arg.dtype)},
                      {"element_shape", list(arg.element_shape)},
                      {"field_dim", arg.field_dim},
                      {"name", arg.name},
                      {"num_channels", 0},
                      {"tag", number(arg.tag)}};
}

Json dispatch_json(const Dispatch& dispatch) {
  return Json::Object{{"kernel_name", dispatch.kernel_name},
                      {"symbolic_args", list(dispatch.args, graph_arg_json)}};
}

}  // namespace

Json metadata_json(const Package& package) {
  Json::Array caps;
  for (const auto& [name, level] : package.required_caps) caps.push_back(entry(name, level));
  return Json::Object{{"fields", list(package.fields, field_json)},
                      {"kernels", list(package.kernels, kernel_json)},
                      {"required_caps", std::move(caps)},
                      {"root_buffer_size", package.root_buffer_size}};
}

Json graphs_json(const Package& package) {
  return list(package.graphs, [](const Graph& graph) {
    return entry(graph.name, Json::Object{{"dispatches", list(graph.dispatches, dispatch_json)}});
  });
}

}  // namespace tinsmith::package
