// SPDX-License-Identifier: Apache-2.0
#include "runtime/block.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace tinsmith::runtime {
namespace {

using package::BlockType;

BlockType primitive(DType dtype) {
  BlockType type;
  type.kind = BlockType::Kind::Primitive;
  type.dtype = dtype;
  return type;
}

BlockType structure(std::vector<BlockType::Member> members) {
  BlockType type;
  type.members = std::move(members);
  return type;
}

package::Arg scalar(std::string name, std::optional<DType> dtype) {
  package::Arg arg;
  arg.name = std::move(name);
  arg.dtype = dtype;
  return arg;
}

// A kernel `k` whose only argument `a` has this type and its block this size.
package::Kernel kernel_of(BlockType type, uint32_t args_bytes = 64) {
  package::Kernel kernel;
  kernel.name = "k";
  kernel.args.push_back(scalar("a", type.dtype));
  kernel.args_type = structure({{"arg_0", 0, std::move(type)}});
  kernel.args_bytes = args_bytes;
  return kernel;
}

package::Kernel kernel_of_array(uint32_t axes, std::vector<uint32_t> element_shape = {}) {
  BlockType shape = structure({});
  for (uint32_t i = 0; i < axes; ++i)
    shape.members.push_back({"dim_" + std::to_string(i), 4 * i, primitive(DType::I32)});
  package::Kernel kernel = kernel_of(structure({{"shape", 16, shape}}));
  kernel.args[0].is_array = true;
  kernel.args[0].kind = package::ArgKind::Ndarray;
  kernel.args[0].dtype = DType::F32;
  kernel.args[0].field_dim = axes;
  kernel.args[0].element_shape = std::move(element_shape);
  return kernel;
}

struct FakeBuffer final : Buffer {
  explicit FakeBuffer(size_t bytes) : bytes_(bytes) {}
  size_t size() const override { return bytes_; }
  Result<> read(size_t, std::span<std::byte>) override { return Ok{}; }
  Result<> write(size_t, std::span<const std::byte>) override { return Ok{}; }
  Result<> clear() override { return Ok{}; }
  size_t bytes_;
};

Argument integers(std::vector<int64_t> values) { return {{}, std::move(values), false, nullptr}; }
Argument reals(std::vector<double> values) { return {std::move(values), {}, true, nullptr}; }

// The block after packing, or nothing and the failure in `error`.
std::vector<std::byte> packed(const package::Kernel& kernel, const std::vector<Argument>& arguments,
                              std::string* error = nullptr) {
  std::vector<std::byte> block(kernel.args_bytes);
  auto layout = lay_out(kernel);
  EXPECT_TRUE(layout) << layout.failure().what;
  std::vector<const Array*> arrays(kernel.args.size());
  auto done = pack(*layout, arguments, block, arrays);
  if (done) done = pack_shapes(*layout, arrays, block);
  EXPECT_EQ(static_cast<bool>(done), error == nullptr) << (done ? "" : done.failure().what);
  if (!done && error != nullptr) *error = done.failure().what;
  return block;
}

std::string error_of(const package::Kernel& kernel, const std::vector<Argument>& arguments) {
  std::string error;
  packed(kernel, arguments, &error);
  return error;
}

template <class T>
T at(const std::vector<std::byte>& block, size_t offset) {
  T value;
  std::memcpy(&value, block.data() + offset, sizeof value);
  return value;
}

TEST(Block, ScalarsTakeTheBytesOfTheirType) {
  EXPECT_EQ(at<float>(packed(kernel_of(primitive(DType::F32)), {Argument::of(0.1)}), 0), 0.1f);
  EXPECT_EQ(at<double>(packed(kernel_of(primitive(DType::F64)), {Argument::of(0.1)}), 0), 0.1);
  EXPECT_EQ(at<uint16_t>(packed(kernel_of(primitive(DType::F16)), {Argument::of(-2.0)}), 0),
            0xc000);
  EXPECT_EQ(at<int8_t>(packed(kernel_of(primitive(DType::I8)), {Argument::of(-128)}), 0), -128);
  EXPECT_EQ(at<int16_t>(packed(kernel_of(primitive(DType::I16)), {Argument::of(-2)}), 0), -2);
  EXPECT_EQ(at<uint32_t>(packed(kernel_of(primitive(DType::U32)), {integers({4294967295})}), 0),
            4294967295u);
  EXPECT_EQ(at<int64_t>(packed(kernel_of(primitive(DType::I64)), {integers({-(1ll << 62)})}), 0),
            -(1ll << 62));
  EXPECT_EQ(at<uint64_t>(packed(kernel_of(primitive(DType::U64)), {integers({-1})}), 0),
            UINT64_MAX);
}

TEST(Block, AU1IsAWordOfZeroOrOne) {
  EXPECT_EQ(at<uint32_t>(packed(kernel_of(primitive(DType::U1)), {Argument::of(1)}), 0), 1u);
  EXPECT_EQ(at<uint32_t>(packed(kernel_of(primitive(DType::U1)), {Argument::of(-7)}), 0), 1u);
  EXPECT_EQ(at<uint32_t>(packed(kernel_of(primitive(DType::U1)), {Argument::of(0)}), 0), 0u);
}

TEST(Block, AnIntegerForARealIsRoundedOnce) {
  const int64_t value = (1ll << 60) + (1ll << 36) + 1;  // by way of double it would round down
  EXPECT_EQ(at<float>(packed(kernel_of(primitive(DType::F32)), {Argument::of(value)}), 0),
            static_cast<float>(value));
}

TEST(Block, WrongScalarsAreNamed) {
  EXPECT_EQ(error_of(kernel_of(primitive(DType::I32)), {Argument::of(0.5)}),
            "kernel 'k', argument 0 'a': expected i32, given the real number 0.5");
  EXPECT_EQ(error_of(kernel_of(primitive(DType::I8)), {Argument::of(128)}),
            "kernel 'k', argument 0 'a': expected i8, given 128");
  EXPECT_EQ(error_of(kernel_of(primitive(DType::U32)), {Argument::of(-1)}),
            "kernel 'k', argument 0 'a': expected u32, given -1");
  EXPECT_EQ(error_of(kernel_of(primitive(DType::F32)), {reals({1, 2})}),
            "kernel 'k', argument 0 'a': expected f32, given 2 real numbers");
  EXPECT_EQ(error_of(kernel_of(primitive(DType::F32)), {}),
            "kernel 'k': expected 1 arguments, given 0");
}

TEST(Block, MembersGoToTheirOffsets) {
  const BlockType vector =
      structure({{"v_0", 0, primitive(DType::I32)}, {"v_1", 4, primitive(DType::I32)}});
  const auto block =
      packed(kernel_of(structure({{"v", 16, vector}, {"f", 32, primitive(DType::F32)}})),
             {reals({3, -4, 0.5})});
  EXPECT_EQ(at<int32_t>(block, 16), 3);
  EXPECT_EQ(at<int32_t>(block, 20), -4);
  EXPECT_EQ(at<float>(block, 32), 0.5f);
}

TEST(Block, AStructTakesWholeRealsForIntegersAndNothingElse) {
  const auto kernel =
      kernel_of(structure({{"i", 0, primitive(DType::I32)}, {"f", 4, primitive(DType::F32)}}));
  EXPECT_EQ(error_of(kernel, {reals({1.5, 2})}),
            "kernel 'k', argument 0 'a': expected i32 as number 0, given 1.5");
  EXPECT_EQ(error_of(kernel, {reals({3e9, 2})}),
            "kernel 'k', argument 0 'a': expected i32 as number 0, given 3e+09");
  EXPECT_EQ(error_of(kernel, {reals({NAN, 2})}),
            "kernel 'k', argument 0 'a': expected i32 as number 0, given nan");
  EXPECT_EQ(error_of(kernel, {integers({1})}),
            "kernel 'k', argument 0 'a': expected 2 numbers of mixed types, given the integer 1");
}

TEST(Block, TensorsAreContiguous) {
  BlockType tensor;
  tensor.kind = BlockType::Kind::Tensor;
  tensor.tensor_shape = {2, 2};
  tensor.members.push_back({"", 0, primitive(DType::F64)});
  const auto block = packed(kernel_of(tensor), {reals({1, 2, 3, 4})});
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(at<double>(block, 8 * i), 1.0 + static_cast<double>(i));
}

TEST(Block, ShapesAreFilledIn) {
  Array array{std::make_shared<FakeBuffer>(120), nullptr, DType::F32, {2, 5}, {3}};
  const auto block = packed(kernel_of_array(2, {3}), {Argument::of(array)});
  EXPECT_EQ(at<int32_t>(block, 16), 2);
  EXPECT_EQ(at<int32_t>(block, 20), 5);
}

TEST(Block, WrongArraysAreNamed) {
  const auto kernel = kernel_of_array(1);
  EXPECT_EQ(
      error_of(kernel, {Argument::of(1)}),
      "kernel 'k', argument 0 'a': expected an array of f32 with 1 axis, given the integer 1");
  Array array{std::make_shared<FakeBuffer>(16), nullptr, DType::F32, {4}, {}};
  packed(kernel, {Argument::of(array)});
  array.shape = {5};
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected a buffer of at least 20 bytes, given 16 bytes");
  array.shape = {4, 1};
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected an array of f32 with 1 axis, "
            "given an array of f32 with 2 axes");
  array = {std::make_shared<FakeBuffer>(16), nullptr, DType::I32, {2}, {2}};
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected an array of f32 with 1 axis, "
            "given an array of vectors i32[2] with 1 axis");
  array = {nullptr, nullptr, DType::F32, {2}, {}};
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected a buffer of at least 8 bytes, given none");
  array.shape = {UINT32_MAX};
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected fewer than 2^31 elements, given more");
  EXPECT_EQ(error_of(kernel_of(primitive(DType::F32)), {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected f32, given an array of f32 with 1 axis");
}

TEST(Block, AGradientThatIsBoundMustBeGiven) {
  auto kernel = kernel_of_array(1);
  package::Task task;
  task.buffers.push_back({3, package::BufferType::ExtArr, {0}, true});
  kernel.tasks.push_back(task);
  Array array{std::make_shared<FakeBuffer>(8), nullptr, DType::F32, {2}, {}};
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected an array with a gradient, given one without");
  array.gradient = std::make_shared<FakeBuffer>(4);
  EXPECT_EQ(error_of(kernel, {Argument::of(array)}),
            "kernel 'k', argument 0 'a': expected a gradient of at least 8 bytes, given 4 bytes");
}

TEST(Block, OffsetsBeyondTheBlockAreRefused) {
  EXPECT_FALSE(lay_out(kernel_of(primitive(DType::F64), 4)));
  package::Kernel kernel = kernel_of(primitive(DType::F32));
  kernel.args_type.members.clear();
  EXPECT_FALSE(lay_out(kernel));
  BlockType huge;
  huge.kind = BlockType::Kind::Tensor;
  huge.tensor_shape = {1u << 31, 1u << 31};
  huge.members.push_back({"", 0, primitive(DType::F32)});
  EXPECT_FALSE(lay_out(kernel_of(huge)));
}

TEST(Block, ResultsAreReadByType) {
  std::vector<std::byte> block(8);
  const uint16_t half = 0x3c00;
  std::memcpy(block.data(), &half, 2);
  EXPECT_EQ(read_number({0, DType::F16}, block).real, 1.0);
  const int32_t negative = -5;
  std::memcpy(block.data() + 4, &negative, 4);
  EXPECT_EQ(read_number({4, DType::I32}, block).integer, -5);
  EXPECT_EQ(read_number({4, DType::U32}, block).integer, 4294967291);
  EXPECT_EQ(read_number({4, DType::U1}, block).integer, 1);
  EXPECT_EQ(read_number({4, DType::I32}, block).real, -5.0);
}

}  // namespace
}  // namespace tinsmith::runtime
