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
struct names_case {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "FINGERPRINT";

  /// The axes of the fields, as they were exported.
  struct shape {
    static constexpr std::array<uint32_t, 1> module_{2};
    static constexpr std::array<uint32_t, 1> shape_{2};
    static constexpr std::array<uint32_t, 1> fingerprint_{2};
    static constexpr std::array<uint32_t, 1> class_{2};
    static constexpr std::array<uint32_t, 1> default_{2};
    static constexpr std::array<uint32_t, 1> in{2};
    static constexpr std::array<uint32_t, 1> n3d{2};
    static constexpr std::array<uint32_t, 1> a_b{2};
    static constexpr std::array<uint32_t, 1> a_b_{2};
    static constexpr std::array<uint32_t, 1> a_b_2{2};
    static constexpr std::array<uint32_t, 1> gr_e{2};
    static constexpr std::array<uint32_t, 1> init{2};
    static constexpr std::array<uint32_t, 1> total_loss{2};
    static constexpr std::array<uint32_t, 1> totalLoss{2};
    static constexpr std::array<uint32_t, 1> Shape{2};
    static constexpr std::array<uint32_t, 1> package_{2};
    static constexpr std::array<uint32_t, 1> scale{2};
    static constexpr std::array<uint32_t, 1> x{2};
    static constexpr std::array<uint32_t, 1> MAX{2};
    static constexpr std::array<uint32_t, 1> layer_1_2{2};
  };

  /// Opens a bundle or package and makes it ready on the device.
  names_case(const tinsmith::Device& device, const std::filesystem::path& path)
      : names_case(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  names_case(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// `module`: f32, shape (2).
  tinsmith::Field<float> module_ = module.field<float>("module");

  /// `shape`: f32, shape (2).
  tinsmith::Field<float> shape_ = module.field<float>("shape");

  /// `fingerprint`: f32, shape (2).
  tinsmith::Field<float> fingerprint_ = module.field<float>("fingerprint");

  /// `class`: f32, shape (2).
  tinsmith::Field<float> class_ = module.field<float>("class");

  /// `default`: f32, shape (2).
  tinsmith::Field<float> default_ = module.field<float>("default");

  /// `in`: f32, shape (2).
  tinsmith::Field<float> in = module.field<float>("in");

  /// `3d`: f32, shape (2).
  tinsmith::Field<float> n3d = module.field<float>("3d");

  /// `a b`: f32, shape (2).
  tinsmith::Field<float> a_b = module.field<float>("a b");

  /// `a_b`: f32, shape (2).
  tinsmith::Field<float> a_b_ = module.field<float>("a_b");

  /// `a-b`: f32, shape (2).
  tinsmith::Field<float> a_b_2 = module.field<float>("a-b");

  /// `größe`: f32, shape (2).
  tinsmith::Field<float> gr_e = module.field<float>("größe");

  /// `__init__`: f32, shape (2).
  tinsmith::Field<float> init = module.field<float>("__init__");

  /// `total_loss`: f32, shape (2).
  tinsmith::Field<float> total_loss = module.field<float>("total_loss");

  /// `totalLoss`: f32, shape (2).
  tinsmith::Field<float> totalLoss = module.field<float>("totalLoss");

  /// `Shape`: f32, shape (2).
  tinsmith::Field<float> Shape = module.field<float>("Shape");

  /// `package`: f32, shape (2).
  tinsmith::Field<float> package_ = module.field<float>("package");

  /// `scale`: f32, shape (2).
  tinsmith::Field<float> scale = module.field<float>("scale");

  /// `x`: f32, shape (2).
  tinsmith::Field<float> x = module.field<float>("x");

  /// `MAX`: f32, shape (2).
  tinsmith::Field<float> MAX = module.field<float>("MAX");

  /// `layer_1_2`: f32, shape (2).
  tinsmith::Field<float> layer_1_2 = module.field<float>("layer_1_2");

  /// A comment */ that /* could end, a \backslash, a "quote", `code`, $dollar, \(interpolation).
  ///
  /// The next line ends with a backslash \.
  /// and ??/ was a trigraph. Größe: 次元 😀. <b>markup</b> @param \param
  /// Right to left: ?abc?.
  ///
  ///   device_: f32
  ///   on: f32
  ///   x_: f32
  ///   self: f32
  ///   int_: f32
  void init_(float device_, float on, float x_, float self, float int_) const {
    init_handle(device_, on, x_, self, int_);
  }

  /// A comment */ that /* could end, a \backslash, a "quote", `code`, $dollar, \(interpolation).
  ///
  /// The next line ends with a backslash \.
  /// and ??/ was a trigraph. Größe: 次元 😀. <b>markup</b> @param \param
  /// Right to left: ?abc?.
  ///
  ///   device_: f32
  ///   on: f32
  ///   x_: f32
  ///   self: f32
  ///   int_: f32
  void delete_(float device_, float on, float x_, float self, float int_) const {
    delete_handle(device_, on, x_, self, int_);
  }

  struct operator_kernel {
    /// The kernel `operator`.
    void operator()() const {
      primal_handle();
    }
    /// The gradient of `operator`, the kernel `operator gradient`: takes the gradients of what `operator`
    /// writes, and adds to the gradients of what it reads.
    void gradient() const {
      adjoint_handle();
    }
    tinsmith::Kernel primal_handle, adjoint_handle;
  };
  /// The kernel `operator`.
  operator_kernel operator_{module.kernel("operator"), module.kernel("operator gradient")};

  /// The kernel `square-kernel`.
  void square_kernel() const {
    square_kernel_handle();
  }

  /// The kernel `gradient`.
  void gradient() const {
    gradient_handle();
  }

  /// The kernel `fill|value=1,`.
  ///
  ///   scale_: f32
  void fill_value_1(float scale_) const {
    fill_value_1_handle(scale_);
  }

  /// The kernel `fill|value=2.5,`.
  ///
  ///   scale_: f32
  void fill_value_2_5(float scale_) const {
    fill_value_2_5_handle(scale_);
  }

 private:
  tinsmith::Kernel init_handle = module.kernel("init");
  tinsmith::Kernel delete_handle = module.kernel("delete");
  tinsmith::Kernel square_kernel_handle = module.kernel("square-kernel");
  tinsmith::Kernel gradient_handle = module.kernel("gradient");
  tinsmith::Kernel fill_value_1_handle = module.kernel("fill|value=1,");
  tinsmith::Kernel fill_value_2_5_handle = module.kernel("fill|value=2.5,");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "names_case was made from another package than this one: run tinsmith bind again");
  }
};
