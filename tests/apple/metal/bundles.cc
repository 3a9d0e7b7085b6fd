// SPDX-License-Identifier: Apache-2.0
#include "tests/apple/metal/bundles.h"

#include "bundle/bundle.h"
#include "cli/convert.h"
#include "support/check.h"

namespace tinsmith::runtime {

std::vector<NamedFile> bundle_files(const package::Package& package, const std::string& system) {
  cli::Conversion conversion;
  conversion.target = *metallib::target_from_name(system);
  conversion.text = false;
  const bundle::Naming naming{"kernels"};
  auto converted = cli::convert_tasks(package, bundle::name_tasks(package, naming), conversion);
  TS_CHECK(converted, converted.failure().what);
  auto files = bundle::files(package, converted->tasks, {conversion.target, "binding", naming});
  TS_CHECK(files, files.failure().what);
  return *files;
}

}  // namespace tinsmith::runtime
