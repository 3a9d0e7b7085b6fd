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
struct arrays_case {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "FINGERPRINT";

  /// Opens a bundle or package and makes it ready on the device.
  arrays_case(const tinsmith::Device& device, const std::filesystem::path& path)
      : arrays_case(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  arrays_case(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// `loss`: one f32.
  tinsmith::Field<float> loss = module.field<float>("loss");

  /// `loss_grad`: one f32.
  tinsmith::Field<float> loss_grad = module.field<float>("loss_grad");

  /// y += a x
  ///
  ///   a: f32
  ///   x: array of f32, 1 axis, read
  ///   y: array of f32, 1 axis, read and written
  void saxpy(float a, const tinsmith::NdArray<float>& x, const tinsmith::NdArray<float>& y) const {
    saxpy_handle(a, x, y);
  }

  /// The kernel `turn`.
  ///
  ///   points: array of vectors of 2 f32, 2 axes, read and written
  ///   by: array of 2 x 2 matrices of f32, 1 axis, read
  void turn(const tinsmith::NdArray<float>& points, const tinsmith::NdArray<float>& by) const {
    turn_handle(points, by);
  }

  /// The kernel `halves`.
  ///
  ///   h: array of f16, 1 axis, written
  void halves(const tinsmith::NdArray<tinsmith::Half>& h) const {
    halves_handle(h);
  }

  struct energy_kernel {
    /// Adds k x[i]^2 to the loss.
    ///
    ///   x: array of f32, 1 axis, read
    ///   k: f32
    void operator()(const tinsmith::NdArray<float>& x, float k) const {
      primal_handle(x, k);
    }
    /// The gradient of `energy`, the kernel `energy_backward`: takes the gradients of what `energy`
    /// writes, and adds to the gradients of what it reads.
    ///
    ///   x: array of f32, 1 axis, read and written; needs a gradient
    ///   k: f32
    void gradient(const tinsmith::NdArray<float>& x, float k) const {
      adjoint_handle(x, k);
    }
    tinsmith::Kernel primal_handle, adjoint_handle;
  };
  /// Adds k x[i]^2 to the loss.
  energy_kernel energy{module.kernel("energy"), module.kernel("energy_backward")};

  /// The graph `step`.
  ///
  ///   factor: f32
  ///   array: array of f32, 1 axis, read
  ///   other: array of f32, 1 axis, read and written
  ///   shift: vector of 2 f32
  void step(
      float factor,
      const tinsmith::NdArray<float>& array,
      const tinsmith::NdArray<float>& other,
      const std::array<float, 2>& shift) const {
    step_handle.run(
        tinsmith::arg("factor", factor),
        tinsmith::arg("array", array),
        tinsmith::arg("other", other),
        tinsmith::arg("shift", shift));
  }

 private:
  tinsmith::Kernel saxpy_handle = module.kernel("saxpy");
  tinsmith::Kernel turn_handle = module.kernel("turn");
  tinsmith::Kernel halves_handle = module.kernel("halves");
  tinsmith::Graph step_handle = module.graph("step");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "arrays_case was made from another package than this one: run tinsmith bind again");
  }
};
