// SPDX-License-Identifier: Apache-2.0
#include "tests/devices/fixture_player.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "cli/convert.h"
#include "runtime/block.h"
#include "support/files.h"
#include "support/json.h"

namespace tinsmith::runtime {
namespace {

// numpy's name of a type → ours.
DType dtype_of(const std::string& numpy) {
  if (numpy == "bool") return DType::U1;
  const size_t digits = numpy.find_first_of("0123456789");
  return *dtype_from_name(numpy.substr(0, 1) + numpy.substr(digits));
}

std::vector<uint32_t> numbers(const Json& list) {
  std::vector<uint32_t> values;
  for (const Json& value : *list.as_array())
    values.push_back(static_cast<uint32_t>(*value.as_int()));
  return values;
}

// Flattens numbers, lists and structs, in order.
void flatten(const Json& value, std::vector<Json>& into) {
  if (const auto* list = value.as_array()) {
    for (const Json& element : *list) flatten(element, into);
  } else if (const auto* members = value.as_object()) {
    for (const Json::Member& member : *members) flatten(member.value, into);
  } else {
    into.push_back(value);
  }
}

Argument to_argument(const Json& value) {
  std::vector<Json> flat;
  flatten(value, flat);
  Argument argument;
  for (const Json& number : flat) argument.is_real |= number.kind() == Json::Kind::Double;
  for (const Json& number : flat) {
    if (argument.is_real) {
      argument.reals.push_back(*number.as_double());
    } else if (number.kind() == Json::Kind::Bool) {
      argument.integers.push_back(*number.as_bool() ? 1 : 0);
    } else {
      argument.integers.push_back(*number.as_int());
    }
  }
  return argument;
}

class Player {
 public:
  Player(std::shared_ptr<Device> device, std::shared_ptr<Module> module)
      : device_(std::move(device)), module_(std::move(module)) {}

  void play(const Json& step) {
    const std::string& op = *step.find("op")->as_string();
    const auto name = [&](const char* key) { return *step.find(key)->as_string(); };
    if (op == "launch") return launch(step);
    if (op == "run_graph") return run_graph(step);
    if (op == "make_ndarray") return make_array(step);
    const Json& value = *step.find("value");
    if (op == "write_field" || op == "read_field") {
      auto field = module_->field(name("field"));
      ASSERT_TRUE(field) << field.failure().what;
      std::vector<std::byte> bytes(field->bytes());
      if (op == "write_field") {
        ok(field->write(to_bytes(value, bytes.size())));
      } else {
        ok(field->read(bytes));
        compare(bytes, step);
      }
      return;
    }
    const Array& array = arrays_.at(name("name"));
    Buffer& buffer =
        op == "write_gradient" || op == "read_gradient" ? *array.gradient : *array.data;
    std::vector<std::byte> bytes(buffer.size());
    if (op == "write_gradient") return ok(buffer.write(0, to_bytes(value, bytes.size())));
    ASSERT_TRUE(op == "read_ndarray" || op == "read_gradient") << op;
    ok(buffer.read(0, bytes));
    compare(bytes, step);
  }

 private:
  static void ok(const Result<>& result) { ASSERT_TRUE(result) << result.failure().what; }

  Argument argument(const Json& value) {
    if (const Json* array = value.find("ndarray"))
      return Argument::of(arrays_.at(*array->as_string()));
    if (const Json* members = value.find("struct")) return to_argument(*members);
    return to_argument(value);
  }

  void launch(const Json& step) {
    auto kernel = module_->kernel(*step.find("kernel")->as_string());
    ASSERT_TRUE(kernel) << kernel.failure().what;
    std::vector<Argument> arguments;
    for (const Json& value : *step.find("args")->as_array()) arguments.push_back(argument(value));
    ok((*kernel)->launch(arguments));
    const Json* returns = step.find("returns");
    if (returns == nullptr) return;
    auto results = (*kernel)->results();
    ASSERT_TRUE(results) << results.failure().what;
    std::vector<Json> expected;
    flatten(*returns, expected);
    ASSERT_EQ(results->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      compare_number((*results)[i], expected[i], tolerance(step), i);
  }

  void run_graph(const Json& step) {
    std::vector<Module::NamedArgument> arguments;
    for (const Json::Member& member : *step.find("args")->as_object())
      arguments.push_back({member.name, argument(member.value)});
    ok(module_->run_graph(*step.find("graph")->as_string(), arguments));
  }

  void make_array(const Json& step) {
    const Json& value = *step.find("value");
    Array array;
    array.dtype = dtype_of(*value.find("dtype")->as_string());
    array.shape = numbers(*value.find("shape"));
    array.element_shape = numbers(*step.find("element_shape"));
    array.shape.resize(array.shape.size() - array.element_shape.size());
    const size_t size = value.find("data")->as_array()->size() * bytes(array.dtype);
    array.data = *device_->new_buffer(size);
    if (const Json* wants = step.find("needs_grad"); wants != nullptr && *wants->as_bool())
      array.gradient = *device_->new_buffer(size);
    ok(array.data->write(0, to_bytes(value, size)));
    arrays_[*step.find("name")->as_string()] = array;
  }

  // Bytes of a field or array by way of the packing of arguments.
  static std::vector<std::byte> to_bytes(const Json& value, size_t size) {
    const DType dtype = dtype_of(*value.find("dtype")->as_string());
    package::Kernel kernel;
    kernel.args_bytes = static_cast<uint32_t>(size);
    kernel.args.emplace_back();
    package::BlockType tensor;
    tensor.kind = package::BlockType::Kind::Tensor;
    tensor.tensor_shape = {static_cast<uint32_t>(size / bytes(dtype))};
    package::BlockType element;
    element.kind = package::BlockType::Kind::Primitive;
    element.dtype = dtype;
    tensor.members.push_back({"", 0, element});
    kernel.args_type.members.push_back({"", 0, tensor});
    std::vector<std::byte> block(size);
    const Argument argument = to_argument(*value.find("data"));
    const Array* none = nullptr;
    ok(pack(*lay_out(kernel), {&argument, 1}, block, {&none, 1}));
    return block;
  }

  static double tolerance(const Json& step) {
    // Groups race for the seed word, so moments of a sample depend on how the groups were
    // scheduled.
    if (const Json* field = step.find("field"); field != nullptr && *field == Json("mean"))
      return 0.02;
    const Json* given = step.find("tolerance");
    return given == nullptr ? 0 : *given->as_double();
  }

  static void compare(std::span<const std::byte> actual, const Json& step) {
    const Json& value = *step.find("value");
    const DType dtype = dtype_of(*value.find("dtype")->as_string());
    const Json::Array& expected = *value.find("data")->as_array();
    ASSERT_EQ(actual.size(), expected.size() * bytes(dtype));
    for (size_t i = 0; i < expected.size(); ++i)
      compare_number(read_number({static_cast<uint32_t>(i * bytes(dtype)), dtype}, actual),
                     expected[i], tolerance(step), i);
  }

  static void compare_number(const ReturnValue& actual, const Json& expected, double tolerance,
                             size_t at) {
    if (is_real(actual.dtype)) {
      const double want = *expected.as_double();
      EXPECT_LE(std::fabs(actual.real - want), tolerance * std::max(1.0, std::fabs(want)))
          << "number " << at << ": " << actual.real << " instead of " << want;
    } else if (expected.kind() == Json::Kind::Bool) {
      EXPECT_EQ(actual.integer, *expected.as_bool() ? 1 : 0) << "number " << at;
    } else if (tolerance > 0) {
      EXPECT_NEAR(actual.real, *expected.as_double(), tolerance) << "number " << at;
    } else {
      EXPECT_EQ(actual.integer, *expected.as_int()) << "number " << at;
    }
  }

  std::shared_ptr<Device> device_;
  std::shared_ptr<Module> module_;
  std::map<std::string, Array> arrays_;
};

bool needs_f64(const package::Kernel& kernel) {
  return std::ranges::any_of(kernel.tasks, [](const package::Task& task) {
    auto facts = package::inspect_spirv(task.spirv);
    return facts && std::ranges::find(facts->capabilities, "Float64") != facts->capabilities.end();
  });
}

}  // namespace

Result<package::Package> through_libraries(package::Package package, const bundle::Naming& naming,
                                           msl::Numbering numbering) {
  std::erase_if(package.kernels, needs_f64);
  TS_TRY_ASSIGN(target, metallib::target_from_name("ios16"));
  cli::Conversion conversion;
  conversion.target = target;
  conversion.numbering = numbering;
  conversion.text = false;
  TS_TRY_ASSIGN(converted,
                cli::convert_tasks(package, bundle::name_tasks(package, naming), conversion));
  bundle::Options options{target, "any", naming};
  TS_TRY_ASSIGN(files, bundle::files(package, converted.tasks, options));
  TS_TRY_ASSIGN(bundle, bundle::open(files, "bundle"));
  return std::move(bundle.package);
}

void play_fixture(const std::string& name, std::shared_ptr<Device> device, const Convert& convert) {
  const std::string folder = std::string(TINSMITH_TEST_DATA) + "/taichi/" + name;
  auto text = read_text(folder + "/expected.json");
  ASSERT_TRUE(text) << text.failure().what;
  auto expected = parse_json(*text, "expected.json");
  ASSERT_TRUE(expected) << expected.failure().what;
  const bool archive = std::filesystem::exists(folder + "/package.tcm");
  auto package = package::read(folder + (archive ? "/package.tcm" : "/package"));
  ASSERT_TRUE(package) << package.failure().what;
  Result<package::Package> converted = convert(std::move(*package));
  ASSERT_TRUE(converted) << converted.failure().what;
  auto module = Module::load(device, *converted);
  ASSERT_TRUE(module) << module.failure().what;
  Player player(device, *module);
  size_t index = 0;
  for (const Json& step : *expected->find("steps")->as_array()) {
    // Genuine Taichi adds this gradient to the array itself: the package is wrong from here on
    // (facts §9).
    const Json* kernel = step.find("kernel");
    if (kernel != nullptr && *kernel == Json("energy_grad")) break;
    if (kernel != nullptr && converted->kernel(*kernel->as_string()) == nullptr) break;
    SCOPED_TRACE("step " + std::to_string(index++) + ", " + *step.find("op")->as_string());
    player.play(step);
    if (testing::Test::HasFatalFailure()) return;
  }
  auto done = device->wait();
  EXPECT_TRUE(done) << done.failure().what;
}

}  // namespace tinsmith::runtime
