// SPDX-License-Identifier: Apache-2.0
// Bundles. The manifest says what the libraries hold, the libraries are asked whether that is so.
#include "bundle/read.h"

#include <map>

#include "bundle/manifest.h"
#include "bundle/read_manifest.h"
#include "package/check.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

struct OpenLibrary {
  std::string path;  // for messages
  std::shared_ptr<const package::MetalLibrary> origin;
  metallib::Library library;
  // The code of each function that a task has asked for.
  std::map<std::string, std::shared_ptr<const std::vector<std::byte>>> code;
};

class Reader {
 public:
  explicit Reader(const Source& source)
      : source_(source), manifest_path_(source.path(kManifest).string()) {}

  Result<Bundle> read(std::span<const std::byte> text) {
    TS_TRY_ASSIGN(manifest, read_manifest(as_text(text), manifest_path_));
    TS_TRY_ASSIGN(target, metallib_target(manifest));
    for (const Manifest::Library& library : manifest.libraries) TS_TRY(open(library, target));
    TS_TRY(attach(manifest));
    if (Result<> checked = package::check(manifest.package); !checked) {
      return Failure{manifest_path_ + ": " + checked.failure().what};
    }
    Bundle bundle;
    bundle.package = std::move(manifest.package);
    bundle.target = std::move(target);
    bundle.numbering = manifest.numbering;
    bundle.native_float_atomics = manifest.native_float_atomics;
    bundle.fingerprint = manifest.fingerprint;
    for (const Manifest::Library& library : manifest.libraries) {
      bundle.libraries.push_back(library.file);
    }
    return bundle;
  }

 private:
  Failure wrong(const std::string& what) const { return {manifest_path_ + ": " + what}; }

  Result<metallib::Target> metallib_target(const Manifest& manifest) const {
    Result<metallib::Target> target = metallib::target_from_name(manifest.target);
    if (!target) return wrong("target: " + target.failure().what);
    bool same = manifest.platform == metallib::name(target->platform) &&
                manifest.os == target->os &&
                manifest.air == version_text(target->air_major, target->air_minor) &&
                manifest.msl == version_text(target->msl_major, target->msl_minor);
    if (!same) return wrong("target: its versions are not those of " + manifest.target);
    return target;
  }

  Result<> open(const Manifest::Library& named, const metallib::Target& target) {
    if (!package::is_file_stem(named.file)) {
      return wrong("'" + named.file + "' is no name of a file");
    }
    std::string path = source_.path(named.file).string();
    TS_TRY_ASSIGN(bytes, source_.get(named.file));
    if (sha256_hex(bytes) != named.sha256) {
      return Failure{path + ": is not the file that " + kManifest +
                     " was written with (SHA-256 differs); write the bundle again"};
    }
    TS_TRY_ASSIGN(library, metallib::read(bytes, path));
    if (library.platform != target.platform || library.os_major != target.os) {
      return Failure{path + ": made for " + std::string(metallib::name(library.platform)) + " " +
                     std::to_string(library.os_major) + ", " + kManifest + " says " + target.name};
    }
    auto origin = std::make_shared<package::MetalLibrary>();
    origin->name = named.file;
    if (source_.in_memory()) {
      origin->bytes = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    } else {
      origin->path = path;
    }
    OpenLibrary open{path, std::move(origin), std::move(library), {}};
    if (!libraries_.emplace(named.file, std::move(open)).second) {
      return wrong("library '" + named.file + "' twice");
    }
    return Ok{};
  }

  // Gives each task its function.
  Result<> attach(Manifest& manifest) {
    size_t at = 0;
    for (package::Kernel& kernel : manifest.package.kernels) {
      for (package::Task& task : kernel.tasks) {
        const Manifest::Place& place = manifest.places[at++];
        TS_TRY_ASSIGN(code, find(place, manifest));
        task.metal->air = code;
        task.metal->library = libraries_.at(place.file).origin;
      }
    }
    return Ok{};
  }

  Result<std::shared_ptr<const std::vector<std::byte>>> find(const Manifest::Place& place,
                                                             const Manifest& manifest) {
    auto at = libraries_.find(place.file);
    if (at == libraries_.end()) return wrong("library '" + place.file + "' is not in its list");
    OpenLibrary& open = at->second;
    auto& code = open.code[place.function];
    if (code) return code;
    auto bad = [&](const std::string& what) { return Failure{open.path + ": " + what}; };
    const metallib::Function* function = open.library.function(place.function);
    if (function == nullptr) return bad("it has no function '" + place.function + "'");
    if (function->type != metallib::FunctionType::Kernel) {
      return bad("function '" + place.function + "' is no kernel");
    }
    if (version_text(function->air_major, function->air_minor) != manifest.air ||
        version_text(function->msl_major, function->msl_minor) != manifest.msl) {
      return bad("function '" + place.function + "' is of other versions than " + kManifest +
                 " says");
    }
    code = std::make_shared<const std::vector<std::byte>>(function->blob);
    return code;
  }

  const Source& source_;
  std::string manifest_path_;
  std::map<std::string, OpenLibrary> libraries_;
};

}  // namespace

Result<std::vector<std::byte>> Source::get(const std::string& file) const {
  if (!in_memory_) return read_file(path_ / file);
  for (const NamedFile& one : files_) {
    if (one.name == prefix_ + file) return one.bytes;
  }
  return Failure{path_.string() + ": '" + file + "' is missing"};
}

Source Source::inside(const std::string& folder) const {
  Source inner = *this;
  inner.path_ = path_ / folder;
  inner.prefix_ = prefix_ + folder + "/";
  return inner;
}

Result<Bundle> read_bundle(const Source& source, std::span<const std::byte> manifest) {
  return Reader(source).read(manifest);
}

bool is_bundle(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path / kManifest, error) &&
         !std::filesystem::exists(path / "graphs.json", error);  // without which is no package
}

Result<Bundle> open(const std::filesystem::path& folder) {
  TS_TRY_ASSIGN(manifest, read_file(folder / kManifest));
  return read_bundle(Source(folder), manifest);
}

Result<Bundle> open(std::span<const NamedFile> files, const std::string& name) {
  Source source(files, name);
  TS_TRY_ASSIGN(manifest, source.get(kManifest));
  return read_bundle(source, manifest);
}

Result<package::Package> read(const std::filesystem::path& path) {
  if (!is_bundle(path)) return package::read(path);
  TS_TRY_ASSIGN(variants, open_variants(path));
  TS_TRY_ASSIGN(chosen, choose(variants, {}));
  return chosen->package;
}

}  // namespace tinsmith::bundle
