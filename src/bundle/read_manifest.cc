// SPDX-License-Identifier: Apache-2.0
// The counterpart of manifest.cc. The first thing that does not fit is the failure, with its path
// in the document ("kernels[2].tasks[0].threads").
#include "bundle/read_manifest.h"

#include "bundle/words.h"
#include "package/check.h"
#include "package/json_place.h"

namespace tinsmith::bundle {

namespace {

using package::Place;

// What must be there.
template <class T>
void need(const Place& parent, std::string_view key, T& out) {
  Place place = parent[key];
  if (!place.present()) return place.fail("is missing");
  place.get(out);
}

template <class E>
void need_word(const Place& parent, std::string_view key, E& out, E last) {
  std::string text;
  need(parent, key, text);
  std::optional<E> found = from_word(text, last);
  if (!found) return parent[key].fail("unknown word '" + text + "'");
  out = *found;
}

DType to_dtype(const Place& place, const std::string& text) {
  std::optional<DType> found = dtype_from_name(text);
  if (!found) place.fail("unknown type '" + text + "'");
  return found.value_or(DType::I32);
}

void need_dtype(const Place& parent, std::string_view key, DType& out) {
  std::string text;
  need(parent, key, text);
  Place place = parent[key];
  if (!text.empty()) out = to_dtype(place, text);
}

template <class Visit>
void need_each(const Place& parent, std::string_view key, Visit visit) {
  Place place = parent[key];
  if (!place.present()) return place.fail("is missing");
  place.each(visit);
}

void read_type(const Place& place, package::BlockType& type) {
  using Kind = package::BlockType::Kind;
  if (!place.present()) return place.fail("is missing");
  if (place.json()->as_string() != nullptr) {
    type.kind = Kind::Primitive;
    type.dtype = to_dtype(place, *place.json()->as_string());
    return;
  }
  Place structure = place["struct"], pack = place["argpack"], tensor = place["tensor"];
  Place pointer = place["pointer"];
  if (structure.present() || pack.present()) {
    type.kind = structure.present() ? Kind::Struct : Kind::ArgPack;
    need(place, "layout", type.layout);
    (structure.present() ? structure : pack).each([&](const Place& item) {
      package::BlockType::Member& member = type.members.emplace_back();
      need(item, "name", member.name);
      need(item, "offset", member.offset);
      Place member_type = item["type"];
      read_type(member_type, member.type);
    });
  } else if (tensor.present()) {
    type.kind = Kind::Tensor;
    need(place, "shape", type.tensor_shape);
    read_type(tensor, type.members.emplace_back().type);
  } else if (place.json()->find("pointer") != nullptr) {
    type.kind = Kind::Pointer;
    if (pointer.present()) read_type(pointer, type.members.emplace_back().type);
  } else {
    place.fail("expected a type");
  }
}

void read_bound(const Place& task, std::string_view key, int32_t& value, bool& is_constant) {
  Place place = task[key];
  if (!place.present()) return place.fail("is missing");
  is_constant = place.json()->as_object() == nullptr;
  if (is_constant) return place.get(value);
  need(place, "temporaries", value);
}

void read_buffer(const Place& place, package::Task& task) {
  package::BufferBinding& buffer = task.buffers.emplace_back();
  need_word(place, "kind", buffer.type, package::BufferType::ArgPack);
  need(place, "binding", buffer.binding);
  package::ArrayAccess access = package::kNoAccess;
  need_word(place, "access", access, package::kReadWrite);
  buffer.access = access;
  place["gradient"].get(buffer.gradient);
  switch (buffer.type) {
    case package::BufferType::Root: need(place, "tree", buffer.root_id.emplace_back()); break;
    case package::BufferType::ExtArr:
    case package::BufferType::ArgPack: need(place, "argument", buffer.root_id); break;
    case package::BufferType::GlobalTmps:
    case package::BufferType::Args:
    case package::BufferType::Rets:
    case package::BufferType::ListGen: buffer.root_id = {-1}; break;
  }
  std::optional<uint32_t>& index = task.metal->indices.emplace_back();
  Place at = place["index"];
  if (at.present()) at.get(index.emplace());
}

void read_task(const Place& place, package::Task& task, Manifest& manifest) {
  need(place, "task", task.name);
  need_word(place, "type", task.type, package::TaskType::Gc);
  need(place, "threads", task.threads);
  need(place, "group_size", task.group_size);
  Place library = place["library"];
  if (!library.present()) {
    return place.fail(
        "it has no function in a library, Metal text at most; write the bundle with "
        "--emit metallib");
  }
  task.metal.emplace();
  need(library, "file", manifest.places.emplace_back().file);
  need(library, "function", task.metal->name);
  manifest.places.back().function = task.metal->name;
  if (place["begin"].present() || place["end"].present()) {
    package::RangeFor& range = task.range.emplace();
    read_bound(place, "begin", range.begin, range.const_begin);
    read_bound(place, "end", range.end, range.const_end);
  }
  need_each(place, "buffers", [&](const Place& buffer) { read_buffer(buffer, task); });
}

void read_argument(const Place& place, package::Arg& arg) {
  need(place, "name", arg.name);
  need(place, "index", arg.indices);
  need_word(place, "kind", arg.kind, package::ArgKind::Unknown);
  arg.is_array = arg.kind == package::ArgKind::Ndarray;
  if (place["dtype"].present()) need_dtype(place, "dtype", arg.dtype.emplace());
  place["is_argpack"].get(arg.is_argpack);
  if (arg.is_array) need(place, "dimensions", arg.field_dim);
  place["element_shape"].get(arg.element_shape);
  if (place["access"].present()) {
    package::ArrayAccess access = package::kNoAccess;
    need_word(place, "access", access, package::kReadWrite);
    arg.access = access;
  }
}

void read_kernel(const Place& place, Manifest& manifest) {
  package::Kernel& kernel = manifest.package.kernels.emplace_back();
  need(place, "name", kernel.name);
  place["doc"].get(kernel.doc);
  place["gradient_of"].get(kernel.gradient_of);
  need(place, "args_bytes", kernel.args_bytes);
  need(place, "rets_bytes", kernel.rets_bytes);
  need_each(place, "arguments",
            [&](const Place& arg) { read_argument(arg, kernel.args.emplace_back()); });
  Place args = place["args_type"], rets = place["rets_type"], packs = place["argpacks"];
  read_type(args, kernel.args_type);
  read_type(rets, kernel.rets_type);
  packs.each([&](const Place& pack) {
    std::vector<int32_t> path;
    need(pack, "argument", path);
    Place type = pack["type"];
    read_type(type, kernel.argpack_types[path]);
  });
  need_each(place, "tasks",
            [&](const Place& task) { read_task(task, kernel.tasks.emplace_back(), manifest); });
}

void read_field(const Place& place, package::Field& field) {
  need(place, "name", field.name);
  need_dtype(place, "dtype", field.dtype);
  need(place, "shape", field.shape);
  need(place, "element_shape", field.element_shape);
  field.is_scalar = field.element_shape.empty();
  need(place, "offset", field.offset);
}

void read_graph(const Place& place, package::Graph& graph) {
  need(place, "name", graph.name);
  need_each(place, "dispatches", [&](const Place& item) {
    package::Dispatch& dispatch = graph.dispatches.emplace_back();
    need(item, "kernel", dispatch.kernel_name);
    need_each(item, "arguments", [&](const Place& given) {
      package::GraphArg& arg = dispatch.args.emplace_back();
      need(given, "name", arg.name);
      need_word(given, "kind", arg.tag, package::GraphArgKind::Unknown);
      need_dtype(given, "dtype", arg.dtype);
      need(given, "dimensions", arg.field_dim);
      need(given, "element_shape", arg.element_shape);
    });
  });
}

void read_target(const Place& place, Manifest& manifest) {
  need(place, "name", manifest.target);
  need(place, "platform", manifest.platform);
  need(place, "os", manifest.os);
  need(place, "air", manifest.air);
  need(place, "msl", manifest.msl);
}

Manifest take_manifest(const Place& top) {
  Manifest manifest;
  Place target = top["target"];
  read_target(target, manifest);
  need(top, "numbering", manifest.numbering);
  top["native_float_atomics"].get(manifest.native_float_atomics);
  need(top, "package_sha256", manifest.fingerprint);
  need(top, "package_version", manifest.package.version);
  need(top, "root_bytes", manifest.package.root_buffer_size);
  need_each(top, "libraries", [&](const Place& place) {
    Manifest::Library& library = manifest.libraries.emplace_back();
    need(place, "file", library.file);
    need(place, "sha256", library.sha256);
  });
  need_each(top, "fields",
            [&](const Place& field) { read_field(field, manifest.package.fields.emplace_back()); });
  need_each(top, "kernels", [&](const Place& kernel) { read_kernel(kernel, manifest); });
  need_each(top, "graphs",
            [&](const Place& graph) { read_graph(graph, manifest.package.graphs.emplace_back()); });
  return manifest;
}

std::vector<VariantEntry> take_index(const Place& top) {
  std::vector<VariantEntry> variants;
  need_each(top, "variants", [&](const Place& place) {
    VariantEntry& entry = variants.emplace_back();
    need(place, "folder", entry.folder);
    need(place, "target", entry.target);
    need(place, "native_float_atomics", entry.native_float_atomics);
    need(place, "sha256", entry.sha256);
    for (const VariantEntry& other : variants) {
      if (&other != &entry && other.folder == entry.folder) place.fail("its folder stands twice");
    }
    Place folder = place["folder"];
    if (!package::is_file_stem(entry.folder)) folder.fail("is no name of a folder");
  });
  if (variants.empty()) top.fail("no variant");
  return variants;
}

}  // namespace

Result<Document> read_document(std::string_view text, const std::string& source) {
  TS_TRY_ASSIGN(json, parse_json(text, source));
  package::Problem problem{source, {}};
  Place top(json, problem);
  uint32_t format = 0;
  need(top, "format", format);
  if (!problem.first && format != kFormat) {
    return Failure{source + ": format " + std::to_string(format) + ", and this version reads " +
                   std::to_string(kFormat) + "; write the bundle again"};
  }
  Document document;
  if (json.find("variants") != nullptr) {
    document.variants = take_index(top);
  } else {
    document.manifest = take_manifest(top);
  }
  if (problem.first) return *problem.first;
  return document;
}

Result<Manifest> read_manifest(std::string_view text, const std::string& source) {
  TS_TRY_ASSIGN(document, read_document(text, source));
  if (document.variants.empty()) return std::move(document.manifest);
  std::string folders;
  for (const VariantEntry& entry : document.variants) {
    folders += (folders.empty() ? "" : ", ") + entry.folder;
  }
  return Failure{source + ": holds bundles for several systems, in its folders " + folders +
                 "; give one of them"};
}

}  // namespace tinsmith::bundle
