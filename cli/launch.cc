// SPDX-License-Identifier: Apache-2.0
#include "cli/launch.h"

#include <charconv>

#include "cli/output.h"
#include "cli/words.h"

namespace tinsmith::cli {

namespace {

std::string names_of(const package::Package& package) {
  std::string names;
  auto add = [&](const std::string& name) { names += (names.empty() ? "" : ", ") + name; };
  for (const package::Kernel& kernel : package.kernels) add(kernel.name);
  for (const package::Graph& graph : package.graphs) add(graph.name);
  return names.empty() ? "(none)" : names;
}

Step step_of(const package::Kernel& kernel) {
  Step step{kernel.name, &kernel, {}};
  for (const package::Arg& arg : kernel.args) {
    step.parameters.push_back({arg.name, arg.dtype.value_or(DType::F32), arg.is_array,
                               arg.field_dim, arg.element_shape, "", ""});
  }
  return step;
}

Step step_of(const package::Graph& graph) {
  Step step{graph.name, nullptr, {}};
  for (const package::Dispatch& dispatch : graph.dispatches) {
    for (const package::GraphArg& arg : dispatch.args) {
      bool is_known = false;
      for (const Parameter& p : step.parameters) is_known = is_known || p.name == arg.name;
      bool is_array = arg.tag == package::GraphArgKind::Ndarray;
      if (!is_known) {
        step.parameters.push_back(
            {arg.name, arg.dtype, is_array, arg.field_dim, arg.element_shape, "", ""});
      }
    }
  }
  return step;
}

Result<> give(Step& step, const std::string& word) {
  size_t at = word.find('=');
  std::string name = word.substr(0, at), value = word.substr(at + 1);
  bool is_gradient = name.ends_with(".grad");
  if (is_gradient) name.resize(name.size() - 5);
  std::string known;
  for (Parameter& p : step.parameters) {
    if (p.name != name) {
      known += (known.empty() ? "" : ", ") + p.name;
      continue;
    }
    if (is_gradient && !p.is_array) return Failure{step.name + ": " + name + " is no array"};
    std::string& place = is_gradient ? p.gradient : p.value;
    if (!place.empty()) return Failure{step.name + ": " + word + ": it has a value already"};
    if (value.empty()) return Failure{step.name + ": " + word + " gives no value"};
    place = value;
    return Ok{};
  }
  return Failure{step.name + " has no argument " + name + "; it has " +
                 (known.empty() ? "none" : known)};
}

Result<std::vector<uint32_t>> parse_shape(std::string_view text, const std::string& what) {
  std::vector<uint32_t> shape;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end) {
    uint32_t extent = 0;
    auto [rest, error] = std::from_chars(at, end, extent);
    bool ends_well = rest == end || (*rest == ',' && rest + 1 != end);
    if (error != std::errc() || !ends_well) {
      return Failure{what + ": a shape is written zeros:100,20"};
    }
    shape.push_back(extent);
    at = rest == end ? end : rest + 1;
  }
  return shape;
}

Result<runtime::Argument> parse_numbers(const Parameter& p, const std::string& what) {
  runtime::Argument argument;
  std::vector<double> reals;
  bool all_integers = true;
  std::string_view rest = p.value;
  while (true) {
    std::string_view word = rest.substr(0, rest.find(','));
    if (word == "true" || word == "True") word = "1";
    if (word == "false" || word == "False") word = "0";
    if (word.starts_with('+')) word.remove_prefix(1);
    const char* end = word.data() + word.size();
    int64_t integer = 0;
    auto as_integer = std::from_chars(word.data(), end, integer);
    bool is_integer = as_integer.ec == std::errc() && as_integer.ptr == end;
    all_integers = all_integers && is_integer;
    argument.integers.push_back(integer);
    double real = 0;
    auto as_real = std::from_chars(word.data(), end, real);
    if (as_real.ec != std::errc() || as_real.ptr != end) {
      return Failure{what + ": '" + std::string(word) + "' is no number"};
    }
    reals.push_back(real);
    size_t comma = rest.find(',');
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  argument.is_real = !all_integers;
  if (argument.is_real) {
    argument.reals = reals;
    argument.integers.clear();
  }
  return argument;
}

size_t bytes_of(DType dtype, const std::vector<uint32_t>& shape) {
  size_t n = bytes(dtype);
  for (uint32_t extent : shape) n *= extent;
  return n;
}

bool binds_gradient(const Step& step, size_t index) {
  if (step.kernel == nullptr) return false;
  for (const package::Task& task : step.kernel->tasks) {
    for (const package::BufferBinding& b : task.buffers) {
      bool is_this = b.root_id.size() == 1 && b.root_id[0] == static_cast<int32_t>(index);
      if (b.gradient && is_this) return true;
    }
  }
  return false;
}

template <class Float>
std::string shortest(Float value) {
  char text[64];
  auto done = std::to_chars(text, text + sizeof text, value);
  return std::string(text, done.ptr);
}

std::string text_of(const runtime::ReturnValue& value) {
  if (!is_real(value.dtype)) {
    return value.dtype == DType::U64 ? std::to_string(static_cast<uint64_t>(value.integer))
                                     : std::to_string(value.integer);
  }
  return value.dtype == DType::F64 ? shortest(value.real)
                                   : shortest(static_cast<float>(value.real));
}

}  // namespace

Result<std::vector<Step>> parse_steps(const package::Package& package,
                                      const std::vector<std::string>& words) {
  std::vector<Step> steps;
  for (const std::string& word : words) {
    if (const package::Kernel* kernel = package.kernel(word)) {
      steps.push_back(step_of(*kernel));
    } else if (const package::Graph* graph = package.graph(word)) {
      steps.push_back(step_of(*graph));
    } else if (!steps.empty() && word.find('=') != std::string::npos) {
      TS_TRY(give(steps.back(), word));
    } else {
      return Failure{"there is no kernel " + word + "; there are " + names_of(package)};
    }
  }
  for (const Step& step : steps) {
    for (const Parameter& p : step.parameters) {
      if (p.value.empty()) {
        return Failure{step.name + ": argument " + p.name + " is missing (" + p.name + "=...)"};
      }
    }
  }
  return steps;
}

Result<> check_form(const Npy& array, DType dtype, const std::vector<uint32_t>& shape,
                    const std::string& what) {
  if (array.dtype != dtype) {
    return Failure{what + ": it holds " + std::string(name(array.dtype)) + ", wanted is " +
                   std::string(name(dtype))};
  }
  if (array.shape != shape) {
    return Failure{what + ": its shape is " + shape_text(array.shape) + ", wanted is " +
                   shape_text(shape)};
  }
  return Ok{};
}

// `shape` becomes the axes without those of the element; what is in it already must be the same.
Result<std::shared_ptr<runtime::Buffer>> Arrays::make_buffer(const Parameter& p,
                                                             const std::string& value,
                                                             std::vector<uint32_t>& shape) {
  std::string what = p.name + "=" + value;
  if (value.starts_with("zeros:")) {
    TS_TRY_ASSIGN(wanted, parse_shape(std::string_view(value).substr(6), what));
    shape = wanted;
    if (shape.size() != p.axes) {
      return Failure{what + ": it has " + counted_axes(static_cast<uint32_t>(shape.size())) +
                     ", wanted: " + std::to_string(p.axes)};
    }
    std::vector<uint32_t> whole = shape;
    whole.insert(whole.end(), p.element_shape.begin(), p.element_shape.end());
    return device_.new_buffer(bytes_of(p.dtype, whole));
  }
  TS_TRY_ASSIGN(array, read_npy(value));
  if (array.shape.size() != p.axes + p.element_shape.size()) {
    return Failure{
        what + ": its shape is " + shape_text(array.shape) + ", wanted: " + counted_axes(p.axes) +
        (p.element_shape.empty() ? "" : " and elements of " + shape_text(p.element_shape))};
  }
  shape.assign(array.shape.begin(), array.shape.begin() + p.axes);
  std::vector<uint32_t> whole = shape;
  whole.insert(whole.end(), p.element_shape.begin(), p.element_shape.end());
  TS_TRY(check_form(array, p.dtype, whole, what));
  TS_TRY_ASSIGN(buffer, device_.new_buffer(array.bytes.size()));
  TS_TRY(buffer->write(0, array.bytes));
  return buffer;
}

Result<const runtime::Array*> Arrays::make(const Step& step, const Parameter& p) {
  size_t index = static_cast<size_t>(&p - step.parameters.data());
  bool needs_gradient = binds_gradient(step, index) || !p.gradient.empty();
  runtime::Array array;
  if (p.value.starts_with("@")) {
    auto found = arrays_.find(p.value.substr(1));
    if (found == arrays_.end()) {
      return Failure{step.name + ": " + p.name + "=" + p.value + ": no array of that name so far"};
    }
    array = found->second;
  } else {
    array.dtype = p.dtype;
    array.element_shape = p.element_shape;
    TS_TRY_ASSIGN(data, make_buffer(p, p.value, array.shape));
    array.data = data;
  }
  if (!p.gradient.empty()) {
    std::vector<uint32_t> shape;
    TS_TRY_ASSIGN(gradient, make_buffer(p, p.gradient, shape));
    if (shape != array.shape) {
      return Failure{step.name + ": " + p.name + ".grad has another shape than " + p.name};
    }
    array.gradient = gradient;
  } else if (needs_gradient && array.gradient == nullptr) {
    TS_TRY_ASSIGN(gradient, device_.new_buffer(array.data->size()));
    array.gradient = gradient;
  }
  if (p.value.starts_with("@")) arrays_[p.value.substr(1)] = array;
  return &(arrays_[p.name] = array);
}

Result<std::vector<runtime::Argument>> Arrays::arguments(const Step& step) {
  std::vector<runtime::Argument> values;
  for (const Parameter& p : step.parameters) {
    if (p.is_array) {
      TS_TRY_ASSIGN(array, make(step, p));
      values.push_back(runtime::Argument::of(*array));
    } else {
      TS_TRY_ASSIGN(number, parse_numbers(p, step.name + ": " + p.name + "=" + p.value));
      values.push_back(number);
    }
  }
  return values;
}

Result<Npy> Arrays::read(const std::string& name) const {
  bool is_gradient = name.ends_with(".grad");
  auto found = arrays_.find(is_gradient ? name.substr(0, name.size() - 5) : name);
  if (found == arrays_.end()) return Failure{"--out " + name + ": no field or array of that name"};
  const runtime::Array& array = found->second;
  const std::shared_ptr<runtime::Buffer>& buffer = is_gradient ? array.gradient : array.data;
  if (buffer == nullptr) return Failure{"--out " + name + ": no kernel that ran has that gradient"};
  Npy npy{array.dtype, array.shape, {}};
  npy.shape.insert(npy.shape.end(), array.element_shape.begin(), array.element_shape.end());
  npy.bytes.resize(bytes_of(array.dtype, npy.shape));
  TS_TRY(buffer->read(0, npy.bytes));
  return npy;
}

std::string text_of(std::span<const runtime::ReturnValue> values) {
  if (values.size() == 1) return text_of(values[0]);
  std::string text = "(";
  for (size_t i = 0; i < values.size(); ++i) text += (i > 0 ? ", " : "") + text_of(values[i]);
  return text + ")";
}

Json json_of(std::span<const runtime::ReturnValue> values) {
  Json list{Json::Array{}};
  for (const runtime::ReturnValue& v : values) {
    if (!is_real(v.dtype)) {
      list.push(v.dtype == DType::U64 ? Json(static_cast<uint64_t>(v.integer)) : Json(v.integer));
    } else if (v.real - v.real == 0) {
      list.push(v.real);
    } else {
      list.push(text_of(v));  // JSON has no inf and no nan
    }
  }
  return list;
}

}  // namespace tinsmith::cli
