// SPDX-License-Identifier: Apache-2.0
// Container facts come from metallib/, parameters from the metadata of each module: where LLVM's
// reader refuses a module, the reason stands in place of its parameters, and the rest is shown.
#include "cli/inspect_library.h"

#include <algorithm>
#include <map>

#include "air/air.h"
#include "cli/output.h"
#include "cpu/cpu.h"
#include "metallib/metallib.h"
#include "support/files.h"
#include "support/json.h"
#include "support/sha256.h"

namespace tinsmith::cli {

namespace {

using metallib::Function;
using metallib::Library;

constexpr size_t kMostInTables = 40;

std::string type_name(metallib::FunctionType type) {
  constexpr const char* kNames[] = {"vertex", "fragment",     "kernel", "unqualified", "visible",
                                    "extern", "intersection", "mesh",   "object"};
  return kNames[static_cast<size_t>(type)];
}

// MTLDataType, the scalars of it that function constants have.
std::string constant_type(uint8_t type) {
  static const std::map<uint8_t, const char*> kNames = {
      {3, "float"}, {16, "half"},  {29, "int"},  {33, "uint"}, {37, "short"}, {41, "ushort"},
      {45, "char"}, {49, "uchar"}, {53, "bool"}, {81, "long"}, {85, "ulong"}, {121, "bfloat"}};
  auto found = kNames.find(type);
  return found == kNames.end() ? "type " + std::to_string(type) : found->second;
}

std::string dotted(std::initializer_list<unsigned> numbers) {
  std::string text;
  for (unsigned n : numbers) text += (text.empty() ? "" : ".") + std::to_string(n);
  return text;
}

std::string air_version(const Function& f) { return dotted({f.air_major, f.air_minor}); }
std::string msl_version(const Function& f) { return dotted({f.msl_major, f.msl_minor}); }

std::string grouped(uint64_t n) {
  std::string digits = std::to_string(n);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string uuid_text(const std::array<uint8_t, 16>& uuid) {
  std::string text;
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[uuid[i] >> 4];
    text += "0123456789abcdef"[uuid[i] & 15];
  }
  return text;
}

std::string os_text(const Library& library) {
  return dotted({library.os_major, library.os_minor, library.os_patch});
}

std::string container_text(const Library& library) {
  return dotted({library.container[0], library.container[1], library.container[2]});
}

std::string_view layout_text(const Library& library) {
  return library.layout == metallib::Layout::Full ? "full" : "linked";
}

std::string heading(const Library& library, const std::string& path, uint64_t bytes) {
  std::string text = path + ": Metal library for " + std::string(name(library.platform)) + " " +
                     os_text(library) + ", " + counted(library.functions.size(), "function") +
                     ", " + grouped(bytes) + " bytes\n";
  text +=
      "container " + container_text(library) + ", " + std::string(layout_text(library)) + " layout";
  if (!library.name.empty()) text += ", name " + library.name;
  if (library.uuid) text += ", UUID " + uuid_text(*library.uuid);
  return text + "\n";
}

// "align_M bool 200": name, type and index of each.
std::string constants_text(const Function& function) {
  std::string text;
  for (const metallib::FunctionConstant& constant : function.constants) {
    text += (text.empty() ? "" : ", ") + constant.name + " " + constant_type(constant.data_type) +
            " " + std::to_string(constant.index);
  }
  return text;
}

std::string place_text(const cpu::Parameter& parameter) {
  switch (parameter.kind) {
    case cpu::Parameter::Kind::Buffer: return "buffer " + std::to_string(parameter.index);
    case cpu::Parameter::Kind::ThreadgroupMemory:
      return "threadgroup " + std::to_string(parameter.index);
    case cpu::Parameter::Kind::BuiltIn: return "built-in";
  }
  return "";
}

std::string access_text(const cpu::Parameter& parameter) {
  if (parameter.kind == cpu::Parameter::Kind::BuiltIn) return "";
  std::string text = parameter.written ? "read, write" : "read";
  if (parameter.constant) text += ", constant";
  return parameter.optional ? text + ", optional" : text;
}

std::string functions_table(const std::vector<Function>& functions) {
  bool has_constants =
      std::ranges::any_of(functions, [](const Function& f) { return !f.constants.empty(); });
  std::vector<std::string> headings = {"FUNCTION", "TYPE", "AIR", "METAL", "BYTES", "SHA-256"};
  if (has_constants) headings.push_back("CONSTANTS");
  Table table(headings);
  for (const Function& f : functions) {
    table.add({f.name, type_name(f.type), air_version(f), msl_version(f),
               std::to_string(f.blob.size()), sha256_hex(f.blob).substr(0, 12), constants_text(f)});
  }
  return "\n" + table.text();
}

std::string parameters_table(const std::vector<Function>& functions) {
  Table table({"FUNCTION", "PLACE", "NAME", "TYPE", "ACCESS"});
  std::string unknown;
  for (const Function& f : functions) {
    if (f.type != metallib::FunctionType::Kernel) continue;
    auto parameters = cpu::parameters(f.blob, f.name);
    if (!parameters) {
      unknown += "\nparameters unknown: " + parameters.failure().what;
      continue;
    }
    for (const cpu::Parameter& p : *parameters) {
      table.add({f.name, place_text(p), p.name, p.type, access_text(p)});
    }
  }
  if (!unknown.empty()) unknown += "\n";
  return (table.empty() ? "" : "\n" + table.text()) + unknown;
}

// For more functions than anybody reads: how many of each kind.
std::string summary(const std::vector<Function>& functions) {
  std::map<std::string, size_t> kinds;
  size_t with_constants = 0;
  uint64_t smallest = UINT64_MAX, largest = 0;
  for (const Function& f : functions) {
    ++kinds[type_name(f.type) + ", AIR " + air_version(f) + ", Metal " + msl_version(f)];
    if (!f.constants.empty()) ++with_constants;
    smallest = std::min<uint64_t>(smallest, f.blob.size());
    largest = std::max<uint64_t>(largest, f.blob.size());
  }
  Table table({"FUNCTIONS", "KIND"});
  for (const auto& [kind, count] : kinds) table.add({std::to_string(count), kind});
  return "\n" + table.text() + "\nbitcode of " + grouped(smallest) + " to " + grouped(largest) +
         " bytes; " + std::to_string(with_constants) +
         " with function constants\n--json lists all; --kernel NAME shows one\n";
}

Json json_of(const std::vector<cpu::Parameter>& parameters) {
  Json all{Json::Array{}};
  for (const cpu::Parameter& p : parameters) {
    Json json;
    bool is_built_in = p.kind == cpu::Parameter::Kind::BuiltIn;
    json.set("kind", is_built_in                                         ? "built-in"
                     : p.kind == cpu::Parameter::Kind::ThreadgroupMemory ? "threadgroup"
                                                                         : "buffer");
    if (!is_built_in) json.set("index", p.index);
    json.set("name", p.name);
    json.set("type", p.type);
    if (!is_built_in) {
      json.set("written", p.written);
      json.set("constant", p.constant);
      json.set("optional", p.optional);
      json.set("type_size", p.type_size);
    }
    all.push(std::move(json));
  }
  return all;
}

Json tags_json(const std::vector<metallib::RawTag>& tags) {
  Json all{Json::Array{}};
  for (const metallib::RawTag& tag : tags) all.push(tag.code);
  return all;
}

Json json_of(const Function& f) {
  Json json;
  json.set("name", f.name);
  json.set("type", type_name(f.type));
  json.set("air", air_version(f));
  json.set("msl", msl_version(f));
  json.set("bytes", f.blob.size());
  json.set("sha256", sha256_hex(f.blob));
  Json constants{Json::Array{}};
  for (const metallib::FunctionConstant& c : f.constants) {
    Json constant;
    constant.set("name", c.name);
    constant.set("type", constant_type(c.data_type));
    constant.set("index", c.index);
    constant.set("active", c.active);
    constants.push(std::move(constant));
  }
  json.set("constants", std::move(constants));
  json.set("reflection_bytes", f.reflection.size());
  std::vector<metallib::RawTag> others = f.list_tags;
  others.insert(others.end(), f.public_tags.begin(), f.public_tags.end());
  others.insert(others.end(), f.private_tags.begin(), f.private_tags.end());
  if (!others.empty()) json.set("other_tags", tags_json(others));
  if (f.type != metallib::FunctionType::Kernel) return json;
  if (auto parameters = cpu::parameters(f.blob, f.name)) {
    json.set("parameters", json_of(*parameters));
  } else {
    json.set("parameters_unknown", parameters.failure().what);
  }
  return json;
}

Json json_of(const Library& library, uint64_t bytes) {
  Json json;
  json.set("platform", name(library.platform));
  json.set("os", os_text(library));
  json.set("container", container_text(library));
  json.set("layout", layout_text(library));
  json.set("file_type", unsigned{library.file_type});
  json.set("bytes", bytes);
  json.set("name", library.name.empty() ? Json() : Json(library.name));
  json.set("uuid", library.uuid ? Json(uuid_text(*library.uuid)) : Json());
  if (!library.header_tags.empty()) json.set("other_tags", tags_json(library.header_tags));
  Json functions{Json::Array{}};
  for (const Function& f : library.functions) functions.push(json_of(f));
  json.set("functions", std::move(functions));
  return json;
}

Result<> choose(Library& library, const LibraryView& view) {
  if (view.kernel.empty()) return Ok{};
  if (library.function(view.kernel) == nullptr) {
    std::string names;
    bool few = library.functions.size() <= kMostInTables;
    for (const Function& f : library.functions) names += (names.empty() ? "" : ", ") + f.name;
    return Failure{view.path + " has no function " + view.kernel + "; it has " +
                   (few ? names : counted(library.functions.size(), "other"))};
  }
  std::erase_if(library.functions, [&](const Function& f) { return f.name != view.kernel; });
  return Ok{};
}

}  // namespace

Result<std::string> describe_library(const LibraryView& view) {
  TS_TRY_ASSIGN(file, read_file(view.path));
  TS_TRY_ASSIGN(library, metallib::read(file, view.path));
  std::string text = heading(library, view.path, file.size());
  TS_TRY(choose(library, view));
  if (view.json) return to_text(json_of(library, file.size()), JsonStyle::Indented);
  if (view.disassemble) {
    std::string all;
    for (const Function& f : library.functions) {
      TS_TRY_ASSIGN(module, air::disassemble(f.blob));
      all += "; function " + f.name + "\n" + module;
    }
    return all;
  }
  if (library.functions.size() > kMostInTables) return text + summary(library.functions);
  if (library.functions.empty()) return text;
  return text + functions_table(library.functions) + parameters_table(library.functions);
}

}  // namespace tinsmith::cli
