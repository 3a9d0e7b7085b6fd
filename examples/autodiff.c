/* SPDX-License-Identifier: Apache-2.0
 * The kernels of autodiff.py from C, nothing but tinsmith.h: loss, and d loss / d x.
 *
 *   tinsmith run examples/autodiff.py --size 4 --base 0.5 --out out/autodiff
 *   tinsmith metal out/autodiff -o out/autodiff.bundle
 *   cc examples/autodiff.c -Isrc/api/include -Lbuild/lib -ltinsmith -Wl,-rpath,$PWD/build/lib -o
 * autodiff
 *   ./autodiff out/autodiff.bundle */
#include <stdio.h>
#include <stdlib.h>
#include <tinsmith.h>

static void check(tin_status status) {
  if (status == TIN_OK) return;
  fprintf(stderr, "%s\n", tin_last_error());
  exit((int)status);
}

int main(int argc, char** argv) {
  if (argc != 2) return TIN_MISUSE;
  tin_device* device = NULL;
  tin_package* package = NULL;
  tin_module* module = NULL;
  check(tin_device_open(NULL, NULL, &device)); /* the system's own */
  check(tin_package_open(argv[1], &package));
  check(tin_module_load(device, package, &module));

  const char* const steps[] = {"init_x", "clear_loss", "forward", "backward"};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; ++i) {
    tin_kernel* kernel = tin_module_kernel(module, steps[i]);
    check(kernel != NULL ? TIN_OK : TIN_INVALID);
    check(tin_kernel_launch(kernel, NULL, 0)); /* recorded; nothing waits */
  }

  tin_field* gradient = tin_module_field(module, "x_grad");
  check(gradient != NULL ? TIN_OK : TIN_INVALID);
  const tin_field_info* info = tin_field_get_info(gradient);
  float* values = malloc(info->byte_count);
  if (values == NULL) return TIN_WORLD;
  check(tin_field_read(gradient, 0, info->cell_count, values, info->byte_count)); /* waits */
  for (size_t i = 0; i < info->cell_count; ++i) printf("d loss / d x[%zu] = %g\n", i, values[i]);
  free(values);

  tin_module_close(module);
  tin_package_close(package);
  tin_device_close(device);
  return 0;
}
