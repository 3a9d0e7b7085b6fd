// Made by `tinsmith bind` 0.1.0 from mnist-mlp. Run it again instead of editing this.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tinsmith.hpp>
#include <tuple>

/// The kernels and fields of mnist-mlp on a device.
///
/// Functions record a launch and do not wait for it; reading a field waits. Fields, kernels
/// and graphs are good as long as this struct or what it was moved to.
struct mnist_mlp {
  /// SHA-256 of the package that these bindings were made from.
  static constexpr const char* fingerprint =
      "34cd29eb47d8c150bb8fbe6f013c6c66d9994e552df84dbb7134a513715096b2";

  /// The axes of the fields, as they were exported.
  struct shape {
    static constexpr std::array<uint32_t, 1> predicted{32};
    static constexpr std::array<uint32_t, 1> confidence{32};
    static constexpr std::array<uint32_t, 2> logits{32, 10};
    static constexpr std::array<uint32_t, 2> confusion{10, 10};
    static constexpr std::array<uint32_t, 1> label{32};
    static constexpr std::array<uint32_t, 2> w1{128, 784};
    static constexpr std::array<uint32_t, 2> w1_grad{128, 784};
    static constexpr std::array<uint32_t, 1> b1{128};
    static constexpr std::array<uint32_t, 1> b1_grad{128};
    static constexpr std::array<uint32_t, 2> w2{10, 128};
    static constexpr std::array<uint32_t, 2> w2_grad{10, 128};
    static constexpr std::array<uint32_t, 1> b2{10};
    static constexpr std::array<uint32_t, 1> b2_grad{10};
  };

  /// Opens a bundle or package and makes it ready on the device.
  mnist_mlp(const tinsmith::Device& device, const std::filesystem::path& path)
      : mnist_mlp(device, tinsmith::Package(path)) {}
  /// The same of an open package: that which these bindings were made from, in any form.
  mnist_mlp(const tinsmith::Device& device, const tinsmith::Package& package)
      : module(device, made_from_this(package)) {}

  /// The whole package on the device, by names.
  tinsmith::Module module;

  /// `predicted`: i32, shape (32).
  tinsmith::Field<int32_t> predicted = module.field<int32_t>("predicted");

  /// `confidence`: f32, shape (32).
  tinsmith::Field<float> confidence = module.field<float>("confidence");

  /// `loss`: one f32.
  tinsmith::Field<float> loss = module.field<float>("loss");

  /// `logits`: f32, shape (32, 10).
  tinsmith::Field<float> logits = module.field<float>("logits");

  /// `total_loss`: one f32.
  tinsmith::Field<float> total_loss = module.field<float>("total_loss");

  /// `total_correct`: one i32.
  tinsmith::Field<int32_t> total_correct = module.field<int32_t>("total_correct");

  /// `confusion`: i32, shape (10, 10).
  tinsmith::Field<int32_t> confusion = module.field<int32_t>("confusion");

  /// `label`: i32, shape (32).
  tinsmith::Field<int32_t> label = module.field<int32_t>("label");

  /// `w1`: f32, shape (128, 784).
  tinsmith::Field<float> w1 = module.field<float>("w1");

  /// `w1_grad`: f32, shape (128, 784).
  tinsmith::Field<float> w1_grad = module.field<float>("w1_grad");

  /// `b1`: f32, shape (128).
  tinsmith::Field<float> b1 = module.field<float>("b1");

  /// `b1_grad`: f32, shape (128).
  tinsmith::Field<float> b1_grad = module.field<float>("b1_grad");

  /// `w2`: f32, shape (10, 128).
  tinsmith::Field<float> w2 = module.field<float>("w2");

  /// `w2_grad`: f32, shape (10, 128).
  tinsmith::Field<float> w2_grad = module.field<float>("w2_grad");

  /// `b2`: f32, shape (10).
  tinsmith::Field<float> b2 = module.field<float>("b2");

  /// `b2_grad`: f32, shape (10).
  tinsmith::Field<float> b2_grad = module.field<float>("b2_grad");

  /// Copies the `n` samples order[first], order[first + 1], … into the batch.
  ///
  /// `images` holds a sample a row, pixels from 0 to 1; `labels` the classes 0 to 9. Where `n` is less than the batch,
  /// the rest of it is masked: it counts neither in the loss nor in the totals.
  ///
  ///   images: array of f32, 2 axes, read
  ///   labels: array of i32, 1 axis, read
  ///   order: array of i32, 1 axis, read
  ///   first: i32
  ///   n: i32
  void gather(
      const tinsmith::NdArray<float>& images,
      const tinsmith::NdArray<int32_t>& labels,
      const tinsmith::NdArray<int32_t>& order,
      int32_t first,
      int32_t n) const {
    gather_handle(images, labels, order, first, n);
  }

  /// Sets the loss and all gradients to zero, and the gradient of the loss to one: before each step.
  void clear() const {
    clear_handle();
  }

  struct forward_kernel {
    /// The logits of the batch, and in `loss` the mean cross-entropy of its samples.
    void operator()() const {
      primal_handle();
    }
    /// The gradient of `forward`, the kernel `forward_grad`: takes the gradients of what `forward`
    /// writes, and adds to the gradients of what it reads.
    void gradient() const {
      adjoint_handle();
    }
    tinsmith::Kernel primal_handle, adjoint_handle;
  };
  /// The logits of the batch, and in `loss` the mean cross-entropy of its samples.
  forward_kernel forward{module.kernel("forward"), module.kernel("forward_grad")};

  /// One step of gradient descent: takes `rate` times its gradient from each parameter.
  ///
  ///   rate: f32
  void update(float rate) const {
    update_handle(rate);
  }

  /// After `forward`: the class of each sample in `predicted`, its probability in `confidence`.
  ///
  /// Adds the loss of each sample to `total_loss`, the number of right answers to `total_correct`, and each sample to
  /// its cell of `confusion`: the row is what it is, the column what it was taken for.
  void score() const {
    score_handle();
  }

  /// Sets `total_loss`, `total_correct` and `confusion` to zero.
  void reset_totals() const {
    reset_totals_handle();
  }

 private:
  tinsmith::Kernel gather_handle = module.kernel("gather");
  tinsmith::Kernel clear_handle = module.kernel("clear");
  tinsmith::Kernel update_handle = module.kernel("update");
  tinsmith::Kernel score_handle = module.kernel("score");
  tinsmith::Kernel reset_totals_handle = module.kernel("reset_totals");

  static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {
    if (std::string(package.fingerprint()) == fingerprint) return package;
    throw tinsmith::Error(::TIN_INVALID,
                          "mnist_mlp was made from another package than this one: run tinsmith bind again");
  }
};
