// SPDX-License-Identifier: Apache-2.0
#include "trainer.h"

#include <algorithm>
#include <chrono>

#include "random.h"

namespace mnist {

namespace {

constexpr uint32_t kStepsPerChunk = 50;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void refuse(const std::string& reason) { throw tinsmith::Error(TIN_INVALID, reason); }

}  // namespace

Trainer::Trainer(tinsmith::Device& device, const tinsmith::Package& package, const Dataset& data)
    : device_(device),
      network_(open_network(device, package)),
      train_(device, data.train),
      test_(device, data.test) {}

uint64_t Trainer::parameter_count() const {
  uint64_t count = 0;
  for (const tinsmith::Field<float>& field : network_->fields()) count += field.size();
  return count;
}

void Trainer::set_options(const TrainOptions& options) {
  if (options.batch == 0 || options.batch > batch())
    refuse("batches of " + std::to_string(options.batch) + ": the kernels are compiled for 1 to " +
           std::to_string(batch()));
  options_ = options;
}

void Trainer::begin(const TrainOptions& options) {
  set_options(options);
  network_->set_parameters(network_->first_weights(options.seed));
  place_ = {.total = train_.count};
}

void Trainer::restore(const Checkpoint& from, const TrainOptions& options) {
  if (from.model != network_->model())
    refuse("the checkpoint is one of " + from.model + ", the package of " + network_->model());
  if (from.place.done > 0 && from.place.total != train_.count)
    refuse("the checkpoint was made amid " + std::to_string(from.place.total) +
           " training digits, here are " + std::to_string(train_.count));
  set_options(options);
  network_->set_parameters(from.parameters);
  place_ = from.place;
  place_.total = train_.count;
}

Checkpoint Trainer::checkpoint() {
  return {network_->model(), options_, place_, network_->parameters()};
}

// A product, not pow, whose last bit differs between systems.
double Trainer::rate() const {
  double rate = options_.rate;
  for (uint32_t epoch = 1; epoch < place_.epoch; ++epoch) rate *= options_.decay;
  return rate;
}

Trainer::Chunk Trainer::chunk_at(const DeviceDigits& digits, uint32_t first, uint32_t batch) const {
  return {digits, first, std::min(kStepsPerChunk * batch, digits.count - first), batch};
}

void Trainer::predict_batch(const Chunk& chunk, uint32_t first) {
  network_->gather(chunk.digits, first, std::min(chunk.batch, chunk.first + chunk.count - first));
  network_->clear();
  network_->forward();
}

Totals Trainer::train_chunk(const Chunk& chunk) {
  network_->reset_totals();
  for (uint32_t first = chunk.first; first < chunk.first + chunk.count; first += chunk.batch) {
    predict_batch(chunk, first);
    network_->score();
    network_->forward_gradient();
    network_->update(static_cast<float>(rate()));
  }
  return network_->totals();
}

Totals Trainer::test_chunk(const Chunk& chunk) {
  network_->reset_totals();
  for (uint32_t first = chunk.first; first < chunk.first + chunk.count; first += chunk.batch) {
    predict_batch(chunk, first);
    network_->score();
  }
  return network_->totals();
}

std::optional<EpochReport> Trainer::train_epoch(const Listener& listener) {
  train_.order.write(shuffled(train_.count, stream_of(options_.seed, place_.epoch)));
  auto start = Clock::now();
  uint32_t done_before = place_.done;
  while (place_.done < train_.count) {
    Chunk chunk = chunk_at(train_, place_.done, options_.batch);
    tin_counters before = device_.counters();
    Totals sum = train_chunk(chunk);
    tin_counters after = device_.counters();
    if (!(sum.loss < 1e30)) refuse("the loss is no longer a number: use a smaller learning rate");
    place_.done += chunk.count;
    place_.loss_sum += sum.loss;
    place_.correct += sum.correct;
    Progress progress = {.epoch = place_.epoch,
                         .done = place_.done,
                         .total = place_.total,
                         .loss = sum.loss / chunk.count,
                         .accuracy = static_cast<double>(sum.correct) / chunk.count,
                         .samples_per_second = (place_.done - done_before) / seconds_since(start),
                         .dispatches = after.dispatches - before.dispatches,
                         .submissions = after.submissions - before.submissions,
                         .waits = after.waits - before.waits};
    if (!listener.after_chunk(progress)) return std::nullopt;
  }
  double seconds = seconds_since(start);
  Evaluation test = evaluate();
  return EpochReport{.epoch = place_.epoch,
                     .train_loss = place_.loss_sum / train_.count,
                     .train_accuracy = static_cast<double>(place_.correct) / train_.count,
                     .test_loss = test.loss,
                     .test_accuracy = test.accuracy,
                     .seconds = seconds,
                     .samples_per_second = (train_.count - done_before) / seconds};
}

End Trainer::train(const Listener& listener) {
  while (place_.epoch <= options_.epochs) {
    std::optional<EpochReport> report = train_epoch(listener);
    if (!report) return End::Stopped;
    place_ = {.epoch = place_.epoch + 1, .total = train_.count};
    listener.after_epoch(*report);
    if (report->train_loss < options_.loss_threshold) return End::LossThreshold;
  }
  return End::Epochs;
}

Trainer::Evaluation Trainer::evaluate() {
  Totals sum;
  for (uint32_t first = 0; first < test_.count;) {
    Chunk chunk = chunk_at(test_, first, batch());
    Totals part = test_chunk(chunk);
    sum.loss += part.loss;
    sum.correct += part.correct;
    first += chunk.count;
  }
  return {sum.loss / test_.count, static_cast<double>(sum.correct) / test_.count};
}

std::vector<Prediction> Trainer::predict(const Digits& digits) {
  DeviceDigits on_device(device_, digits);
  std::vector<Prediction> out;
  for (uint32_t first = 0; first < digits.count(); first += batch()) {
    uint32_t count = std::min(batch(), digits.count() - first);
    predict_batch({on_device, first, count, count}, first);
    network_->score();
    std::vector<Prediction> batch_predictions = network_->predictions();
    out.insert(out.end(), batch_predictions.begin(), batch_predictions.begin() + count);
  }
  return out;
}

}  // namespace mnist
