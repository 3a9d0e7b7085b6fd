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
struct genuine_structs_case {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "FINGERPRINT";

  /// The axes of the fields, as they were exported.
  struct shape {
    static constexpr std::array<uint32_t, 1> out{8};
    static constexpr std::array<uint32_t, 1> points{4};
    static constexpr std::array<uint32_t, 1> tensors{2};
  };

  /// A struct that kernels take or return.
  struct r_struct {
    std::array<float, 2> origin{};  // vector of 2 f32
    std::array<float, 2> direction{};  // vector of 2 f32
    int32_t id{};  // i32
  };

  /// Opens a bundle or package and makes it ready on the device.
  genuine_structs_case(const tinsmith::Device& device, const std::filesystem::path& path)
      : genuine_structs_case(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  genuine_structs_case(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// `out`: f32, shape (8).
  tinsmith::Field<float> out = module.field<float>("out");

  /// `points`: vectors of 3 f32, shape (4).
  tinsmith::Field<float> points = module.field<float>("points");

  /// `tensors`: 2 x 3 matrices of f32, shape (2).
  tinsmith::Field<float> tensors = module.field<float>("tensors");

  /// The kernel `scalars`.
  ///
  ///   a: f32
  ///   b: i32
  ///   c: u32
  ///   d: u1
  ///   e: f32
  ///   f: i32
  void scalars(float a, int32_t b, uint32_t c, bool d, float e, int32_t f) const {
    scalars_handle(a, b, c, d, e, f);
  }

  /// The kernel `vector_and_matrix`.
  ///
  ///   v: vector of 3 i32
  ///   m: 2 x 3 matrix of f32, row by row
  void vector_and_matrix(
      const std::array<int32_t, 3>& v,
      const std::array<std::array<float, 3>, 2>& m) const {
    vector_and_matrix_handle(v, m);
  }

  /// The kernel `fill_particles`.
  void fill_particles() const {
    fill_particles_handle();
  }

  /// The kernel `particles_to_out`.
  void particles_to_out() const {
    particles_to_out_handle();
  }

  /// The kernel `return_f32`.
  ///
  ///   a: f32
  ///
  /// Waits, and returns: f32
  float return_f32(float a) const {
    return_f32_handle(a);
    std::array<::tin_value, 1> results{};
    return_f32_handle.results(results);
    return tinsmith::as<float>(results[0]);
  }

  /// The kernel `return_sum`.
  ///
  /// Waits, and returns: i32
  int32_t return_sum() const {
    return_sum_handle();
    std::array<::tin_value, 1> results{};
    return_sum_handle.results(results);
    return tinsmith::as<int32_t>(results[0]);
  }

  /// The kernel `return_vector`.
  ///
  ///   a: i32
  ///
  /// Waits, and returns: vector of 3 i32
  std::array<int32_t, 3> return_vector(int32_t a) const {
    return_vector_handle(a);
    std::array<::tin_value, 3> results{};
    return_vector_handle.results(results);
    return std::array<int32_t, 3>{tinsmith::as<int32_t>(results[0]),
        tinsmith::as<int32_t>(results[1]), tinsmith::as<int32_t>(results[2])};
  }

  /// The kernel `return_matrix`.
  ///
  /// Waits, and returns: 2 x 3 matrix of f32, row by row
  std::array<std::array<float, 3>, 2> return_matrix() const {
    return_matrix_handle();
    std::array<::tin_value, 6> results{};
    return_matrix_handle.results(results);
    return std::array<std::array<float, 3>, 2>{{{{tinsmith::as<float>(results[0]),
        tinsmith::as<float>(results[1]), tinsmith::as<float>(results[2])}},
        {{tinsmith::as<float>(results[3]), tinsmith::as<float>(results[4]),
        tinsmith::as<float>(results[5])}}}};
  }

  /// The kernel `return_struct`.
  ///
  ///   a: f32
  ///
  /// Waits, and returns: struct
  r_struct return_struct(float a) const {
    return_struct_handle(a);
    std::array<::tin_value, 5> results{};
    return_struct_handle.results(results);
    return r_struct{std::array<float, 2>{tinsmith::as<float>(results[0]),
        tinsmith::as<float>(results[1])}, std::array<float, 2>{tinsmith::as<float>(results[2]),
        tinsmith::as<float>(results[3])}, tinsmith::as<int32_t>(results[4])};
  }

  /// The kernel `return_pair`.
  ///
  ///   a: i32
  ///
  /// Waits, and returns: i32, f32
  std::tuple<int32_t, float> return_pair(int32_t a) const {
    return_pair_handle(a);
    std::array<::tin_value, 2> results{};
    return_pair_handle.results(results);
    return {tinsmith::as<int32_t>(results[0]), tinsmith::as<float>(results[1])};
  }

  /// The kernel `struct_argument`.
  ///
  ///   r: struct
  ///   t: f32
  void struct_argument(const r_struct& r, float t) const {
    struct_argument_handle(
        std::array<double, 5>{static_cast<double>(r.origin[0]), static_cast<double>(r.origin[1]),
            static_cast<double>(r.direction[0]), static_cast<double>(r.direction[1]),
            static_cast<double>(r.id)},
        t);
  }

 private:
  tinsmith::Kernel scalars_handle = module.kernel("scalars");
  tinsmith::Kernel vector_and_matrix_handle = module.kernel("vector_and_matrix");
  tinsmith::Kernel fill_particles_handle = module.kernel("fill_particles");
  tinsmith::Kernel particles_to_out_handle = module.kernel("particles_to_out");
  tinsmith::Kernel return_f32_handle = module.kernel("return_f32");
  tinsmith::Kernel return_sum_handle = module.kernel("return_sum");
  tinsmith::Kernel return_vector_handle = module.kernel("return_vector");
  tinsmith::Kernel return_matrix_handle = module.kernel("return_matrix");
  tinsmith::Kernel return_struct_handle = module.kernel("return_struct");
  tinsmith::Kernel return_pair_handle = module.kernel("return_pair");
  tinsmith::Kernel struct_argument_handle = module.kernel("struct_argument");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "genuine_structs_case was made from another package than this one: run tinsmith bind again");
  }
};
