// SPDX-License-Identifier: Apache-2.0
// Products of vectors and matrices. A matrix is an array of its columns.
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

#include <vector>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;
using spv::Op;

// The columns of a matrix value; none, with an error, where it is no matrix of floats.
std::vector<Value*> columns(Emitter& e, Value* matrix) {
  std::vector<Value*> result;
  auto* array = matrix == nullptr ? nullptr : llvm::dyn_cast<llvm::ArrayType>(matrix->getType());
  if (array == nullptr || !array->getElementType()->isVectorTy() ||
      !e.is_float(array->getElementType())) {
    if (matrix != nullptr) e.fail("needs a matrix");
    return result;
  }
  for (unsigned i = 0; i < array->getNumElements(); ++i) {
    result.push_back(e.b.CreateExtractValue(matrix, i));
  }
  return result;
}

Value* matrix(Emitter& e, const std::vector<Value*>& columns) {
  Value* value = llvm::UndefValue::get(llvm::ArrayType::get(columns[0]->getType(), columns.size()));
  for (unsigned i = 0; i < columns.size(); ++i) value = e.b.CreateInsertValue(value, columns[i], i);
  return value;
}

Value* float_vector(Emitter& e, size_t i) {
  Value* value = e.operand(i);
  if (value == nullptr) return nullptr;
  if (value->getType()->isVectorTy() && e.is_float(value->getType())) return value;
  e.fail("needs a vector of floating point numbers");
  return nullptr;
}

// The sum of columns[j] · v[j].
Value* matrix_times_vector(Emitter& e, const std::vector<Value*>& columns, Value* v) {
  if (columns.size() != e.lanes(v->getType()) ||
      columns[0]->getType()->getScalarType() != v->getType()->getScalarType()) {
    e.fail("the matrix has other columns than the vector has components");
    return nullptr;
  }
  Value* sum = nullptr;
  for (unsigned j = 0; j < columns.size(); ++j) {
    Value* term = e.b.CreateFMul(columns[j], e.splat(e.lane(v, j), columns[j]->getType()));
    sum = sum == nullptr ? term : e.b.CreateFAdd(sum, term);
  }
  return sum;
}

bool times_scalar(Emitter& e, bool of_matrix) {
  Value *x = e.operand(0), *scalar = e.operand(1);
  if (x == nullptr || scalar == nullptr) return false;
  const auto scaled = [&](Value* v) { return e.b.CreateFMul(v, e.splat(scalar, v->getType())); };
  if (!of_matrix) {
    if (!e.is_float(x->getType()) || x->getType()->getScalarType() != scalar->getType()) {
      return e.fail("needs a vector and a number of one floating point type");
    }
    return e.result(scaled(x));
  }
  std::vector<Value*> all = columns(e, x);
  if (all.empty()) return false;
  if (all[0]->getType()->getScalarType() != scalar->getType()) {
    return e.fail("needs a matrix and a number of one floating point type");
  }
  for (Value*& column : all) column = scaled(column);
  return e.result(matrix(e, all));
}

bool dot(Emitter& e) {
  Value* x = float_vector(e, 0);
  Value* y = x == nullptr ? nullptr : e.operand(1, x->getType());
  return y != nullptr && e.result(e.dot(x, y));
}

bool vector_times_matrix(Emitter& e) {
  Value* v = float_vector(e, 0);
  if (v == nullptr) return false;
  std::vector<Value*> products = columns(e, e.operand(1));
  if (products.empty()) return false;
  if (products[0]->getType() != v->getType()) return e.fail("needs columns like the vector");
  for (Value*& column : products) column = e.dot(v, column);
  return e.result(e.vector(products));
}

bool matrix_times_matrix(Emitter& e) {
  const std::vector<Value*> left = columns(e, e.operand(0));
  if (left.empty()) return false;
  std::vector<Value*> right = columns(e, e.operand(1));
  if (right.empty()) return false;
  for (Value*& column : right) {
    column = matrix_times_vector(e, left, column);
    if (column == nullptr) return false;
  }
  return e.result(matrix(e, right));
}

bool outer_product(Emitter& e) {
  Value* column = float_vector(e, 0);
  Value* row = column == nullptr ? nullptr : float_vector(e, 1);
  if (row == nullptr) return false;
  if (row->getType()->getScalarType() != column->getType()->getScalarType()) {
    return e.fail("needs vectors of one floating point type");
  }
  std::vector<Value*> all;
  for (unsigned i = 0; i < e.lanes(row->getType()); ++i) {
    all.push_back(e.b.CreateFMul(column, e.splat(e.lane(row, i), column->getType())));
  }
  return e.result(matrix(e, all));
}

bool transpose(Emitter& e) {
  const std::vector<Value*> all = columns(e, e.operand(0));
  if (all.empty()) return false;
  std::vector<Value*> rows;
  for (unsigned i = 0; i < e.lanes(all[0]->getType()); ++i) {
    std::vector<Value*> row;
    for (Value* column : all) row.push_back(e.lane(column, i));
    rows.push_back(e.vector(row));
  }
  return e.result(matrix(e, rows));
}

// --- determinant and inverse by cofactors

using Grid = std::vector<std::vector<Value*>>;  // [column][row]

Grid without(const Grid& m, size_t column, size_t row) {
  Grid rest;
  for (size_t c = 0; c < m.size(); ++c) {
    if (c == column) continue;
    rest.emplace_back();
    for (size_t r = 0; r < m.size(); ++r) {
      if (r != row) rest.back().push_back(m[c][r]);
    }
  }
  return rest;
}

Value* determinant(Emitter& e, const Grid& m) {
  if (m.size() == 1) return m[0][0];
  Value* sum = nullptr;
  for (size_t c = 0; c < m.size(); ++c) {
    Value* term = e.b.CreateFMul(m[c][0], determinant(e, without(m, c, 0)));
    sum = c == 0 ? term : c % 2 == 0 ? e.b.CreateFAdd(sum, term) : e.b.CreateFSub(sum, term);
  }
  return sum;
}

Grid square(Emitter& e) {
  Grid grid;
  const std::vector<Value*> all = columns(e, e.operand(0));
  if (all.empty()) return grid;
  if (all.size() > 4 || e.lanes(all[0]->getType()) != all.size()) {
    e.fail("needs a square matrix of at most four columns");
    return grid;
  }
  for (Value* column : all) {
    grid.emplace_back();
    for (unsigned r = 0; r < all.size(); ++r) grid.back().push_back(e.lane(column, r));
  }
  return grid;
}

}  // namespace

bool emit_determinant(Emitter& e) {
  const Grid m = square(e);
  return !m.empty() && e.result(determinant(e, m));
}

bool emit_inverse(Emitter& e) {
  const Grid m = square(e);
  if (m.empty()) return false;
  Value* scale = e.b.CreateFDiv(e.number(m[0][0]->getType(), 1.0), determinant(e, m));
  std::vector<Value*> result;
  for (size_t c = 0; c < m.size(); ++c) {
    std::vector<Value*> column;
    for (size_t r = 0; r < m.size(); ++r) {  // the cofactor of the transposed place
      Value* minor = determinant(e, without(m, r, c));
      if ((r + c) % 2 != 0) minor = e.negate(minor);
      column.push_back(e.b.CreateFMul(minor, scale));
    }
    result.push_back(e.vector(column));
  }
  return e.result(matrix(e, result));
}

bool emit_matrix(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst);
  switch (inst.op) {
    case Op::OpVectorTimesScalar: return times_scalar(e, false);
    case Op::OpMatrixTimesScalar: return times_scalar(e, true);
    case Op::OpDot: return dot(e);
    case Op::OpVectorTimesMatrix: return vector_times_matrix(e);
    case Op::OpMatrixTimesMatrix: return matrix_times_matrix(e);
    case Op::OpOuterProduct: return outer_product(e);
    case Op::OpTranspose: return transpose(e);
    case Op::OpMatrixTimesVector: {
      const std::vector<Value*> all = columns(e, e.operand(0));
      Value* v = all.empty() ? nullptr : float_vector(e, 1);
      return v != nullptr && e.result(matrix_times_vector(e, all, v));
    }
    default: return e.fail("not supported");
  }
}

}  // namespace tinsmith::air
