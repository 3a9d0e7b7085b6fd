// SPDX-License-Identifier: Apache-2.0
// The geometric functions of GLSL.std.450, on scalars as on vectors.
#include <llvm/IR/Constants.h>
#include <spirv/unified1/GLSL.std.450.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;
using Values = llvm::SmallVector<Value*, 3>;

Value* length(Emitter& e, Value* x) {
  if (!x->getType()->isVectorTy()) return e.absolute(x);
  return e.same("sqrt", {e.dot(x, x)});
}

Value* scaled(Emitter& e, Value* vector, Value* scalar) {
  return e.b.CreateFMul(vector, e.splat(scalar, vector->getType()));
}

Value* cross(Emitter& e, Value* x, Value* y) {
  if (e.lanes(x->getType()) != 3) {
    e.fail("needs vectors of three");
    return nullptr;
  }
  llvm::SmallVector<Value*, 3> parts;
  for (unsigned i = 0; i < 3; ++i) {
    const unsigned j = (i + 1) % 3, k = (i + 2) % 3;
    Value* plus = e.b.CreateFMul(e.lane(x, j), e.lane(y, k));
    Value* minus = e.b.CreateFMul(e.lane(x, k), e.lane(y, j));
    parts.push_back(e.b.CreateFSub(plus, minus));
  }
  return e.vector(parts);
}

// (normal, incident, reference)
Value* face_forward(Emitter& e, const Values& v) {
  Value* d = e.dot(v[2], v[1]);
  Value* faces = e.b.CreateFCmpOLT(d, e.number(d->getType(), 0.0));
  return e.b.CreateSelect(faces, v[0], e.negate(v[0]));
}

// (incident, normal): i - 2 (n·i) n
Value* reflect(Emitter& e, const Values& v) {
  Value* d = e.dot(v[1], v[0]);
  Value* twice = e.b.CreateFMul(d, e.number(d->getType(), 2.0));
  return e.b.CreateFSub(v[0], scaled(e, v[1], twice));
}

// (incident, normal), eta: zero where no light passes
Value* refract(Emitter& e, const Values& v, Value* eta) {
  auto& b = e.b;
  Value* d = e.dot(v[1], v[0]);
  Type* scalar = d->getType();
  Value* one = e.number(scalar, 1.0);
  Value* sine = b.CreateFSub(one, b.CreateFMul(d, d));
  Value* k = b.CreateFSub(one, b.CreateFMul(b.CreateFMul(eta, eta), sine));
  Value* is_dark = b.CreateFCmpOLT(k, e.number(scalar, 0.0));
  Value* root = e.same("sqrt", {b.CreateSelect(is_dark, e.number(scalar, 0.0), k)});
  Value* along = b.CreateFAdd(b.CreateFMul(eta, d), root);
  Value* result = b.CreateFSub(scaled(e, v[0], eta), scaled(e, v[1], along));
  return b.CreateSelect(is_dark, e.number(result->getType(), 0.0), result);
}

}  // namespace

bool emit_geometry(Emitter& e, unsigned number) {
  Value* x = e.operand(0);
  if (x == nullptr) return false;
  if (!e.is_float(x->getType())) return e.fail("needs floating point numbers");
  Values v = {x};
  const bool is_unary = number == GLSLstd450Length || number == GLSLstd450Normalize;
  const unsigned count = is_unary ? 1 : number == GLSLstd450FaceForward ? 3 : 2;
  for (unsigned i = 1; i < count; ++i) {
    v.push_back(e.operand(i, x->getType()));
    if (v.back() == nullptr) return false;
  }
  switch (number) {
    case GLSLstd450Length: return e.result(length(e, x));
    case GLSLstd450Distance: return e.result(length(e, e.b.CreateFSub(v[0], v[1])));
    case GLSLstd450Normalize:
      return e.result(e.b.CreateFDiv(x, e.splat(length(e, x), x->getType())));
    case GLSLstd450Cross: return e.result(cross(e, v[0], v[1]));
    case GLSLstd450FaceForward: return e.result(face_forward(e, v));
    case GLSLstd450Reflect: return e.result(reflect(e, v));
    default: {
      Value* eta = e.operand(2, x->getType()->getScalarType());
      return eta != nullptr && e.result(refract(e, v, eta));
    }
  }
}

}  // namespace tinsmith::air
