// SPDX-License-Identifier: Apache-2.0
// The AOT package: Taichi 1.7's own format (facts/taichi.md §1), as a directory or a .tcm archive.
// These structs are what the compiler makes, what the runtime loads and what every converter reads.
// A kernel compiled just in time is a Kernel too.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/dtype.h"
#include "support/files.h"
#include "support/result.h"

namespace tinsmith::package {

enum class TaskType : uint8_t { Serial, RangeFor, StructFor, MeshFor, ListGen, Gc };
enum class BufferType : uint8_t { Root, GlobalTmps, Args, Rets, ListGen, ExtArr, ArgPack };
enum class ArgKind : uint8_t { Scalar, Ndarray, Texture, RwTexture, Tensor, Unknown };  // `ptype`
enum class GraphArgKind : uint8_t {
  Scalar,
  Matrix,
  Ndarray,
  Texture,
  RwTexture,
  Unknown
};  // `tag`
enum ArrayAccess : uint32_t { kNoAccess = 0, kRead = 1, kWrite = 2, kReadWrite = 3 };

using SpirvWords = std::vector<uint32_t>;

// A Metal library that a bundle brought.
struct MetalLibrary {
  std::string name;                                     // its file, for messages
  std::filesystem::path path;                           // empty where it came from memory
  std::shared_ptr<const std::vector<std::byte>> bytes;  // null where it came from a folder
};

// A task as a kernel function of a Metal library.
struct MetalFunction {
  std::string name;
  std::shared_ptr<const MetalLibrary> library;        // shared by all functions of one library
  std::shared_ptr<const std::vector<std::byte>> air;  // its blob in the library
  std::vector<std::optional<uint32_t>> indices;  // Metal buffer index for each of Task::buffers
};

struct BufferBinding {
  uint32_t binding = 0;
  BufferType type = BufferType::Root;
  std::vector<int32_t> root_id;  // Root: {tree}; ExtArr, ArgPack: argument index path; else {-1}
  bool gradient =
      false;  // ours: the gradient of the ndarray argument (key "gradient", absent when false)
  // Ours, of a bundle: what the task does with it, ArrayAccess, as its SPIR-V said. A device that
  // has the SPIR-V asks that.
  uint32_t access = kReadWrite;
};

struct TextureBinding {
  std::vector<int32_t> arg_id;
  uint32_t binding = 0;
  bool is_storage = false;
};

struct RangeFor {
  int32_t begin = 0, end = 0;  // value, or byte offset into the global temporaries
  bool const_begin = true, const_end = true;
};

// One dispatch.
struct Task {
  std::string name;  // file stem of its .spv
  TaskType type = TaskType::Serial;
  uint64_t threads = 1;     // advisory total
  uint32_t group_size = 1;  // LocalSize.x
  std::vector<BufferBinding> buffers;
  std::vector<TextureBinding> textures;
  std::optional<RangeFor> range;
  SpirvWords spirv;                    // empty in a task that was read from a bundle
  std::optional<MetalFunction> metal;  // in a task that was read from a bundle
};

// The type of an argument or return block, or of a member: a tree with byte offsets.
struct BlockType {
  enum class Kind : uint8_t { Primitive, Pointer, Tensor, Struct, ArgPack };
  struct Member;
  Kind kind = Kind::Struct;
  DType dtype = DType::I32;            // Primitive
  std::vector<uint32_t> tensor_shape;  // Tensor, its element in members[0]
  std::vector<Member> members;         // Struct, ArgPack; Pointer: pointee in members[0]
  std::string layout;                  // Struct: "1-", "1b", "4-"
};
struct BlockType::Member {
  std::string name;
  uint32_t offset = 0;
  BlockType type;
};

// A top-level argument as the metadata describes it; its bytes are at args_type.members[index].
struct Arg {
  std::string name;
  ArgKind kind = ArgKind::Scalar;
  std::vector<int32_t> indices;  // path; top level: {index}
  std::optional<DType> dtype;    // none (13) for struct and matrix arguments
  bool is_array = false, is_argpack = false;
  std::vector<uint32_t> element_shape;  // of an ndarray of vectors or matrices
  uint32_t field_dim = 0;               // of an ndarray
  uint32_t format = 0;                  // textures
  uint32_t access = kNoAccess;          // ArrayAccess
};

struct Kernel {
  std::string name;
  std::string doc;          // ours: the docstring (key "doc", absent when empty)
  std::string gradient_of;  // ours: the kernel whose adjoint this is (likewise)
  std::vector<Task> tasks;
  std::vector<Arg> args;  // by index
  BlockType args_type;
  uint32_t args_bytes = 0;
  std::map<std::vector<int32_t>, BlockType> argpack_types;
  BlockType rets_type;
  uint32_t rets_bytes = 0;
};

struct Field {
  std::string name;
  DType dtype = DType::F32;
  std::vector<uint32_t> shape;
  bool is_scalar = true;
  std::vector<uint32_t> element_shape;  // as stored: {columns, rows}; empty for a scalar
  uint32_t offset = 0;                  // mem_offset_in_parent

  uint32_t components() const;
  uint64_t elements() const;  // cells times components
};

struct GraphArg {
  GraphArgKind tag = GraphArgKind::Scalar;
  std::string name;
  DType dtype = DType::F32;
  uint32_t field_dim = 0;
  std::vector<uint32_t> element_shape;
};
struct Dispatch {
  std::string kernel_name;
  std::vector<GraphArg> args;
};
struct Graph {
  std::string name;
  std::vector<Dispatch> dispatches;
};

struct Package {
  std::vector<Field> fields;
  std::vector<Kernel> kernels;
  std::vector<Graph> graphs;
  uint32_t root_buffer_size = 0;
  std::map<std::string, uint32_t>
      required_caps;                 // as the file says; true needs are read from the SPIR-V
  std::vector<std::string> content;  // lines of __content__
  std::string version = "1.7.4";     // of __version__; empty where the file is absent

  const Kernel* kernel(std::string_view name) const;
  const Field* field(std::string_view name) const;
  const Graph* graph(std::string_view name) const;
};

// Reads a directory, or a .tcm file. Everything is checked before it is believed: JSON, enums,
// offsets against sizes, bindings, group sizes, each .spv (present, whole words, magic, entry point
// `main`, LocalSize, descriptor set 0 with the bindings that the metadata names). Failures name the
// file and the place in it.
Result<Package> read(const std::filesystem::path& path);
Result<Package> read_archive(std::span<const std::byte> bytes, std::string_view name);

// The files of a package, in a fixed order, as genuine Taichi names and writes them.
Result<std::vector<NamedFile>> files(const Package& package);
// Writes a directory (atomically, see write_folder; stale .spv files of an earlier export of the
// same folder go) or a .tcm (stored zip, fixed order and dates: same package, same bytes).
Result<> write_directory(const Package& package, const std::filesystem::path& folder);
Result<> write_archive(const Package& package, const std::filesystem::path& file);

// What a SPIR-V module says of itself, read from its words.
struct SpirvFacts {
  uint32_t version = 0;                   // 0x10300 …
  std::vector<std::string> capabilities;  // "Shader", "Int64", … in order of declaration
  std::vector<std::string> extensions;
  uint32_t local_size[3] = {1, 1, 1};
  struct Binding {
    uint32_t set = 0, binding = 0;
    bool uniform = false;  // uniform block, else storage buffer (or image)
    bool image = false;    // sampled or storage image
    // Whether the shader may read or write it; true where that cannot be told. Bindings that alias
    // count together.
    bool read = false, written = false;
  };
  std::vector<Binding> bindings;  // by binding number
};
Result<SpirvFacts> inspect_spirv(const SpirvWords& words);

}  // namespace tinsmith::package
