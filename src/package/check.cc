// SPDX-License-Identifier: Apache-2.0
#include "package/check.h"

#include <algorithm>
#include <set>

#include "support/ranges.h"

namespace tinsmith::package {

namespace {

constexpr uint64_t kTemporariesBytes = 1 << 20;  // the buffer of global temporaries
constexpr uint64_t kMaxBlockBytes = 1 << 20;     // of arguments or results: far beyond any device
constexpr uint32_t kMaxBinding = 1023;           // drivers make tables up to the largest one
constexpr uint32_t kMetalBuffers = 31;           // Metal feature set tables: arguments of a stage
constexpr uint32_t kMostMetalThreads = 1024;     // of a group, on every GPU of Apple

uint64_t times(uint64_t a, uint64_t b) { return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b; }
uint64_t plus(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

std::string in_quotes(std::string_view name) { return "'" + std::string(name) + "'"; }
std::string text(uint64_t n) { return std::to_string(n); }

Failure at_kernel(const Kernel& kernel, const std::string& what) {
  return {"kernel " + in_quotes(kernel.name) + ": " + what};
}

// Bytes from the start of a block to the end of its last member. Pointers take 4 bytes, 8 under
// layouts ending in 'b'.
uint64_t extent(const BlockType& type, bool wide_pointers) {
  switch (type.kind) {
    case BlockType::Kind::Primitive: return bytes(type.dtype);
    case BlockType::Kind::Pointer: return wide_pointers ? 8 : 4;
    case BlockType::Kind::ArgPack: return wide_pointers ? 8 : 4;  // lies in a buffer of its own
    case BlockType::Kind::Tensor: {
      uint64_t n = type.members.empty() ? 0 : extent(type.members[0].type, wide_pointers);
      for (uint32_t size : type.tensor_shape) n = times(n, size);
      return n;
    }
    case BlockType::Kind::Struct: {
      uint64_t end = 0;
      for (const BlockType::Member& member : type.members)
        end = std::max(end, plus(member.offset, extent(member.type, wide_pointers)));
      return end;
    }
  }
  return UINT64_MAX;
}

Result<> check_block(const Kernel& kernel, const BlockType& type, uint32_t size, const char* what) {
  const std::string& layout = type.layout;
  if (type.kind != BlockType::Kind::Struct || (layout != "1-" && layout != "1b" && layout != "4-"))
    return at_kernel(kernel,
                     std::string("unknown layout of the ") + what + " " + in_quotes(layout));
  if (size > kMaxBlockBytes)
    return at_kernel(kernel, "a block of " + text(size) + " bytes for " + what);
  uint64_t needed = extent(type, layout.back() == 'b');
  if (needed > size)
    return at_kernel(kernel, std::string("the ") + what + " need " + text(needed) +
                                 " bytes, their block has " + text(size));
  return Ok{};
}

bool is_i32(const BlockType::Member& member) {
  return member.type.kind == BlockType::Kind::Primitive && member.type.dtype == DType::I32;
}

// An ndarray argument is {shape: one i32 a dimension, pointer to the data [, pointer to the
// gradient]}.
bool is_ndarray_block(const BlockType& type, uint32_t dimensions) {
  if (type.kind != BlockType::Kind::Struct || type.members.size() < 2) return false;
  const BlockType& shape = type.members[0].type;
  return shape.kind == BlockType::Kind::Struct && shape.members.size() >= dimensions &&
         ranges::all_of(shape.members, is_i32) &&
         type.members[1].type.kind == BlockType::Kind::Pointer;
}

Result<> check_arg(const Kernel& kernel, size_t index) {
  const Arg& arg = kernel.args[index];
  const BlockType& type = kernel.args_type.members[index].type;
  auto bad = [&](const std::string& what) {
    return at_kernel(kernel, "argument " + in_quotes(arg.name) + " " + what);
  };
  if (arg.indices != std::vector<int32_t>{static_cast<int32_t>(index)})
    return bad("has another index than its place");
  if (arg.is_array != (arg.kind == ArgKind::Ndarray)) return bad("is an array and is none");
  if (arg.kind == ArgKind::Ndarray) {
    if (!arg.dtype) return bad("is an array of no known type");
    if (!is_ndarray_block(type, arg.field_dim))
      return bad("is an array of " + text(arg.field_dim) + " dimensions, args_type_ has another");
  }
  if (arg.kind == ArgKind::Scalar && !arg.is_argpack) {
    bool plain = type.kind == BlockType::Kind::Primitive;
    if (arg.dtype ? !plain || type.dtype != *arg.dtype : plain) return bad("has two types");
  }
  return Ok{};
}

Result<> check_args(const Kernel& kernel) {
  TS_TRY(check_block(kernel, kernel.args_type, kernel.args_bytes, "arguments"));
  TS_TRY(check_block(kernel, kernel.rets_type, kernel.rets_bytes, "results"));
  if (kernel.args.size() != kernel.args_type.members.size())
    return at_kernel(kernel, text(kernel.args.size()) + " arguments, args_type_ has " +
                                 text(kernel.args_type.members.size()));
  for (size_t i = 0; i < kernel.args.size(); ++i) TS_TRY(check_arg(kernel, i));
  return Ok{};
}

// One task against its kernel and its SPIR-V.
class TaskCheck {
 public:
  TaskCheck(const Kernel& kernel, const Task& task) : kernel_(kernel), task_(task) {}

  Result<> check() {
    if (!is_file_stem(task_.name)) return bad("its name cannot be the name of a file");
    if (task_.group_size == 0) return bad("an empty group");
    if ((task_.threads + task_.group_size - 1) / task_.group_size > UINT32_MAX ||
        task_.threads > UINT64_MAX - task_.group_size)
      return bad("too many threads");
    TS_TRY(range());
    for (const BufferBinding& buffer : task_.buffers) TS_TRY(check_buffer(buffer));
    for (const TextureBinding& texture : task_.textures) TS_TRY(check_texture(texture));
    return task_.metal && task_.spirv.empty() ? metal() : spirv();
  }

 private:
  Failure bad(const std::string& what) const {
    return at_kernel(kernel_, "task " + in_quotes(task_.name) + ": " + what);
  }

  Result<> range() {
    if (!task_.range) return Ok{};
    for (auto [value, is_constant] : {std::pair(task_.range->begin, task_.range->const_begin),
                                      std::pair(task_.range->end, task_.range->const_end)}) {
      if (is_constant) continue;
      if (value < 0 || value % 4 != 0 || uint64_t(value) + 4 > kTemporariesBytes)
        return bad("a loop bound outside of the temporaries");
    }
    return Ok{};
  }

  Result<> use_binding(uint32_t binding) {
    if (binding > kMaxBinding) return bad("binding " + text(binding) + " is too large");
    if (!bindings_.insert(binding).second) return bad("binding " + text(binding) + " twice");
    return Ok{};
  }

  const Arg* arg(const std::vector<int32_t>& path) const {
    if (path.size() != 1 || path[0] < 0) return nullptr;
    size_t index = static_cast<size_t>(path[0]);
    return index < kernel_.args.size() ? &kernel_.args[index] : nullptr;
  }

  Result<> check_buffer(const BufferBinding& buffer) {
    TS_TRY(use_binding(buffer.binding));
    auto wrong = [&](const std::string& what) {
      return bad("binding " + text(buffer.binding) + " " + what);
    };
    if (buffer.gradient && buffer.type != BufferType::ExtArr)
      return wrong("is the gradient of no array");
    switch (buffer.type) {
      case BufferType::Root:
        if (buffer.root_id.size() != 1 || buffer.root_id[0] < 0) return wrong("is no root buffer");
        if (buffer.root_id[0] > 0)
          return wrong(
              "is a field that no package can hold: declare all fields before the first "
              "kernel runs");
        break;
      case BufferType::ExtArr: {
        const Arg* array = arg(buffer.root_id);
        if (!array || array->kind != ArgKind::Ndarray) return wrong("is of no array argument");
        break;
      }
      case BufferType::ArgPack:
        if (!kernel_.argpack_types.contains(buffer.root_id)) return wrong("is of no known pack");
        break;
      case BufferType::Args:
        if (kernel_.args_bytes == 0) return wrong("is for arguments, and there are none");
        break;
      case BufferType::Rets:
        if (kernel_.rets_bytes == 0) return wrong("is for results, and there are none");
        break;
      case BufferType::GlobalTmps:
      case BufferType::ListGen: break;
    }
    return Ok{};
  }

  Result<> check_texture(const TextureBinding& texture) {
    TS_TRY(use_binding(texture.binding));
    const Arg* argument = arg(texture.arg_id);
    if (!argument || (argument->kind != ArgKind::Texture && argument->kind != ArgKind::RwTexture))
      return bad("binding " + text(texture.binding) + " is of no texture argument");
    return Ok{};
  }

  Result<> spirv() {
    Result<SpirvFacts> facts = inspect_spirv(task_.spirv);
    if (!facts) return bad(facts.failure().what);
    if (facts->local_size[0] != task_.group_size || facts->local_size[1] != 1 ||
        facts->local_size[2] != 1)
      return bad("its SPIR-V has groups of " + text(facts->local_size[0]) + "x" +
                 text(facts->local_size[1]) + "x" + text(facts->local_size[2]) +
                 " threads, the metadata says " + text(task_.group_size));
    for (const SpirvFacts::Binding& binding : facts->bindings) TS_TRY(match(binding));
    return Ok{};
  }

  Result<> match(const SpirvFacts::Binding& binding) {
    if (binding.set != 0) return bad("its SPIR-V uses descriptor set " + text(binding.set));
    auto buffer = ranges::find(task_.buffers, binding.binding, &BufferBinding::binding);
    auto texture = ranges::find(task_.textures, binding.binding, &TextureBinding::binding);
    bool is_buffer = buffer != task_.buffers.end(), is_texture = texture != task_.textures.end();
    if (!is_buffer && !is_texture)
      return bad("its SPIR-V uses binding " + text(binding.binding) +
                 ", which the metadata has not");
    bool block =
        is_buffer && (buffer->type == BufferType::Args || buffer->type == BufferType::ArgPack);
    if (binding.image != is_texture || binding.uniform != block)
      return bad("binding " + text(binding.binding) + " is of another kind in its SPIR-V");
    return Ok{};
  }

  // In place of the SPIR-V.
  Result<> metal() {
    const MetalFunction& function = *task_.metal;
    if (!function.air || function.air->empty()) return bad("its Metal function has no code");
    if (task_.group_size > kMostMetalThreads) return bad("a group is larger than Metal's");
    if (function.indices.size() != task_.buffers.size())
      return bad("another number of Metal indices than of buffers");
    std::set<uint32_t> taken;
    for (std::optional<uint32_t> index : function.indices) {
      if (!index) continue;
      if (*index >= kMetalBuffers) return bad("Metal has no buffer index " + text(*index));
      if (!taken.insert(*index).second) return bad("Metal buffer index " + text(*index) + " twice");
    }
    return Ok{};
  }

  const Kernel& kernel_;
  const Task& task_;
  std::set<uint32_t> bindings_;
};

uint64_t field_bytes(const Field& field) { return times(field.elements(), bytes(field.dtype)); }

Result<> check_field(const Package& package, const Field& field) {
  auto bad = [&](const std::string& what) {
    return Failure{"field " + in_quotes(field.name) + ": " + what};
  };
  if (field.is_scalar != field.element_shape.empty() ||
      (!field.is_scalar && field.element_shape.size() != 2))
    return bad("expected an element of two dimensions, or none for a scalar");
  uint64_t end = plus(field.offset, field_bytes(field));
  if (end > package.root_buffer_size)
    return bad("ends at byte " + text(end) + ", the root buffer has " +
               text(package.root_buffer_size));
  return Ok{};
}

// The format states where a field begins and no stride, so fields interleaved in one dense node
// look as if they lay upon each other. Two names of one field look the same; they are told apart by
// the room behind them.
Result<> check_overlaps(const Package& package) {
  std::vector<const Field*> fields;
  for (const Field& field : package.fields)
    if (field_bytes(field) > 0) fields.push_back(&field);
  ranges::stable_sort(fields, &Field::offset);
  for (size_t i = 0; i + 1 < fields.size();) {
    const Field &first = *fields[i], &second = *fields[i + 1];
    uint64_t size = field_bytes(first);
    size_t same = i + 1;
    while (same < fields.size() && fields[same]->offset == first.offset &&
           field_bytes(*fields[same]) == size && fields[same]->dtype == first.dtype)
      ++same;
    uint64_t next = same < fields.size() ? fields[same]->offset : package.root_buffer_size;
    bool overlap = first.offset + size > next;
    bool room_for_all = same - i > 1 && first.offset + (same - i) * size <= next;
    if (overlap || room_for_all)
      return Failure{"fields " + in_quotes(first.name) + " and " + in_quotes(second.name) +
                     " share a dense node, and a package cannot say how: give each its own (no "
                     "lazy_grad() after the fields), and export each once"};
    i = same;
  }
  return Ok{};
}

bool fits(const GraphArg& given, const Arg& wanted) {
  switch (given.tag) {
    case GraphArgKind::Scalar: return wanted.kind == ArgKind::Scalar && wanted.dtype;
    case GraphArgKind::Matrix: return wanted.kind == ArgKind::Scalar && !wanted.dtype;
    case GraphArgKind::Ndarray:
      return wanted.kind == ArgKind::Ndarray && wanted.dtype == given.dtype &&
             wanted.field_dim == given.field_dim;
    case GraphArgKind::Texture: return wanted.kind == ArgKind::Texture;
    case GraphArgKind::RwTexture: return wanted.kind == ArgKind::RwTexture;
    case GraphArgKind::Unknown: return false;
  }
  return false;
}

Result<> check_graph(const Package& package, const Graph& graph) {
  auto bad = [&](const std::string& what) {
    return Failure{"graph " + in_quotes(graph.name) + ": " + what};
  };
  std::map<std::string_view, const GraphArg*> by_name;
  for (const Dispatch& dispatch : graph.dispatches) {
    const Kernel* kernel = package.kernel(dispatch.kernel_name);
    if (!kernel) return bad("no kernel " + in_quotes(dispatch.kernel_name));
    if (kernel->args.size() != dispatch.args.size())
      return bad("kernel " + in_quotes(kernel->name) + " takes " + text(kernel->args.size()) +
                 " arguments, not " + text(dispatch.args.size()));
    for (size_t i = 0; i < dispatch.args.size(); ++i) {
      const GraphArg& arg = dispatch.args[i];
      if (!fits(arg, kernel->args[i]))
        return bad("argument " + in_quotes(arg.name) + " does not fit " +
                   in_quotes(kernel->args[i].name) + " of kernel " + in_quotes(kernel->name));
      const GraphArg* other = by_name.emplace(arg.name, &arg).first->second;
      if (other->tag != arg.tag || other->dtype != arg.dtype || other->field_dim != arg.field_dim)
        return bad("argument " + in_quotes(arg.name) + " has two types");
    }
  }
  return Ok{};
}

template <class T>
Result<> check_names(const std::vector<T>& items, const char* what) {
  std::set<std::string_view> names;
  for (const T& item : items) {
    if (item.name.empty()) return Failure{std::string("a ") + what + " has no name"};
    if (!names.insert(item.name).second)
      return Failure{std::string("two ") + what + "s have the name " + in_quotes(item.name)};
  }
  return Ok{};
}

}  // namespace

bool is_file_stem(std::string_view name) {
  return !name.empty() && name.front() != '.' && ranges::none_of(name, [](char c) {
    return c == '/' || c == '\\' || c == '"' || (c >= 0 && c < 0x20) || c == 0x7F;
  });
}

Result<> check(const Package& package) {
  TS_TRY(check_names(package.fields, "field"));
  TS_TRY(check_names(package.kernels, "kernel"));
  TS_TRY(check_names(package.graphs, "graph"));
  for (const Field& field : package.fields) TS_TRY(check_field(package, field));
  TS_TRY(check_overlaps(package));
  for (const Kernel& kernel : package.kernels) {
    TS_TRY(check_args(kernel));
    for (const Task& task : kernel.tasks) TS_TRY(TaskCheck(kernel, task).check());
  }
  for (const Graph& graph : package.graphs) TS_TRY(check_graph(package, graph));
  return Ok{};
}

}  // namespace tinsmith::package
