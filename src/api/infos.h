// SPDX-License-Identifier: Apache-2.0
// A package described in the structs of the C API.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "api/include/tinsmith.h"
#include "package/package.h"
#include "support/result.h"

namespace tinsmith::api {

struct PackageInfos {
  std::vector<tin_kernel_info> kernels;
  std::vector<tin_field_info> fields;
  std::vector<tin_graph_info> graphs;

  PackageInfos() = default;
  PackageInfos(const PackageInfos&) = delete;
  PackageInfos& operator=(const PackageInfos&) = delete;
  PackageInfos(PackageInfos&&) = default;
  PackageInfos& operator=(PackageInfos&&) = default;

  // What the infos point to; deques never move what they hold.
  std::deque<std::vector<tin_parameter_info>> parameters;
  std::deque<std::vector<uint32_t>> shapes;
  std::deque<std::vector<tin_dtype>> results;
};

// The names are those in `package`, which must outlive the infos. Fails where a kernel takes what
// the runtime has no form for.
Result<PackageInfos> describe_package(const package::Package& package);

constexpr tin_dtype c_dtype(DType dtype) { return static_cast<tin_dtype>(dtype); }

}  // namespace tinsmith::api
