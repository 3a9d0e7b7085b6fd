// SPDX-License-Identifier: Apache-2.0
// manifest.json taken apart, nothing of it believed yet but its form.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bundle/bundle.h"
#include "bundle/manifest.h"
#include "support/result.h"

namespace tinsmith::bundle {

struct Manifest {
  struct Library {
    std::string file, sha256;
  };
  struct Place {  // of a task's function
    std::string file, function;
  };
  std::string target, platform, air, msl, numbering, fingerprint;
  uint16_t os = 0;
  bool native_float_atomics = false;
  std::vector<Library> libraries;
  std::vector<Place> places;  // one for each task, in the order of the package
  package::Package package;   // its tasks with indices, without code
};

// What a manifest.json can be.
struct Document {
  Manifest manifest;
  std::vector<VariantEntry> variants;  // of an index; none: `manifest` is it
};

// Strict: what the writer always writes must be there. `source` is what a failure calls the text.
Result<Document> read_document(std::string_view text, const std::string& source);
// The same where an index is a failure.
Result<Manifest> read_manifest(std::string_view text, const std::string& source);

}  // namespace tinsmith::bundle
