// SPDX-License-Identifier: Apache-2.0
// mnist prepare | train: the demonstration of the mission, a client of tinsmith.hpp and of the
// bindings that `tinsmith bind` makes.
#pragma once

namespace mnist {

// What main() is: exit codes are those of tinsmith.
int run(int argc, char** argv);

}  // namespace mnist
