// SPDX-License-Identifier: Apache-2.0
// Fills OUT/json, OUT/metadata, OUT/package and OUT/spirv from the packages under a folder.
//   fuzz_seeds FOLDER OUT
#include <cstdio>

#include "package/package.h"
#include "package/zip.h"

namespace {

using namespace tinsmith;
namespace fs = std::filesystem;

Result<> keep(const fs::path& out, const std::string& kind, const std::string& name,
              const std::vector<std::byte>& bytes) {
  return write_file(out / kind / name, bytes);
}

Result<> seeds_of(const fs::path& folder, const fs::path& out) {
  fs::path archive = folder / "package.tcm";
  Result<package::Package> package =
      package::read(fs::exists(archive) ? archive : folder / "package");
  if (!package) return Ok{};  // the LLVM export
  TS_TRY_ASSIGN(files, package::files(*package));
  std::string name = folder.filename().string();
  TS_TRY_ASSIGN(bytes, package::zip(files));
  TS_TRY(keep(out, "package", name + ".tcm", bytes));
  for (const NamedFile& file : files) {
    bool json = file.name.ends_with(".json"), metadata = file.name == "metadata.json";
    if (json) TS_TRY(keep(out, "json", name + "_" + file.name, file.bytes));
    if (metadata) TS_TRY(keep(out, "metadata", name + ".json", file.bytes));
    if (file.name.ends_with(".spv")) TS_TRY(keep(out, "spirv", file.name, file.bytes));
  }
  return Ok{};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  for (const auto& entry : fs::directory_iterator(argv[1])) {
    if (!fs::exists(entry.path() / "package") && !fs::exists(entry.path() / "package.tcm"))
      continue;
    if (Result<> done = seeds_of(entry.path(), argv[2]); !done) {
      std::fprintf(stderr, "%s\n", done.failure().what.c_str());
      return 1;
    }
  }
  return 0;
}
