// SPDX-License-Identifier: Apache-2.0
// Fills OUT/json, OUT/manifest, OUT/metadata, OUT/package, OUT/spirv and OUT/bitcode from the
// packages under a folder, and OUT/metallib with libraries of our writer's.
//   fuzz_seeds FOLDER OUT
#include <cstdio>

#include "air/air.h"
#include "bundle/testing.h"
#include "metallib/metallib.h"
#include "package/package.h"
#include "package/zip.h"

namespace {

using namespace tinsmith;
namespace fs = std::filesystem;

Result<> keep(const fs::path& out, const std::string& kind, const std::string& name,
              const std::vector<std::byte>& bytes) {
  return write_file(out / kind / name, bytes);
}

// What cannot be lowered for a phone (f64) is no seed.
Result<> bitcode_seeds(const package::Package& package, const fs::path& out) {
  air::Options options;
  TS_TRY_ASSIGN(target, metallib::target_from_name("ios16"));
  options.target = target;
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      Result<air::Lowered> lowered = air::lower(task, "main0", options);
      if (lowered) TS_TRY(keep(out, "bitcode", task.name + ".bc", lowered->function.blob));
    }
  }
  return Ok{};
}

Result<> seeds_of(const fs::path& folder, const fs::path& out) {
  fs::path archive = folder / "package.tcm";
  Result<package::Package> package =
      package::read(fs::exists(archive) ? archive : folder / "package");
  if (!package) return Ok{};  // the LLVM export
  TS_TRY(bitcode_seeds(*package, out));
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

metallib::Function function(const std::string& name) {
  metallib::Function f;
  f.name = name;
  f.blob = metallib::wrap(to_bytes("BC\xC0\xDE" + name));
  return f;
}

Result<> manifest_seeds(const fs::path& fixtures, const fs::path& out) {
  for (const auto& [name, files] : bundle::testing::bundles_of(fixtures)) {
    TS_TRY(keep(out, "manifest", name + ".json", files.back().bytes));
  }
  TS_TRY_ASSIGN(package, package::read(fixtures / "a_square_grad" / "package"));
  std::vector<NamedFile> variants =
      bundle::testing::variants_of(package, {"ios16", "ios-sim16", "ios16+atomics"});
  return keep(out, "manifest", "variants.json", variants.back().bytes);
}

Result<> metallib_seeds(const fs::path& out) {
  for (auto layout : {metallib::Layout::Linked, metallib::Layout::Full}) {
    std::string suffix = layout == metallib::Layout::Full ? "_full" : "_linked";
    metallib::Library library;
    library.layout = layout;
    TS_TRY_ASSIGN(empty, metallib::write(library));
    TS_TRY(keep(out, "metallib", "empty" + suffix, empty));
    library.functions = {function("k")};
    TS_TRY_ASSIGN(one, metallib::write(library));
    TS_TRY(keep(out, "metallib", "one" + suffix, one));
    library.functions.push_back(function("forward"));
    metallib::Function& last = library.functions.back();
    last.constants = {{"width", 0x1d, 300, true}};
    last.reflection = to_bytes("AIRR");
    last.list_tags = {{"LAYR", to_bytes("!"), 2}};
    last.public_tags = {{"VATT", to_bytes("v"), 0}};
    last.private_tags = {{"DEBI", to_bytes("d"), 0}};
    library.platform = metallib::Platform::Macos;
    library.container = {1, 2, 9};
    library.name = "x.metallib";
    library.header_tags = {{"HSRC", to_bytes("source"), 0}};
    TS_TRY_ASSIGN(all, metallib::write(library));
    TS_TRY(keep(out, "metallib", "all" + suffix, all));
  }
  TS_TRY(keep(out, "metallib", "blob", function("k").blob));
  return Ok{};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto failed = [](const Result<>& done) {
    if (!done) std::fprintf(stderr, "%s\n", done.failure().what.c_str());
    return !done;
  };
  for (const auto& entry : fs::directory_iterator(argv[1])) {
    if (!fs::exists(entry.path() / "package") && !fs::exists(entry.path() / "package.tcm"))
      continue;
    if (failed(seeds_of(entry.path(), argv[2]))) return 1;
  }
  return failed(manifest_seeds(argv[1], argv[2])) || failed(metallib_seeds(argv[2])) ? 1 : 0;
}
