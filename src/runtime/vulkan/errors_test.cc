// SPDX-License-Identifier: Apache-2.0
// What the runtime says when something is wrong, word by word.
#include <gtest/gtest.h>

#include "package/testing.h"
#include "runtime/vulkan/device.h"
#include "runtime/vulkan/vulkan.h"

namespace tinsmith::runtime {
namespace {

using package::testing::genuine;
using vulkan::Sharing;

class Errors : public testing::Test {
 protected:
  void SetUp() override {
    DeviceOptions options;
    options.validation = true;
    auto opened = vulkan::open(options);
    ASSERT_TRUE(opened) << opened.failure().what;
    device_ = *opened;
  }

  std::shared_ptr<Module> load(const char* name) { return *Module::load(device_, genuine(name)); }

  // What loading says when one task of b_ndarray's saxpy has been changed.
  std::string refusal(const std::function<void(package::Kernel&)>& change) {
    auto package = genuine("b_ndarray");
    for (package::Kernel& kernel : package.kernels)
      if (kernel.name == "saxpy") change(kernel);
    return what(Module::load(device_, package));
  }

  template <class T>
  static std::string what(const Result<T>& result) {
    return result ? "no failure" : result.failure().what;
  }

  Array array(uint32_t size, DType dtype = DType::F32) {
    return {*device_->new_buffer(size * bytes(dtype)), nullptr, dtype, {size}, {}};
  }

  std::shared_ptr<Device> device_;
};

constexpr uint32_t kCapabilityInstruction = 2u << 16 | 17;

TEST_F(Errors, AMissingCapabilityNamesKernelTaskAndDevice) {
  const std::string said = refusal([](package::Kernel& kernel) {
    auto& words = kernel.tasks[0].spirv;
    words.insert(words.begin() + 5, {kCapabilityInstruction, 2});  // Geometry
  });
  EXPECT_EQ(said,
            "kernel 'saxpy', task 'saxpy_c80_0_0_t00' needs SPIR-V capability Geometry, which "
            "device '" +
                device_->info().name + "' does not have");
}

TEST(Abilities, SayWhatADeviceLacks) {
  vulkan::Abilities abilities;
  abilities.spirv_version = 0x10300;
  abilities.capabilities = {"Shader", "Int64"};
  package::SpirvFacts facts;
  facts.version = 0x10500;
  facts.capabilities = {"Shader"};
  EXPECT_EQ(abilities.lacking(facts), "SPIR-V 1.5 (the device takes up to 1.3)");
  facts.version = 0x10300;
  EXPECT_EQ(abilities.lacking(facts), "");
  facts.capabilities = {"Shader", "Int8", "Int64", "Float64"};
  EXPECT_EQ(abilities.lacking(facts), "SPIR-V capability Int8, Float64");
}

TEST_F(Errors, WhatTheValidationLayerSaysFailsTheCall) {
  const std::string said =
      refusal([](package::Kernel& kernel) { kernel.tasks[0].spirv[3] = 8; });  // bound of ids
  EXPECT_NE(said.find("kernel 'saxpy', task 'saxpy_c80_0_0_t00'"), std::string::npos) << said;
  EXPECT_NE(said.find("Vulkan validation"), std::string::npos) << said;
}

TEST_F(Errors, MetadataThatContradictsTheSpirvIsRefused) {
  EXPECT_EQ(
      refusal([](package::Kernel& kernel) { kernel.tasks[0].group_size = 64; }),
      "kernel 'saxpy', task 'saxpy_c80_0_0_t00': the SPIR-V has groups of 128 x 1 x 1 threads, "
      "the metadata says 64");
  EXPECT_EQ(refusal([](package::Kernel& kernel) { kernel.tasks[0].buffers[0].binding = 9; }),
            "kernel 'saxpy', task 'saxpy_c80_0_0_t00': the metadata does not describe binding 3 of "
            "set 0 as the SPIR-V uses it");
}

TEST_F(Errors, BuffersThatAModuleDoesNotHaveAreRefused) {
  const auto bind = [](package::BufferType type, int32_t index) {
    return [=](package::Kernel& kernel) {
      kernel.tasks[0].buffers[0].type = type;
      kernel.tasks[0].buffers[0].root_id = {index};
    };
  };
  const std::string place = "kernel 'saxpy', task 'saxpy_c80_0_0_t00'";
  EXPECT_EQ(refusal(bind(package::BufferType::Root, 1)),
            place + ": binding 3 is root tree 1, which the module does not have");
  EXPECT_EQ(refusal(bind(package::BufferType::Rets, -1)),
            place + ": binding 3 is a result block, but the kernel returns nothing");
  EXPECT_EQ(refusal(bind(package::BufferType::ExtArr, 0)),
            place + ": binding 3 is an array argument that the kernel does not have");
  EXPECT_EQ(refusal(bind(package::BufferType::ListGen, -1)),
            place + " needs sparse fields, which this runtime does not support");
}

TEST_F(Errors, AllKernelsThatFailAreInOneMessage) {
  auto package = genuine("a_square_grad");
  for (package::Kernel& kernel : package.kernels) kernel.tasks[0].group_size = 7;
  const std::string said = what(Module::load(device_, package));
  for (const package::Kernel& kernel : package.kernels)
    EXPECT_NE(said.find("kernel '" + kernel.name + "'"), std::string::npos) << said;
}

TEST_F(Errors, UnknownNamesListTheKnownOnes) {
  const auto module = load("a_square_grad");
  EXPECT_EQ(what(module->kernel("forward")),
            "the module has no kernel 'forward'; it has fill_ramp, seed_gradients, square_sum, "
            "square_sum_grad, zero_loss");
  EXPECT_EQ(what(module->field("y")),
            "the module has no field 'y'; it has loss, loss_grad, x, x_grad");
  EXPECT_EQ(what(module->run_graph("g", {})), "the module has no graph 'g'; it has none");
}

TEST_F(Errors, SizesOfFieldsAndBuffersAreChecked) {
  const auto module = load("a_square_grad");
  std::vector<std::byte> bytes(8);
  EXPECT_EQ(what(module->field("x")->read(bytes)), "field 'x' has 64 bytes, given room for 8");
  EXPECT_EQ(what(module->field("x")->write(bytes)), "field 'x' has 64 bytes, given 8");
  const auto buffer = *device_->new_buffer(10);
  EXPECT_EQ(what(buffer->read(4, bytes)), "reading 8 bytes at 4 is beyond the buffer's 10");
  EXPECT_EQ(what(buffer->write(SIZE_MAX, bytes)),
            "writing 8 bytes at 18446744073709551615 is beyond the buffer's 10");
  EXPECT_NE(what(device_->new_buffer(size_t{1} << 40)).find("can bind"), std::string::npos);
}

TEST_F(Errors, ArgumentsOfALaunchAreChecked) {
  const auto module = load("b_ndarray");
  const auto kernel = *module->kernel("saxpy");
  const Array x = array(4), wrong = array(4, DType::I32);
  const auto said = [&](std::vector<Argument> arguments) {
    return what(kernel->launch(arguments));
  };
  EXPECT_EQ(said({}), "kernel 'saxpy': expected 3 arguments, given 0");
  EXPECT_EQ(said({Argument::of(x), Argument::of(x), Argument::of(x)}),
            "kernel 'saxpy', argument 0 'a': expected f32, given an array of f32 with 1 axis");
  EXPECT_EQ(said({Argument::of(1), Argument::of(x), Argument::of(2.5)}),
            "kernel 'saxpy', argument 2 'y': expected an array of f32 with 1 axis, given the real "
            "number 2.5");
  EXPECT_EQ(said({Argument::of(1), Argument::of(wrong), Argument::of(x)}),
            "kernel 'saxpy', argument 1 'x': expected an array of f32 with 1 axis, given an array "
            "of i32 with 1 axis");
  EXPECT_EQ(said({Argument::of(1), Argument::of(x), Argument::of(x)}), "no failure");
}

TEST_F(Errors, BlocksMadeByTheCallerAreChecked) {
  const auto module = load("b_ndarray");
  const auto kernel = *module->kernel("saxpy");
  const Array x = array(4);
  const Array* arrays[] = {nullptr, &x, &x};
  std::vector<std::byte> block(80);
  EXPECT_EQ(what(kernel->launch_block(block, arrays)), "no failure");
  EXPECT_EQ(what(kernel->launch_block(std::span(block).first(16), arrays)),
            "kernel 'saxpy': expected an argument block of 80 bytes, given 16");
  EXPECT_EQ(what(kernel->launch_block(block, std::span(arrays).first(2))),
            "kernel 'saxpy': expected 3 arguments, given 2");
  arrays[2] = nullptr;
  EXPECT_EQ(
      what(kernel->launch_block(block, arrays)),
      "kernel 'saxpy', argument 2 'y': expected an array of f32 with 1 axis, given no array");
}

TEST_F(Errors, BuffersOfAnotherDeviceAreRefused) {
  const auto module = load("b_ndarray");
  const auto other = *vulkan::open({});
  const Array x = array(4);
  Array foreign = x;
  foreign.data = *other->new_buffer(16);
  const Argument arguments[] = {Argument::of(1), Argument::of(foreign), Argument::of(x)};
  EXPECT_EQ(what((*module->kernel("saxpy"))->launch(arguments)),
            "kernel 'saxpy', argument 'x': the buffer belongs to another device");
}

TEST_F(Errors, ArgumentsOfAGraphAreChecked) {
  const auto module = load("e_graph");
  const Array a = array(12), b = array(12);
  Array p = array(6);
  p.shape = {3};
  p.element_shape = {2};
  Argument by;
  by.is_real = true;
  by.reals = {0.5, -1};
  std::vector<Module::NamedArgument> given = {
      {"a", Argument::of(a)},      {"b", Argument::of(b)},    {"p", Argument::of(p)},
      {"start", Argument::of(-2)}, {"k", Argument::of(0.05)}, {"by", by}};
  const auto said = [&](const std::function<void()>& change) {
    const auto saved = given;
    change();
    const std::string text = what(module->run_graph("diffuse", given));
    given = saved;
    return text;
  };
  EXPECT_EQ(said([] {}), "no failure");
  EXPECT_EQ(said([&] { given.pop_back(); }),
            "graph 'diffuse', argument 'by': expected 2 numbers of f32, given nothing");
  EXPECT_EQ(said([&] { given[1].name = "c"; }),
            "graph 'diffuse', argument 'c': the graph has no argument of this name");
  EXPECT_EQ(said([&] { given[1].name = "a"; }), "graph 'diffuse', argument 'a': given twice");
  EXPECT_EQ(
      said([&] { given[0].value = Argument::of(p); }),
      "graph 'diffuse', argument 'a': expected an array of f32 with 1 axis, given an array of "
      "vectors f32[2] with 1 axis");
  EXPECT_EQ(said([&] { given[4].value = Argument::of(a); }),
            "graph 'diffuse', argument 'k': expected f32, given an array of f32 with 1 axis");
  EXPECT_EQ(said([&] { given[5].value = Argument::of(1); }),
            "graph 'diffuse', argument 'by': expected 2 numbers of f32, given the integer 1");
}

TEST_F(Errors, GraphsThatContradictTheirKernelsAreRefused) {
  auto package = genuine("e_graph");
  package.graphs[0].dispatches[0].args[1].dtype = DType::I32;
  EXPECT_EQ(what(Module::load(device_, package)),
            "graph 'diffuse', argument 'start' is i32, but kernel 'set_ramp_c80_0' takes something "
            "else as 'start'");
  package = genuine("e_graph");
  package.graphs[0].dispatches[0].args.pop_back();
  EXPECT_EQ(what(Module::load(device_, package)),
            "graph 'diffuse': kernel 'set_ramp_c80_0' takes 2 arguments, the graph gives it 1");
  package = genuine("e_graph");
  package.graphs[0].dispatches[0].kernel_name = "no";
  EXPECT_NE(what(Module::load(device_, package)).find("graph 'diffuse': the module has no kernel"),
            std::string::npos);
}

}  // namespace
}  // namespace tinsmith::runtime
