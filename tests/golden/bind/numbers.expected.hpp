// Made by `tinsmith bind` 0.1.0 from package. Run it again instead of editing this.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tinsmith.hpp>
#include <tuple>

/// The kernels and fields of package on a device.
///
/// Functions record a launch and do not wait for it; reading a field waits. Fields, kernels
/// and graphs are good as long as this struct or what it was moved to.
struct numbers_case {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "FINGERPRINT";

  /// The axes of the fields, as they were exported.
  struct shape {
    static constexpr std::array<uint32_t, 1> seen{16};
  };

  /// Opens a bundle or package and makes it ready on the device.
  numbers_case(const tinsmith::Device& device, const std::filesystem::path& path)
      : numbers_case(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  numbers_case(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// `seen`: f32, shape (16).
  tinsmith::Field<float> seen = module.field<float>("seen");

  /// Adds all of them.
  ///
  ///   a: f16
  ///   b: f32
  ///   c: f64
  ///   d: i8
  ///   e: i16
  ///   f: i32
  ///   g: i64
  ///   h: u1
  ///   i: u8
  ///   j: u16
  ///   k: u32
  ///   l: u64
  void every_type(
      float a,
      float b,
      double c,
      int8_t d,
      int16_t e,
      int32_t f,
      int64_t g,
      bool h,
      uint8_t i,
      uint16_t j,
      uint32_t k,
      uint64_t l) const {
    every_type_handle(a, b, c, d, e, f, g, h, i, j, k, l);
  }

  /// The kernel `by_value`.
  ///
  ///   v: vector of 3 f32
  ///   i: vector of 2 i64
  ///   n: vector of 9 u32
  ///   m: 2 x 3 matrix of f32, row by row
  ///   w: vector of 2 u64
  void by_value(
      const std::array<float, 3>& v,
      const std::array<int64_t, 2>& i,
      const std::array<uint32_t, 9>& n,
      const std::array<std::array<float, 3>, 2>& m,
      const std::array<uint64_t, 2>& w) const {
    by_value_handle(v, i, n, m, w);
  }

  /// Twice `a`.
  ///
  ///   a: f32
  ///
  /// Waits, and returns: f32
  float one(float a) const {
    one_handle(a);
    std::array<::tin_value, 1> results{};
    one_handle.results(results);
    return tinsmith::as<float>(results[0]);
  }

  /// The kernel `large`.
  ///
  /// Waits, and returns: u64
  uint64_t large() const {
    large_handle();
    std::array<::tin_value, 1> results{};
    large_handle.results(results);
    return tinsmith::as<uint64_t>(results[0]);
  }

  /// The kernel `vector`.
  ///
  ///   a: f32
  ///
  /// Waits, and returns: vector of 3 f32
  std::array<float, 3> vector(float a) const {
    vector_handle(a);
    std::array<::tin_value, 3> results{};
    vector_handle.results(results);
    return std::array<float, 3>{tinsmith::as<float>(results[0]), tinsmith::as<float>(results[1]),
        tinsmith::as<float>(results[2])};
  }

  /// The kernel `matrix`.
  ///
  /// Waits, and returns: 2 x 3 matrix of f32, row by row
  std::array<std::array<float, 3>, 2> matrix() const {
    matrix_handle();
    std::array<::tin_value, 6> results{};
    matrix_handle.results(results);
    return std::array<std::array<float, 3>, 2>{{{{tinsmith::as<float>(results[0]),
        tinsmith::as<float>(results[1]), tinsmith::as<float>(results[2])}},
        {{tinsmith::as<float>(results[3]), tinsmith::as<float>(results[4]),
        tinsmith::as<float>(results[5])}}}};
  }

  /// The kernel `long_vector`.
  ///
  /// Waits, and returns: vector of 9 u32
  std::array<uint32_t, 9> long_vector() const {
    long_vector_handle();
    std::array<::tin_value, 9> results{};
    long_vector_handle.results(results);
    return std::array<uint32_t, 9>{tinsmith::as<uint32_t>(results[0]),
        tinsmith::as<uint32_t>(results[1]), tinsmith::as<uint32_t>(results[2]),
        tinsmith::as<uint32_t>(results[3]), tinsmith::as<uint32_t>(results[4]),
        tinsmith::as<uint32_t>(results[5]), tinsmith::as<uint32_t>(results[6]),
        tinsmith::as<uint32_t>(results[7]), tinsmith::as<uint32_t>(results[8])};
  }

  /// The kernel `several`.
  ///
  ///   a: i32
  ///
  /// Waits, and returns: i32, f32, vector of 3 f32
  std::tuple<int32_t, float, std::array<float, 3>> several(int32_t a) const {
    several_handle(a);
    std::array<::tin_value, 5> results{};
    several_handle.results(results);
    return {
        tinsmith::as<int32_t>(results[0]),
        tinsmith::as<float>(results[1]),
        std::array<float, 3>{tinsmith::as<float>(results[2]), tinsmith::as<float>(results[3]),
            tinsmith::as<float>(results[4])}};
  }

 private:
  tinsmith::Kernel every_type_handle = module.kernel("every_type");
  tinsmith::Kernel by_value_handle = module.kernel("by_value");
  tinsmith::Kernel one_handle = module.kernel("one");
  tinsmith::Kernel large_handle = module.kernel("large");
  tinsmith::Kernel vector_handle = module.kernel("vector");
  tinsmith::Kernel matrix_handle = module.kernel("matrix");
  tinsmith::Kernel long_vector_handle = module.kernel("long_vector");
  tinsmith::Kernel several_handle = module.kernel("several");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "numbers_case was made from another package than this one: run tinsmith bind again");
  }
};
