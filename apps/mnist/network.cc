// SPDX-License-Identifier: Apache-2.0
#include "network.h"

#include <numeric>

#include "random.h"

namespace mnist {

namespace {

constexpr float kWeightScale = 0.05f;

using Field = tinsmith::Field<float>;

class LooseNetwork final : public Network {
 public:
  LooseNetwork(tinsmith::Device& device, const tinsmith::Package& package, bool mlp)
      : model_(mlp ? "mlp" : "softmax"), module_(device, package) {
    for (const char* name : mlp ? std::vector{"w1", "b1", "w2", "b2"} : std::vector{"w", "b"})
      parameters_.push_back(module_.field<float>(name));
  }
  const char* model() const override { return model_; }
  uint32_t batch() const override { return predicted_.shape().at(0); }

  void gather(const DeviceDigits& digits, uint32_t first, uint32_t count) override {
    gather_(digits.images, digits.labels, digits.order, first, count);
  }
  void clear() override { clear_(); }
  void forward() override { forward_(); }
  void forward_gradient() override { forward_gradient_(); }
  void score() override { score_(); }
  void update(float rate) override { update_(rate); }
  void reset_totals() override { reset_totals_(); }

  Totals totals() override {
    return {total_loss_.value(), static_cast<uint64_t>(total_correct_.value())};
  }
  std::vector<Prediction> predictions() override {
    std::vector<int32_t> digits = predicted_.read();
    std::vector<float> confidences = confidence_.read();
    std::vector<Prediction> out;
    for (size_t i = 0; i < digits.size(); ++i) out.push_back({digits[i], confidences[i]});
    return out;
  }
  std::vector<Field> fields() const override { return parameters_; }

 private:
  const char* model_;
  tinsmith::Module module_;
  std::vector<Field> parameters_;
  tinsmith::Kernel gather_ = module_.kernel("gather"), clear_ = module_.kernel("clear"),
                   forward_ = module_.kernel("forward"), score_ = module_.kernel("score"),
                   forward_gradient_ = module_.kernel("forward_grad"),
                   update_ = module_.kernel("update"),
                   reset_totals_ = module_.kernel("reset_totals");
  Field total_loss_ = module_.field<float>("total_loss"),
        confidence_ = module_.field<float>("confidence");
  tinsmith::Field<int32_t> total_correct_ = module_.field<int32_t>("total_correct"),
                           predicted_ = module_.field<int32_t>("predicted");
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

std::unique_ptr<Network> open_network(tinsmith::Device& device, const tinsmith::Package& package) {
  for (const tin_field_info* field : package.fields())
    if (field->name == std::string("w1"))
      return std::make_unique<LooseNetwork>(device, package, true);
  return std::make_unique<LooseNetwork>(device, package, false);
}

}  // namespace mnist
