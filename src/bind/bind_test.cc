// SPDX-License-Identifier: Apache-2.0
// What the goldens of tests/golden/bind do not show: refusals, and packages that no script makes.
#include "bind/bind.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bind/model.h"
#include "bind/source_text.h"
#include "package/testing.h"

namespace tinsmith::bind {
namespace {

using package::BlockType;
using package::testing::genuine;

const Options kOptions{"", "sample", "1.2.3", std::string(64, 'f')};

std::string bindings(const package::Package& package, Language language) {
  Result<std::string> text = generate(package, language, kOptions);
  return text ? *text : text.failure().what;
}

Model model_of(const package::Package& package) {
  Result<Model> model = describe(package);
  EXPECT_TRUE(model);
  return model ? *model : Model();
}

BlockType number(DType dtype) {
  BlockType type;
  type.kind = BlockType::Kind::Primitive;
  type.dtype = dtype;
  return type;
}

// A kernel with one parameter, a struct of these members.
package::Package with_struct(std::vector<BlockType::Member> members) {
  package::Package package = genuine("c_arguments");
  package::Kernel* kernel = nullptr;
  for (package::Kernel& k : package.kernels)
    if (k.name == "struct_argument") kernel = &k;
  kernel->args_type.members[0].type.members = std::move(members);
  package.kernels = {*kernel};
  return package;
}

TEST(Bind, IsTheSameTextEachTime) {
  for (Language language : {Language::Cpp, Language::Swift}) {
    package::Package package = genuine("e_graph");
    EXPECT_EQ(bindings(package, language), bindings(package, language));
    EXPECT_EQ(bindings(package, language).find("unnamed"), std::string::npos);
  }
}

TEST(Bind, NamesItsSourceVersionAndFingerprint) {
  std::string text = bindings(genuine("a_square_grad"), Language::Cpp);
  EXPECT_TRUE(text.starts_with("// Made by `tinsmith bind` 1.2.3 from sample.")) << text;
  EXPECT_NE(text.find(std::string(64, 'f')), text.npos);
  EXPECT_NE(text.find("struct sample {"), text.npos);
}

// Links are what the exporter wrote; nothing is guessed from names.
TEST(Bind, AKernelCalledLikeAGradientIsNone) {
  package::Package package = genuine("a_square_grad");
  ASSERT_NE(package.kernel("square_sum_grad"), nullptr);
  Model model = model_of(package);
  for (const Kernel& kernel : model.kernels) {
    EXPECT_FALSE(kernel.gradient);
    EXPECT_FALSE(kernel.is_gradient);
  }
}

TEST(Bind, AGradientOfAGradientOrOfItselfOrOfNothingIsAnOrdinaryKernel) {
  package::Package package = genuine("a_square_grad");
  package.kernels[0].gradient_of = package.kernels[0].name;
  package.kernels[1].gradient_of = "nobody";
  Model model = model_of(package);
  for (const Kernel& kernel : model.kernels) EXPECT_FALSE(kernel.is_gradient);
  package.kernels[0].gradient_of = package.kernels[1].name;
  package.kernels[1].gradient_of = package.kernels[2].name;
  package.kernels[2].gradient_of = package.kernels[0].name;
  model = model_of(package);
  size_t links = 0, gradients = 0;
  for (const Kernel& kernel : model.kernels) {
    links += kernel.gradient.has_value();
    gradients += kernel.is_gradient;
    EXPECT_FALSE(kernel.gradient && kernel.is_gradient);
  }
  EXPECT_EQ(links, gradients);
}

TEST(Bind, KernelsThatOnlyGraphsDispatchAreLeftOut) {
  auto is_bound = [](const package::Package& package) {
    Model model = model_of(package);
    return std::ranges::any_of(model.kernels,
                               [](const Kernel& k) { return k.name == "smooth_c82_0"; });
  };
  package::Package package = genuine("e_graph");
  ASSERT_NE(package.kernel("smooth_c82_0"), nullptr);
  EXPECT_FALSE(is_bound(package));
  package.graphs.clear();
  EXPECT_TRUE(is_bound(package));
}

TEST(Bind, StructsOfOneFormAreOneType) {
  Model model = model_of(genuine("c_arguments"));
  ASSERT_EQ(model.structures.size(), 1u);  // the parameter of one kernel, the result of another
  EXPECT_EQ(model.structures[0].hint, "r");
}

TEST(Bind, RefusesAStructThatCannotBeHandedOverExactly) {
  std::string refusal = bindings(
      with_struct({{"a", 0, number(DType::F32)}, {"b", 8, number(DType::I64)}}), Language::Swift);
  EXPECT_EQ(refusal,
            "kernel 'struct_argument', parameter 'r' is a struct of real numbers and 64-bit "
            "integers, which cannot be handed over exactly; pass the integers as parameters of "
            "their own");
  EXPECT_TRUE(describe(with_struct({{"a", 0, number(DType::I8)}, {"b", 8, number(DType::I64)}})));
}

TEST(Bind, RefusesWhatTheRuntimeLacks) {
  package::Package package = genuine("c_arguments");
  package.kernels[0].args[0].kind = package::ArgKind::Texture;
  EXPECT_EQ(bindings(package, Language::Cpp),
            "kernel 'scalars', parameter 'a' is a texture or an argument pack, which the runtime "
            "lacks");
  package = genuine("b_ndarray");
  package.kernels[0].args[1].dtype = DType::U1;
  EXPECT_EQ(bindings(package, Language::Cpp),
            "kernel 'saxpy', parameter 'x' is an array of u1, which no array of the host's fits; "
            "declare it as i32");
}

TEST(Bind, RefusesMoreNumbersThanTheRuntimeTakes) {
  BlockType large;
  large.kind = BlockType::Kind::Tensor;
  large.tensor_shape = {4000000000, 4000000000};
  large.members.push_back({"", 0, number(DType::F32)});
  EXPECT_EQ(bindings(with_struct({{"a", 0, large}, {"b", 8, number(DType::I32)}}), Language::Cpp),
            "kernel 'struct_argument', parameter 'r' has more than 65536 numbers");
}

TEST(Bind, LongLinesGoOnAfterACommaButNotWithinALiteral) {
  const std::string item(50, 'x');
  SourceText out(Language::Cpp);
  out.line("f(" + item + ", " + item + ", y);");
  EXPECT_EQ(out.text(), "f(" + item + ",\n    " + item + ", y);\n");
  SourceText quoted(Language::Cpp);
  const std::string literals = R"(f("a\\", "b\", )" + item + R"(, )" + item + R"(");)";
  quoted.line(literals);
  EXPECT_EQ(quoted.text(), R"(f("a\\",)"
                           "\n    " +
                               literals.substr(9) + "\n");
}

TEST(Bind, CommentsStayCommentsWhateverIsInThem) {
  auto doc = [](Language language, std::string_view text) {
    SourceText out(language);
    out.doc(text);
    return out.text();
  };
  EXPECT_EQ(doc(Language::Cpp, "a\\\nb\\ \n\nc\r\td"), "/// a\\.\n/// b\\.\n///\n/// c  d\n");
  EXPECT_EQ(doc(Language::Swift, "a\\\nb"), "/// a\\\n/// b\n");
  EXPECT_EQ(doc(Language::Cpp, "a\u202Eb\u2066c\u200Fd\u2028e"), "/// a?b?c?d\u2028e\n");
}

}  // namespace
}  // namespace tinsmith::bind
