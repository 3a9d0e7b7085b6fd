// SPDX-License-Identifier: Apache-2.0
// Plays the packages that genuine Taichi exported (tests/data/taichi): the steps of expected.json
// on any device. For tests, by GoogleTest's expectations.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bundle/bundle.h"
#include "msl/msl.h"
#include "runtime/runtime.h"

namespace tinsmith::runtime {

// All fixtures that have expectations.
inline constexpr const char* kFixtures[] = {
    "a_square_grad", "b_ndarray",        "b_ndarray_wide",     "c_arguments", "d_atomics",
    "d_tasks",       "e_graph",          "f_random",           "g_templates", "h_softmax",
    "i_archive",     "j_launched_first", "l_ndarray_gradient", "m_numeric"};

using Convert = std::function<Result<package::Package>(package::Package)>;

// The package as it comes back from its bundle for iOS 16, without the kernels that Metal cannot
// run.
Result<package::Package> through_libraries(package::Package package, const bundle::Naming& naming,
                                           msl::Numbering numbering);

// Plays a fixture on what `convert` makes of its package.
void play_fixture(const std::string& name, std::shared_ptr<Device> device, const Convert& convert);

}  // namespace tinsmith::runtime
