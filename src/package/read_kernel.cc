// SPDX-License-Identifier: Apache-2.0
// Kernels of metadata.json: tasks, arguments and the types of their blocks.
#include "package/read_kernel.h"

#include <algorithm>
#include <map>

namespace tinsmith::package {

namespace {

constexpr uint32_t kUnknownType = 13;
using Path = std::vector<int32_t>;

// Maps come as arrays of {"key": …, "value": …}, in no order. visit(path, value) for each.
template <class Visit>
void each_by_path(const Place& map, Visit visit) {
  map.each([&](const Place& entry) {
    Place key = entry["key"], value = entry["value"];
    Path path;
    key.get(path);
    if (path.empty() || path.front() < 0) return key.fail("expected the index of an argument");
    visit(path, value);
  });
}

void read_members(const Place& content, BlockType& type);

void read_type(const Place& place, BlockType& type) {
  enum Kinds : uint32_t { kPrimitive, kPointer, kTensor, kStruct, kArgPack, kQuantInt };
  Place kind = place["type_kind"], content = place["content"];
  uint32_t k = kStruct;
  kind.get(k);
  if (k >= kQuantInt) return kind.fail("quantised types are not supported");
  type.kind = static_cast<BlockType::Kind>(k);
  switch (type.kind) {
    case BlockType::Kind::Primitive: read_dtype(content["type"], type.dtype); break;
    case BlockType::Kind::Pointer: {
      Place pointee = content["pointee_"];
      if (pointee.present()) read_type(pointee, type.members.emplace_back().type);
      break;
    }
    case BlockType::Kind::Tensor: {
      Place element = content["element_"];
      content["shape_"].get(type.tensor_shape);
      read_type(element, type.members.emplace_back().type);
      break;
    }
    case BlockType::Kind::Struct:
    case BlockType::Kind::ArgPack: read_members(content, type); break;
  }
}

void read_members(const Place& content, BlockType& type) {
  content["layout_"].get(type.layout);
  Place elements = content["elements_"];
  elements.each([&](const Place& element) {
    BlockType::Member& member = type.members.emplace_back();
    element["name"].get(member.name);
    element["offset"].get(member.offset);
    Place member_type = element["type"];
    if (!member_type.present()) return element.fail("a member has no type");
    read_type(member_type, member.type);
  });
}

Arg read_arg(const Path& path, const Place& place) {
  Arg arg;
  arg.indices = path;
  place["name"].get(arg.name);
  place["ptype"].get_enum(arg.kind, ArgKind::Unknown);
  read_dtype(place["dtype"], arg.dtype);
  place["is_array"].get(arg.is_array);
  // Genuine Taichi puts an underscore before the names of arrays.
  if (arg.is_array && arg.name.starts_with('_')) arg.name.erase(0, 1);
  place["is_argpack"].get(arg.is_argpack);
  place["element_shape"].get(arg.element_shape);
  place["field_dim"].get(arg.field_dim);
  place["format"].get(arg.format);
  return arg;
}

void read_args(const Place& context, Kernel& kernel) {
  std::map<Path, Arg> by_path;
  Place attributes = context["arg_attribs_vec_"], access = context["arr_access"];
  each_by_path(attributes, [&](const Path& path, const Place& value) {
    if (!by_path.emplace(path, read_arg(path, value)).second)
      value.fail("a second argument at the same index");
  });
  each_by_path(access, [&](const Path& path, const Place& value) {
    auto arg = by_path.find(path);
    if (arg == by_path.end()) return;
    value.get(arg->second.access);
    if (arg->second.access > kReadWrite) value.fail("unknown value");
  });
  for (auto& [path, arg] : by_path) {
    if (path.size() > 1) continue;  // members of a pack are described by its type
    if (static_cast<size_t>(path.front()) != kernel.args.size())
      return attributes.fail("no argument with index " + std::to_string(kernel.args.size()));
    kernel.args.push_back(std::move(arg));
  }
}

void read_context(const Place& context, Kernel& kernel) {
  Place args = context["args_type_"], rets = context["rets_type_"];
  if (!args.present())
    return context.fail(
        "no args_type_: this is the format of Taichi 1.4 to 1.6; export it again with 1.7");
  read_type(args, kernel.args_type);
  if (rets.present()) read_type(rets, kernel.rets_type);
  context["args_bytes_"].get(kernel.args_bytes);
  context["rets_bytes_"].get(kernel.rets_bytes);
  read_args(context, kernel);
  Place packs = context["argpack_types_"];
  each_by_path(packs, [&](const Path& path, const Place& value) {
    read_type(value, kernel.argpack_types[path]);
  });
}

void read_buffer(const Place& place, BufferBinding& out) {
  place["binding"].get(out.binding);
  place["gradient"].get(out.gradient);
  Place buffer = place["buffer"];
  buffer["type"].get_enum(out.type, BufferType::ArgPack);
  buffer["root_id"].get(out.root_id);
}

void read_task(const Place& place, Task& task) {
  place["name"].get(task.name);
  place["task_type"].get_enum(task.type, TaskType::Gc);
  place["advisory_total_num_threads"].get(task.threads);
  place["advisory_num_threads_per_group"].get(task.group_size);
  Place buffers = place["buffer_binds"], textures = place["texture_binds"];
  buffers.each([&](const Place& buffer) { read_buffer(buffer, task.buffers.emplace_back()); });
  textures.each([&](const Place& texture) {
    TextureBinding& out = task.textures.emplace_back();
    texture["arg_id"].get(out.arg_id);
    texture["binding"].get(out.binding);
    texture["is_storage"].get(out.is_storage);
  });
  Place range = place["range_for_attribs"];
  if (!range.present()) return;
  RangeFor& out = task.range.emplace();
  range["begin"].get(out.begin);
  range["end"].get(out.end);
  range["const_begin"].get(out.const_begin);
  range["const_end"].get(out.const_end);
}

// Text with its backslashes: a list of the pieces between them, because genuine readers know no
// escape for one.
void read_doc(const Place& place, std::string& doc) {
  if (!place.present() || place.json()->as_array() == nullptr) return place.get(doc);
  std::vector<std::string> pieces;
  place.get(pieces);
  for (size_t i = 0; i < pieces.size(); ++i) doc += (i > 0 ? "\\" : "") + pieces[i];
}

}  // namespace

void read_dtype(const Place& place, std::optional<DType>& out) {
  uint32_t number = kUnknownType;
  place.get(number);
  if (number <= static_cast<uint32_t>(DType::U64)) {
    out = static_cast<DType>(number);
  } else if (number != kUnknownType) {
    place.fail("unknown type number " + std::to_string(number));
  }
}

void read_dtype(const Place& place, DType& out) {
  std::optional<DType> type;
  read_dtype(place, type);
  if (!type) return place.fail("expected the number of a scalar type");
  out = *type;
}

Kernel read_kernel(const Place& place) {
  Kernel kernel;
  place["name"].get(kernel.name);
  read_doc(place["doc"], kernel.doc);
  place["gradient_of"].get(kernel.gradient_of);
  Place context = place["ctx_attribs"], tasks = place["tasks_attribs"];
  read_context(context, kernel);
  tasks.each([&](const Place& task) { read_task(task, kernel.tasks.emplace_back()); });
  return kernel;
}

}  // namespace tinsmith::package
