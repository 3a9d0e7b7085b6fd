// SPDX-License-Identifier: Apache-2.0
// Any bytes as manifest.json of a bundle whose libraries are those of the seeds.
#include <cstdlib>

#include "bundle/testing.h"

using namespace tinsmith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<NamedFile> libraries =
      bundle::testing::libraries_of(TINSMITH_TEST_DATA "/taichi");
  std::vector<NamedFile> files = libraries;
  files.push_back({bundle::kManifest, to_bytes({reinterpret_cast<const char*>(data), size})});
  Result<bundle::Bundle> bundle = bundle::open(files, "input");
  if (!bundle) return 0;
  for (const package::Kernel& kernel : bundle->package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      if (!task.metal || task.metal->indices.size() != task.buffers.size()) std::abort();
    }
  }
  return 0;
}
