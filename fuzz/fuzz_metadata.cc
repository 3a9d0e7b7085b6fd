// SPDX-License-Identifier: Apache-2.0
// Any bytes as metadata.json of a package that has all the SPIR-V files of the fixtures which the
// text names; bindings of it are written or refused.
#include <cstdlib>

#include "bind/bind.h"
#include "package/package.h"
#include "package/zip.h"

using namespace tinsmith;

namespace {

std::vector<NamedFile> all_spirv() {
  std::vector<NamedFile> out;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TINSMITH_TEST_DATA "/taichi"))
    if (entry.path().extension() == ".spv")
      if (auto bytes = read_file(entry.path()))
        out.push_back({entry.path().filename().string(), std::move(*bytes)});
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<NamedFile> spirv = all_spirv();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<NamedFile> files = {{"metadata.json", to_bytes(text)},
                                  {"graphs.json", to_bytes("[]")}};
  for (const NamedFile& file : spirv)
    if (text.find(file.name.substr(0, file.name.size() - 4)) != text.npos) files.push_back(file);
  auto package = package::read_archive(*package::zip(files), "input");
  if (!package) return 0;
  for (bind::Language language : {bind::Language::Cpp, bind::Language::Swift})
    static_cast<void>(bind::generate(*package, language, {"", "input", "", ""}));
  auto written = package::files(*package);
  if (written && !package::read_archive(*package::zip(*written), "output")) std::abort();
  return 0;
}
