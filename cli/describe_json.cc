// SPDX-License-Identifier: Apache-2.0
// `tinsmith inspect --json`. Names here are an interface: add, do not rename.
#include "cli/describe.h"
#include "cli/words.h"

namespace tinsmith::cli {

namespace {

template <class T>
Json list_of(const std::vector<T>& values) {
  return Json(Json::Array(values.begin(), values.end()));
}

std::string version_text(uint32_t spirv) {
  return std::to_string(spirv >> 16) + "." + std::to_string((spirv >> 8) & 0xff);
}

Json json_of(const package::Field& field) {
  Json json;
  json.set("name", field.name);
  json.set("dtype", name(field.dtype));
  json.set("shape", list_of(full_shape(field)));
  json.set("element_axes", full_shape(field).size() - field.shape.size());
  json.set("offset", field.offset);
  json.set("bytes", field.elements() * bytes(field.dtype));
  return json;
}

Json json_of(const package::Task& task) {
  Json json;
  json.set("name", task.name);
  json.set("kind", word(task.type));
  json.set("threads", task.threads);
  json.set("group_size", task.group_size);
  if (task.range) {
    Json range;
    range.set("begin", task.range->begin);
    range.set("end", task.range->end);
    range.set("const_begin", task.range->const_begin);
    range.set("const_end", task.range->const_end);
    json.set("range", std::move(range));
  }
  Json buffers{Json::Array{}};
  for (size_t i = 0; i < task.buffers.size(); ++i) {
    const package::BufferBinding& b = task.buffers[i];
    Json buffer;
    buffer.set("binding", b.binding);
    buffer.set("kind", word(b.type));
    buffer.set("id", list_of(b.root_id));
    if (b.gradient) buffer.set("gradient", true);
    if (task.metal && task.metal->indices[i]) buffer.set("index", *task.metal->indices[i]);
    buffers.push(std::move(buffer));
  }
  json.set("buffers", std::move(buffers));
  if (task.metal) json.set("function", task.metal->name);
  return json;
}

Json json_of(const package::Kernel& kernel) {
  Json json;
  json.set("name", kernel.name);
  if (!kernel.doc.empty()) json.set("doc", kernel.doc);
  if (!kernel.gradient_of.empty()) json.set("gradient_of", kernel.gradient_of);
  json.set("args_bytes", kernel.args_bytes);
  json.set("rets_bytes", kernel.rets_bytes);
  Json args{Json::Array{}};
  for (const package::Arg& arg : kernel.args) {
    Json one;
    one.set("name", arg.name);
    one.set("type", type_text(kernel, arg));
    if (arg.dtype) one.set("dtype", name(*arg.dtype));
    if (arg.is_array) {
      one.set("axes", arg.field_dim);
      one.set("element_shape", list_of(arg.element_shape));
    }
    const package::BlockType::Member* member = member_of(kernel, arg);
    if (member != nullptr) one.set("offset", member->offset);
    args.push(std::move(one));
  }
  json.set("args", std::move(args));
  Json tasks{Json::Array{}};
  for (const package::Task& task : kernel.tasks) tasks.push(json_of(task));
  json.set("tasks", std::move(tasks));
  return json;
}

Json json_of(const package::Graph& graph) {
  Json json;
  json.set("name", graph.name);
  Json dispatches{Json::Array{}};
  for (const package::Dispatch& dispatch : graph.dispatches) {
    Json one;
    one.set("kernel", dispatch.kernel_name);
    Json args{Json::Array{}};
    for (const package::GraphArg& arg : dispatch.args) args.push(arg.name);
    one.set("args", std::move(args));
    dispatches.push(std::move(one));
  }
  json.set("dispatches", std::move(dispatches));
  return json;
}

template <class T>
Json all_of(const std::vector<T>& values) {
  Json list{Json::Array{}};
  for (const T& value : values) list.push(json_of(value));
  return list;
}

}  // namespace

Json json_of(const package::Package& package, const Needs& needs) {
  Json json;
  json.set("version", package.version);
  json.set("root_bytes", package.root_buffer_size);
  json.set("spirv", version_text(needs.spirv_version));
  json.set("capabilities", list_of(needs.capabilities));
  json.set("extensions", list_of(needs.extensions));
  json.set("fields", all_of(package.fields));
  json.set("kernels", all_of(package.kernels));
  json.set("graphs", all_of(package.graphs));
  return json;
}

Json json_of(const bundle::Bundle& bundle, const bundle::Variants& variants) {
  Json all{Json::Array{}};
  for (const bundle::Bundle& one : variants.bundles) {
    Json variant;
    variant.set("target", one.target.name);
    variant.set("native_float_atomics", one.native_float_atomics);
    variant.set("numbering", one.numbering);
    variant.set("libraries", list_of(one.libraries));
    all.push(std::move(variant));
  }
  Json json;
  json.set("variants", std::move(all));
  json.set("package_sha256", bundle.fingerprint);
  json.set("root_bytes", bundle.package.root_buffer_size);
  json.set("fields", all_of(bundle.package.fields));
  json.set("kernels", all_of(bundle.package.kernels));
  json.set("graphs", all_of(bundle.package.graphs));
  return json;
}

Json json_of(const package::SpirvFacts& facts) {
  Json json;
  json.set("spirv", version_text(facts.version));
  json.set("capabilities", list_of(facts.capabilities));
  json.set("extensions", list_of(facts.extensions));
  json.set("group_size", Json::Array(std::begin(facts.local_size), std::end(facts.local_size)));
  Json bindings{Json::Array{}};
  for (const auto& binding : facts.bindings) {
    Json one;
    one.set("set", binding.set);
    one.set("binding", binding.binding);
    one.set("kind", binding.uniform ? "uniform" : "storage");
    bindings.push(std::move(one));
  }
  json.set("bindings", std::move(bindings));
  return json;
}

}  // namespace tinsmith::cli
