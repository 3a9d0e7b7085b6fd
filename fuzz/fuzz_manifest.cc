// SPDX-License-Identifier: Apache-2.0
// Any bytes as manifest.json of a bundle whose libraries are those of the seeds, and as the index
// of variants.
#include <cstdlib>

#include "bundle/testing.h"

using namespace tinsmith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<NamedFile> libraries = [] {
    std::filesystem::path fixtures(TINSMITH_TEST_DATA "/taichi");
    std::vector<NamedFile> files = bundle::testing::libraries_of(fixtures);
    Result<package::Package> package = package::read(fixtures / "a_square_grad" / "package");
    if (!package) std::abort();
    std::vector<NamedFile> variants =
        bundle::testing::variants_of(*package, {"ios16", "ios-sim16", "ios16+atomics"});
    files.insert(files.end(), variants.begin(), variants.end() - 1);  // without the index
    return files;
  }();
  std::vector<NamedFile> files = libraries;
  files.push_back({bundle::kManifest, to_bytes({reinterpret_cast<const char*>(data), size})});
  Result<bundle::Variants> variants = bundle::open_variants(files, "input");
  if (!variants) return 0;
  if (variants->bundles.empty()) std::abort();
  for (const bundle::Bundle& bundle : variants->bundles) {
    for (const package::Kernel& kernel : bundle.package.kernels) {
      for (const package::Task& task : kernel.tasks) {
        if (!task.metal || task.metal->indices.size() != task.buffers.size()) std::abort();
      }
    }
  }
  return 0;
}
