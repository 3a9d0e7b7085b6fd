// SPDX-License-Identifier: Apache-2.0
#include "cpu/cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <tuple>
#include <type_traits>

#include "cpu/code_version.h"
#include "cpu/entry.h"
#include "support/files.h"
#include "support/sha256.h"

namespace tinsmith::cpu {

namespace fs = std::filesystem;

namespace {

// A file is kMagic, the SHA-256 of what follows (in hex), and a Compiled as `put` writes it.
constexpr std::string_view kMagic = "TSCODE2\n";
constexpr size_t kHashDigits = 64;
constexpr std::string_view kSuffix = ".code", kUnfinished = ".part-";
constexpr std::chrono::hours kAbandoned{1};

// --- Plain data as bytes: numbers as they lie in memory, and lengths before what has one.
template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class Writer {
 public:
  void operator()(const Number auto& number) {
    const auto from = std::as_bytes(std::span(&number, 1));
    bytes_.insert(bytes_.end(), from.begin(), from.end());
  }
  void operator()(std::span<const std::byte> bytes) {
    (*this)(uint64_t{bytes.size()});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void operator()(const std::vector<std::byte>& bytes) { (*this)(std::span(bytes)); }
  void operator()(const std::string& text) { (*this)(std::as_bytes(std::span(text))); }
  template <class T, size_t n>
  void operator()(const std::array<T, n>& list) {
    for (const T& element : list) (*this)(element);
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(uint64_t{list.size()});
    for (const T& element : list) (*this)(element);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
  void operator()(const T& record) requires std::is_class_v<T> {
    each_member(*this, record);
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// After the first thing that does not fit everything reads as zero, and is_whole() is false.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : left_(bytes) {}

  void operator()(Number auto& number) {
    number = {};
    const auto from = take(sizeof number);
    if (!from.empty()) std::memcpy(&number, from.data(), sizeof number);
  }
  void operator()(std::string& text) { text = as_text(take(count())); }
  void operator()(std::vector<std::byte>& bytes) {
    const auto from = take(count());
    bytes.assign(from.begin(), from.end());
  }
  template <class T, size_t n>
  void operator()(std::array<T, n>& list) {
    for (T& element : list) (*this)(element);
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    list.resize(count());
    for (T& element : list) (*this)(element);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool is_there = false;
    (*this)(is_there);
    if (is_there) (*this)(value.emplace());
  }
  template <class T>
  void operator()(T& record) requires std::is_class_v<T> {
    each_member(*this, record);
  }

  bool is_whole() const { return whole_ && left_.empty(); }

 private:
  // A count of things that take at least a byte each.
  size_t count() {
    uint64_t n = 0;
    (*this)(n);
    whole_ = whole_ && n <= left_.size();
    return whole_ ? static_cast<size_t>(n) : 0;
  }
  std::span<const std::byte> take(size_t n) {
    whole_ = whole_ && n <= left_.size();
    if (!whole_) return {};
    const auto taken = left_.first(n);
    left_ = left_.subspan(n);
    return taken;
  }

  std::span<const std::byte> left_;
  bool whole_ = true;
};

// The members of each record, for reading, writing and keys alike.
template <class T, class... Records>
concept OneOf = (std::is_same_v<std::remove_const_t<T>, Records> || ...);

void each_member(auto& io, OneOf<Parameter> auto& p) {
  io(p.kind), io(p.index), io(p.name), io(p.type), io(p.written), io(p.constant), io(p.optional);
  io(p.type_size);
}
void each_member(auto& io, OneOf<Source::Shape> auto& shape) { io(shape.grid), io(shape.group); }
void each_member(auto& io, OneOf<ConstantValue> auto& c) { io(c.index), io(c.bits); }
void each_member(auto& io, OneOf<Debug> auto& d) {
  io(d.barriers), io(d.loops), io(d.nans), io(d.serial);
}
void each_member(auto& io, OneOf<Compiled> auto& c) {
  io(c.object), io(c.parameters), io(c.serial), io(c.counts), io(c.max_work_group_size),
      io(c.threadgroup_bytes);
  io(c.nanoseconds), io(c.shape), io(c.places);
}

std::vector<std::byte> to_file(const Compiled& compiled) {
  Writer content;
  content(compiled);
  std::vector<std::byte> file = to_bytes(std::string(kMagic) + sha256_hex(content.bytes()));
  file.insert(file.end(), content.bytes().begin(), content.bytes().end());
  return file;
}

std::optional<Compiled> from_file(std::span<const std::byte> file) {
  const size_t head = kMagic.size() + kHashDigits;
  if (file.size() < head || as_text(file.first(kMagic.size())) != kMagic) return std::nullopt;
  const auto content = file.subspan(head);
  if (as_text(file.subspan(kMagic.size(), kHashDigits)) != sha256_hex(content)) return std::nullopt;
  Compiled compiled;
  Reader reader(content);
  reader(compiled);
  if (!reader.is_whole()) return std::nullopt;
  return compiled;
}

// Writes beside and renames, so that readers see a whole file or none. Not flushed: what a power
// cut leaves is found by its hash.
bool write_renamed(const fs::path& path, std::span<const std::byte> bytes) {
  std::string beside = path.parent_path() / (std::string(kUnfinished) + "XXXXXX");
  const int file = ::mkstemp(beside.data());
  if (file < 0) return false;
  bool whole = true;
  for (size_t at = 0; whole && at < bytes.size();) {
    const ssize_t written = ::write(file, bytes.data() + at, bytes.size() - at);
    whole = written > 0;
    at += whole ? static_cast<size_t>(written) : 0;
  }
  whole = ::close(file) == 0 && whole;
  if (whole && ::rename(beside.c_str(), path.c_str()) == 0) return true;
  ::unlink(beside.c_str());
  return false;
}

fs::path path_of(const std::string& folder, const std::string& key) {
  return fs::path(folder) / (key + std::string(kSuffix));
}

// Looking through the folder costs more than a write, so it is done for one key in sixteen.
bool is_turn_to_trim(const std::string& key) { return !key.empty() && key.front() == '0'; }

}  // namespace

std::string cache_key(const Source& source, const Options& options, const std::string& machine) {
  Writer all;
  all(std::string(kCodeVersion));
  all(kEntryVersion);
  all(machine);
  all(source.air);
  all(source.entry);
  all(source.constants);
  all(source.any_grid);
  all(source.shape);
  all(options.debug);
  all(options.fast_math);
  all(options.lanes);
  return sha256_hex(all.bytes());
}

std::optional<Compiled> find_cached(const std::string& folder, const std::string& key) {
  if (folder.empty()) return std::nullopt;
  const fs::path path = path_of(folder, key);
  const auto file = read_file(path);
  if (!file) return std::nullopt;
  auto compiled = from_file(*file);
  // What is used stays: trimming takes the files that were not touched for longest.
  if (compiled) ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return compiled;
}

void keep_cached(const std::string& folder, const std::string& key, const Compiled& compiled) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return;
  if (write_renamed(path_of(folder, key), to_file(compiled)) && is_turn_to_trim(key))
    trim_cache(folder, kCacheBytes);
}

void trim_cache(const std::string& folder, uint64_t most_bytes) {
  struct File {
    fs::path path;
    uint64_t bytes;
    fs::file_time_type used;
  };
  std::vector<File> files;
  uint64_t total = 0;
  std::error_code error;
  // Others may remove files meanwhile: each step may fail, and then that file is not counted.
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    const fs::path& path = at->path();
    const uint64_t bytes = at->file_size(gone);
    if (gone) continue;
    const auto used = at->last_write_time(gone);
    if (gone) continue;
    if (path.filename().string().starts_with(kUnfinished)) {
      if (fs::file_time_type::clock::now() - used > kAbandoned) fs::remove(path, gone);
    } else if (path.extension() == kSuffix) {
      files.push_back({path, bytes, used});
      total += bytes;
    }
  }
  std::ranges::sort(files, [](const File& a, const File& b) {
    return std::tie(a.used, a.path) < std::tie(b.used, b.path);
  });
  for (const File& file : files) {
    if (total <= most_bytes) return;
    std::error_code gone;
    fs::remove(file.path, gone);
    total -= file.bytes;
  }
}

std::string cache_folder(const std::function<const char*(const char*)>& variable) {
  const auto text = [&](const char* name) {
    const char* value = variable(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string given = text("TINSMITH_CACHE");
  if (given == "off") return "";
  if (!given.empty()) return given;
  if (const std::string base = text("XDG_CACHE_HOME"); base.starts_with("/"))
    return base + "/tinsmith";
  const std::string home = text("HOME");
  return home.empty() ? "" : home + "/.cache/tinsmith";
}

}  // namespace tinsmith::cpu
