// SPDX-License-Identifier: Apache-2.0
#include "bind/names.h"

#include <gtest/gtest.h>

namespace tinsmith::bind {
namespace {

std::string cpp(std::string_view name) { return identifier(Language::Cpp, Form::Value, name); }
std::string swift(std::string_view name) { return identifier(Language::Swift, Form::Value, name); }
std::string swift_type(std::string_view name) {
  return identifier(Language::Swift, Form::Type, name);
}

TEST(Names, CppKeepsWordsAndJoinsThemWithOneUnderscore) {
  EXPECT_EQ(cpp("w1_grad"), "w1_grad");
  EXPECT_EQ(cpp("lossSum"), "lossSum");
  EXPECT_EQ(cpp("__a__b__"), "a_b");
  EXPECT_EQ(cpp("fill|f=x,value=2.5,"), "fill_f_x_value_2_5");
  EXPECT_EQ(cpp("größe"), "gr_e");
}

TEST(Names, SwiftWritesWordsTogether) {
  EXPECT_EQ(swift("w1_grad"), "w1Grad");
  EXPECT_EQ(swift("lossSum"), "lossSum");
  EXPECT_EQ(swift("TotalLoss"), "totalLoss");
  EXPECT_EQ(swift("MAX_SIZE"), "maxSIZE");
  EXPECT_EQ(swift_type("mnist-mlp"), "MnistMlp");
  EXPECT_EQ(swift_type("trace result"), "TraceResult");
}

TEST(Names, DigitsOfTwoWordsStayApart) {
  EXPECT_EQ(swift("layer_1_2"), "layer1_2");
  EXPECT_NE(swift("layer_1_2"), swift("layer_12"));
}

TEST(Names, WhatIsNoNameGetsOne) {
  EXPECT_EQ(cpp(""), "unnamed");
  EXPECT_EQ(cpp("次元"), "unnamed");
  EXPECT_EQ(swift_type("*"), "Unnamed");
  EXPECT_EQ(cpp("3d"), "n3d");
  EXPECT_EQ(swift("3d"), "n3d");
  EXPECT_EQ(swift_type("3d"), "N3d");
}

TEST(Names, KeywordsEndInAnUnderscore) {
  for (const char* name : {"class", "operator", "int", "delete", "xor", "co_await", "std"})
    EXPECT_EQ(cpp(name), std::string(name) + "_");
  for (const char* name : {"class", "init", "self", "in", "func", "default", "inout"})
    EXPECT_EQ(swift(name), std::string(name) + "_");
  EXPECT_EQ(swift("self_"), "self_");
  EXPECT_EQ(cpp("init"), "init");
  EXPECT_EQ(swift("int"), "int");
}

TEST(Names, TypesThatGeneratedCodeUsesAreNotHidden) {
  EXPECT_EQ(swift_type("field"), "Field_");
  EXPECT_EQ(swift_type("float"), "Float_");
  EXPECT_EQ(swift("field"), "field");
}

TEST(Names, AScopeGivesEachNameOnce) {
  Scope scope(Language::Cpp);
  scope.reserve({"module"});
  EXPECT_EQ(scope.add(Form::Value, "module"), "module_");
  EXPECT_EQ(scope.add(Form::Value, "a b"), "a_b");
  EXPECT_EQ(scope.add(Form::Value, "a-b"), "a_b_");
  EXPECT_EQ(scope.add(Form::Value, "a.b"), "a_b_2");
  EXPECT_EQ(scope.add(Form::Value, "a_b_2"), "a_b_2_");
  EXPECT_EQ(scope.add(Form::Value, "class"), "class_");
  EXPECT_EQ(scope.add(Form::Value, "class"), "class_2");
}

TEST(Names, LiteralsEscapeWhatTheirLanguageWouldRead) {
  EXPECT_EQ(literal(Language::Cpp, "a\"\\\n1ö"), R"("a\"\\\0121ö")");
  EXPECT_EQ(literal(Language::Swift, "a\"\\(b)\n1ö"), R"("a\"\\(b)\u{0a}1ö")");
}

}  // namespace
}  // namespace tinsmith::bind
