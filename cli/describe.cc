// SPDX-License-Identifier: Apache-2.0
// The words and tables of `tinsmith inspect`; describe_json.cc has the JSON.
#include "cli/describe.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "cli/output.h"
#include "cli/words.h"

namespace tinsmith::cli {

namespace {

using package::BlockType;

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

std::string version_text(uint32_t spirv) {
  return std::to_string(spirv >> 16) + "." + std::to_string((spirv >> 8) & 0xff);
}

// "0:args 2:root": by binding, or by Metal index where the task has a Metal function.
std::string buffers_text(const package::Task& task) {
  std::vector<std::pair<uint32_t, const package::BufferBinding*>> buffers;
  for (size_t i = 0; i < task.buffers.size(); ++i) {
    const package::BufferBinding& buffer = task.buffers[i];
    if (!task.metal) buffers.emplace_back(buffer.binding, &buffer);
    if (task.metal && task.metal->indices[i])
      buffers.emplace_back(*task.metal->indices[i], &buffer);
  }
  std::sort(buffers.begin(), buffers.end());
  std::vector<std::string> words;
  for (const auto& [number, buffer] : buffers) {
    const package::BufferBinding& b = *buffer;
    std::string what(word(b.type));
    if (b.type == package::BufferType::ExtArr) {
      for (int32_t i : b.root_id) what += "[" + std::to_string(i) + "]";
      if (b.gradient) what += ".grad";
    }
    words.push_back(std::to_string(number) + ":" + what);
  }
  return joined(words, " ");
}

// Rows and columns of a matrix, whose scalars are named m_0_0 to m_1_2; else how many there are.
std::vector<uint32_t> shape_of_scalars(const BlockType& type) {
  uint32_t count = static_cast<uint32_t>(type.members.size());
  const std::string& last = type.members.back().name;
  size_t column = last.rfind('_');
  size_t row = column == 0 || column == std::string::npos ? column : last.rfind('_', column - 1);
  if (row == std::string::npos) return {count};
  uint32_t rows = 0;
  const char* end = last.data() + column;
  auto read = std::from_chars(last.data() + row + 1, end, rows);
  if (read.ec != std::errc() || read.ptr != end || rows == 0 || rows >= count) return {count};
  uint32_t columns = count / (rows + 1);
  bool is_matrix =
      columns * (rows + 1) == count && last.substr(column + 1) == std::to_string(columns - 1);
  return is_matrix ? std::vector<uint32_t>{rows + 1, columns} : std::vector<uint32_t>{count};
}

// "f32", "{f32 @0, i32 @4}", "f32 x (3)".
std::string block_text(const BlockType& type) {
  switch (type.kind) {
    case BlockType::Kind::Primitive: return std::string(name(type.dtype));
    case BlockType::Kind::Pointer: return "pointer";
    case BlockType::Kind::Tensor: {
      std::string element = type.members.empty() ? "?" : block_text(type.members[0].type);
      std::vector<uint32_t> shape = type.tensor_shape;
      if (shape.size() == 2 && shape[1] == 1) shape.pop_back();  // a vector
      return element + " x " + shape_text(shape);
    }
    case BlockType::Kind::Struct:
    case BlockType::Kind::ArgPack: break;
  }
  std::vector<std::string> members;
  for (const BlockType::Member& member : type.members) {
    members.push_back(block_text(member.type) + " @" + std::to_string(member.offset));
  }
  // A vector is a struct of equal scalars: say so, shortly.
  bool equal = type.members.size() > 1;
  for (const BlockType::Member& member : type.members) {
    equal = equal && member.type.kind == BlockType::Kind::Primitive &&
            member.type.dtype == type.members[0].type.dtype;
  }
  if (equal) {
    return block_text(type.members[0].type) + " x " + shape_text(shape_of_scalars(type));
  }
  return "{" + joined(members, ", ") + "}";
}

std::string counts_text(const package::Package& package) {
  size_t tasks = 0;
  for (const package::Kernel& kernel : package.kernels) tasks += kernel.tasks.size();
  return counted(package.fields.size(), "field") + ", " +
         counted(package.kernels.size(), "kernel") + " (" + counted(tasks, "task") + "), " +
         counted(package.graphs.size(), "graph") + "; root buffer " +
         counted(package.root_buffer_size, "byte") + "\n";
}

std::string fields_table(const package::Package& package) {
  Table table({"FIELD", "TYPE", "SHAPE", "OFFSET", "BYTES"});
  for (const package::Field& field : package.fields) {
    uint64_t size = field.elements() * bytes(field.dtype);
    std::vector<uint32_t> element = full_shape(field);
    element.erase(element.begin(), element.begin() + static_cast<long>(field.shape.size()));
    std::string type(name(field.dtype));
    if (!element.empty()) type += " x " + shape_text(element);
    table.add({field.name, type, shape_text(field.shape), std::to_string(field.offset),
               std::to_string(size)});
  }
  return table.empty() ? "" : "\n" + table.text();
}

std::string tasks_table(const package::Package& package, bool is_bundle) {
  Table table({"KERNEL", is_bundle ? "FUNCTION" : "TASK", "KIND", "THREADS", "GROUP", "BUFFERS"});
  for (const package::Kernel& kernel : package.kernels) {
    bool is_first = true;
    for (const package::Task& task : kernel.tasks) {
      table.add({is_first ? kernel.name : "", is_bundle ? task.metal->name : task.name,
                 std::string(word(task.type)), std::to_string(task.threads),
                 std::to_string(task.group_size), buffers_text(task)});
      is_first = false;
    }
    if (kernel.tasks.empty()) table.add({kernel.name, "(none)"});
  }
  return table.empty() ? "" : "\n" + table.text();
}

std::string arguments_table(const package::Package& package) {
  Table table({"KERNEL", "ARGUMENT", "TYPE", "OFFSET"});
  for (const package::Kernel& kernel : package.kernels) {
    std::string heading = kernel.name;
    for (const package::Arg& arg : kernel.args) {
      const BlockType::Member* member = member_of(kernel, arg);
      table.add({heading, arg.name, type_text(kernel, arg),
                 member != nullptr ? std::to_string(member->offset) : ""});
      heading.clear();
    }
    for (const BlockType::Member& result : kernel.rets_type.members) {
      table.add(
          {heading, "-> " + result.name, block_text(result.type), std::to_string(result.offset)});
      heading.clear();
    }
  }
  return table.empty() ? "" : "\n" + table.text();
}

// What the exporter says of the kernels: the first line of their docstrings, and gradients.
std::string about_table(const package::Package& package) {
  Table table({"KERNEL", "ABOUT"});
  for (const package::Kernel& kernel : package.kernels) {
    std::string about = kernel.doc.substr(0, kernel.doc.find('\n'));
    if (!kernel.gradient_of.empty()) about = "gradient of " + kernel.gradient_of;
    if (!about.empty()) table.add({kernel.name, about});
  }
  return table.empty() ? "" : "\n" + table.text();
}

std::string graphs_table(const package::Package& package) {
  Table table({"GRAPH", "KERNEL", "ARGUMENTS"});
  for (const package::Graph& graph : package.graphs) {
    std::string heading = graph.name;
    for (const package::Dispatch& dispatch : graph.dispatches) {
      std::vector<std::string> args;
      for (const package::GraphArg& arg : dispatch.args) args.push_back(arg.name);
      table.add({heading, dispatch.kernel_name, joined(args, " ")});
      heading.clear();
    }
  }
  return table.empty() ? "" : "\n" + table.text();
}

}  // namespace

Result<Needs> needs_of(const package::Package& package) {
  Needs needs;
  std::set<std::string> capabilities, extensions;
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      TS_TRY_ASSIGN(facts, package::inspect_spirv(task.spirv));
      needs.spirv_version = std::max(needs.spirv_version, facts.version);
      capabilities.insert(facts.capabilities.begin(), facts.capabilities.end());
      extensions.insert(facts.extensions.begin(), facts.extensions.end());
    }
  }
  needs.capabilities.assign(capabilities.begin(), capabilities.end());
  needs.extensions.assign(extensions.begin(), extensions.end());
  return needs;
}

const BlockType::Member* member_of(const package::Kernel& kernel, const package::Arg& arg) {
  if (arg.indices.size() != 1 || arg.indices[0] < 0) return nullptr;
  size_t index = static_cast<size_t>(arg.indices[0]);
  return index < kernel.args_type.members.size() ? &kernel.args_type.members[index] : nullptr;
}

std::string type_text(const package::Kernel& kernel, const package::Arg& arg) {
  if (arg.is_array) {
    std::string element = arg.dtype ? std::string(name(*arg.dtype)) : "?";
    if (!arg.element_shape.empty()) element += " x " + shape_text(arg.element_shape);
    return "ndarray of " + element + ", " + counted_axes(arg.field_dim);
  }
  if (arg.kind == package::ArgKind::Texture) return "texture";
  if (arg.kind == package::ArgKind::RwTexture) return "rw_texture";
  const BlockType::Member* member = member_of(kernel, arg);
  if (member != nullptr) return block_text(member->type);
  return arg.dtype ? std::string(name(*arg.dtype)) : "?";
}

std::vector<uint32_t> full_shape(const package::Field& field) {
  std::vector<uint32_t> shape = field.shape;
  if (field.element_shape.size() == 2) {  // {columns, rows}; a vector has one column
    shape.push_back(field.element_shape[1]);
    if (field.element_shape[0] != 1) shape.push_back(field.element_shape[0]);
  } else {
    shape.insert(shape.end(), field.element_shape.begin(), field.element_shape.end());
  }
  return shape;
}

std::string text_of(const package::Package& package, const Needs& needs, const std::string& path) {
  std::string text = path + ": " +
                     (package.version.empty() ? "" : "Taichi " + package.version + " package, ") +
                     counts_text(package);
  if (needs.spirv_version != 0) {
    text += "SPIR-V " + version_text(needs.spirv_version) + "; needs " +
            joined(needs.capabilities, " ") + "\n";
  }
  return text + fields_table(package) + tasks_table(package, false) + arguments_table(package) +
         about_table(package) + graphs_table(package);
}

std::string text_of(const bundle::Bundle& bundle, const bundle::Variants& variants,
                    const std::string& path) {
  const package::Package& package = bundle.package;
  std::string text = path + ": bundle, " + counts_text(package);
  for (const bundle::Bundle& one : variants.bundles) {
    const metallib::Target& target = one.target;
    text += target.name + (one.native_float_atomics ? "+atomics" : "") + ", AIR " +
            std::to_string(target.air_major) + "." + std::to_string(target.air_minor) + ", Metal " +
            std::to_string(target.msl_major) + "." + std::to_string(target.msl_minor) +
            ", numbering " + one.numbering + "; " +
            (one.libraries.size() == 1 ? one.libraries[0]
                                       : std::to_string(one.libraries.size()) + " libraries") +
            "\n";
  }
  return text + fields_table(package) + tasks_table(package, true) + arguments_table(package) +
         about_table(package) + graphs_table(package);
}

std::string text_of(const package::SpirvFacts& facts, const std::string& path) {
  std::string text = path + ": SPIR-V " + version_text(facts.version) + "; needs " +
                     joined(facts.capabilities, " ") + "\n";
  if (!facts.extensions.empty()) text += "extensions " + joined(facts.extensions, " ") + "\n";
  text += "group size " + std::to_string(facts.local_size[0]) + " x " +
          std::to_string(facts.local_size[1]) + " x " + std::to_string(facts.local_size[2]) + "\n";
  Table table({"SET", "BINDING", "KIND"});
  for (const auto& binding : facts.bindings) {
    table.add({std::to_string(binding.set), std::to_string(binding.binding),
               binding.uniform ? "uniform" : "storage"});
  }
  return table.empty() ? text : text + "\n" + table.text();
}

}  // namespace tinsmith::cli
