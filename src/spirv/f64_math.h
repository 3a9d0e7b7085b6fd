// SPDX-License-Identifier: Apache-2.0
// The elementary functions of f64, which GLSL.std.450 has for 16 and 32 bits only, from f64
// arithmetic.
#pragma once
#include <span>

#include "ir/ir.h"
#include "spirv/assembler.h"

namespace tinsmith::spirv {

// Errors in units in the last place, which tests/differential/f64_math_test.cc holds them to: exp
// 1, log, sin, cos and tanh 3, tan 4, asin, acos and atan2 6, pow 450 (1e-13). sin, cos and tan up
// to arguments of about a million. Infinities and NaN as in C.
class F64Math {
 public:
  explicit F64Math(Assembler& assembler);

  Word unary(Op op, Word x);  // Sin … Log
  Word atan2(Word y, Word x);
  Word pow_positive(Word base, Word exponent);

 private:
  struct Angle {
    Word rest;      // in [-pi/4, pi/4]
    Word quadrant;  // i32
  };

  Word exp(Word x);
  Word log(Word x);
  Word sin(Word x, int32_t quarter_turns);
  Word tan(Word x);
  Word tanh(Word x);
  Word atan(Word x);
  Word leg(Word x);
  Angle reduce(Word x);
  Word sin_near_zero(Word x);
  Word cos_near_zero(Word x);

  Word number(double value);
  Word add(Word a, Word b) { return asm_.pure(spv::Op::OpFAdd, f64_, {a, b}); }
  Word sub(Word a, Word b) { return asm_.pure(spv::Op::OpFSub, f64_, {a, b}); }
  Word mul(Word a, Word b) { return asm_.pure(spv::Op::OpFMul, f64_, {a, b}); }
  Word div(Word a, Word b) { return asm_.pure(spv::Op::OpFDiv, f64_, {a, b}); }
  Word neg(Word a) { return asm_.pure(spv::Op::OpFNegate, f64_, {a}); }
  Word ext(Word instruction, Word a);
  Word less(Word a, Word b) { return asm_.pure(spv::Op::OpFOrdLessThan, bool_, {a, b}); }
  Word select(Word c, Word a, Word b) { return asm_.pure(spv::Op::OpSelect, f64_, {c, a, b}); }
  Word integer(spv::Op op, Word a, int32_t b) { return asm_.pure(op, i32_, {a, asm_.i32(b)}); }
  // c[0] + x (c[1] + x (c[2] + …))
  Word polynomial(Word x, std::span<const double> c);
  Word high_word(Word x);  // i32: sign, exponent and the upper bits of the mantissa
  Word with_high_word(Word x, Word high);
  Word power_of_two(Word exponent);

  Assembler& asm_;
  Word f64_, i32_, u32_, bool_, pair_;
};

}  // namespace tinsmith::spirv
