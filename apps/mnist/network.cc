// SPDX-License-Identifier: Apache-2.0
#include "network.h"

#include <numeric>

#include "mnist_mlp.hpp"
#include "mnist_softmax.hpp"
#include "random.h"

namespace mnist {

namespace {

constexpr float kWeightScale = 0.05f;

using Field = tinsmith::Field<float>;

constexpr const char* name_of(const mnist_softmax&) { return "softmax"; }
constexpr const char* name_of(const mnist_mlp&) { return "mlp"; }
std::vector<Field> parameters_of(const mnist_softmax& net) { return {net.w, net.b}; }
std::vector<Field> parameters_of(const mnist_mlp& net) { return {net.w1, net.b1, net.w2, net.b2}; }

template <class Bindings>
class NetworkOf final : public Network {
 public:
  NetworkOf(const tinsmith::Device& device, const tinsmith::Package& package)
      : net_(device, package) {}

  const char* model() const override { return name_of(net_); }
  uint32_t batch() const override { return Bindings::shape::predicted[0]; }

  void gather(const DeviceDigits& digits, uint32_t first, uint32_t count) override {
    net_.gather(digits.images, digits.labels, digits.order, static_cast<int32_t>(first),
                static_cast<int32_t>(count));
  }
  void clear() override { net_.clear(); }
  void forward() override { net_.forward(); }
  void forward_gradient() override { net_.forward.gradient(); }
  void score() override { net_.score(); }
  void update(float rate) override { net_.update(rate); }
  void reset_totals() override { net_.reset_totals(); }

  Totals totals() override {
    return {net_.total_loss.value(), static_cast<uint64_t>(net_.total_correct.value())};
  }
  std::vector<Prediction> predictions() override {
    std::vector<int32_t> digits = net_.predicted.read();
    std::vector<float> confidences = net_.confidence.read();
    std::vector<Prediction> out;
    for (size_t i = 0; i < digits.size(); ++i) out.push_back({digits[i], confidences[i]});
    return out;
  }
  std::vector<Field> fields() const override { return parameters_of(net_); }

 private:
  Bindings net_;
};

[[noreturn]] void refuse(const std::string& reason) { throw tinsmith::Error(TIN_INVALID, reason); }

}  // namespace

DeviceDigits::DeviceDigits(const tinsmith::Device& device, const Digits& digits)
    : images(device, {digits.count(), kPixels}),
      labels(device, {digits.count()}),
      order(device, {digits.count()}),
      count(digits.count()) {
  images.write(digits.images);
  labels.write(std::vector<int32_t>(digits.labels.begin(), digits.labels.end()));
  std::vector<int32_t> as_they_lie(count);
  std::iota(as_they_lie.begin(), as_they_lie.end(), 0);
  order.write(as_they_lie);
}

std::vector<Parameter> Network::parameters() const {
  std::vector<Parameter> values;
  for (const Field& field : fields()) values.push_back({field.info().name, field.read()});
  return values;
}

void Network::set_parameters(const std::vector<Parameter>& values) {
  std::vector<Field> all = fields();
  bool fits = values.size() == all.size();
  for (size_t i = 0; fits && i < all.size(); ++i)
    fits = values[i].name == all[i].info().name && values[i].values.size() == all[i].size();
  if (!fits) refuse("the checkpoint's parameters are not this model's; train without --resume");
  for (size_t i = 0; i < all.size(); ++i) all[i].write(values[i].values);
}

std::vector<Parameter> Network::first_weights(uint32_t seed) const {
  SplitMix64 random(stream_of(seed, 0));
  std::vector<Parameter> values;
  for (const Field& field : fields()) {
    Parameter& p = values.emplace_back(field.info().name, std::vector<float>(field.size()));
    if (field.shape().size() == 2)
      for (float& v : p.values) v = random.symmetric() * kWeightScale;
  }
  return values;
}

std::unique_ptr<Network> open_network(const tinsmith::Device& device,
                                      const tinsmith::Package& package) {
  std::string fingerprint = package.fingerprint();
  if (fingerprint == mnist_softmax::fingerprint)
    return std::make_unique<NetworkOf<mnist_softmax>>(device, package);
  if (fingerprint == mnist_mlp::fingerprint)
    return std::make_unique<NetworkOf<mnist_mlp>>(device, package);
  refuse(
      "the package is none of those that this program was built for: examples/mnist.py makes them, "
      "with batches of 32; after changes to the kernels run `make bindings` and build again");
}

}  // namespace mnist
