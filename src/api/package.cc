// SPDX-License-Identifier: Apache-2.0
// tin_package_*: packages and bundles as they lie on disk or in memory.
#include <cstring>
#include <filesystem>
#include <span>

#include "api/entry.h"
#include "api/handles.h"
#include "package/read_files.h"

namespace tinsmith::api {

namespace {

using bundle::Variants;

std::string targets_of(const Variants& variants) {
  std::string text;
  for (const bundle::Bundle& one : variants.bundles) {
    text += (text.empty() ? "" : ", ") + std::string(metallib::name(one.target.platform)) + " " +
            std::to_string(one.target.os);
    if (one.native_float_atomics) text += " with f32 atomics";
  }
  return text;
}

Result<std::shared_ptr<const OpenPackage>> finish(std::shared_ptr<OpenPackage> opened) {
  TS_TRY_ASSIGN(infos, describe_package(opened->description()));
  opened->infos = std::move(infos);
  return std::shared_ptr<const OpenPackage>(std::move(opened));
}

Result<std::shared_ptr<const OpenPackage>> finish(Variants variants) {
  auto opened = std::make_shared<OpenPackage>();
  opened->fingerprint = variants.bundles.front().fingerprint;
  opened->targets = targets_of(variants);
  opened->content = std::move(variants);
  return finish(std::move(opened));
}

Result<std::shared_ptr<const OpenPackage>> finish(package::Package package) {
  auto opened = std::make_shared<OpenPackage>();
  TS_TRY_ASSIGN(fingerprint, bundle::fingerprint(package));
  opened->fingerprint = std::move(fingerprint);
  opened->targets = "SPIR-V";
  opened->content = std::move(package);
  return finish(std::move(opened));
}

Result<std::shared_ptr<const OpenPackage>> open(const std::filesystem::path& path) {
  if (bundle::is_bundle(path)) {
    TS_TRY_ASSIGN(variants, bundle::open_variants(path));
    return finish(std::move(variants));
  }
  TS_TRY_ASSIGN(package, package::read(path));
  return finish(std::move(package));
}

Result<std::shared_ptr<const OpenPackage>> open(std::span<const NamedFile> files,
                                                const std::string& name) {
  for (const NamedFile& file : files) {
    if (file.name != bundle::kManifest) continue;
    TS_TRY_ASSIGN(variants, bundle::open_variants(files, name));
    return finish(std::move(variants));
  }
  TS_TRY_ASSIGN(package, package::read_files(files, name));
  return finish(std::move(package));
}

}  // namespace

const package::Package& OpenPackage::description() const {
  if (const auto* package = std::get_if<package::Package>(&content)) return *package;
  return std::get<Variants>(content).bundles.front().package;
}

}  // namespace tinsmith::api

using namespace tinsmith;
using namespace tinsmith::api;

tin_status tin_package_open(const char* path, tin_package** package) {
  return enter("tin_package_open", {{"path", path}, {"package", package}}, [&]() -> Result<> {
    TS_TRY_ASSIGN(opened, open(std::filesystem::path(path)));
    *package = new tin_package{std::move(opened)};
    return Ok{};
  });
}

tin_status tin_package_open_files(const char* name, const tin_file* files, size_t count,
                                  tin_package** package) {
  constexpr const char* kFunction = "tin_package_open_files";
  const std::initializer_list<Required> required = {
      {"name", name}, {"files", if_any(count, files)}, {"package", package}};
  return enter(kFunction, required, [&]() -> tin_status {
    for (size_t i = 0; i < count; ++i)
      if (files[i].name == nullptr || (files[i].bytes == nullptr && files[i].size != 0))
        return misuse(kFunction, "file " + std::to_string(i) + " has no name or no bytes");
    std::vector<NamedFile> copies(count);
    for (size_t i = 0; i < count; ++i) {
      copies[i].name = files[i].name;
      const auto* bytes = static_cast<const std::byte*>(files[i].bytes);
      if (files[i].size != 0) copies[i].bytes.assign(bytes, bytes + files[i].size);
    }
    auto opened = open(copies, name);
    if (!opened) return fail(status_of(opened.failure()), opened.failure().what);
    *package = new tin_package{std::move(*opened)};
    return TIN_OK;
  });
}

void tin_package_close(tin_package* package) { delete package; }

namespace {

// The element of a list of infos; null, with a message, where there is none.
template <class Info>
const Info* at(const char* function, const tin_package* package,
               std::vector<Info> PackageInfos::*list, size_t index) noexcept {
  if (require(function, {{"package", package}}) != TIN_OK) return nullptr;
  const std::vector<Info>& infos = package->package->infos.*list;
  if (index < infos.size()) return &infos[index];
  try {
    misuse(function, "index " + std::to_string(index) + " of " + std::to_string(infos.size()));
  } catch (...) {
    fail_by_exception(function);
  }
  return nullptr;
}

}  // namespace

const char* tin_package_fingerprint(const tin_package* package) {
  if (require("tin_package_fingerprint", {{"package", package}}) != TIN_OK) return "";
  return package->package->fingerprint.c_str();
}
const char* tin_package_targets(const tin_package* package) {
  if (require("tin_package_targets", {{"package", package}}) != TIN_OK) return "";
  return package->package->targets.c_str();
}

size_t tin_package_kernel_count(const tin_package* package) {
  if (require("tin_package_kernel_count", {{"package", package}}) != TIN_OK) return 0;
  return package->package->infos.kernels.size();
}
const tin_kernel_info* tin_package_kernel(const tin_package* package, size_t index) {
  return at("tin_package_kernel", package, &PackageInfos::kernels, index);
}
size_t tin_package_field_count(const tin_package* package) {
  if (require("tin_package_field_count", {{"package", package}}) != TIN_OK) return 0;
  return package->package->infos.fields.size();
}
const tin_field_info* tin_package_field(const tin_package* package, size_t index) {
  return at("tin_package_field", package, &PackageInfos::fields, index);
}
size_t tin_package_graph_count(const tin_package* package) {
  if (require("tin_package_graph_count", {{"package", package}}) != TIN_OK) return 0;
  return package->package->infos.graphs.size();
}
const tin_graph_info* tin_package_graph(const tin_package* package, size_t index) {
  return at("tin_package_graph", package, &PackageInfos::graphs, index);
}
