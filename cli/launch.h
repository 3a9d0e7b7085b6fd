// SPDX-License-Identifier: Apache-2.0
// The words of `tinsmith exec` as launches: which kernel, which argument is what, and the arrays
// that live from one launch to the next.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/describe.h"
#include "cli/npy.h"
#include "package/package.h"
#include "runtime/runtime.h"
#include "support/json.h"

namespace tinsmith::cli {

// What a kernel, or a graph, wants for one name, and the words given for it.
struct Parameter {
  std::string name;
  DType dtype = DType::F32;
  bool is_array = false;
  uint32_t axes = 0;                    // of an array, element not counted
  std::vector<uint32_t> element_shape;  // of an array
  std::string value, gradient;          // "3", "x.npy", "zeros:4,5", "@x"
};

struct Step {
  std::string name;
  const package::Kernel* kernel = nullptr;  // null: a graph
  std::vector<Parameter> parameters;        // of a kernel: in order
};

// Takes words apart; every parameter of every step has its value afterwards.
Result<std::vector<Step>> parse_steps(const package::Package& package,
                                      const std::vector<std::string>& words);

// Fails, naming `what`, where type or shape are others.
Result<> check_form(const Npy& array, DType dtype, const std::vector<uint32_t>& shape,
                    const std::string& what);

// The arrays that were given by name so far.
class Arrays {
 public:
  explicit Arrays(runtime::Device& device) : device_(device) {}
  // The values of a step, arrays being made; what they point to lives as long as this object.
  Result<std::vector<runtime::Argument>> arguments(const Step& step);
  // "x", or "x.grad".
  Result<Npy> read(const std::string& name) const;

 private:
  Result<const runtime::Array*> make(const Step& step, const Parameter& parameter);
  Result<std::shared_ptr<runtime::Buffer>> make_buffer(const Parameter& parameter,
                                                       const std::string& value,
                                                       std::vector<uint32_t>& shape);

  runtime::Device& device_;
  std::map<std::string, runtime::Array> arrays_;
};

// "1.5", "(1, 2)"
std::string text_of(std::span<const runtime::ReturnValue> values);
Json json_of(std::span<const runtime::ReturnValue> values);

}  // namespace tinsmith::cli
