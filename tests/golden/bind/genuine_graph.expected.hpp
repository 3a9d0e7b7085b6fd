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
struct genuine_graph_case {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "FINGERPRINT";

  /// Opens a bundle or package and makes it ready on the device.
  genuine_graph_case(const tinsmith::Device& device, const std::filesystem::path& path)
      : genuine_graph_case(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  genuine_graph_case(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// The kernel `set_ramp`.
  ///
  ///   a: array of f32, 1 axis, written
  ///   start: f32
  void set_ramp(const tinsmith::NdArray<float>& a, float start) const {
    set_ramp_handle(a, start);
  }

  /// The graph `diffuse`.
  ///
  ///   a: array of f32, 1 axis, read and written
  ///   start: f32
  ///   b: array of f32, 1 axis, read and written
  ///   k: f32
  ///   p: array of vectors of 2 f32, 1 axis, read and written
  ///   by: vector of 2 f32
  void diffuse(
      const tinsmith::NdArray<float>& a,
      float start,
      const tinsmith::NdArray<float>& b,
      float k,
      const tinsmith::NdArray<float>& p,
      const std::array<float, 2>& by) const {
    diffuse_handle.run(
        tinsmith::arg("a", a),
        tinsmith::arg("start", start),
        tinsmith::arg("b", b),
        tinsmith::arg("k", k),
        tinsmith::arg("p", p),
        tinsmith::arg("by", by));
  }

 private:
  tinsmith::Kernel set_ramp_handle = module.kernel("set_ramp");
  tinsmith::Graph diffuse_handle = module.graph("diffuse");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "genuine_graph_case was made from another package than this one: run tinsmith bind again");
  }
};
