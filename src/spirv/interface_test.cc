// SPDX-License-Identifier: Apache-2.0
// Argument and return blocks against those of packages that genuine Taichi wrote.
#include <gtest/gtest.h>

#include <algorithm>

#include "package/testing.h"
#include "package/write_json.h"
#include "spirv/spirv.h"

namespace tinsmith::spirv {
namespace {

using package::BlockType;
using Kind = BlockType::Kind;

// The parameter that the metadata describe, or nothing for a struct argument: the IR has none.
std::optional<Param> param_of(const package::Arg& arg, const BlockType& type) {
  Param param;
  param.name = arg.name;
  param.dtype = arg.dtype.value_or(DType::F32);
  if (arg.is_array) {
    param.kind = ParamKind::Array;
    param.ndim = arg.field_dim;
    param.element_dims = static_cast<uint32_t>(arg.element_shape.size());
    if (param.element_dims > 0) param.rows = arg.element_shape[0];
    if (param.element_dims > 1) param.cols = arg.element_shape[1];
    param.needs_grad = type.members.size() == 3;
  } else if (type.kind == Kind::Struct) {
    const BlockType::Member& last = type.members.back();
    if (last.type.kind != Kind::Primitive || !last.name.starts_with(arg.name + "_"))
      return std::nullopt;
    param.kind = ParamKind::Matrix;
    param.dtype = last.type.dtype;
    param.element_dims = static_cast<uint32_t>(std::ranges::count(last.name, '_'));
    auto count = static_cast<uint32_t>(type.members.size());
    auto last_row = static_cast<uint32_t>(last.name[arg.name.size() + 1] - '0');
    param.rows = last_row + 1;
    param.cols = count / param.rows;
  }
  return param;
}

std::optional<ReturnItem> return_of(const BlockType& type) {
  if (type.kind == Kind::Primitive) return ReturnItem{type.dtype, 1, 1, 0};
  if (type.kind != Kind::Tensor) return std::nullopt;
  uint32_t rows = type.tensor_shape[0], cols = type.tensor_shape[1];
  return ReturnItem{type.members[0].type.dtype, rows, cols, cols == 1 ? 1u : 2u};
}

std::string text(const package::Kernel& kernel) {
  package::Package package;
  package.kernels = {kernel};
  return to_text(package::metadata_json(package));
}

class Interface : public ::testing::TestWithParam<const char*> {};

TEST_P(Interface, IsThatOfGenuineTaichi) {
  package::Package package = package::testing::genuine(GetParam());
  size_t compared = 0;
  for (const package::Kernel& genuine : package.kernels) {
    Function fn(genuine.name);
    bool representable = true;
    for (size_t i = 0; i < genuine.args.size(); ++i) {
      auto param = param_of(genuine.args[i], genuine.args_type.members[i].type);
      representable &= param.has_value();
      fn.params.push_back(param.value_or(Param{}));
    }
    for (const BlockType::Member& member : genuine.rets_type.members) {
      auto item = return_of(member.type);
      representable &= item.has_value();
      fn.returns.push_back(item.value_or(ReturnItem{}));
    }
    if (!representable) continue;
    package::Kernel ours = genuine;
    describe_interface(fn, ours);
    for (size_t i = 0; i < ours.args.size(); ++i) ours.args[i].access = genuine.args[i].access;
    EXPECT_EQ(text(ours), text(genuine));
    ++compared;
  }
  EXPECT_GT(compared, 0u);
}

INSTANTIATE_TEST_SUITE_P(Genuine, Interface,
                         ::testing::Values("a_square_grad", "b_ndarray", "b_ndarray_wide",
                                           "c_arguments", "d_tasks", "e_graph", "i_archive",
                                           "l_ndarray_gradient", "m_numeric"));

}  // namespace
}  // namespace tinsmith::spirv
