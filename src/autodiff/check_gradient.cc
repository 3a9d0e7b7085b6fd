// SPDX-License-Identifier: Apache-2.0
// See check_gradient.h. Memory is taken apart into cells, one address a number.
#include "autodiff/check_gradient.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "support/check.h"

namespace tinsmith::autodiff {

namespace {

struct State {
  Memory memory;
  std::vector<Argument> arguments;
};

// One real number that has a gradient.
struct Cell {
  std::string name;
  bool of_array = false;
  uint32_t field = 0, grad = 0, component = 0;  // field: or parameter
  std::vector<int32_t> index;
};

// All index tuples of a shape, the last axis fastest.
std::vector<std::vector<int32_t>> indices(const std::vector<uint32_t>& shape) {
  std::vector<std::vector<int32_t>> all{{}};
  for (uint32_t extent : shape) {
    std::vector<std::vector<int32_t>> longer;
    for (const auto& prefix : all)
      for (uint32_t i = 0; i < extent; ++i) {
        longer.push_back(prefix);
        longer.back().push_back(static_cast<int32_t>(i));
      }
    all = std::move(longer);
  }
  return all;
}

class Check {
 public:
  Check(const Module& primal, const Module& adjoint, const GradientCase& c)
      : primal_(primal), adjoint_(adjoint), case_(c), random_(c.seed) {}
  std::string run();

 private:
  void fill();
  void fill_field(FieldId id);
  void fill_parameter(const Param& param);
  double draw(const std::string& name, DType type, size_t position);
  std::byte* at(State& state, const Cell& cell, bool grad) const;
  double get(State& state, const Cell& cell, bool grad) const;
  void set(State& state, const Cell& cell, bool grad, double value) const;
  double loss(const State& before);
  double difference(const Cell& cell, double step);
  bool agree(double a, double b) const;
  void launch(const Module& module, State& state);

  const Module &primal_, &adjoint_;
  const GradientCase& case_;
  std::mt19937 random_;
  State start_;
  std::vector<Cell> cells_;
  std::vector<double> weights_;
  std::string failure_;
  double noise_ = 0;  // of the last difference, by rounding
};

DType dtype_of(const Module& module, const Cell& cell) {
  return cell.of_array ? module.kernels.front().params[cell.field].dtype
                       : module.fields[FieldId{cell.field}].dtype;
}

void write(std::byte* to, DType type, double value) {
  uint64_t bits = const_bits(type, value);
  std::memcpy(to, &bits, bytes(type));
}

double Check::draw(const std::string& name, DType type, size_t position) {
  auto found = case_.ranges.find(name);
  if (is_real(type)) {
    Range r = found == case_.ranges.end() ? Range{} : found->second;
    return std::uniform_real_distribution<double>(r.low, r.high)(random_);
  }
  if (found == case_.ranges.end()) return static_cast<double>((3 * position + 1) % 4);
  double span = found->second.high - found->second.low + 1;
  return found->second.low + std::fmod(static_cast<double>(3 * position + 1), span);
}

void Check::fill_field(FieldId id) {
  const Field& field = primal_.fields[id];
  for (uint32_t f = 0; f < primal_.fields.size(); ++f)
    if (primal_.fields[FieldId{f}].grad == id) return;
  size_t position = 0;
  for (const auto& index : indices(field.shape))
    for (uint32_t c = 0; c < field.components(); ++c) {
      double value = draw(field.name, field.dtype, position++);
      write(field_element(field, start_.memory, index, c), field.dtype, value);
      if (field.grad) cells_.push_back({field.name, false, id.raw, field.grad.raw, c, index});
    }
}

void Check::fill_parameter(const Param& param) {
  auto number = static_cast<uint32_t>(start_.arguments.size());
  if (param.kind != ParamKind::Array) {
    start_.arguments.push_back(scalar_argument(param.dtype, draw(param.name, param.dtype, 0)));
    return;
  }
  std::vector<uint32_t> shape(param.ndim, 4);
  Argument& argument = start_.arguments.emplace_back(array_argument(param, shape));
  size_t position = 0;
  for (const auto& index : indices(shape))
    for (uint32_t c = 0; c < param.components(); ++c) {
      double value = draw(param.name, param.dtype, position++);
      write(array_element(param, argument, false, index, c), param.dtype, value);
      if (param.needs_grad) cells_.push_back({param.name, true, number, 0, c, index});
    }
}

void Check::fill() {
  start_.memory.temps.resize(8192);  // copied for every difference
  for (uint32_t f = 0; f < primal_.fields.size(); ++f) fill_field(FieldId{f});
  for (const Param& param : primal_.kernels.front().params) fill_parameter(param);
  for (size_t i = 0; i < cells_.size(); ++i)
    weights_.push_back(std::uniform_real_distribution<double>(-1, 1)(random_));
}

std::byte* Check::at(State& state, const Cell& cell, bool grad) const {
  if (cell.of_array)
    return array_element(primal_.kernels.front().params[cell.field], state.arguments[cell.field],
                         grad, cell.index, cell.component);
  const Field& field = primal_.fields[FieldId{grad ? cell.grad : cell.field}];
  return field_element(field, state.memory, cell.index, cell.component);
}

double Check::get(State& state, const Cell& cell, bool grad) const {
  DType type = dtype_of(primal_, cell);
  TS_CHECK(type == DType::F64, "gradients are checked in f64");
  double value = 0;
  std::memcpy(&value, at(state, cell, grad), sizeof value);
  return value;
}

void Check::set(State& state, const Cell& cell, bool grad, double value) const {
  write(at(state, cell, grad), DType::F64, value);
}

void Check::launch(const Module& module, State& state) {
  auto result = evaluate(module, module.kernels.front(), state.memory, state.arguments);
  if (!result && failure_.empty()) failure_ = result.failure().what + "\n";
}

double Check::loss(const State& before) {
  State state = before;
  launch(primal_, state);
  double sum = 0;
  for (size_t i = 0; i < cells_.size(); ++i) sum += weights_[i] * get(state, cells_[i], false);
  return sum;
}

bool Check::agree(double a, double b) const {
  double scale = std::max({1.0, std::abs(a), std::abs(b)});
  return std::abs(a - b) <= case_.tolerance * scale + noise_;
}

double Check::difference(const Cell& cell, double step) {
  double middle = get(start_, cell, false);
  State left = start_, right = start_;
  set(left, cell, false, middle - step);
  set(right, cell, false, middle + step);
  double high = loss(right), low = loss(left);
  noise_ = 4e-16 * (std::abs(high) + std::abs(low)) / step;
  return (high - low) / (2 * step);
}

std::string Check::run() {
  fill();
  State state = start_;
  launch(primal_, state);
  for (size_t i = 0; i < cells_.size(); ++i) set(state, cells_[i], true, weights_[i]);
  launch(adjoint_, state);
  std::string report = failure_;
  for (const Cell& cell : cells_) {
    double got = get(state, cell, true), expected = difference(cell, case_.step);
    if (agree(got, expected)) continue;
    double wider = difference(cell, 3 * case_.step);
    if (case_.may_kink && !agree(wider, expected)) continue;
    report += cell.name;
    for (int32_t i : cell.index) report += "[" + std::to_string(i) + "]";
    report += "." + std::to_string(cell.component) + ": adjoint " + std::to_string(got) +
              ", differences " + std::to_string(expected) + "\n";
  }
  return report;
}

}  // namespace

std::string compare_gradient(const Module& primal, const Module& adjoint, const GradientCase& c) {
  return Check(primal, adjoint, c).run();
}

}  // namespace tinsmith::autodiff
