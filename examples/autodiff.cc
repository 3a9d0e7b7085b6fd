// SPDX-License-Identifier: Apache-2.0
// The kernels of autodiff.py from C++: loss, and d loss / d x. As autodiff.c, with -Isrc/api/cpp.
#include <cstdio>
#include <tinsmith.hpp>

int main(int argc, char** argv) try {
  if (argc != 2) return TIN_MISUSE;
  tinsmith::Device device;  // the system's own
  tinsmith::Module module(device, tinsmith::Package(argv[1]));
  module.kernel("init_x")();
  module.kernel("clear_loss")();
  module.kernel("forward")();
  module.kernel("backward")();  // recorded all; nothing has waited
  size_t i = 0;
  for (const float value : module.field<float>("x_grad").read())
    std::printf("d loss / d x[%zu] = %g\n", i++, static_cast<double>(value));
  return 0;
} catch (const tinsmith::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return error.status();
}
