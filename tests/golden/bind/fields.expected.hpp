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
struct fields_case {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "FINGERPRINT";

  /// The axes of the fields, as they were exported.
  struct shape {
    static constexpr std::array<uint32_t, 1> line{5};
    static constexpr std::array<uint32_t, 3> volume{2, 3, 4};
    static constexpr std::array<uint32_t, 1> half{3};
    static constexpr std::array<uint32_t, 1> large{2};
    static constexpr std::array<uint32_t, 1> flags{7};
    static constexpr std::array<uint32_t, 1> points{4};
    static constexpr std::array<uint32_t, 2> tensors{2, 2};
  };

  /// Opens a bundle or package and makes it ready on the device.
  fields_case(const tinsmith::Device& device, const std::filesystem::path& path)
      : fields_case(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  fields_case(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// `one`: one f32.
  tinsmith::Field<float> one = module.field<float>("one");

  /// `line`: i32, shape (5).
  tinsmith::Field<int32_t> line = module.field<int32_t>("line");

  /// `volume`: u8, shape (2, 3, 4).
  tinsmith::Field<uint8_t> volume = module.field<uint8_t>("volume");

  /// `half`: f16, shape (3).
  tinsmith::Field<tinsmith::Half> half = module.field<tinsmith::Half>("half");

  /// `large`: u64, shape (2).
  tinsmith::Field<uint64_t> large = module.field<uint64_t>("large");

  /// `flags`: u1, shape (7).
  tinsmith::Field<int32_t> flags = module.field<int32_t>("flags");

  /// `points`: vectors of 3 f32, shape (4).
  tinsmith::Field<float> points = module.field<float>("points");

  /// `tensors`: 2 x 3 matrices of f64, shape (2, 2).
  tinsmith::Field<double> tensors = module.field<double>("tensors");

  /// `center`: one vector of 2 f32.
  tinsmith::Field<float> center = module.field<float>("center");

  /// The kernel `touch`.
  void touch() const {
    touch_handle();
  }

 private:
  tinsmith::Kernel touch_handle = module.kernel("touch");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "fields_case was made from another package than this one: run tinsmith bind again");
  }
};
