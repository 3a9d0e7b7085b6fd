// SPDX-License-Identifier: Apache-2.0
// Tinsmith for C++20: Taichi kernels, compiled ahead of time, called as what they are. A thin layer
// over tinsmith.h, whose rules of order, threads and lifetime hold here too; link libtinsmith.
//
//   tinsmith::Device device;                               // the system's own; or Device("cpu")
//   tinsmith::Module module(device, tinsmith::Package("square.bundle"));
//   auto forward = module.kernel("forward");
//   auto y = module.field<float>("y");
//   for (int i = 0; i < 50; ++i) forward(0.5);             // recorded; nothing waits
//   std::vector<float> values = y.read();                  // waits for what was launched before
//
// Everything that fails throws tinsmith::Error, whose what() names the place, what was expected and
// what was given. Device, Package, Module, NdArray and Event own what they stand for and can be
// moved; Kernel, Field and Graph are handles that are good as long as their Module. Launches
// allocate nothing.
#ifndef TINSMITH_HPP
#define TINSMITH_HPP

#include <tinsmith.h>

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace tinsmith {
inline namespace cpp {  // the library's own sources use some of these names as well

// ---- Errors -------------------------------------------------------------------------------------

class Error : public std::runtime_error {
 public:
  Error(tin_status status, const std::string& what) : std::runtime_error(what), status_(status) {}
  // Who can act on it: TIN_INVALID, TIN_MISUSE, TIN_WORLD, TIN_PAUSED, TIN_BUG.
  tin_status status() const noexcept { return status_; }

 private:
  tin_status status_;
};

// Throws where a call of the C API failed.
inline void check(tin_status status) {
  if (status != TIN_OK) throw Error(status, tin_last_error());
}

// ---- Types --------------------------------------------------------------------------------------

// A number of 16 bits (f16): what memory holds, to be converted before it is reckoned with.
struct Half {
  uint16_t bits = 0;

  Half() = default;
  // Rounds to the nearest, ties to even; beyond the range: infinity.
  explicit Half(float value) noexcept {
    const auto word = std::bit_cast<uint32_t>(value);
    const uint32_t sign = word >> 16 & 0x8000, magnitude = word & 0x7fffffff;
    uint32_t rounded = 0;
    if (magnitude > 0x7f800000) {
      rounded = 0x7e00;  // not a number
    } else if (magnitude >= 0x47800000) {
      rounded = 0x7c00;  // 65536 or more
    } else if (magnitude >= 0x38800000) {
      const uint32_t odd = magnitude >> 13 & 1;
      rounded = (magnitude - 0x38000000 + 0xfff + odd) >> 13;
    } else {
      // Below 2^-14 halves are multiples of 2^-24, which f32 adds to 2^-1 as whole steps of its
      // own.
      const float steps = std::bit_cast<float>(magnitude) + 0.5f;
      rounded = std::bit_cast<uint32_t>(steps) - std::bit_cast<uint32_t>(0.5f);
    }
    bits = static_cast<uint16_t>(sign | rounded);
  }
  explicit operator float() const noexcept {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
    const uint32_t magnitude = bits & 0x7fff;
    uint32_t word = 0;
    if (magnitude >= 0x7c00) {
      word = 0x7f800000 | (magnitude & 0x3ff) << 13;
    } else if (magnitude >= 0x400) {
      word = (magnitude << 13) + 0x38000000;
    } else {
      word = std::bit_cast<uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
    }
    return std::bit_cast<float>(sign | word);
  }
};

namespace detail {

template <class T>
inline constexpr int kDtype = -1;
template <>
inline constexpr int kDtype<Half> = TIN_F16;
template <>
inline constexpr int kDtype<float> = TIN_F32;
template <>
inline constexpr int kDtype<double> = TIN_F64;
template <>
inline constexpr int kDtype<int8_t> = TIN_I8;
template <>
inline constexpr int kDtype<int16_t> = TIN_I16;
template <>
inline constexpr int kDtype<int32_t> = TIN_I32;
template <>
inline constexpr int kDtype<int64_t> = TIN_I64;
template <>
inline constexpr int kDtype<uint8_t> = TIN_U8;
template <>
inline constexpr int kDtype<uint16_t> = TIN_U16;
template <>
inline constexpr int kDtype<uint32_t> = TIN_U32;
template <>
inline constexpr int kDtype<uint64_t> = TIN_U64;

struct Close {
  void operator()(tin_device* handle) const noexcept { tin_device_close(handle); }
  void operator()(tin_package* handle) const noexcept { tin_package_close(handle); }
  void operator()(tin_module* handle) const noexcept { tin_module_close(handle); }
  void operator()(tin_array* handle) const noexcept { tin_array_close(handle); }
  void operator()(tin_event* handle) const noexcept { tin_event_close(handle); }
};
template <class Handle>
using Owned = std::unique_ptr<Handle, Close>;

// A handle that a lookup returned; its NULL is a failure.
template <class Handle>
Handle* found(Handle* handle) {
  if (handle == nullptr) throw Error(TIN_INVALID, tin_last_error());
  return handle;
}

inline std::vector<uint32_t> shape(const uint32_t* extents, size_t count) {
  return count == 0 ? std::vector<uint32_t>() : std::vector<uint32_t>(extents, extents + count);
}

}  // namespace detail

// The types of numbers in fields and arrays. There is no bool: kernels keep u1 in an int32_t.
template <class T>
concept Number = detail::kDtype<T>
>= 0;

template <Number T>
inline constexpr tin_dtype kDtypeOf = static_cast<tin_dtype>(detail::kDtype<T>);

// Whether memory that holds `dtype` is read and written as T.
template <Number T>
constexpr bool holds(tin_dtype dtype) {
  return dtype == kDtypeOf<T> || (dtype == TIN_U1 && std::same_as<T, int32_t>);
}

// ---- Devices ------------------------------------------------------------------------------------

struct DeviceOptions {
  uint32_t threads = 0;           // cpu: 0 is one for each core, 1 gives bit-equal results
  std::string debug = {};         // cpu: "bounds,nans", see tin_device_options
  std::string cache_folder = {};  // cpu: where compiled code is kept; empty: nowhere
  bool validation = false;        // vulkan
};

// What became of a submission.
struct Completion {
  tin_status status = TIN_OK;
  std::string message;        // empty on success
  double device_seconds = 0;  // that the device worked for it; NaN where it cannot tell

  explicit operator bool() const noexcept { return status == TIN_OK; }
  void check() const {
    if (status != TIN_OK) throw Error(status, message);
  }
};

// A point in the order of launches. It may be asked from any thread.
class Event {
 public:
  explicit Event(tin_event* handle) : handle_(handle) {}
  bool is_done() const noexcept { return tin_event_is_done(handle_.get()); }
  // Blocks; throws what the work before the event failed with.
  void wait() const { check(tin_event_wait(handle_.get())); }

 private:
  detail::Owned<tin_event> handle_;
};

class Device {
 public:
  // "metal", "cpu", "vulkan", "vulkan:part of its name"; empty: metal on Apple's systems, cpu
  // elsewhere.
  explicit Device(const std::string& name = "", const DeviceOptions& options = {}) {
    const auto text = [](const std::string& s) { return s.empty() ? nullptr : s.c_str(); };
    tin_device_options given{};
    given.threads = options.threads;
    given.debug = text(options.debug);
    given.cache_folder = text(options.cache_folder);
    given.validation = options.validation;
    tin_device* opened = nullptr;
    check(tin_device_open(text(name), &given, &opened));
    handle_.reset(opened);
  }

  const tin_device_info& info() const { return *tin_device_get_info(handle_.get()); }
  tin_counters counters() const { return tin_device_get_counters(handle_.get()); }

  // Starts what is recorded; returns at once.
  void submit() { check(tin_device_submit(handle_.get(), nullptr, nullptr)); }
  // The same; `done` is called once when everything recorded so far is finished, on a thread of the
  // library's or before this returns. It must be quick, must not throw and must not use the device.
  void submit(std::function<void(const Completion&)> done) {
    auto kept = std::make_unique<std::function<void(const Completion&)>>(std::move(done));
    check(tin_device_submit(handle_.get(), &Device::tell, kept.get()));
    static_cast<void>(kept.release());  // tell() has it, or had
  }
  // Submits, and blocks until everything is finished.
  void wait() { check(tin_device_wait(handle_.get())); }
  // Submits; the event is there when everything recorded so far is finished.
  Event record_event() {
    tin_event* event = nullptr;
    check(tin_device_record_event(handle_.get(), &event));
    return Event(event);
  }

  // Around the time that an app is not in the foreground: see tin_device_pause().
  void pause() { check(tin_device_pause(handle_.get())); }
  void resume() { check(tin_device_resume(handle_.get())); }

  tin_device* handle() const noexcept { return handle_.get(); }

 private:
  static void tell(void* context, const tin_completion* completion) noexcept {
    const std::unique_ptr<std::function<void(const Completion&)>> done(
        static_cast<std::function<void(const Completion&)>*>(context));
    if (*done) (*done)({completion->status, completion->message, completion->device_seconds});
  }

  detail::Owned<tin_device> handle_;
};

// ---- Packages -----------------------------------------------------------------------------------

// What there is to run, without a device. Never changes; any number of threads may read it.
class Package {
 public:
  // A bundle, a folder of bundles, a package folder or a .tcm.
  explicit Package(const std::filesystem::path& path) {
    tin_package* opened = nullptr;
    const std::u8string text = path.u8string();
    check(tin_package_open(std::string(text.begin(), text.end()).c_str(), &opened));
    handle_.reset(opened);
  }
  // The same of files in memory, which are copied; `name` is what messages call their folder.
  Package(const std::string& name, std::span<const tin_file> files) {
    tin_package* opened = nullptr;
    check(tin_package_open_files(name.c_str(), files.data(), files.size(), &opened));
    handle_.reset(opened);
  }

  // SHA-256 of the kernels and fields as they were exported, in hexadecimal.
  const char* fingerprint() const { return tin_package_fingerprint(handle_.get()); }
  const char* targets() const { return tin_package_targets(handle_.get()); }  // "iOS 16, …"

  std::vector<const tin_kernel_info*> kernels() const {
    return list<tin_kernel_info>(tin_package_kernel_count, tin_package_kernel);
  }
  std::vector<const tin_field_info*> fields() const {
    return list<tin_field_info>(tin_package_field_count, tin_package_field);
  }
  std::vector<const tin_graph_info*> graphs() const {
    return list<tin_graph_info>(tin_package_graph_count, tin_package_graph);
  }

  tin_package* handle() const noexcept { return handle_.get(); }

 private:
  template <class Info>
  std::vector<const Info*> list(size_t (*count)(const tin_package*),
                                const Info* (*at)(const tin_package*, size_t)) const {
    std::vector<const Info*> all(count(handle_.get()));
    for (size_t i = 0; i < all.size(); ++i) all[i] = at(handle_.get(), i);
    return all;
  }

  detail::Owned<tin_package> handle_;
};

// ---- Memory -------------------------------------------------------------------------------------

// A field of a module. Memory order: axes row-major, the components of a cell innermost, matrices
// row by row. Reading waits for the launches before it; writing happens between the launches before
// and after it.
template <Number T>
class Field {
 public:
  explicit Field(tin_field* handle) : handle_(handle) {
    if (holds<T>(info().dtype)) return;
    throw Error(TIN_INVALID, std::string("field '") + info().name + "' holds " +
                                 tin_dtype_name(info().dtype) + ", asked for as " +
                                 tin_dtype_name(kDtypeOf<T>));
  }

  const tin_field_info& info() const { return *tin_field_get_info(handle_); }
  std::vector<uint32_t> shape() const { return detail::shape(info().shape, info().axis_count); }
  std::vector<uint32_t> element_shape() const {
    return detail::shape(info().element_shape, info().element_rank);
  }
  size_t cells() const { return info().cell_count; }
  size_t size() const { return info().byte_count / sizeof(T); }  // numbers: cells times components

  std::vector<T> read() const {
    std::vector<T> values(size());
    check(tin_field_read(handle_, 0, cells(), values.data(), info().byte_count));
    return values;
  }
  // Fills `into` from cell `first` on; it must be as long as some whole cells.
  void read(std::span<T> into, size_t first = 0) const {
    check(tin_field_read(handle_, first, cells_of(into.size()), into.data(), into.size_bytes()));
  }
  void write(std::span<const T> values, size_t first = 0) const {
    check(tin_field_write(handle_, first, cells_of(values.size()), values.data(),
                          values.size_bytes()));
  }

  // Of a field that is one number.
  T value() const {
    T number{};
    check(tin_field_read(handle_, 0, 1, &number, sizeof number));
    return number;
  }
  void set(const T& number) const { check(tin_field_write(handle_, 0, 1, &number, sizeof number)); }

  tin_field* handle() const noexcept { return handle_; }

 private:
  size_t cells_of(size_t numbers) const {
    return cells() == 0 ? numbers : numbers / (size() / cells());
  }
  tin_field* handle_;
};

// An array that kernels take as an argument (Taichi's ndarray). Zero when made. Offsets and lengths
// count numbers, in the memory order of fields.
template <Number T>
class NdArray {
 public:
  // `element_shape`: empty for numbers, {n} for vectors, {rows, columns} for matrices.
  NdArray(const Device& device, std::vector<uint32_t> shape,
          std::vector<uint32_t> element_shape = {})
      : shape_(std::move(shape)), element_shape_(std::move(element_shape)) {
    tin_array* made = nullptr;
    check(tin_array_create(device.handle(), kDtypeOf<T>, shape_.data(), shape_.size(),
                           element_shape_.data(), element_shape_.size(), &made));
    handle_.reset(made);
  }

  const std::vector<uint32_t>& shape() const noexcept { return shape_; }
  const std::vector<uint32_t>& element_shape() const noexcept { return element_shape_; }
  size_t size() const { return tin_array_byte_count(handle_.get()) / sizeof(T); }

  std::vector<T> read() const {
    std::vector<T> values(size());
    read(values);
    return values;
  }
  void read(std::span<T> into, size_t first = 0) const {
    check(tin_array_read(handle_.get(), first * sizeof(T), into.data(), into.size_bytes()));
  }
  void write(std::span<const T> values, size_t first = 0) {
    check(tin_array_write(handle_.get(), first * sizeof(T), values.data(), values.size_bytes()));
  }
  void clear() { check(tin_array_clear(handle_.get())); }

  // Kernels that use the gradient of this array need one. This makes one of zeros, owned by the
  // array.
  NdArray& make_gradient(const Device& device) {
    auto made = std::make_unique<NdArray>(device, shape_, element_shape_);
    check(tin_array_set_gradient(handle_.get(), made->handle()));
    gradient_ = std::move(made);
    return *gradient_;
  }
  bool has_gradient() const noexcept { return gradient_ != nullptr; }
  NdArray& gradient() const {
    if (gradient_ == nullptr)
      throw Error(TIN_MISUSE, "an array without a gradient: make_gradient()");
    return *gradient_;
  }

  tin_array* handle() const noexcept { return handle_.get(); }

 private:
  std::vector<uint32_t> shape_, element_shape_;
  detail::Owned<tin_array> handle_;
  std::unique_ptr<NdArray> gradient_;
};

// ---- Launches -----------------------------------------------------------------------------------

namespace detail {

// How a C++ value becomes an argument. Numbers of a vector or matrix (std::array, nested row by
// row) and the members of a struct are converted here, in place.
template <class T>
struct Argument {
  static_assert(std::is_arithmetic_v<T>,
                "arguments are numbers, std::array of numbers (nested for matrices), NdArray, or "
                "tin_argument");
  explicit Argument(T given) {
    if constexpr (std::is_floating_point_v<T>) {
      value.kind = TIN_REAL;
      value.real = static_cast<double>(given);
    } else {
      value.kind = TIN_INTEGER;
      value.integer = static_cast<int64_t>(given);
    }
  }
  tin_argument get() const { return value; }
  tin_argument value{};
};

template <>
struct Argument<tin_argument> {
  explicit Argument(const tin_argument& given) : value(given) {}
  tin_argument get() const { return value; }
  tin_argument value;
};

template <class T>
struct Argument<NdArray<T>> {
  explicit Argument(const NdArray<T>& given) : array(given.handle()) {}
  tin_argument get() const {
    tin_argument value{};
    value.kind = TIN_ARRAY;
    value.array = array;
    return value;
  }
  tin_array* array;
};

template <class T>
struct Elements {
  using Number = T;
  static constexpr size_t kCount = 1;
};
template <class T, size_t n>
struct Elements<std::array<T, n>> {
  using Number = typename Elements<T>::Number;
  static constexpr size_t kCount = n * Elements<T>::kCount;
};

template <class T, size_t n>
struct Argument<std::array<T, n>> {
  using Given = typename Elements<std::array<T, n>>::Number;
  static_assert(std::is_arithmetic_v<Given>, "vectors and matrices are of numbers");
  static constexpr bool kIsReal = std::is_floating_point_v<Given>;
  using Kept = std::conditional_t<kIsReal, double, int64_t>;

  explicit Argument(const std::array<T, n>& given) {
    size_t at = 0;
    put(given, at);
  }
  tin_argument get() const {
    tin_argument value{};
    value.kind = kIsReal ? TIN_REALS : TIN_INTEGERS;
    value.count = numbers.size();
    if constexpr (kIsReal) {
      value.reals = numbers.data();
    } else {
      value.integers = numbers.data();
    }
    return value;
  }
  template <class Part>
  void put(const Part& part, size_t& at) {
    if constexpr (std::is_arithmetic_v<Part>) {
      numbers[at++] = static_cast<Kept>(part);
    } else {
      for (const auto& element : part) put(element, at);
    }
  }
  std::array<Kept, Elements<std::array<T, n>>::kCount> numbers{};
};

// Calls use(arguments, count) with what the values are in C.
template <class Use, class... T>
void with_arguments(const Use& use, const T&... given) {
  if constexpr (sizeof...(T) == 0) {
    use(nullptr, size_t{0});
  } else {
    const std::tuple<Argument<T>...> kept{Argument<T>(given)...};
    const auto arguments = std::apply(
        [](const auto&... one) { return std::array<tin_argument, sizeof...(one)>{one.get()...}; },
        kept);
    use(arguments.data(), arguments.size());
  }
}

}  // namespace detail

class Kernel {
 public:
  explicit Kernel(tin_kernel* handle) : handle_(handle) {}

  const tin_kernel_info& info() const { return *tin_kernel_get_info(handle_); }

  // Records a launch. Numbers are converted to the parameter's type; one that does not fit is
  // refused.
  template <class... T>
  void operator()(const T&... arguments) const {
    detail::with_arguments(
        [this](const tin_argument* given, size_t count) {
          check(tin_kernel_launch(handle_, given, count));
        },
        arguments...);
  }

  // What the last launch returned; waits for it.
  std::vector<tin_value> results() const {
    std::vector<tin_value> values(info().result_count);
    results(values);
    return values;
  }
  void results(std::span<tin_value> into) const {
    check(tin_kernel_read_results(handle_, into.data(), into.size()));
  }

  tin_kernel* handle() const noexcept { return handle_; }

 private:
  tin_kernel* handle_;
};

// A result as a number of C++: exact where T is of the kernel's type.
template <class T>
requires std::is_arithmetic_v<T> T as(const tin_value& value) {
  const bool is_real = value.dtype <= TIN_F64;
  return is_real ? static_cast<T>(value.real) : static_cast<T>(value.integer);
}

// An argument of a graph: graph.run(arg("x", x), arg("a", 0.5)).
template <class T>
struct Named {
  const char* name;
  const T& value;
};
template <class T>
Named<T> arg(const char* name, const T& value) {
  return {name, value};
}

class Graph {
 public:
  explicit Graph(tin_graph* handle) : handle_(handle) {}

  const tin_graph_info& info() const { return *tin_graph_get_info(handle_); }

  // Records all launches of the graph; checks everything before the first.
  template <class... T>
  void run(const Named<T>&... arguments) const {
    const std::array<const char*, sizeof...(T)> names{arguments.name...};
    detail::with_arguments(
        [&](const tin_argument* given, size_t count) {
          std::array<tin_named_argument, sizeof...(T)> named{};
          for (size_t i = 0; i < named.size(); ++i) named[i] = {names[i], given[i]};
          check(tin_graph_run(handle_, named.data(), count));
        },
        arguments.value...);
  }

  tin_graph* handle() const noexcept { return handle_; }

 private:
  tin_graph* handle_;
};

// ---- Modules ------------------------------------------------------------------------------------

// A package on a device: fields of zeros, every kernel ready to run.
class Module {
 public:
  Module(const Device& device, const Package& package) {
    tin_module* loaded = nullptr;
    check(tin_module_load(device.handle(), package.handle(), &loaded));
    handle_.reset(loaded);
  }

  void seed(uint32_t value) { check(tin_module_seed(handle_.get(), value)); }  // of ti.random

  Kernel kernel(const std::string& name) const {
    return Kernel(detail::found(tin_module_kernel(handle_.get(), name.c_str())));
  }
  Graph graph(const std::string& name) const {
    return Graph(detail::found(tin_module_graph(handle_.get(), name.c_str())));
  }
  template <Number T>
  Field<T> field(const std::string& name) const {
    return Field<T>(detail::found(tin_module_field(handle_.get(), name.c_str())));
  }

  tin_module* handle() const noexcept { return handle_.get(); }

 private:
  detail::Owned<tin_module> handle_;
};

}  // namespace cpp
}  // namespace tinsmith

#endif
