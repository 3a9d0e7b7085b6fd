// SPDX-License-Identifier: Apache-2.0
// Any bytes as bitcode in a library that is right otherwise, and as the library itself: the lint
// and the disassembler say something, and the process lives on. What LLVM's reader had allocated
// when it crashed under guard is lost, so leaks are no finding here.
#include <cstdlib>

#include "air/air.h"
#include "air/lint.h"

using namespace tinsmith;

namespace {

// Apple's kernels are written for AIR 2.5 as well as for later ones.
metallib::Library library_of(std::span<const std::byte> bitcode, uint16_t air_minor) {
  metallib::Library library;
  metallib::Function function;
  function.name = "main0";
  function.air_minor = air_minor;
  function.blob = metallib::wrap(bitcode);
  library.functions.push_back(std::move(function));
  return library;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto bytes = std::as_bytes(std::span(data, size));
  (void)air::disassemble(bytes);
  (void)air::lint(bytes, "input");
  Result<metallib::Bytes> file = metallib::write(library_of(bytes, size % 2 == 0 ? 5 : 8));
  if (!file) return 0;
  for (const air::Finding& finding : air::lint(*file, "input")) {
    if (finding.message.empty() || finding.place.empty()) std::abort();
  }
  return 0;
}

#ifdef TS_FUZZ
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif
