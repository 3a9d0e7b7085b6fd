// SPDX-License-Identifier: Apache-2.0
// The argument and the return block of a kernel (facts §1.6, §1.7): members in order, each aligned
// to itself. In the argument block nested structs are aligned to 16 and so is the whole; the return
// block is tight.
#include "spirv/spirv.h"

namespace tinsmith::spirv {

namespace {

using package::BlockType;

constexpr uint32_t kStructAlignment = 16;
constexpr uint32_t kPointerBytes = 4;  // a placeholder: buffers are bound, not pointed to
constexpr const char* kArgsLayout = "1-";
constexpr const char* kRetsLayout = "4-";

uint32_t align(uint32_t offset, uint32_t to) { return (offset + to - 1) / to * to; }

BlockType primitive(DType dtype) {
  BlockType type;
  type.kind = BlockType::Kind::Primitive;
  type.dtype = dtype;
  return type;
}

BlockType empty_struct(const char* layout) {
  BlockType type;
  type.layout = layout;
  return type;
}

// Builds a struct of the argument block.
struct ArgsStruct {
  BlockType type = empty_struct(kArgsLayout);
  uint32_t end = 0;

  void add(std::string name, BlockType member, uint32_t bytes, uint32_t alignment) {
    end = align(end, alignment);
    type.members.push_back({std::move(name), end, std::move(member)});
    end += bytes;
  }
  void add(std::string name, DType dtype) {
    add(std::move(name), primitive(dtype), bytes(dtype), bytes(dtype));
  }
  void add(std::string name, ArgsStruct nested) {
    add(std::move(name), std::move(nested.type), align(nested.end, kStructAlignment),
        kStructAlignment);
  }
  void add_pointer(std::string name, DType pointee) {
    BlockType pointer;
    pointer.kind = BlockType::Kind::Pointer;
    pointer.members.push_back({"", 0, primitive(pointee)});
    add(std::move(name), std::move(pointer), kPointerBytes, kPointerBytes);
  }
};

ArgsStruct matrix_struct(const Param& param) {
  ArgsStruct s;
  for (uint32_t i = 0; i < param.rows; ++i)
    for (uint32_t j = 0; j < param.cols; ++j) {
      std::string name = param.name + "_" + std::to_string(i);
      s.add(param.element_dims == 2 ? name + "_" + std::to_string(j) : name, param.dtype);
    }
  return s;
}

ArgsStruct array_struct(const Param& param) {
  ArgsStruct shape;
  for (uint32_t i = 0; i < std::max(param.ndim, 1u); ++i)
    shape.add("dim_" + std::to_string(i), DType::I32);
  ArgsStruct s;
  s.add("shape", std::move(shape));
  s.add_pointer("data_ptr", param.dtype);
  if (param.needs_grad) s.add_pointer("grad_ptr", param.dtype);
  return s;
}

package::Arg describe(const Param& param, uint32_t index) {
  package::Arg arg;
  arg.name = param.name;
  arg.indices = {static_cast<int32_t>(index)};
  if (param.kind != ParamKind::Matrix) arg.dtype = param.dtype;
  if (param.kind != ParamKind::Array) return arg;
  arg.kind = package::ArgKind::Ndarray;
  arg.is_array = true;
  arg.field_dim = param.ndim;
  if (param.element_dims >= 1) arg.element_shape.push_back(param.rows);
  if (param.element_dims == 2) arg.element_shape.push_back(param.cols);
  return arg;
}

BlockType return_type(const ReturnItem& item) {
  if (item.element_dims == 0) return primitive(item.dtype);
  BlockType type;
  type.kind = BlockType::Kind::Tensor;
  type.tensor_shape = {item.rows, item.cols};
  type.members.push_back({"", 0, primitive(item.dtype)});
  return type;
}

}  // namespace

void describe_interface(const Function& fn, package::Kernel& kernel) {
  ArgsStruct args;
  kernel.args.clear();
  for (uint32_t i = 0; i < fn.params.size(); ++i) {
    const Param& param = fn.params[i];
    std::string name = "arg_" + std::to_string(i);
    kernel.args.push_back(describe(param, i));
    switch (param.kind) {
      case ParamKind::Scalar: args.add(name, param.dtype); break;
      case ParamKind::Matrix: args.add(name, matrix_struct(param)); break;
      case ParamKind::Array: args.add(name, array_struct(param)); break;
    }
  }
  kernel.args_type = std::move(args.type);
  kernel.args_bytes = align(args.end, kStructAlignment);

  kernel.rets_type = empty_struct(kRetsLayout);
  kernel.rets_bytes = 0;
  for (const ReturnItem& item : fn.returns) {
    uint32_t offset = align(kernel.rets_bytes, bytes(item.dtype));
    std::string name = "ret_" + std::to_string(kernel.rets_type.members.size());
    kernel.rets_type.members.push_back({std::move(name), offset, return_type(item)});
    kernel.rets_bytes = offset + item.components() * bytes(item.dtype);
  }
}

}  // namespace tinsmith::spirv
