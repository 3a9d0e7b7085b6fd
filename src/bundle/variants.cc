// SPDX-License-Identifier: Apache-2.0
// Bundles of one package side by side. What tells them apart is the system; all else must agree,
// so that bindings and data fit whichever is chosen.
#include "bundle/manifest.h"
#include "bundle/read.h"
#include "bundle/read_manifest.h"
#include "package/write_json.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

// Kernels, fields and graphs: all that hosts see.
std::string described(const package::Package& package) {
  return to_text(package::metadata_json(package)) + to_text(package::graphs_json(package));
}

std::string system_name(std::string_view platform, uint16_t os) {
  return std::string(platform) + " " + std::to_string(os);
}

Result<> check_entry(const Bundle& bundle, const VariantEntry& entry, const std::string& path) {
  if (bundle.target.name != entry.target) {
    return Failure{path + ": is for " + bundle.target.name + ", the index says " + entry.target};
  }
  if (bundle.native_float_atomics != entry.native_float_atomics) {
    return Failure{path + ": native_float_atomics is not what the index says"};
  }
  return Ok{};
}

Result<Variants> read_variants(const Source& source) {
  std::string top = source.path(kManifest).string();
  TS_TRY_ASSIGN(text, source.get(kManifest));
  TS_TRY_ASSIGN(document, read_document(as_text(text), top));
  Variants variants;
  if (document.variants.empty()) {
    TS_TRY_ASSIGN(bundle, read_bundle(source, text));
    variants.bundles.push_back(std::move(bundle));
    return variants;
  }
  std::string first;  // what the first variant describes
  for (const VariantEntry& entry : document.variants) {
    Source inside = source.inside(entry.folder);
    std::string path = inside.path(kManifest).string();
    TS_TRY_ASSIGN(manifest, inside.get(kManifest));
    if (sha256_hex(manifest) != entry.sha256) {
      return Failure{path + ": is not the file that " + top +
                     " was written with (SHA-256 differs); write the bundles again"};
    }
    TS_TRY_ASSIGN(bundle, read_bundle(inside, manifest));
    TS_TRY(check_entry(bundle, entry, path));
    std::string description = bundle.fingerprint + described(bundle.package);
    if (variants.bundles.empty()) first = description;
    if (description != first) {
      return Failure{path + ": is of another package than " + document.variants.front().folder};
    }
    variants.bundles.push_back(std::move(bundle));
  }
  return variants;
}

// Of two that a device takes: native atomics are faster, newer systems know more.
bool is_better(const Bundle& a, const Bundle& b) {
  if (a.native_float_atomics != b.native_float_atomics) return a.native_float_atomics;
  return a.target.os > b.target.os;
}

bool fits(const Bundle& bundle, const Accepts& accepts) {
  if (accepts.platform.empty()) return true;
  if (bundle.native_float_atomics && !accepts.native_float_atomics) return false;
  return accepts.platform == metallib::name(bundle.target.platform) &&
         bundle.target.os <= accepts.os_major;
}

}  // namespace

Result<Variants> open_variants(const std::filesystem::path& folder) {
  return read_variants(Source(folder));
}

Result<Variants> open_variants(std::span<const NamedFile> files, const std::string& name) {
  return read_variants(Source(files, name));
}

Result<const Bundle*> choose(const Variants& variants, const Accepts& accepts) {
  const Bundle* best = nullptr;
  for (const Bundle& bundle : variants.bundles) {
    if (!fits(bundle, accepts)) continue;
    if (best == nullptr || (!accepts.platform.empty() && is_better(bundle, *best))) best = &bundle;
  }
  if (best != nullptr) return best;
  std::string there;
  for (const Bundle& bundle : variants.bundles) {
    there += (there.empty() ? "" : ", ") +
             system_name(metallib::name(bundle.target.platform), bundle.target.os) +
             (bundle.native_float_atomics ? " with f32 atomics" : "");
  }
  return Failure{"no library for this device: it takes those for " +
                 system_name(accepts.platform, accepts.os_major) + " or older" +
                 (accepts.native_float_atomics ? "" : ", without f32 atomics") +
                 "; there are those for " + there +
                 "; tinsmith metal --target makes others (NAME,NAME for several)"};
}

Result<std::string> fingerprint(const package::Package& package) {
  TS_TRY_ASSIGN(files, package::files(package));
  std::vector<std::byte> all;
  auto add = [&](std::span<const std::byte> bytes) {
    for (size_t i = 0; i < 8; ++i) {
      all.push_back(static_cast<std::byte>(static_cast<uint64_t>(bytes.size()) >> (8 * i)));
    }
    all.insert(all.end(), bytes.begin(), bytes.end());
  };
  for (const NamedFile& file : files) {
    add(std::as_bytes(std::span(file.name.data(), file.name.size())));
    add(file.bytes);
  }
  return sha256_hex(all);
}

}  // namespace tinsmith::bundle
