// SPDX-License-Identifier: Apache-2.0
// Zip as in PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (directory entry)
// and 4.3.16 (end record). The directory at the end is what counts; a local header is read only to
// find where its data begin.
#include "package/zip.h"

#include <algorithm>
#include <array>

#include "support/ranges.h"

namespace tinsmith::package {

namespace {

using Bytes = std::span<const std::byte>;

constexpr uint32_t kLocal = 0x04034b50, kEntry = 0x02014b50, kEnd = 0x06054b50;
constexpr size_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22;
constexpr uint16_t kEncrypted = 1, kUtf8 = 1 << 11;
constexpr uint16_t kDate = (2000 - 1980) << 9 | 12 << 5 | 1;

constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c & 1 ? 0xEDB88320 ^ c >> 1 : c >> 1;
    table[i] = c;
  }
  return table;
}();

uint32_t u8(Bytes bytes, size_t at) { return std::to_integer<uint32_t>(bytes[at]); }
uint32_t u16(Bytes bytes, size_t at) { return u8(bytes, at) | u8(bytes, at + 1) << 8; }
uint32_t u32(Bytes bytes, size_t at) { return u16(bytes, at) | u16(bytes, at + 2) << 16; }

// Where the end record lies: it is the last thing, but for a comment of a length that it states.
size_t find_end(Bytes bytes) {
  for (size_t comment = 0; comment <= 0xFFFF && comment + kEndBytes <= bytes.size(); ++comment) {
    size_t at = bytes.size() - kEndBytes - comment;
    if (u32(bytes, at) == kEnd && u16(bytes, at + 20) == comment) return at;
  }
  return bytes.size();
}

// One line of the directory.
struct Entry {
  std::string name;
  uint32_t flags, method, crc, packed_size, size, local_at;
  size_t bytes;  // of the line itself
};

class Unzip {
 public:
  Unzip(Bytes bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  Result<std::map<std::string, Bytes>> all() {
    size_t end = find_end(bytes_);
    if (end == bytes_.size()) return fail("no zip archive, or a part of one");
    uint32_t count = u16(bytes_, end + 10), size = u32(bytes_, end + 12);
    uint32_t at = u32(bytes_, end + 16);
    if (u16(bytes_, end + 4) != 0 || u16(bytes_, end + 8) != count || at == UINT32_MAX)
      return fail("archives in several parts and of the zip64 kind are not supported");
    if (at > end || size > end - at) return fail("the directory lies outside of the file");
    directory_ = bytes_.subspan(at, size);
    std::map<std::string, Bytes> out;
    for (uint32_t i = 0; i < count; ++i) {
      TS_TRY_ASSIGN(entry, next_entry());
      if (entry.name.ends_with('/')) continue;
      TS_TRY_ASSIGN(content, data(entry));
      if (!out.emplace(entry.name, content).second) return fail("holds '" + entry.name + "' twice");
    }
    return out;
  }

 private:
  Failure fail(const std::string& what) const { return {std::string(name_) + ": " + what}; }

  Result<Entry> next_entry() {
    if (directory_.size() < kEntryBytes || u32(directory_, 0) != kEntry)
      return fail("damaged directory");
    size_t name_size = u16(directory_, 28);
    size_t total = kEntryBytes + name_size + u16(directory_, 30) + u16(directory_, 32);
    if (total > directory_.size()) return fail("damaged directory");
    Entry entry{std::string(as_text(directory_.subspan(kEntryBytes, name_size))),
                u16(directory_, 8),
                u16(directory_, 10),
                u32(directory_, 16),
                u32(directory_, 20),
                u32(directory_, 24),
                u32(directory_, 42),
                total};
    directory_ = directory_.subspan(total);
    return entry;
  }

  Result<Bytes> data(const Entry& entry) {
    auto bad = [&](const std::string& what) { return fail("'" + entry.name + "' " + what); };
    if (entry.flags & kEncrypted) return bad("is encrypted");
    if (entry.method != 0)
      return bad("is compressed; a .tcm holds its files stored: pack it again with 'zip -0'");
    if (entry.packed_size != entry.size) return bad("states two sizes");
    size_t at = entry.local_at;
    if (at > bytes_.size() || bytes_.size() - at < kLocalBytes || u32(bytes_, at) != kLocal)
      return bad("is not where the directory says");
    at += kLocalBytes + u16(bytes_, at + 26) + u16(bytes_, at + 28);
    if (at > bytes_.size() || bytes_.size() - at < entry.size) return bad("is cut off");
    total_ += entry.size;  // entries that share bytes would make a small file large
    if (total_ > bytes_.size()) return bad("overlaps others");
    Bytes content = bytes_.subspan(at, entry.size);
    if (crc32(content) != entry.crc) return bad("is damaged: its checksum differs");
    return content;
  }

  Bytes bytes_, directory_;
  std::string_view name_;
  uint64_t total_ = 0;
};

class Writer {
 public:
  std::vector<std::byte> out;
  void u16(uint32_t v) {
    out.push_back(std::byte(v & 0xFF));
    out.push_back(std::byte(v >> 8 & 0xFF));
  }
  void u32(uint32_t v) {
    u16(v & 0xFFFF);
    u16(v >> 16);
  }
  void bytes(Bytes v) { out.insert(out.end(), v.begin(), v.end()); }
  void text(std::string_view v) { bytes(std::as_bytes(std::span(v.data(), v.size()))); }
  // What a local header and a directory entry have in common: version to name length, no extra
  // field.
  void common(const NamedFile& file, uint32_t crc) {
    auto size = static_cast<uint32_t>(file.bytes.size());
    bool ascii = ranges::all_of(file.name, [](char c) { return c >= 0; });
    u16(20);
    u16(ascii ? 0 : kUtf8);
    u16(0);  // stored
    u16(0);  // midnight
    u16(kDate);
    u32(crc);
    u32(size);
    u32(size);
    u16(static_cast<uint32_t>(file.name.size()));
    u16(0);
  }
};

}  // namespace

uint32_t crc32(Bytes bytes) {
  uint32_t c = UINT32_MAX;
  for (std::byte b : bytes) c = kCrcTable[(c ^ std::to_integer<uint32_t>(b)) & 0xFF] ^ c >> 8;
  return ~c;
}

bool looks_like_zip(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{'P'} && bytes[1] == std::byte{'K'};
}

Result<std::map<std::string, Bytes>> unzip(Bytes bytes, std::string_view name) {
  return Unzip(bytes, name).all();
}

Result<std::vector<std::byte>> zip(const std::vector<NamedFile>& files) {
  uint64_t total = kEndBytes;
  for (const NamedFile& file : files) {
    if (file.name.size() > UINT16_MAX) return Failure{"a file name is too long for an archive"};
    total += file.bytes.size() + kLocalBytes + kEntryBytes + 2 * file.name.size();
  }
  if (total >= UINT32_MAX || files.size() >= UINT16_MAX)
    return Failure{"too much for an archive (4 GiB, 65534 files): write a directory instead"};
  Writer local, directory;
  for (const NamedFile& file : files) {
    uint32_t crc = crc32(file.bytes);
    auto at = static_cast<uint32_t>(local.out.size());
    local.u32(kLocal);
    local.common(file, crc);
    local.text(file.name);
    local.bytes(file.bytes);
    directory.u32(kEntry);
    directory.u16(3 << 8 | 20);  // made under Unix
    directory.common(file, crc);
    directory.u16(0);                        // no comment
    directory.u16(0);                        // first disk
    directory.u16(0);                        // no internal attributes
    directory.u32(uint32_t{0100644} << 16);  // -rw-r--r--
    directory.u32(at);
    directory.text(file.name);
  }
  auto at = static_cast<uint32_t>(local.out.size());
  local.bytes(directory.out);
  local.u32(kEnd);
  local.u32(0);  // one disk
  local.u16(static_cast<uint32_t>(files.size()));
  local.u16(static_cast<uint32_t>(files.size()));
  local.u32(static_cast<uint32_t>(directory.out.size()));
  local.u32(at);
  local.u16(0);
  return std::move(local.out);
}

}  // namespace tinsmith::package
