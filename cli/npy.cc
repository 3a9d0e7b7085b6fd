// SPDX-License-Identifier: Apache-2.0
// The format is NumPy's NEP 1: "\x93NUMPY", version, header length, a header that is a Python dict
// with exactly the keys descr, fortran_order and shape, then the numbers.
#include "cli/npy.h"

#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "support/files.h"

namespace tinsmith::cli {

namespace {

struct Form {
  DType dtype;
  std::string_view descr;
};
constexpr Form kForms[] = {
    {DType::F16, "<f2"}, {DType::F32, "<f4"}, {DType::F64, "<f8"}, {DType::I8, "|i1"},
    {DType::I16, "<i2"}, {DType::I32, "<i4"}, {DType::I64, "<i8"}, {DType::U1, "|b1"},
    {DType::U8, "|u1"},  {DType::U16, "<u2"}, {DType::U32, "<u4"}, {DType::U64, "<u8"},
};

std::optional<DType> dtype_of(std::string_view descr) {
  for (const Form& form : kForms) {
    // Byte order says nothing of single bytes; NumPy writes '|', others write '<'.
    bool is_equal = form.descr == descr || (form.descr[0] == '|' && descr.size() == 3 &&
                                            form.descr.substr(1) == descr.substr(1));
    if (is_equal) return form.dtype;
  }
  return std::nullopt;
}

std::string_view descr_of(DType dtype) {
  for (const Form& form : kForms) {
    if (form.dtype == dtype) return form.descr;
  }
  return "";
}

size_t file_bytes(DType dtype) { return dtype == DType::U1 ? 1 : bytes(dtype); }

// Reads the dict, allowing the spaces and orders that writers use, and nothing else.
class Header {
 public:
  explicit Header(std::string_view text) : rest_(text) {}

  bool parse() {
    if (!take('{')) return false;
    while (!take('}')) {
      std::string_view key;
      if (!quoted(key) || !take(':')) return false;
      bool read = key == "descr"           ? quoted(descr)
                  : key == "fortran_order" ? truth(fortran_order)
                  : key == "shape"         ? tuple()
                                           : false;
      if (!read) return false;
      seen_ += key.size();
      if (!take(',') && (skip_spaces(), rest_.empty() || rest_[0] != '}')) return false;
    }
    skip_spaces();
    constexpr size_t kAllKeys = 5 + 13 + 5;  // each once
    return rest_.empty() && seen_ == kAllKeys;
  }

  std::string_view descr;
  bool fortran_order = false;
  std::vector<uint32_t> shape;

 private:
  void skip_spaces() {
    size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(n == std::string_view::npos ? rest_.size() : n);
  }
  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool quoted(std::string_view& out) {
    skip_spaces();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return false;
    size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return false;
    out = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool truth(bool& out) {
    skip_spaces();
    for (std::string_view literal : {"True", "False"}) {
      if (rest_.starts_with(literal)) {
        out = literal == "True";
        rest_.remove_prefix(literal.size());
        return true;
      }
    }
    return false;
  }
  bool tuple() {
    if (!take('(')) return false;
    while (!take(')')) {
      skip_spaces();
      uint64_t extent = 0;
      size_t digits = 0;
      while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && digits < 10) {
        extent = extent * 10 + static_cast<uint64_t>(rest_[0] - '0');
        rest_.remove_prefix(1);
        ++digits;
      }
      if (digits == 0 || extent > std::numeric_limits<uint32_t>::max()) return false;
      shape.push_back(static_cast<uint32_t>(extent));
      if (!take(',') && (skip_spaces(), rest_.empty() || rest_[0] != ')')) return false;
    }
    return true;
  }

  std::string_view rest_;
  size_t seen_ = 0;
};

// The number of elements, none where it does not fit memory.
std::optional<size_t> count(const std::vector<uint32_t>& shape) {
  size_t n = 1;
  for (uint32_t extent : shape) {
    if (extent != 0 && n > std::numeric_limits<uint32_t>::max() / extent) return std::nullopt;
    n *= extent;
  }
  return n;
}

std::vector<std::byte> widen_bools(std::span<const std::byte> from) {
  std::vector<std::byte> to(from.size() * 4);
  for (size_t i = 0; i < from.size(); ++i)
    to[i * 4] = from[i] == std::byte{0} ? std::byte{0} : std::byte{1};
  return to;
}

std::vector<std::byte> narrow_bools(std::span<const std::byte> from) {
  std::vector<std::byte> to(from.size() / 4);
  for (size_t i = 0; i < to.size(); ++i) {
    int32_t value = 0;
    std::memcpy(&value, from.data() + i * 4, 4);
    to[i] = value != 0 ? std::byte{1} : std::byte{0};
  }
  return to;
}

// Magic, version and length of the header come first; the length takes four bytes in version 2.
size_t header_start(std::span<const std::byte> file) { return file[6] == std::byte{1} ? 10 : 12; }

}  // namespace

Result<size_t> npy_data_offset(std::span<const std::byte> file, const std::string& name) {
  std::string_view text = as_text(file);
  constexpr std::string_view kMagic = "\x93NUMPY";
  if (!text.starts_with(kMagic) || text.size() < 10) return Failure{name + ": not a .npy file"};
  auto byte_at = [&](size_t i) { return static_cast<size_t>(std::to_integer<uint8_t>(file[i])); };
  size_t major = byte_at(6);
  if (major != 1 && major != 2) {
    return Failure{name + ": .npy version " + std::to_string(major) + ", known are 1 and 2"};
  }
  size_t start = header_start(file);
  if (text.size() < start) return Failure{name + ": its .npy header is cut off"};
  size_t length = byte_at(8) | byte_at(9) << 8;
  if (major == 2) length |= byte_at(10) << 16 | byte_at(11) << 24;
  if (length > text.size() - start) return Failure{name + ": its .npy header is cut off"};
  return start + length;
}

Result<Npy> parse_npy(std::span<const std::byte> file, const std::string& name) {
  TS_TRY_ASSIGN(data_offset, npy_data_offset(file, name));
  size_t start = header_start(file);
  Header header(as_text(file).substr(start, data_offset - start));
  if (!header.parse()) return Failure{name + ": its .npy header cannot be read"};
  if (header.fortran_order) {
    return Failure{name + ": it is in Fortran order; save numpy.ascontiguousarray of it"};
  }
  std::optional<DType> dtype = dtype_of(header.descr);
  if (!dtype) {
    return Failure{name + ": numbers of type '" + std::string(header.descr) +
                   "' are not supported; little-endian numbers and bools are"};
  }
  std::optional<size_t> elements = count(header.shape);
  std::span<const std::byte> data = file.subspan(data_offset);
  if (!elements || data.size() != *elements * file_bytes(*dtype)) {
    return Failure{name + ": its size does not fit its shape"};
  }
  Npy array{*dtype, header.shape, {}};
  array.bytes =
      *dtype == DType::U1 ? widen_bools(data) : std::vector<std::byte>(data.begin(), data.end());
  return array;
}

Result<Npy> read_npy(const std::filesystem::path& path) {
  TS_TRY_ASSIGN(file, read_file(path));
  return parse_npy(file, path.string());
}

Result<> write_npy(const std::filesystem::path& path, const Npy& array) {
  std::string header =
      "{'descr': '" + std::string(descr_of(array.dtype)) + "', 'fortran_order': False, 'shape': (";
  for (uint32_t extent : array.shape) header += std::to_string(extent) + ", ";
  if (array.shape.size() == 1) header.pop_back();                // (3,)
  if (array.shape.size() > 1) header.resize(header.size() - 2);  // (3, 4)
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');  // data begins at a multiple of 64
  header += '\n';
  std::string file = "\x93NUMPY";
  file += '\x01';
  file += '\0';
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  std::vector<std::byte> all = to_bytes(file);
  std::vector<std::byte> data = array.dtype == DType::U1 ? narrow_bools(array.bytes) : array.bytes;
  all.insert(all.end(), data.begin(), data.end());
  return write_file(path, all);
}

}  // namespace tinsmith::cli
