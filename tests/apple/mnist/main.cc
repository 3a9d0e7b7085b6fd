// SPDX-License-Identifier: Apache-2.0
// mnist with a phone's device: --device metal is the Metal device over the fake Metal. Kernels
// choose their threads as on the cpu device, so the numbers are the same bit for bit.
#include <cstdio>

#include "apps/mnist/program.h"
#include "tests/apple/fake_metal/fake_metal.h"

int main(int argc, char** argv) {
  fake_metal::configure({.any_grid = true});
  int status = mnist::run(argc, argv);
  if (std::string leaks = fake_metal::leaks(); !leaks.empty()) {
    std::fprintf(stderr, "mnist_fake_metal: still alive: %s\n", leaks.c_str());
    return 70;
  }
  return status;
}
