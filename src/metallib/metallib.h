// SPDX-License-Identifier: Apache-2.0
// The .metallib file: a container of one bitcode module per function, and its reader and writer. No
// LLVM here: what is inside a blob is the business of air/ and cpu/. Little endian throughout.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metallib/target.h"
#include "support/result.h"

namespace tinsmith::metallib {

using Bytes = std::vector<std::byte>;

enum class FunctionType : uint8_t {  // payload of TYPE
  Vertex,
  Fragment,
  Kernel,
  Unqualified,
  Visible,
  Extern,
  Intersection,
  Mesh,
  Object
};

// A function constant as the public metadata (CNST) lists it.
struct FunctionConstant {
  std::string name;
  uint8_t data_type = 0;  // MTLDataType: 0x35 bool, 0x1d int, …
  uint16_t index = 0;
  bool active = true;
};

// What has no member of its own here: kept as it is, and written again at its place.
struct RawTag {
  std::string code;  // four characters
  Bytes payload;     // for a header tag that names a section of the file: that section
  uint32_t at = 0;   // how many tags stand before it in its group
};

struct Function {
  std::string name;
  FunctionType type = FunctionType::Kernel;
  uint16_t air_major = 2, air_minor = 5;
  uint16_t msl_major = 3, msl_minor = 0;
  Bytes blob;  // wrapper, bitcode, zero padding to a multiple of 16: what HASH is taken over
  std::vector<FunctionConstant> constants;
  Bytes reflection;  // RBUF of the reflection list, alignment zeros included; empty: none
  std::vector<RawTag> list_tags, public_tags, private_tags;  // TESS, LAYR, VATT, DEBI, …
};

// Apple's tools write two layouts; loaders take both.
enum class Layout : uint8_t {
  Linked,  // `metal -c`, then `metallib`
  Full,    // `metal x.metal -o x.metallib`
};

struct Library {
  Platform platform = Platform::Ios;
  uint16_t os_major = 16;
  uint8_t os_minor = 0, os_patch = 0;
  std::array<uint16_t, 3> container = {1, 2, 7};
  uint8_t file_type = 0;
  Layout layout = Layout::Linked;
  std::vector<Function> functions;  // in the order of the file
  std::string name;                 // HDYN section (container 1.2.9, full layout); empty: none
  std::optional<std::array<uint8_t, 16>> uuid;
  std::vector<RawTag> header_tags;

  const Function* function(std::string_view name) const;
};

// Reads any library, whoever made it; trusts nothing (sizes, offsets, counts, hashes are checked,
// and that each byte of the file belongs to exactly one thing or is padding). A failure begins with
// `name`, and says offset, tag and what was expected there. What is inside a blob is not looked at:
// bitcode() does that.
Result<Library> read(std::span<const std::byte> file, std::string_view name);

// The bytes of the file. Deterministic: the same library gives the same bytes, and a file of
// Apple's that was read comes out as it was. A library without a UUID gets one, made from the
// content, in the full layout only. Fails where the format has no room: two functions of one name,
// too many constants, a tag beyond 64 KiB.
Result<Bytes> write(const Library& library);

// The bitcode within a blob: past the wrapper, without the padding. Fails on a wrapper that lies.
Result<std::span<const std::byte>> bitcode(std::span<const std::byte> blob);
// Puts wrapper and padding around raw bitcode (`BC C0 DE`); what has a wrapper already is padded
// only.
Bytes wrap(std::span<const std::byte> bitcode);

}  // namespace tinsmith::metallib
