// SPDX-License-Identifier: Apache-2.0
// What an expression of a kernel means while it is being compiled. Much of it exists at compile
// time only (numbers, tuples, types, functions, fields as wholes, objects of the script); the rest
// are run-time values and the memory they lie in.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frontend/ast.h"
#include "ir/ir.h"

namespace tinsmith::frontend {

using ObjectId = Id<struct ObjectTag>;  // an object of the script, kept alive by the Host

struct Shape {
  uint32_t rows = 1, cols = 1;
  uint32_t dims = 0;  // 0 scalar, 1 vector, 2 matrix
  uint32_t size() const { return rows * cols; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

struct Entity;

std::string decimal(Integer v);  // constant.cc

// A mistake was reported; whatever uses it keeps silent.
struct Poison {};

// A plain Python value.
struct Constant {
  enum class Kind : uint8_t { None, Bool, Int, Float, Str };
  Kind kind = Kind::None;
  Integer integer = 0;  // Bool, Int
  double real = 0;
  std::string text;
  bool is_number() const { return kind == Kind::Bool || kind == Kind::Int || kind == Kind::Float; }
  bool is_int() const { return kind == Kind::Bool || kind == Kind::Int; }
  double as_real() const { return is_int() ? static_cast<double>(integer) : real; }
};

struct Sequence {
  bool is_list = false;
  std::shared_ptr<std::vector<Entity>> items;
};
struct Dict {
  std::shared_ptr<std::vector<std::pair<Entity, Entity>>> items;
};

struct Opaque {};  // any other object of the script: Entity::origin
struct TypeRef {   // ti.f32, ti.types.vector(3, ti.f32), …
  Shape shape;
  std::optional<DType> dtype;
};
struct ConstMatrix {  // a matrix made in Python scope
  Shape shape;
  std::vector<Constant> components;
  std::optional<DType> dtype;
};
struct FunctionRef {
  ObjectId source;
  std::shared_ptr<Entity> self;  // of a bound method
};
struct KernelRef {
  std::string name;
};
struct BuiltinRef {
  std::string name;
};
struct Method {  // a structural method of a matrix or an object, with its receiver
  std::shared_ptr<Entity> receiver;
  std::string name;
};
struct Unsupported {
  std::string feature;
};

struct FieldRef {
  int handle = -1;
};
struct ArrayRef {
  uint32_t param = 0;
  bool gradient = false;
};

// --- Run-time values
struct Scalar {
  ValueId value;
};
struct Matrix {
  Shape shape;
  std::vector<ValueId> components;  // row by row, all of one type
};

// One component of what lies in memory: known now, or at run time.
struct Component {
  uint32_t index = 0;
  ValueId dynamic;  // stands over `index` if there is one
};
// Memory that an expression names: a local, an element of a field or ndarray, or some components of
// one. Not loaded before use.
struct Memory {
  enum class Kind : uint8_t { Local, Field, Array };
  Kind kind = Kind::Local;
  DType dtype = DType::F32;
  Shape shape;
  ValueId var;            // Local
  uint32_t elements = 1;  // Local: of the var
  bool shared =
      false;       // Local: declared where every iteration of a parallel loop sees the same one
  FieldId field;   // Field
  ArrayRef array;  // Array
  std::vector<ValueId> indices;       // Field, Array: i32, from zero
  bool has_components = false;        // is (part of) a matrix
  std::vector<Component> components;  // shape.size() of them if so
};

// --- What can be iterated over
struct RangeRef {
  std::shared_ptr<std::vector<std::pair<Entity, Entity>>> bounds;
  bool is_ndrange = false;
  Integer step = 1;  // other steps at compile time only
};
struct Grouped {
  std::shared_ptr<Entity> of;
};

struct Entity {
  using Data = std::variant<Poison, Constant, Sequence, Dict, Opaque, TypeRef, ConstMatrix,
                            FunctionRef, KernelRef, BuiltinRef, Method, Unsupported, FieldRef,
                            ArrayRef, Scalar, Matrix, Memory, RangeRef, Grouped>;
  Data data;
  ObjectId origin;  // the script's object that it describes, if any

  Entity() = default;
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Entity>) Entity(T value, ObjectId from = {})
      : data(std::move(value)), origin(from) {}  // NOLINT

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  bool is_poison() const { return as<Poison>(); }
  bool is_none() const {
    const Constant* c = as<Constant>();
    return c && c->kind == Constant::Kind::None;
  }
  // A constant that is a whole number (True and False are).
  std::optional<Integer> as_integer() const {
    const Constant* c = as<Constant>();
    return c && c->is_int() ? std::optional(c->integer) : std::nullopt;
  }
};

inline Entity none() { return Constant{}; }
inline Entity boolean(bool v) { return Constant{Constant::Kind::Bool, v, 0, {}}; }
inline Entity integer(Integer v) { return Constant{Constant::Kind::Int, v, 0, {}}; }
inline Entity real(double v) { return Constant{Constant::Kind::Float, 0, v, {}}; }
inline Entity string(std::string v) { return Constant{Constant::Kind::Str, 0, 0, std::move(v)}; }
inline Entity sequence(std::vector<Entity> items, bool is_list) {
  return Sequence{is_list, std::make_shared<std::vector<Entity>>(std::move(items))};
}

}  // namespace tinsmith::frontend
