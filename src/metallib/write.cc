// SPDX-License-Identifier: Apache-2.0
// Writes a library, front to back: header, function list, header extension, public and private
// groups, blobs, sections that the extension names. All sizes follow from the content, so each part
// is built by itself and the offsets are filled in when the parts are joined.
#include <algorithm>
#include <set>

#include "metallib/format.h"
#include "support/ranges.h"
#include "support/sha256.h"

namespace tinsmith::metallib {

namespace {

struct Tag {
  std::string code;
  Bytes payload;
};

struct Parts {
  Bytes list, publics, privates, blobs, reflections;
};

template <class... Numbers>
Bytes numbers(Numbers... v) {
  Bytes out;
  (put(out, v), ...);
  return out;
}

Bytes c_string(std::string_view text) {
  Bytes out;
  put(out, text);
  put(out, uint8_t{0});
  return out;
}

Result<> check_string(std::string_view text, const std::string& what) {
  if (!text.empty() && text.find('\0') == std::string_view::npos) return Ok{};
  return Failure{what + (text.empty() ? " is empty" : " has a zero byte within")};
}

// Tags that were kept raw go back to where they stood.
void add_raw(std::vector<Tag>& tags, const std::vector<RawTag>& raw) {
  for (const RawTag& tag : raw) {
    size_t at = std::min<size_t>(tag.at, tags.size());
    tags.insert(tags.begin() + static_cast<ptrdiff_t>(at), {tag.code, tag.payload});
  }
}

Result<> put_tags(Bytes& out, const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    bool is_wide = has_wide_length(tag.code);
    if (tag.code.size() != 4 || tag.code == kEnd) {
      return Failure{"'" + tag.code + "' is no name for a tag"};
    }
    if (tag.payload.size() > (is_wide ? UINT32_MAX : UINT16_MAX)) {
      return Failure{"tag " + tag.code + ": " + std::to_string(tag.payload.size()) +
                     " bytes are more than its length can say"};
    }
    put(out, std::string_view(tag.code));
    if (is_wide) {
      put(out, static_cast<uint32_t>(tag.payload.size()));
    } else {
      put(out, static_cast<uint16_t>(tag.payload.size()));
    }
    put(out, tag.payload);
  }
  put(out, kEnd);
  return Ok{};
}

// A size, then tags. In metadata groups of the linked layout the size leaves itself out.
Result<> put_group(Bytes& out, const std::vector<Tag>& tags, bool counts_itself) {
  size_t at = out.size();
  put(out, uint32_t{0});
  TS_TRY(put_tags(out, tags));
  size_t size = out.size() - at - (counts_itself ? 0 : 4);
  if (size > UINT32_MAX) return Failure{"a group of tags is larger than 4 GiB"};
  store(out, at, static_cast<uint32_t>(size));
  return Ok{};
}

Result<Bytes> constants_payload(const std::vector<FunctionConstant>& constants) {
  if (constants.size() > UINT16_MAX) {
    return Failure{std::to_string(constants.size()) + " function constants, the most is 65535"};
  }
  Bytes out = numbers(static_cast<uint16_t>(constants.size()));
  for (const FunctionConstant& constant : constants) {
    TS_TRY(check_string(constant.name, "the name of a function constant"));
    put(out, c_string(constant.name));
    put(out, constant.data_type);
    put(out, constant.index);
    put(out, static_cast<uint8_t>(constant.active ? 1 : 0));
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const Library& library)
      : library_(library), is_full_(library.layout == Layout::Full) {}

  Result<Bytes> bytes();

 private:
  Result<> add_function(const Function& function);
  Result<> add_metadata(const Function& function);
  Result<> add_reflection(const Function& function, std::vector<Tag>& tags);
  Result<Bytes> extension(uint64_t sections_begin, Bytes& sections);
  std::vector<Tag> extension_tags() const;
  std::array<uint8_t, 16> uuid() const;
  Bytes header(uint64_t file_size, uint64_t publics_begin) const;

  const Library& library_;
  bool is_full_;
  Parts parts_;
  uint32_t reflected_ = 0;
};

Result<> Writer::add_reflection(const Function& function, std::vector<Tag>& tags) {
  if (function.reflection.empty()) return Ok{};
  if (reflected_++ == 0) put(parts_.reflections, uint32_t{0});  // the count
  tags.push_back({"RFLT", numbers(uint64_t{parts_.reflections.size()})});
  return put_group(parts_.reflections, {{"RBUF", function.reflection}}, true);
}

Result<> Writer::add_metadata(const Function& function) {
  std::vector<Tag> publics, privates;
  if (!function.constants.empty()) {
    TS_TRY_ASSIGN(payload, constants_payload(function.constants));
    publics.push_back({"CNST", std::move(payload)});
  }
  add_raw(publics, function.public_tags);
  add_raw(privates, function.private_tags);
  TS_TRY(put_group(parts_.publics, publics, is_full_));
  return put_group(parts_.privates, privates, is_full_);
}

Result<> Writer::add_function(const Function& f) {
  TS_TRY(check_string(f.name, "the name of a function"));
  auto hash = sha256(f.blob);
  Tag type{"TYPE", numbers(static_cast<uint8_t>(f.type))};
  Tag size{"MDSZ", numbers(uint64_t{f.blob.size()})};
  Tag offsets{"OFFT", numbers(uint64_t{parts_.publics.size()}, uint64_t{parts_.privates.size()},
                              uint64_t{parts_.blobs.size()})};
  Tag versions{"VERS", numbers(f.air_major, f.air_minor, f.msl_major, f.msl_minor)};
  std::vector<Tag> tags = {{"NAME", c_string(f.name)}, type, {"HASH", Bytes(32)}};
  std::copy(hash.begin(), hash.end(), tags.back().payload.begin());
  if (is_full_) {
    tags.insert(tags.end(), {offsets, versions, size});
  } else {
    tags.insert(tags.end(), {size, offsets, versions});
  }
  TS_TRY(add_reflection(f, tags));
  TS_TRY(add_metadata(f));
  add_raw(tags, f.list_tags);
  TS_TRY(put_group(parts_.list, tags, true));
  put(parts_.blobs, f.blob);
  return Ok{};
}

// Apple's are of version 3, a hash of a name; ours is a hash of the content, of the same form.
std::array<uint8_t, 16> Writer::uuid() const {
  if (library_.uuid) return *library_.uuid;
  Sha256 hash;
  hash.add(header(0, 0));
  for (const Bytes* part : {&parts_.list, &parts_.publics, &parts_.privates, &parts_.reflections}) {
    hash.add(*part);  // the list holds the hashes of the blobs
  }
  hash.add(library_.name);
  auto digest = hash.bytes();
  std::array<uint8_t, 16> uuid;
  for (size_t i = 0; i < uuid.size(); ++i) uuid[i] = std::to_integer<uint8_t>(digest[i]);
  uuid[6] = static_cast<uint8_t>((uuid[6] & 0x0F) | 0x30);
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3F) | 0x80);
  return uuid;
}

// Payloads of tags that name sections are the sections themselves here.
std::vector<Tag> Writer::extension_tags() const {
  std::vector<Tag> tags;
  if (!library_.name.empty()) {
    Bytes section;
    put(section, "NAME");
    put(section, static_cast<uint16_t>(library_.name.size() + 1));
    put(section, c_string(library_.name));
    put(section, kEnd);
    tags.push_back({"HDYN", std::move(section)});
  }
  if (reflected_ > 0) {
    tags.push_back({"RLST", parts_.reflections});
    store(tags.back().payload, 0, reflected_);
  }
  if (library_.uuid || is_full_) {
    Bytes id;
    for (uint8_t byte : uuid()) put(id, byte);
    tags.push_back({"UUID", std::move(id)});
  }
  add_raw(tags, library_.header_tags);
  return tags;
}

// `sections_begin` is where sections would begin if the extension were empty.
Result<Bytes> Writer::extension(uint64_t sections_begin, Bytes& sections) {
  std::vector<Tag> tags = extension_tags();
  uint64_t begin = sections_begin + kEnd.size();
  for (const Tag& tag : tags) begin += 6 + (names_section(tag.code) ? 16 : tag.payload.size());
  for (Tag& tag : tags) {
    if (has_wide_length(tag.code)) return Failure{"tag " + tag.code + " is none of the header's"};
    if (!names_section(tag.code)) continue;
    Bytes place = numbers(uint64_t{begin + sections.size()}, uint64_t{tag.payload.size()});
    put(sections, tag.payload);
    tag.payload = std::move(place);
  }
  Bytes out;
  TS_TRY(put_tags(out, tags));
  return out;
}

Bytes Writer::header(uint64_t file_size, uint64_t publics_begin) const {
  const Library& l = library_;
  bool is_macos = l.platform == Platform::Macos;
  bool has_platform = l.container >= kFirstWithPlatform;
  uint8_t platform = static_cast<uint8_t>(kIs64Bit | static_cast<uint8_t>(l.platform));
  Bytes out;
  out.reserve(kHeaderBytes);
  put(out, kMagic);
  put(out, static_cast<uint16_t>(l.container[0] | (is_macos ? kMadeForMacos : 0)));
  put(out, l.container[1]);
  put(out, l.container[2]);
  put(out, l.file_type);
  put(out, has_platform ? platform : uint8_t{0});
  put(out, has_platform ? l.os_major : uint16_t{0});
  put(out, has_platform ? l.os_minor : uint8_t{0});
  put(out, has_platform ? l.os_patch : uint8_t{0});
  put(out, file_size);
  auto section = [&](uint64_t offset, uint64_t size) {
    put(out, offset);
    put(out, size);
  };
  section(kHeaderBytes, parts_.list.size());  // the leading count does not count
  section(publics_begin, parts_.publics.size());
  section(publics_begin + parts_.publics.size(), parts_.privates.size());
  section(publics_begin + parts_.publics.size() + parts_.privates.size(), parts_.blobs.size());
  return out;
}

Result<Bytes> Writer::bytes() {
  if (library_.functions.size() > UINT32_MAX) return Failure{"too many functions"};
  std::set<std::string_view> names;
  for (const Function& function : library_.functions) {
    Result<> added = names.insert(function.name).second
                         ? add_function(function)
                         : Result<>(Failure{"there is another function of this name"});
    if (!added) return Failure{"function " + function.name + ": " + added.failure().what};
  }
  if (library_.name.size() >= UINT16_MAX) return Failure{"the library's name is too long"};
  if (!library_.name.empty()) TS_TRY(check_string(library_.name, "the library's name"));
  uint64_t extension_begin = kHeaderBytes + 4 + parts_.list.size();
  uint64_t rest = parts_.publics.size() + parts_.privates.size() + parts_.blobs.size();
  Bytes sections;
  TS_TRY_ASSIGN(extension, extension(extension_begin + rest, sections));
  uint64_t publics_begin = extension_begin + extension.size();
  uint64_t file_size = publics_begin + rest + sections.size();
  Bytes out = header(file_size, publics_begin);
  out.reserve(file_size);
  put(out, static_cast<uint32_t>(library_.functions.size()));
  for (const Bytes* part :
       {&parts_.list, &extension, &parts_.publics, &parts_.privates, &parts_.blobs, &sections}) {
    put(out, *part);
  }
  return out;
}

}  // namespace

const Function* Library::function(std::string_view wanted) const {
  auto found = ranges::find(functions, wanted, &Function::name);
  return found == functions.end() ? nullptr : &*found;
}

Result<Bytes> write(const Library& library) { return Writer(library).bytes(); }

}  // namespace tinsmith::metallib
