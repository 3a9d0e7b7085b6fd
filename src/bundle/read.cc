// SPDX-License-Identifier: Apache-2.0
// Bundles. The manifest says what the libraries hold, the libraries are asked whether that is so.
#include <functional>
#include <map>

#include "bundle/manifest.h"
#include "bundle/read_manifest.h"
#include "package/check.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

struct OpenLibrary {
  std::string path;  // for messages
  metallib::Library library;
  // The code of each function that a task has asked for.
  std::map<std::string, std::shared_ptr<const std::vector<std::byte>>> code;
};

class Reader {
 public:
  // `get` gives the file of a name; `folder` is for messages.
  using GetFile = std::function<Result<std::vector<std::byte>>(const std::string& name)>;
  Reader(const std::filesystem::path& folder, GetFile get)
      : folder_(folder), manifest_path_((folder / kManifest).string()), get_(std::move(get)) {}

  Result<Bundle> read() {
    TS_TRY_ASSIGN(text, get_(kManifest));
    TS_TRY_ASSIGN(manifest, read_manifest(as_text(text), manifest_path_));
    TS_TRY_ASSIGN(target, metallib_target(manifest));
    for (const Manifest::Library& library : manifest.libraries) TS_TRY(open(library, target));
    TS_TRY(attach(manifest));
    if (Result<> checked = package::check(manifest.package); !checked) {
      return Failure{manifest_path_ + ": " + checked.failure().what};
    }
    Bundle bundle{std::move(manifest.package),
                  std::move(target),
                  manifest.numbering,
                  {},
                  manifest.native_float_atomics};
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
    std::string path = (folder_ / named.file).string();
    TS_TRY_ASSIGN(bytes, get_(named.file));
    if (sha256_hex(bytes) != named.sha256) {
      return Failure{path + ": is not the file that " + kManifest +
                     " was written with (SHA-256 differs); write the bundle again"};
    }
    TS_TRY_ASSIGN(library, metallib::read(bytes, path));
    if (library.platform != target.platform || library.os_major != target.os) {
      return Failure{path + ": made for " + std::string(metallib::name(library.platform)) + " " +
                     std::to_string(library.os_major) + ", " + kManifest + " says " + target.name};
    }
    if (!libraries_.emplace(named.file, OpenLibrary{path, std::move(library), {}}).second) {
      return wrong("library '" + named.file + "' twice");
    }
    return Ok{};
  }

  // Gives each task its function.
  Result<> attach(Manifest& manifest) {
    size_t at = 0;
    for (package::Kernel& kernel : manifest.package.kernels) {
      for (package::Task& task : kernel.tasks) {
        TS_TRY_ASSIGN(code, find(manifest.places[at++], manifest));
        task.metal->air = code;
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

  std::filesystem::path folder_;
  std::string manifest_path_;
  GetFile get_;
  std::map<std::string, OpenLibrary> libraries_;
};

}  // namespace

bool is_bundle(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path / kManifest, error) &&
         !std::filesystem::exists(path / "metadata.json", error);
}

Result<Bundle> open(const std::filesystem::path& folder) {
  return Reader(folder, [&](const std::string& name) { return read_file(folder / name); }).read();
}

Result<Bundle> open(std::span<const NamedFile> files, const std::string& name) {
  auto get = [&](const std::string& wanted) -> Result<std::vector<std::byte>> {
    for (const NamedFile& file : files) {
      if (file.name == wanted) return file.bytes;
    }
    return Failure{name + ": '" + wanted + "' is missing"};
  };
  return Reader(name, get).read();
}

Result<package::Package> read(const std::filesystem::path& path) {
  if (!is_bundle(path)) return package::read(path);
  TS_TRY_ASSIGN(bundle, open(path));
  return std::move(bundle.package);
}

}  // namespace tinsmith::bundle
