// SPDX-License-Identifier: Apache-2.0
// Whole files over POSIX. A write goes to a temporary name in the same folder, reaches the disk,
// and is then renamed: at every moment the destination is the old content or the new, never a part.
#include "support/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "support/ranges.h"

namespace tinsmith {

namespace fs = std::filesystem;

namespace {

Failure world(std::string_view what, const fs::path& path, std::error_code error) {
  return {std::string(what) + " " + path.string() + ": " + error.message(), Blame::World};
}
Failure world(std::string_view what, const fs::path& path) {
  return world(what, path, std::error_code(errno, std::generic_category()));
}

// An open file, closed at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

template <class Container>
Result<Container> read_into(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return world("cannot read", path);
  if (S_ISDIR(info.st_mode))
    return world("cannot read", path, std::make_error_code(std::errc::is_a_directory));
  Container out;
  size_t size = 0;
  for (;;) {
    // The size is a hint alone: pipes have none, and files grow.
    out.resize(std::max(size + 4096, static_cast<size_t>(std::max<off_t>(info.st_size, 0)) + 1));
    ssize_t n = ::read(file.get(), out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return world("cannot read", path);
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  out.resize(size);
  return out;
}

Result<> write_all(const Descriptor& file, std::span<const std::byte> bytes, const fs::path& path) {
  while (!bytes.empty()) {
    ssize_t n = ::write(file.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return world("cannot write", path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return Ok{};
}

Result<> make_folders(const fs::path& folder) {
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) return world("cannot make the folder", folder, error);
  return Ok{};
}

// A name in the folder of `path` that nothing else uses.
fs::path name_beside(const fs::path& path) {
  for (unsigned n = 0;; ++n) {
    fs::path name =
        path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()) +
                              "." + std::to_string(n) + ".tmp");
    std::error_code error;
    if (!fs::exists(fs::symlink_status(name, error))) return name;
  }
}

// Makes renames in `folder` last over a power cut. Not every file system can: no failure.
void flush_folder(const fs::path& folder) {
  Descriptor handle(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (handle) ::fsync(handle.get());
}

// Writes to `path`, which does not exist yet; down to the disk if `flush`.
Result<> write_new(const fs::path& path, std::span<const std::byte> bytes, mode_t mode,
                   bool flush) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return world("cannot write", path);
  TS_TRY(write_all(file, bytes, path));
  if (flush && ::fsync(file.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    return world("cannot write", path);
  return Ok{};
}

bool stays_inside(std::string_view name) {
  fs::path path(name);
  return !name.empty() && !path.is_absolute() && name.find('\0') == name.npos &&
         ranges::none_of(path, [](const fs::path& part) {
           return part == ".." || part == "." || part.empty();
         });
}

// `folder` is or holds the working folder of this process: a swap would pull the ground from under
// it.
bool holds_working_folder(const fs::path& folder) {
  std::error_code error;
  fs::path inner = fs::current_path(error), outer = fs::weakly_canonical(folder, error);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

// Folders that held nothing but what has gone.
void drop_empty_folders(const fs::path& folder, const std::vector<std::string>& stale) {
  for (const std::string& name : stale) {
    std::error_code error;
    for (fs::path inner = fs::path(name).parent_path(); !inner.empty(); inner = inner.parent_path())
      fs::remove(folder / inner, error);  // refuses one that holds something
  }
}

Result<> write_one_by_one(const fs::path& folder, const std::vector<NamedFile>& files,
                          const std::vector<std::string>& stale) {
  for (const NamedFile& file : files) TS_TRY(write_file(folder / file.name, file.bytes));
  for (const std::string& name : stale) {
    std::error_code error;
    if (ranges::find(files, name, &NamedFile::name) == files.end())
      fs::remove(folder / name, error);
  }
  drop_empty_folders(folder, stale);
  return Ok{};
}

// Brings into `fresh` what `old` holds under names that `fresh` has not: as second names where the
// file system can.
Result<> keep_others(const fs::path& old, const fs::path& fresh,
                     const std::vector<std::string>& stale) {
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(old, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    fs::path name = it->path().lexically_relative(old), to = fresh / name;
    if (fs::exists(fs::symlink_status(to, error)) ||
        ranges::find(stale, name.generic_string()) != stale.end()) {
      error.clear();
    } else if (it->is_symlink()) {
      fs::copy_symlink(it->path(), to, error);
    } else if (it->is_directory()) {
      fs::create_directory(to, it->path(), error);
    } else {
      fs::create_hard_link(it->path(), to, error);
      if (error) fs::copy_file(it->path(), to, error);
    }
    if (error) return world("cannot copy", it->path(), error);
  }
  if (error) return world("cannot read the folder", old, error);
  drop_empty_folders(fresh, stale);
  return Ok{};
}

// Puts `fresh` in the place of `folder` and leaves the former content of `folder` at `fresh`.
bool exchange(const fs::path& fresh, const fs::path& folder) {
#ifdef __linux__
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0)
    return true;
#else
  if (::renamex_np(fresh.c_str(), folder.c_str(), RENAME_SWAP) == 0) return true;
#endif
  fs::path aside = name_beside(folder);
  if (::rename(folder.c_str(), aside.c_str()) != 0) return false;
  if (::rename(fresh.c_str(), folder.c_str()) != 0) {
    int reason = errno;
    ::rename(aside.c_str(), folder.c_str());
    errno = reason;
    return false;
  }
  return ::rename(aside.c_str(), fresh.c_str()) == 0;
}

Result<> fill_and_swap(const fs::path& fresh, const fs::path& folder,
                       const std::vector<NamedFile>& files, const std::vector<std::string>& stale) {
  TS_TRY(make_folders(fresh));
  for (const NamedFile& file : files) {
    TS_TRY(make_folders((fresh / file.name).parent_path()));
    // No flush: some 8 ms a file, against a power cut within seconds of an export that can be
    // repeated.
    TS_TRY(write_new(fresh / file.name, file.bytes, 0666, false));
  }
  if (!fs::exists(folder)) {
    if (::rename(fresh.c_str(), folder.c_str()) != 0)
      return world("cannot make the folder", folder);
    return Ok{};
  }
  std::error_code error;
  fs::permissions(fresh, fs::status(folder, error).permissions(), error);
  TS_TRY(keep_others(folder, fresh, stale));
  if (!exchange(fresh, folder)) return world("cannot replace the folder", folder);
  return Ok{};
}

}  // namespace

Result<std::vector<std::byte>> read_file(const fs::path& path) {
  return read_into<std::vector<std::byte>>(path);
}

Result<std::string> read_text(const fs::path& path) { return read_into<std::string>(path); }

Result<> write_file(const fs::path& path, std::span<const std::byte> bytes) {
  TS_TRY(make_folders(path.parent_path()));
  std::error_code error;
  fs::path target = fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
  struct stat info {};
  bool exists = ::stat(target.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    return world("cannot write", path, std::make_error_code(std::errc::is_a_directory));
  if (exists && !S_ISREG(info.st_mode)) {  // /dev/stdout, a pipe: nothing to keep whole
    Descriptor file(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return world("cannot write", path);
    return write_all(file, bytes, path);
  }
  fs::path temporary = name_beside(target);
  Result<> written = write_new(temporary, bytes, 0666, true);
  if (written && exists) ::chmod(temporary.c_str(), info.st_mode & 07777);
  if (written && ::rename(temporary.c_str(), target.c_str()) != 0)
    written = world("cannot write", path);
  if (!written) ::unlink(temporary.c_str());
  if (written) flush_folder(target.parent_path());
  return written;
}

Result<> write_file(const fs::path& path, std::string_view text) {
  return write_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

Result<> write_folder(const fs::path& folder, const std::vector<NamedFile>& files,
                      const std::vector<std::string>& stale) {
  for (const NamedFile& file : files)
    if (!stays_inside(file.name))
      return Failure{"'" + file.name + "' is no name for a file inside of " + folder.string()};
  std::error_code error;
  // Without a trailing slash, and through links: it is the real folder that is swapped.
  fs::path place = fs::weakly_canonical(fs::absolute(folder), error).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  if (fs::exists(place, error) && !fs::is_directory(place, error))
    return world("cannot write", folder, std::make_error_code(std::errc::not_a_directory));
  if (fs::exists(place, error) && holds_working_folder(place))
    return write_one_by_one(place, files, stale);
  TS_TRY(make_folders(place.parent_path()));
  fs::path fresh = name_beside(place);
  Result<> done = fill_and_swap(fresh, place, files, stale);
  fs::remove_all(fresh, error);
  if (done) flush_folder(place.parent_path());
  return done;
}

std::vector<std::byte> to_bytes(std::string_view text) {
  auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tinsmith
