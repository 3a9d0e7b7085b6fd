// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

#include "compiler/compiler.h"
#include "devices/devices.h"
#include "ir/scalar.h"
#include "runtime/runtime.h"

namespace tinsmith::differential {

namespace {

// One device of each kind for all tests, Vulkan's watched by the validation layer.
const Result<std::shared_ptr<runtime::Device>>& device(runtime::DeviceKind kind) {
  const auto open = [](runtime::DeviceKind wanted) {
    runtime::DeviceOptions options;
    options.kind = wanted;
    options.validation = true;
    return devices::open(options);
  };
  static const auto cpu = open(runtime::DeviceKind::Cpu);
  static const auto vulkan = open(runtime::DeviceKind::Vulkan);
  return kind == runtime::DeviceKind::Cpu ? cpu : vulkan;
}

void parse_or_fail(const std::string& text, tinsmith::Module& module) {
  Diagnostics diags;
  SourceFiles sources;
  FileId file = sources.add("case.ir", text);
  ASSERT_TRUE(parse(text, file, module, diags)) << render(diags, sources);
}

uint32_t cells(const Field& field) {
  uint32_t n = 1;
  for (uint32_t extent : field.shape) n *= extent;
  return n;
}

std::vector<int32_t> index_of(const Field& field, uint32_t cell) {
  std::vector<int32_t> index(field.shape.size());
  for (size_t axis = index.size(); axis-- > 0; cell /= field.shape[axis])
    index[axis] = static_cast<int32_t>(cell % field.shape[axis]);
  return index;
}

// Calls visit(field, cell, component, bytes) for every scalar of every field.
template <class Visit>
void each_scalar(const tinsmith::Module& module, Memory& memory, Visit visit) {
  for (uint32_t f = 0; f < module.fields.size(); ++f) {
    const Field& field = module.fields[FieldId{f}];
    for (uint32_t cell = 0; cell < cells(field); ++cell)
      for (uint32_t c = 0; c < field.components(); ++c)
        visit(field, cell, c, field_element(field, memory, index_of(field, cell), c));
  }
}

double as_double(DType type, const std::byte* at) {
  uint64_t bits = load_scalar(type, at);
  return std::bit_cast<double>(apply(Op::Cast, type, DType::F64, {&bits, 1}));
}

bool agree(DType type, const std::byte* a, const std::byte* b, double tolerance) {
  if (load_scalar(type, a) == load_scalar(type, b)) return true;
  double x = as_double(type, a), y = as_double(type, b);
  if (std::isnan(x) && std::isnan(y)) return true;
  if (x == y && is_real(type)) return true;  // zeros of either sign
  double scale = std::max({1.0, std::abs(x), std::abs(y)});
  return tolerance > 0 && std::abs(x - y) <= tolerance * scale;
}

runtime::Argument device_argument(const Param& param, const tinsmith::Argument& arg) {
  runtime::Argument out;
  out.is_real = is_real(param.dtype);
  for (uint64_t bits : arg.components) {
    if (out.is_real)
      out.reals.push_back(
          std::bit_cast<double>(apply(Op::Cast, param.dtype, DType::F64, {&bits, 1})));
    else
      out.integers.push_back(static_cast<int64_t>(bits));
  }
  return out;
}

struct Run {
  Memory memory;
  std::vector<tinsmith::Argument> args;
  std::vector<uint64_t> results;
};

std::shared_ptr<runtime::Buffer> upload(runtime::Device& device,
                                        const std::vector<std::byte>& bytes) {
  auto buffer = device.new_buffer(std::max<size_t>(bytes.size(), 4));
  EXPECT_TRUE(buffer) << buffer.failure().what;
  if (!bytes.empty()) {
    EXPECT_TRUE((*buffer)->write(0, bytes));
  }
  return *buffer;
}

uint64_t bits_of(const runtime::ReturnValue& value) {
  return is_real(value.dtype) ? const_bits(value.dtype, value.real)
                              : const_bits_int(value.dtype, value.integer);
}

// Runs the packaged kernel over `run`, in place.
void launch(const std::shared_ptr<runtime::Device>& device, const package::Kernel& packaged,
            const Function& fn, Run& run) {
  auto module = runtime::Module::empty(device);
  ASSERT_TRUE(module) << module.failure().what;
  uint32_t trees = run.memory.trees.empty() ? 0 : run.memory.trees.rbegin()->first + 1;
  for (uint32_t tree = 0; tree < trees; ++tree) {
    const std::vector<std::byte>& bytes = run.memory.trees[tree];
    ASSERT_TRUE((*module)->add_tree(std::max<size_t>(bytes.size(), 4)));
    if (!bytes.empty()) {
      ASSERT_TRUE((*module)->root(tree)->write(0, bytes));
    }
  }
  auto kernel = (*module)->add_kernel(packaged);
  ASSERT_TRUE(kernel) << kernel.failure().what;

  std::vector<runtime::Array> arrays(run.args.size());
  std::vector<runtime::Argument> args;
  for (size_t i = 0; i < run.args.size(); ++i) {
    const Param& param = fn.params[i];
    args.push_back(device_argument(param, run.args[i]));
    if (param.kind != ParamKind::Array) continue;
    arrays[i].dtype = param.dtype;
    arrays[i].shape = run.args[i].shape;
    if (param.element_dims >= 1) arrays[i].element_shape.push_back(param.rows);
    if (param.element_dims == 2) arrays[i].element_shape.push_back(param.cols);
    arrays[i].data = upload(*device, run.args[i].data);
    if (param.needs_grad) arrays[i].gradient = upload(*device, run.args[i].grad);
    args.back() = runtime::Argument::of(arrays[i]);
  }
  auto launched = (*kernel)->launch(args);
  ASSERT_TRUE(launched) << launched.failure().what;
  if (!fn.returns.empty()) {
    auto results = (*kernel)->results();
    ASSERT_TRUE(results) << results.failure().what;
    for (const runtime::ReturnValue& value : *results) run.results.push_back(bits_of(value));
  }
  ASSERT_TRUE(device->wait());
  for (auto& [tree, bytes] : run.memory.trees)
    if (!bytes.empty()) {
      ASSERT_TRUE((*module)->root(tree)->read(0, bytes));
    }
  for (size_t i = 0; i < run.args.size(); ++i) {
    if (arrays[i].data) {
      ASSERT_TRUE(arrays[i].data->read(0, run.args[i].data));
    }
    if (arrays[i].gradient) {
      ASSERT_TRUE(arrays[i].gradient->read(0, run.args[i].grad));
    }
  }
}

void compare_memory(const tinsmith::Module& module, const Case& test, Run& want, Run& got) {
  int shown = 0;
  each_scalar(
      module, want.memory, [&](const Field& field, uint32_t cell, uint32_t c, const std::byte* at) {
        const std::byte* other =
            got.memory.trees[field.tree].data() + (at - want.memory.trees[field.tree].data());
        if (agree(field.dtype, at, other, test.tolerance(field)) || ++shown > 8) return;
        ADD_FAILURE() << field.name << " cell " << cell << " component " << c << ": interpreter "
                      << as_double(field.dtype, at) << ", device " << as_double(field.dtype, other);
      });
}

void compare_array(const Param& param, const char* what, const std::vector<std::byte>& want,
                   const std::vector<std::byte>& got, double tolerance) {
  size_t step = bytes(param.dtype);
  for (size_t at = 0; at < want.size(); at += step)
    if (!agree(param.dtype, &want[at], &got[at], tolerance)) {
      ADD_FAILURE() << param.name << what << " scalar " << at / step << ": interpreter "
                    << as_double(param.dtype, &want[at]) << ", device "
                    << as_double(param.dtype, &got[at]);
      return;
    }
}

// Zeros of either sign count as one, as in memory.
std::vector<uint64_t> with_one_zero(const Function& fn, std::vector<uint64_t> results) {
  size_t at = 0;
  for (const ReturnItem& item : fn.returns) {
    for (uint32_t c = 0; c < item.components() && at < results.size(); ++c, ++at) {
      bool is_zero = is_real(item.dtype) && results[at] == const_bits(item.dtype, -0.0);
      if (is_zero) results[at] = 0;
    }
  }
  return results;
}

void compare_runs(const tinsmith::Module& source, const Case& test, Run& want, Run& got) {
  const Function& fn = source.kernels.front();
  compare_memory(source, test, want, got);
  EXPECT_EQ(with_one_zero(fn, want.results), with_one_zero(fn, got.results));
  for (size_t i = 0; i < want.args.size(); ++i) {
    compare_array(fn.params[i], "", want.args[i].data, got.args[i].data, test.array_tolerance);
    compare_array(fn.params[i], ".grad", want.args[i].grad, got.args[i].grad, test.array_tolerance);
  }
}

bool has_capabilities(const package::Kernel& kernel, const runtime::DeviceInfo& info,
                      std::string& missing) {
  for (const package::Task& task : kernel.tasks) {
    auto facts = package::inspect_spirv(task.spirv);
    EXPECT_TRUE(facts) << facts.failure().what;
    for (const std::string& capability : facts->capabilities)
      if (capability != "Shader" &&
          std::ranges::find(info.features, capability) == info.features.end())
        missing = capability;
  }
  return missing.empty();
}

}  // namespace

bool compare(const Case& test) {
  tinsmith::Module source, compiled;
  parse_or_fail(test.text, source);
  parse_or_fail(test.text, compiled);
  if (::testing::Test::HasFatalFailure()) return false;

  Run want;
  want.args = test.args;
  if (test.fill)
    each_scalar(source, want.memory,
                [&](const Field& field, uint32_t cell, uint32_t c, std::byte* at) {
                  double value = test.fill(field, cell, c);
                  store_scalar(field.dtype, at, scalar_argument(field.dtype, value).components[0]);
                });
  Memory& memory = want.memory;
  each_scalar(source, memory, [](const Field&, uint32_t, uint32_t, std::byte*) {});
  const Run before = want;

  const Function& fn = source.kernels.front();
  auto results = evaluate(source, fn, want.memory, want.args);
  EXPECT_TRUE(results) << results.failure().what;
  if (!results) return false;
  want.results = *results;

  Diagnostics diags;
  auto kernel = compiler::compile(compiled, "k_c80_0", {}, diags);
  EXPECT_TRUE(kernel) << kernel.failure().what;
  if (!kernel) return false;
  bool compared = false;
  for (const auto kind : {runtime::DeviceKind::Cpu, runtime::DeviceKind::Vulkan}) {
    const auto& opened = device(kind);
    EXPECT_TRUE(opened) << opened.failure().what;
    std::string missing;
    if (!opened || !has_capabilities(*kernel, (*opened)->info(), missing)) {
      std::printf("not compared: the device has no %s\n", missing.c_str());
      continue;
    }
    SCOPED_TRACE((*opened)->info().name);
    Run got = before;
    launch(*opened, *kernel, fn, got);
    compare_runs(source, test, want, got);
    compared = true;
  }
  return compared && !::testing::Test::HasFailure();
}

}  // namespace tinsmith::differential
