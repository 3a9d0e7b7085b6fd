// SPDX-License-Identifier: Apache-2.0
#include "api/infos.h"

#include <algorithm>

#include "package/argument_shape.h"
#include "runtime/block.h"
#include "support/ranges.h"

namespace tinsmith::api {

namespace {

static_assert(static_cast<int>(DType::F16) == TIN_F16 && static_cast<int>(DType::F64) == TIN_F64 &&
              static_cast<int>(DType::I8) == TIN_I8 && static_cast<int>(DType::U1) == TIN_U1 &&
              static_cast<int>(DType::U64) == TIN_U64);
static_assert(int{package::kRead} == TIN_READ && int{package::kWrite} == TIN_WRITE &&
              int{package::kReadWrite} == TIN_READ_WRITE);

// A vector of one member is a shape too; matrices are {rows, columns}.
void set_element_shape(PackageInfos& infos, const std::vector<uint32_t>& shape, size_t& rank,
                       const uint32_t*& place) {
  rank = shape.size();
  place = shape.empty() ? nullptr : infos.shapes.emplace_back(shape).data();
}

tin_parameter_info describe(PackageInfos& infos, const package::Kernel& kernel,
                            const runtime::Parameter& parameter) {
  const package::Arg& arg = *parameter.arg;
  tin_parameter_info info{};
  info.name = arg.name.c_str();
  info.access = TIN_NONE;
  if (parameter.is_array) {
    info.kind = TIN_PARAMETER_ARRAY;
    info.dtype = c_dtype(arg.dtype.value_or(DType::F32));
    info.axis_count = arg.field_dim;
    info.access = static_cast<tin_access>(arg.access & package::kReadWrite);
    info.needs_gradient = parameter.needs_gradient;
    set_element_shape(infos, arg.element_shape, info.element_rank, info.element_shape);
    return info;
  }
  info.number_count = parameter.numbers.size();
  const package::BlockType& type = kernel.args_type.members[parameter.index].type;
  if (!parameter.numbers.empty()) info.dtype = c_dtype(parameter.numbers[0].dtype);
  if (type.kind == package::BlockType::Kind::Primitive) {
    info.kind = TIN_PARAMETER_SCALAR;
  } else if (const auto shape = package::tensor_shape(type)) {
    info.kind = TIN_PARAMETER_TENSOR;
    set_element_shape(infos, *shape, info.element_rank, info.element_shape);
  } else {
    info.kind = TIN_PARAMETER_STRUCT;
  }
  return info;
}

Result<> add_kernel(PackageInfos& infos, const package::Kernel& kernel) {
  TS_TRY_ASSIGN(layout, runtime::lay_out(kernel));
  auto& parameters = infos.parameters.emplace_back();
  for (const runtime::Parameter& parameter : layout.parameters)
    parameters.push_back(describe(infos, kernel, parameter));
  auto& results = infos.results.emplace_back();
  for (const runtime::Leaf& leaf : layout.returns) results.push_back(c_dtype(leaf.dtype));
  infos.kernels.push_back({kernel.name.c_str(), kernel.doc.c_str(), kernel.gradient_of.c_str(),
                           parameters.size(), parameters.data(), results.size(), results.data()});
  return Ok{};
}

void add_field(PackageInfos& infos, const package::Field& field) {
  tin_field_info info{};
  info.name = field.name.c_str();
  info.dtype = c_dtype(field.dtype);
  info.axis_count = field.shape.size();
  info.shape = field.shape.data();
  // The package has {columns, rows}, and {1, n} for vectors.
  std::vector<uint32_t> element_shape = field.element_shape;
  std::reverse(element_shape.begin(), element_shape.end());
  if (element_shape.size() == 2 && element_shape[1] == 1) element_shape.pop_back();
  set_element_shape(infos, element_shape, info.element_rank, info.element_shape);
  info.cell_count = 1;
  for (const uint32_t extent : field.shape) info.cell_count *= extent;
  info.byte_count = static_cast<size_t>(field.elements() * bytes(field.dtype));
  infos.fields.push_back(info);
}

tin_parameter_info describe(PackageInfos& infos, const package::GraphArg& arg) {
  tin_parameter_info info{};
  info.name = arg.name.c_str();
  info.dtype = c_dtype(arg.dtype);
  info.access = TIN_NONE;
  if (arg.tag == package::GraphArgKind::Scalar) {
    info.kind = TIN_PARAMETER_SCALAR;
    info.number_count = 1;
    return info;
  }
  set_element_shape(infos, arg.element_shape, info.element_rank, info.element_shape);
  if (arg.tag == package::GraphArgKind::Ndarray) {
    info.kind = TIN_PARAMETER_ARRAY;
    info.axis_count = arg.field_dim;
    return info;
  }
  info.kind = TIN_PARAMETER_TENSOR;
  info.number_count = 1;
  for (const uint32_t extent : arg.element_shape) info.number_count *= extent;
  return info;
}

// What a kernel does with an argument of the graph.
const tin_parameter_info* find_parameter(const PackageInfos& infos, const std::string& kernel,
                                         size_t index) {
  for (const tin_kernel_info& info : infos.kernels)
    if (info.name == kernel)
      return index < info.parameter_count ? info.parameters + index : nullptr;
  return nullptr;
}

void add_graph(PackageInfos& infos, const package::Graph& graph) {
  auto& parameters = infos.parameters.emplace_back();
  for (const package::Dispatch& dispatch : graph.dispatches) {
    for (size_t i = 0; i < dispatch.args.size(); ++i) {
      const package::GraphArg& arg = dispatch.args[i];
      auto known = ranges::find_if(
          parameters, [&](const tin_parameter_info& other) { return other.name == arg.name; });
      if (known == parameters.end())
        known = parameters.insert(parameters.end(), describe(infos, arg));
      if (const auto* taken = find_parameter(infos, dispatch.kernel_name, i)) {
        known->access = static_cast<tin_access>(known->access | taken->access);
        known->needs_gradient = known->needs_gradient || taken->needs_gradient;
      }
    }
  }
  infos.graphs.push_back({graph.name.c_str(), parameters.size(), parameters.data()});
}

}  // namespace

Result<PackageInfos> describe_package(const package::Package& package) {
  PackageInfos infos;
  for (const package::Kernel& kernel : package.kernels) TS_TRY(add_kernel(infos, kernel));
  for (const package::Field& field : package.fields) add_field(infos, field);
  for (const package::Graph& graph : package.graphs) add_graph(infos, graph);
  return infos;
}

}  // namespace tinsmith::api
