// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>

#include "support/files.h"

namespace mnist {

using tinsmith::Failure;
using tinsmith::Result;

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");
constexpr uint32_t kVersion = 2;

class Writer {
 public:
  template <class T>
  void put(T value) {
    put_all(std::span<const T>(&value, 1));
  }
  void put(std::string_view text) {
    put(static_cast<uint32_t>(text.size()));
    put_all(std::span(text));
  }
  template <class T>
  void put_all(std::span<T> values) {
    auto bytes = std::as_bytes(values);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// Once the bytes are at an end, everything is 0 or empty and good() is false.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

  std::span<const std::byte> take(uint64_t count) {
    good_ = good_ && count <= rest_.size();
    if (!good_) return {};
    auto part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }
  template <class T>
  T number() {
    T value{};
    auto part = take(sizeof value);
    if (good_) std::memcpy(&value, part.data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(tinsmith::as_text(take(number<uint32_t>()))); }
  std::vector<float> floats() {
    uint64_t size = number<uint64_t>();
    good_ = good_ && size % sizeof(float) == 0;
    auto part = take(size);
    std::vector<float> values(part.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), part.data(), part.size());
    return values;
  }

 private:
  std::span<const std::byte> rest_;
  bool good_ = true;
};

std::optional<Checkpoint> parse(Reader reader) {
  if (tinsmith::as_text(reader.take(4)) != "TSCK" || reader.number<uint32_t>() != kVersion)
    return std::nullopt;
  Checkpoint c;
  c.model = reader.text();
  c.place.epoch = reader.number<uint32_t>();
  c.place.done = reader.number<uint32_t>();
  c.place.total = reader.number<uint32_t>();
  c.place.loss_sum = reader.number<double>();
  c.place.correct = reader.number<uint64_t>();
  c.options.epochs = reader.number<uint32_t>();
  c.options.batch = reader.number<uint32_t>();
  c.options.seed = reader.number<uint32_t>();
  c.options.rate = reader.number<double>();
  c.options.decay = reader.number<double>();
  c.options.loss_threshold = reader.number<double>();
  uint32_t count = reader.number<uint32_t>();
  for (uint32_t i = 0; i < count && reader.good(); ++i) {
    std::string name = reader.text();
    c.parameters.push_back({std::move(name), reader.floats()});
  }
  bool sensible =
      c.place.epoch > 0 && c.place.done <= c.place.total && c.place.correct <= c.place.done;
  if (!reader.good() || !reader.at_end() || !sensible) return std::nullopt;
  return c;
}

}  // namespace

Result<> write_checkpoint(const Checkpoint& c, const std::filesystem::path& file) {
  Writer out;
  out.put_all(std::span("TSCK", 4));
  out.put(kVersion);
  out.put(std::string_view(c.model));
  out.put(c.place.epoch);
  out.put(c.place.done);
  out.put(c.place.total);
  out.put(c.place.loss_sum);
  out.put(c.place.correct);
  out.put(c.options.epochs);
  out.put(c.options.batch);
  out.put(c.options.seed);
  out.put(c.options.rate);
  out.put(c.options.decay);
  out.put(c.options.loss_threshold);
  out.put(static_cast<uint32_t>(c.parameters.size()));
  for (const Parameter& p : c.parameters) {
    out.put(std::string_view(p.name));
    out.put(uint64_t{p.values.size() * sizeof(float)});
    out.put_all(std::span(p.values));
  }
  return tinsmith::write_file(file, out.bytes());
}

Result<Checkpoint> read_checkpoint(const std::filesystem::path& file) {
  TS_TRY_ASSIGN(bytes, tinsmith::read_file(file));
  std::optional<Checkpoint> checkpoint = parse(Reader(bytes));
  if (!checkpoint)
    return Failure{file.string() +
                   ": not a checkpoint of this version, or cut short; train without --resume"};
  return *std::move(checkpoint);
}

}  // namespace mnist
