// SPDX-License-Identifier: Apache-2.0
#include "dataset.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "random.h"
#include "support/files.h"
#include "support/sha256.h"

namespace mnist {

using tinsmith::Blame;
using tinsmith::Failure;
using tinsmith::Ok;
using tinsmith::Result;

namespace {

static_assert(std::endian::native == std::endian::little, "mnist_subset.bin is written as it lies");

// Reads a plain or gzipped file; zlib's gz functions read both.
Result<std::vector<uint8_t>> inflate_file(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) return Failure{path.string() + ": cannot be opened", Blame::World};
  std::vector<uint8_t> out;
  std::array<uint8_t, 1 << 16> chunk;
  int n = 0;
  while ((n = gzread(file, chunk.data(), chunk.size())) > 0)
    out.insert(out.end(), chunk.begin(), chunk.begin() + n);
  bool broken = n < 0 || gzclose(file) != Z_OK;
  if (broken) return Failure{path.string() + ": damaged or cut gzip data"};
  return out;
}

struct KnownFile {
  const char* name;
  size_t full_bytes;
  const char* sha256;  // of the raw file of the full set
};
constexpr KnownFile kFiles[] = {
    {"train-images-idx3-ubyte", 47040016,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte", 60008,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte", 7840016,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte", 10008,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
};

uint32_t big_endian(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}

// The bytes after the header; checks magic, sizes and, for the full set, the checksum.
Result<std::vector<uint8_t>> read_idx(const std::filesystem::path& folder, const KnownFile& known,
                                      uint32_t dims) {
  std::filesystem::path path = folder / known.name;
  if (!std::filesystem::exists(path)) path += ".gz";
  if (!std::filesystem::exists(path))
    return Failure{(folder / known.name).string() + "[.gz]: there is no such file", Blame::World};
  TS_TRY_ASSIGN(bytes, inflate_file(path));
  if (bytes.size() < 4 + 4 * size_t{dims} || big_endian(bytes.data()) != 0x0800 + dims)
    return Failure{path.string() + ": not an IDX file of unsigned bytes with " +
                   std::to_string(dims) + " axes"};
  size_t expected = 1;
  for (uint32_t d = 0; d < dims; ++d) expected *= big_endian(bytes.data() + 4 + 4 * size_t{d});
  if (dims == 3 &&
      (big_endian(bytes.data() + 8) != kSide || big_endian(bytes.data() + 12) != kSide))
    return Failure{path.string() + ": its images are not 28 by 28"};
  if (bytes.size() != 4 + 4 * size_t{dims} + expected)
    return Failure{path.string() + ": its header promises " + std::to_string(expected) +
                   " bytes, it holds " + std::to_string(bytes.size() - 4 - 4 * size_t{dims})};
  if (bytes.size() == known.full_bytes &&
      tinsmith::sha256_hex(std::as_bytes(std::span(bytes))) != known.sha256)
    return Failure{path.string() + ": wrong checksum for the full MNIST file; fetch it again"};
  bytes.erase(bytes.begin(), bytes.begin() + 4 + 4 * std::ptrdiff_t{dims});
  return bytes;
}

Result<Digits> read_pair(const std::filesystem::path& folder, const KnownFile& images,
                         const KnownFile& labels) {
  TS_TRY_ASSIGN(pixels, read_idx(folder, images, 3));
  TS_TRY_ASSIGN(names, read_idx(folder, labels, 1));
  if (pixels.size() != names.size() * kPixels)
    return Failure{folder.string() + ": " + images.name + " and " + labels.name +
                   " hold different numbers of digits"};
  if (std::ranges::any_of(names, [](uint8_t l) { return l >= kClasses; }))
    return Failure{(folder / labels.name).string() + ": a label is not a digit"};
  Digits digits;
  digits.labels = std::move(names);
  digits.images.resize(pixels.size());
  std::ranges::transform(pixels, digits.images.begin(),
                         [](uint8_t p) { return static_cast<float>(p) / 255.0f; });
  return digits;
}

struct Header {
  char magic[4] = {'M', 'N', 'S', 'T'};
  uint32_t version = 1, image_size = kPixels, train = 0, test = 0;
};

template <class T>
void append(std::vector<std::byte>& out, const T* data, size_t count) {
  auto bytes = std::as_bytes(std::span(data, count));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

Result<Dataset> read_idx_folder(const std::filesystem::path& folder) {
  TS_TRY_ASSIGN(train, read_pair(folder, kFiles[0], kFiles[1]));
  TS_TRY_ASSIGN(test, read_pair(folder, kFiles[2], kFiles[3]));
  return Dataset{std::move(train), std::move(test)};
}

Result<Digits> sample(const Digits& from, uint32_t count, uint64_t seed, std::string_view what) {
  if (count == 0 || count > from.count())
    return Failure{std::string(what) + " count " + std::to_string(count) + " is outside 1…" +
                   std::to_string(from.count()) +
                   ", the digits at hand; --from names a folder with the full set"};
  std::vector<int32_t> order = shuffled(from.count(), seed);
  Digits out;
  for (uint32_t i = 0; i < count; ++i) {
    auto first = from.images.begin() + std::ptrdiff_t{order[i]} * kPixels;
    out.images.insert(out.images.end(), first, first + kPixels);
    out.labels.push_back(from.labels[static_cast<size_t>(order[i])]);
  }
  return out;
}

Result<> write_subset(const Dataset& data, const std::filesystem::path& file) {
  Header header;
  header.train = data.train.count();
  header.test = data.test.count();
  std::vector<std::byte> out;
  append(out, &header, 1);
  for (const Digits* part : {&data.train, &data.test}) {
    append(out, part->images.data(), part->images.size());
    append(out, part->labels.data(), part->labels.size());
  }
  return tinsmith::write_file(file, out);
}

Result<Dataset> read_subset(const std::filesystem::path& file) {
  TS_TRY_ASSIGN(bytes, tinsmith::read_file(file));
  Header header;
  if (bytes.size() < sizeof header) return Failure{file.string() + ": too short for a header"};
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, "MNST", 4) != 0 || header.version != 1 ||
      header.image_size != kPixels)
    return Failure{file.string() + ": not an MNST file of version 1 with images of 784 pixels"};
  constexpr size_t kDigit = kPixels * sizeof(float) + 1;
  if (bytes.size() != sizeof header + kDigit * (size_t{header.train} + header.test))
    return Failure{file.string() + ": its size does not fit " + std::to_string(header.train) +
                   " training and " + std::to_string(header.test) + " test digits; make it again"};
  Dataset data;
  const std::byte* at = bytes.data() + sizeof header;
  for (auto [part, count] : {std::pair{&data.train, header.train}, {&data.test, header.test}}) {
    part->images.resize(size_t{count} * kPixels);
    part->labels.resize(count);
    std::memcpy(part->images.data(), at, part->images.size() * sizeof(float));
    at += part->images.size() * sizeof(float);
    std::memcpy(part->labels.data(), at, count);
    at += count;
    if (std::ranges::any_of(part->labels, [](uint8_t l) { return l >= kClasses; }))
      return Failure{file.string() + ": a label is not a digit"};
  }
  return data;
}

}  // namespace mnist
