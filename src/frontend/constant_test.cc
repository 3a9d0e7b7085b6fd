// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "frontend/lowering.h"

namespace tinsmith::frontend {
namespace {

Constant whole(Integer v) { return {Constant::Kind::Int, v, 0, {}}; }
Constant real_number(double v) { return {Constant::Kind::Float, 0, v, {}}; }

Integer fold(Operator op, Integer a, Integer b) {
  std::string why;
  std::optional<Constant> c = fold_binary(op, whole(a), whole(b), why);
  EXPECT_TRUE(c && c->kind == Constant::Kind::Int) << why;
  return c ? c->integer : 0;
}

double fold_to_real(Operator op, const Constant& a, const Constant& b) {
  std::string why;
  std::optional<Constant> c = fold_binary(op, a, b, why);
  EXPECT_TRUE(c && c->kind == Constant::Kind::Float) << why;
  return c ? c->real : 0;
}

TEST(Constant, WholeNumbersAreExact) {
  EXPECT_EQ(fold(Operator::Add, 2, 3), 5);
  EXPECT_EQ(fold(Operator::Sub, 2, 3), -1);
  EXPECT_EQ(fold(Operator::Mult, 1 << 30, 1 << 30), Integer{1} << 60);
  EXPECT_EQ(fold(Operator::Pow, 3, 40), Integer{12157665459056928801ull});
  EXPECT_EQ(fold(Operator::Pow, -1, 1000001), -1);
  EXPECT_EQ(fold(Operator::LShift, 5, 62), Integer{5} << 62);
  EXPECT_EQ(fold(Operator::RShift, -5, 1), -3);
}

TEST(Constant, DivisionFloorsAsInPython) {
  EXPECT_EQ(fold(Operator::FloorDiv, -7, 2), -4);
  EXPECT_EQ(fold(Operator::FloorDiv, 7, -2), -4);
  EXPECT_EQ(fold(Operator::Mod, -7, 3), 2);
  EXPECT_EQ(fold(Operator::Mod, 7, -3), -2);
  EXPECT_EQ(fold_to_real(Operator::Mod, real_number(5.5), real_number(-2)), -0.5);
  EXPECT_EQ(fold_to_real(Operator::Div, whole(7), whole(2)), 3.5);
  EXPECT_EQ(fold_to_real(Operator::Pow, whole(2), whole(-1)), 0.5);
}

TEST(Constant, WhatDoesNotFitIsRefused) {
  std::string why;
  EXPECT_FALSE(fold_binary(Operator::Pow, whole(10), whole(100), why));
  EXPECT_EQ(why, "the result has more than 127 bits");
  EXPECT_FALSE(fold_binary(Operator::LShift, whole(1), whole(127), why));
  EXPECT_FALSE(fold_binary(Operator::Mod, whole(1), whole(0), why));
  EXPECT_EQ(why, "division by zero");
}

TEST(Constant, DecimalTextHasEveryDigit) {
  EXPECT_EQ(decimal(0), "0");
  EXPECT_EQ(decimal(-120), "-120");
  EXPECT_EQ(decimal(Integer{1} << 100), "1267650600228229401496703205376");
}

TEST(Types, PromotionPrefersRealThenWiderThenUnsigned) {
  EXPECT_EQ(promote(DType::F16, DType::I64), DType::F16);
  EXPECT_EQ(promote(DType::I8, DType::U16), DType::U16);
  EXPECT_EQ(promote(DType::I32, DType::U32), DType::U32);
  EXPECT_EQ(promote(DType::U1, DType::I8), DType::I8);
  EXPECT_TRUE(loses_precision(DType::I32, DType::F32));
  EXPECT_FALSE(loses_precision(DType::F32, DType::I32));
}

TEST(Names, NearMissesAreFound) {
  EXPECT_EQ(nearest("alhpa", {"beta", "alpha"}), "alpha");
  EXPECT_EQ(nearest("sqtr", {"sin", "sqrt"}), "sqrt");
  EXPECT_EQ(nearest("x", {"y", "z"}), "");
  EXPECT_EQ(nearest("velocity", {"position"}), "");
}

}  // namespace
}  // namespace tinsmith::frontend
