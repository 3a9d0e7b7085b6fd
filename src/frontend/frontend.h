// SPDX-License-Identifier: Apache-2.0
// Syntax tree of a kernel -> IR at Stage::Source. Nearly all user diagnostics are born here.
#pragma once
#include <string>
#include <vector>

#include "frontend/entity.h"
#include "frontend/host.h"
#include "ir/ir.h"
#include "support/diagnostics.h"

namespace tinsmith::frontend {

struct Options {
  bool gradient = false;  // adjoint fields come into the module too
  DType default_fp = DType::F32, default_ip = DType::I32;
  bool debug = false;
  bool short_circuit = true;
  uint32_t unrolling_limit = 32;
};

// A parameter of the Python function, as this instantiation has it.
struct ParamSpec {
  enum class Kind : uint8_t { Scalar, Matrix, Array, Template };
  std::string name;
  Kind kind = Kind::Scalar;
  DType dtype = DType::F32;
  Shape shape;        // Matrix, or the element of an Array
  uint32_t ndim = 0;  // Array
  bool needs_grad = false;
  bool clamp = false;  // Array: indices are clamped to the bounds
  Entity value;        // Template
};

struct Request {
  ObjectId source;
  std::string name;
  std::vector<ParamSpec> params;
  bool returns_value = false;
  std::vector<ReturnItem> returns;
  Options options;
};

// Appends the kernel to module.kernels and the fields it touches to module.fields. False: `diags`
// says what is wrong and the kernel is not complete. Source texts that spans point into go to
// `sources`.
bool lower_kernel(const Request& request, Host& host, Module& module, Diagnostics& diags,
                  SourceFiles& sources);

}  // namespace tinsmith::frontend
