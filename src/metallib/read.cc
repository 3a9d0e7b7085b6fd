// SPDX-License-Identifier: Apache-2.0
// Reads a library and believes nothing it says. Each range of bytes that the file declares is first
// looked up against the file's size, then claimed: no byte may be claimed twice, and what nobody
// claims must be zero. So a size that lies is found even where it stays within the file, and what
// is not understood cannot get lost unseen.
#include <algorithm>
#include <cctype>

#include "metallib/format.h"
#include "support/ranges.h"
#include "support/sha256.h"

namespace tinsmith::metallib {

namespace {

using Span = std::span<const std::byte>;

struct Range {
  uint64_t begin = 0, size = 0;
  uint64_t end() const { return begin + size; }  // of a range that was checked
};

struct Claim {
  Range range;
  std::string_view what;
};

struct Tag {
  std::string_view code;
  uint64_t at = 0;  // offset of the code in the file
  Range payload;
};

struct Group {
  std::vector<Tag> tags;
  uint64_t end = 0;  // offset past ENDT
};

// One function's tags of the function list, those that the format requires.
struct Entry {
  std::array<std::byte, 32> hash{};
  uint64_t hash_at = 0;
  uint64_t blob_size = 0;
  std::array<uint64_t, 3> offsets{};  // public, private, blob: each within its section
  std::optional<uint64_t> reflection;
};

constexpr std::array<std::string_view, 7> kEntryTags = {"NAME", "TYPE", "HASH", "MDSZ",
                                                        "OFFT", "VERS", "RFLT"};
constexpr size_t kSizeTag = 3, kOffsetsTag = 4, kRequiredTags = 6;

constexpr std::string_view kPublic = "public metadata", kPrivate = "private metadata",
                           kBitcode = "bitcode";

std::string text(uint64_t n) { return std::to_string(n); }

std::string bytes_text(uint64_t n) { return text(n) + (n == 1 ? " byte" : " bytes"); }

class Reader {
 public:
  Reader(Span file, std::string_view name) : file_(file), name_(name) {}
  Result<Library> library();

 private:
  Failure wrong(uint64_t at, std::string_view where, const std::string& expected,
                const std::string& found) const;
  Failure wrong(const Tag& tag, const std::string& expected, const std::string& found) const {
    return wrong(tag.at, "tag " + std::string(tag.code), expected, found);
  }
  Result<> need(uint64_t at, uint64_t size, uint64_t limit, std::string_view where) const;
  Span payload(const Tag& tag) const { return file_.subspan(tag.payload.begin, tag.payload.size); }
  void claim(uint64_t begin, uint64_t size, std::string_view what) {
    claims_.push_back({{begin, size}, what});
  }

  Result<> read_header();
  Result<Range> section(uint64_t at, std::string_view what) const;
  Result<Tag> read_tag(uint64_t at, uint64_t limit) const;
  Result<Group> read_group(uint64_t at, uint64_t limit) const;
  Result<> read_list();
  Result<> read_entry(const Group& group);
  Result<> read_entry_tag(const Tag& tag, Function& function, Entry& entry);
  Result<> read_extension();
  Result<> read_extension_tag(const Tag& tag, uint32_t place);
  Result<> read_name_section(const Tag& tag, const Range& range);
  Result<> read_contents();
  Result<Group> read_metadata(const Range& section, uint64_t offset, std::string_view what);
  Result<> read_constants(const Tag& tag, Function& function) const;
  Result<> read_reflections();
  Result<> read_reflection(uint64_t offset, Function& function);
  Result<> check_end(uint64_t at, const Range& section, std::string_view what) const;
  Result<> check_claims();

  Result<uint64_t> number(const Tag& tag, uint64_t size) const;
  Result<std::string> string(const Tag& tag) const;
  RawTag raw(const Tag& tag, uint32_t place) const;

  Span file_;
  std::string_view name_;
  Library library_;
  Range list_, publics_, privates_, blobs_;
  std::optional<Range> reflections_;
  std::vector<Entry> entries_;
  std::vector<Claim> claims_;
};

Failure Reader::wrong(uint64_t at, std::string_view where, const std::string& expected,
                      const std::string& found) const {
  return {std::string(name_) + ": offset " + text(at) + ", " + std::string(where) + ": expected " +
          expected + ", found " + found};
}

// That `size` bytes from `at` end by `limit`, itself within the file.
Result<> Reader::need(uint64_t at, uint64_t size, uint64_t limit, std::string_view where) const {
  if (at <= limit && size <= limit - at) return Ok{};
  return wrong(at, where, bytes_text(size), at <= limit ? bytes_text(limit - at) : "the end");
}

Result<Range> Reader::section(uint64_t at, std::string_view what) const {
  Range range{load<uint64_t>(file_, at), load<uint64_t>(file_, at + 8)};
  if (range.begin < kHeaderBytes || range.begin > file_.size()) {
    return wrong(at, std::string(what) + ", its offset",
                 "from 88 to the file's " + bytes_text(file_.size()), text(range.begin));
  }
  if (range.size > file_.size() - range.begin) {
    return wrong(at + 8, std::string(what) + ", its size",
                 "at most " + text(file_.size() - range.begin), text(range.size));
  }
  return range;
}

Result<> Reader::read_header() {
  if (file_.size() < kHeaderBytes) {
    return wrong(0, "header", bytes_text(kHeaderBytes), bytes_text(file_.size()));
  }
  std::string_view magic(reinterpret_cast<const char*>(file_.data()), 4);
  if (magic != kMagic) return wrong(0, "header", "the letters MTLB", "other bytes");
  claim(0, kHeaderBytes, "header");
  uint16_t major = load<uint16_t>(file_, 4);
  bool is_macos = (major & kMadeForMacos) != 0;
  library_.container = {static_cast<uint16_t>(major & ~kMadeForMacos), load<uint16_t>(file_, 6),
                        load<uint16_t>(file_, 8)};
  if (library_.container[0] != 1) {
    return wrong(4, "container version", "major version 1", text(library_.container[0]));
  }
  library_.file_type = load<uint8_t>(file_, 10);
  if ((library_.file_type & 0x7F) > 3) {
    return wrong(10, "file type", "0 to 3", text(library_.file_type & 0x7F));
  }
  uint8_t platform = load<uint8_t>(file_, 11);
  library_.os_major = load<uint16_t>(file_, 12);
  library_.os_minor = load<uint8_t>(file_, 14);
  library_.os_patch = load<uint8_t>(file_, 15);
  if (library_.container < kFirstWithPlatform) {
    if (platform != 0 || load<uint32_t>(file_, 12) != 0) {
      return wrong(11, "platform and system", "none in a container before 1.2.6", "some");
    }
    library_.platform = is_macos ? Platform::Macos : Platform::Ios;
  } else {
    if ((platform & kIs64Bit) == 0) return wrong(11, "platform", "the bit for 64 bits", "none");
    library_.platform = static_cast<Platform>(platform & 0x7F);
    if (name(library_.platform) == "unknown platform") {
      return wrong(11, "platform", "1 to 11", text(platform & 0x7F));
    }
    if (is_macos != (library_.platform == Platform::Macos)) {
      return wrong(4, "mark of macOS", is_macos ? "none" : "one",
                   "platform " + std::string(name(library_.platform)));
    }
  }
  uint64_t size = load<uint64_t>(file_, 16);
  if (size != file_.size()) return wrong(16, "file size", bytes_text(file_.size()), text(size));
  TS_TRY_ASSIGN(list, section(24, "function list"));
  TS_TRY_ASSIGN(publics, section(40, kPublic));
  TS_TRY_ASSIGN(privates, section(56, kPrivate));
  TS_TRY_ASSIGN(blobs, section(72, kBitcode));
  list_ = list, publics_ = publics, privates_ = privates, blobs_ = blobs;
  return Ok{};
}

Result<Tag> Reader::read_tag(uint64_t at, uint64_t limit) const {
  TS_TRY(need(at, 4, limit, "tag"));
  Tag tag{{reinterpret_cast<const char*>(file_.data()) + at, 4}, at, {at + 4, 0}};
  if (!ranges::all_of(tag.code, [](unsigned char c) { return std::isalnum(c) != 0; })) {
    return wrong(at, "tag", "four letters", "other bytes");
  }
  if (tag.code == kEnd) return tag;
  uint64_t width = has_wide_length(tag.code) ? 4 : 2;
  TS_TRY(need(at + 4, width, limit, "length of tag " + std::string(tag.code)));
  tag.payload.size = width == 4 ? load<uint32_t>(file_, at + 4) : load<uint16_t>(file_, at + 4);
  tag.payload.begin = at + 4 + width;
  TS_TRY(need(tag.payload.begin, tag.payload.size, limit, "tag " + std::string(tag.code)));
  return tag;
}

Result<Group> Reader::read_group(uint64_t at, uint64_t limit) const {
  Group group;
  for (;;) {
    TS_TRY_ASSIGN(tag, read_tag(at, limit));
    at = tag.payload.end();
    if (tag.code == kEnd) break;
    group.tags.push_back(tag);
  }
  group.end = at;
  return group;
}

Result<uint64_t> Reader::number(const Tag& tag, uint64_t size) const {
  if (tag.payload.size != size) return wrong(tag, bytes_text(size), text(tag.payload.size));
  return size == 1 ? load<uint8_t>(payload(tag), 0) : load<uint64_t>(payload(tag), 0);
}

Result<std::string> Reader::string(const Tag& tag) const {
  std::string value;
  for (std::byte b : payload(tag)) value += static_cast<char>(b);
  if (value.size() < 2 || value.find('\0') != value.size() - 1) {
    return wrong(tag, "a name that ends with its one zero byte", bytes_text(value.size()));
  }
  value.pop_back();
  return value;
}

RawTag Reader::raw(const Tag& tag, uint32_t place) const {
  Span bytes = payload(tag);
  return {std::string(tag.code), {bytes.begin(), bytes.end()}, place};
}

Result<> Reader::read_list() {
  TS_TRY(need(list_.begin, 4, file_.size(), "function list"));
  uint32_t count = load<uint32_t>(file_, list_.begin);
  uint64_t at = list_.begin + 4;
  TS_TRY(need(at, list_.size, file_.size(), "function list"));
  uint64_t end = at + list_.size;
  claim(list_.begin, 4 + list_.size, "function list");
  for (uint32_t i = 0; i < count; ++i) {
    TS_TRY(need(at, 4, end, "group of function " + text(i)));
    uint32_t size = load<uint32_t>(file_, at);
    if (size < 8) return wrong(at, "size of function " + text(i), "8 or more", text(size));
    TS_TRY(need(at, size, end, "group of function " + text(i)));
    TS_TRY_ASSIGN(group, read_group(at + 4, at + size));
    if (group.end != at + size) {
      return wrong(at, "size of function " + text(i), text(group.end - at), text(size));
    }
    TS_TRY(read_entry(group));
    at = group.end;
  }
  if (at == end) return Ok{};
  return wrong(at, "function list", "its end after " + text(count) + " functions",
               bytes_text(end - at) + " more");
}

Result<> Reader::read_entry(const Group& group) {
  Function function;
  Entry entry;
  std::array<std::optional<uint32_t>, kEntryTags.size()> places;
  for (uint32_t i = 0; i < group.tags.size(); ++i) {
    const Tag& tag = group.tags[i];
    auto known = ranges::find(kEntryTags, tag.code);
    if (known == kEntryTags.end()) {
      function.list_tags.push_back(raw(tag, i));
      continue;
    }
    auto& place = places[static_cast<size_t>(known - kEntryTags.begin())];
    if (place) return wrong(tag, "one for each function", "a second");
    place = i;
    TS_TRY(read_entry_tag(tag, function, entry));
  }
  for (size_t i = 0; i < kRequiredTags; ++i) {
    if (!places[i]) {
      return wrong(group.end - kEnd.size(), "group of a function",
                   "tag " + std::string(kEntryTags[i]), "its end");
    }
  }
  if (entries_.empty() && places[kSizeTag] > places[kOffsetsTag]) library_.layout = Layout::Full;
  library_.functions.push_back(std::move(function));
  entries_.push_back(entry);
  return Ok{};
}

Result<> Reader::read_entry_tag(const Tag& tag, Function& function, Entry& entry) {
  Span bytes = payload(tag);
  if (tag.code == "NAME") {
    TS_TRY_ASSIGN(name, string(tag));
    function.name = std::move(name);
  } else if (tag.code == "TYPE") {
    TS_TRY_ASSIGN(type, number(tag, 1));
    if (type > static_cast<uint8_t>(FunctionType::Object)) return wrong(tag, "0 to 8", text(type));
    function.type = static_cast<FunctionType>(type);
  } else if (tag.code == "HASH") {
    if (bytes.size() != 32) return wrong(tag, "32 bytes", text(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), entry.hash.begin());
    entry.hash_at = tag.at;
  } else if (tag.code == "OFFT") {
    if (bytes.size() != 24) return wrong(tag, "24 bytes", text(bytes.size()));
    for (size_t i = 0; i < 3; ++i) entry.offsets[i] = load<uint64_t>(bytes, 8 * i);
  } else if (tag.code == "VERS") {
    if (bytes.size() != 8) return wrong(tag, "8 bytes", text(bytes.size()));
    function.air_major = load<uint16_t>(bytes, 0), function.air_minor = load<uint16_t>(bytes, 2);
    function.msl_major = load<uint16_t>(bytes, 4), function.msl_minor = load<uint16_t>(bytes, 6);
  } else {
    TS_TRY_ASSIGN(value, number(tag, 8));
    if (tag.code == "MDSZ") entry.blob_size = value;
    if (tag.code == "RFLT") entry.reflection = value;
  }
  return Ok{};
}

Result<> Reader::read_extension() {
  uint64_t begin = list_.begin + 4 + list_.size;
  if (publics_.begin < begin) {
    return wrong(40, "public metadata, its offset", text(begin) + " or more", text(publics_.begin));
  }
  TS_TRY_ASSIGN(group, read_group(begin, publics_.begin));
  claim(begin, group.end - begin, "header extension");
  for (uint32_t i = 0; i < group.tags.size(); ++i) TS_TRY(read_extension_tag(group.tags[i], i));
  if (library_.functions.empty() && library_.uuid) library_.layout = Layout::Full;
  return Ok{};
}

Result<> Reader::read_extension_tag(const Tag& tag, uint32_t place) {
  if (has_wide_length(tag.code)) return wrong(tag, "a tag of the header", "another");
  if (tag.code == "UUID") {
    if (tag.payload.size != 16) return wrong(tag, "16 bytes", text(tag.payload.size));
    if (library_.uuid) return wrong(tag, "one", "a second");
    library_.uuid.emplace();
    for (size_t i = 0; i < 16; ++i) (*library_.uuid)[i] = std::to_integer<uint8_t>(payload(tag)[i]);
    return Ok{};
  }
  if (!names_section(tag.code)) {
    library_.header_tags.push_back(raw(tag, place));
    return Ok{};
  }
  if (tag.payload.size != 16) return wrong(tag, "16 bytes", text(tag.payload.size));
  TS_TRY_ASSIGN(range, section(tag.payload.begin, "section " + std::string(tag.code)));
  if (tag.code == "HDYN") return read_name_section(tag, range);
  if (tag.code == "RLST") {
    if (reflections_) return wrong(tag, "one", "a second");
    reflections_ = range;
    return Ok{};
  }
  claim(range.begin, range.size, "section of the header extension");
  Span bytes = file_.subspan(range.begin, range.size);
  library_.header_tags.push_back({std::string(tag.code), {bytes.begin(), bytes.end()}, place});
  return Ok{};
}

Result<> Reader::read_name_section(const Tag& tag, const Range& range) {
  if (!library_.name.empty()) return wrong(tag, "one", "a second");
  claim(range.begin, range.size, "section HDYN");
  TS_TRY_ASSIGN(group, read_group(range.begin, range.end()));
  if (group.tags.size() != 1 || group.tags[0].code != "NAME" || group.end != range.end()) {
    return wrong(range.begin, "section HDYN", "the library's name alone", "something else");
  }
  TS_TRY_ASSIGN(name, string(group.tags[0]));
  library_.name = std::move(name);
  return Ok{};
}

// A group of the public or private section. In the linked layout its size leaves itself out.
Result<Group> Reader::read_metadata(const Range& section, uint64_t offset, std::string_view what) {
  if (offset > section.size) {
    return wrong(section.begin, std::string(what) + " of a function",
                 "within " + bytes_text(section.size), "at offset " + text(offset));
  }
  uint64_t at = section.begin + offset;
  TS_TRY(need(at, 4, section.end(), what));
  TS_TRY_ASSIGN(group, read_group(at + 4, section.end()));
  uint64_t size = load<uint32_t>(file_, at);
  uint64_t expected = group.end - at - (library_.layout == Layout::Full ? 0 : 4);
  if (size != expected) return wrong(at, "size of a group", text(expected), text(size));
  claim(at, group.end - at, what);
  return group;
}

Result<> Reader::read_constants(const Tag& tag, Function& function) const {
  Span bytes = payload(tag);
  if (!function.constants.empty()) return wrong(tag, "one", "a second");
  if (bytes.size() < 2) return wrong(tag, "a count", bytes_text(bytes.size()));
  uint16_t count = load<uint16_t>(bytes, 0);
  if (count == 0) return wrong(tag, "constants", "none");
  size_t at = 2;
  for (uint16_t i = 0; i < count; ++i) {
    FunctionConstant constant;
    for (; at < bytes.size() && bytes[at] != std::byte{0}; ++at) {
      constant.name += static_cast<char>(bytes[at]);
    }
    if (constant.name.empty() || bytes.size() - at < 5) {
      return wrong(tag, text(count) + " constants with names", text(i));
    }
    constant.data_type = load<uint8_t>(bytes, at + 1);
    constant.index = load<uint16_t>(bytes, at + 2);
    uint8_t active = load<uint8_t>(bytes, at + 4);
    if (active > 1) return wrong(tag, "0 or 1 for " + constant.name, text(active));
    constant.active = active == 1;
    at += 5;
    function.constants.push_back(std::move(constant));
  }
  if (at != bytes.size()) return wrong(tag, bytes_text(at), text(bytes.size()));
  return Ok{};
}

Result<> Reader::read_contents() {
  for (size_t i = 0; i < entries_.size(); ++i) {
    Function& function = library_.functions[i];
    const Entry& entry = entries_[i];
    TS_TRY_ASSIGN(publics, read_metadata(publics_, entry.offsets[0], kPublic));
    for (uint32_t k = 0; k < publics.tags.size(); ++k) {
      const Tag& tag = publics.tags[k];
      if (tag.code == "CNST") {
        TS_TRY(read_constants(tag, function));
      } else {
        function.public_tags.push_back(raw(tag, k));
      }
    }
    TS_TRY_ASSIGN(privates, read_metadata(privates_, entry.offsets[1], kPrivate));
    for (uint32_t k = 0; k < privates.tags.size(); ++k) {
      function.private_tags.push_back(raw(privates.tags[k], k));
    }
    if (entry.offsets[2] > blobs_.size || entry.blob_size > blobs_.size - entry.offsets[2]) {
      return wrong(blobs_.begin, "bitcode of " + function.name, "within " + bytes_text(blobs_.size),
                   bytes_text(entry.blob_size) + " at offset " + text(entry.offsets[2]));
    }
    claim(blobs_.begin + entry.offsets[2], entry.blob_size, kBitcode);
  }
  return read_reflections();
}

Result<> Reader::read_reflections() {
  uint32_t count = 0;
  if (reflections_) {
    TS_TRY(need(reflections_->begin, 4, reflections_->end(), "reflection list"));
    count = load<uint32_t>(file_, reflections_->begin);
    claim(reflections_->begin, 4, "reflection list");
  }
  uint32_t found = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].reflection) continue;
    TS_TRY(read_reflection(*entries_[i].reflection, library_.functions[i]));
    ++found;
  }
  if (found == count) return Ok{};
  return wrong(reflections_->begin, "reflection list", text(found) + " groups", text(count));
}

Result<> Reader::read_reflection(uint64_t offset, Function& function) {
  if (!reflections_) {
    return wrong(list_.begin, "tag RFLT of " + function.name, "a reflection list", "none");
  }
  const Range& list = *reflections_;
  if (offset > list.size) {
    return wrong(list.begin, "reflection of " + function.name, "within " + bytes_text(list.size),
                 "at offset " + text(offset));
  }
  uint64_t at = list.begin + offset;
  TS_TRY(need(at, 4, list.end(), "reflection list"));
  TS_TRY_ASSIGN(group, read_group(at + 4, list.end()));
  uint64_t size = load<uint32_t>(file_, at);
  if (size != group.end - at) return wrong(at, "size of a group", text(group.end - at), text(size));
  if (group.tags.size() != 1 || group.tags[0].code != "RBUF" || group.tags[0].payload.size == 0) {
    return wrong(at + 4, "reflection of " + function.name, "tag RBUF alone", "something else");
  }
  claim(at, size, "reflection list");
  Span bytes = payload(group.tags[0]);
  function.reflection.assign(bytes.begin(), bytes.end());
  return Ok{};
}

// That the groups of a section end where it does. Its size is the 8 bytes at `at` of the header.
Result<> Reader::check_end(uint64_t at, const Range& section, std::string_view what) const {
  uint64_t end = section.begin;
  for (const Claim& claim : claims_) {
    if (claim.what == what) end = std::max(end, claim.range.end());
  }
  if (end == section.end()) return Ok{};
  return wrong(at, std::string(what) + ", its size", text(end - section.begin), text(section.size));
}

// No byte twice, none but zeros left over.
Result<> Reader::check_claims() {
  std::erase_if(claims_, [](const Claim& claim) { return claim.range.size == 0; });
  ranges::stable_sort(claims_, [](const Claim& claim) { return claim.range.begin; });
  claims_.push_back({{file_.size(), 0}, "end of the file"});
  uint64_t at = 0;
  for (const Claim& claim : claims_) {
    if (claim.range.begin < at) {
      return wrong(claim.range.begin, claim.what, "bytes of its own", "another's");
    }
    Span gap = file_.subspan(at, claim.range.begin - at);
    auto stray = ranges::find_if(gap, [](std::byte b) { return b != std::byte{0}; });
    if (stray != gap.end()) {
      return wrong(at + static_cast<uint64_t>(stray - gap.begin()),
                   "before the " + std::string(claim.what), "nothing",
                   "bytes that nothing refers to");
    }
    at = claim.range.end();
  }
  return Ok{};
}

Result<Library> Reader::library() {
  TS_TRY(read_header());
  TS_TRY(read_list());
  TS_TRY(read_extension());
  TS_TRY(read_contents());
  TS_TRY(check_end(48, publics_, kPublic));
  TS_TRY(check_end(64, privates_, kPrivate));
  TS_TRY(check_end(80, blobs_, kBitcode));
  TS_TRY(check_claims());
  std::vector<std::string_view> names;
  for (const Function& function : library_.functions) names.push_back(function.name);
  ranges::sort(names);
  if (auto twice = ranges::adjacent_find(names); twice != names.end()) {
    return wrong(list_.begin, "function list", "each name once", std::string(*twice) + " twice");
  }
  // Last, because it costs the most: and no byte is copied twice, which the claims have shown.
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    Span blob = file_.subspan(blobs_.begin + entry.offsets[2], entry.blob_size);
    Function& function = library_.functions[i];
    function.blob.assign(blob.begin(), blob.end());
    if (sha256(blob) != entry.hash) {
      return wrong(entry.hash_at, "tag HASH of " + function.name, "the SHA-256 of its bitcode",
                   "another: the file is damaged");
    }
  }
  return std::move(library_);
}

}  // namespace

Result<Library> read(std::span<const std::byte> file, std::string_view name) {
  return Reader(file, name).library();
}

}  // namespace tinsmith::metallib
