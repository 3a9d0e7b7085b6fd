// SPDX-License-Identifier: Apache-2.0
#include "bundle/bundle.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bundle/testing.h"
#include "package/testing.h"
#include "package/write_json.h"
#include "support/json.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

using package::testing::genuine;
using testing::bundle_of;
using testing::Folder;
using testing::for_ios16;

constexpr const char* kFixtures[] = {"a_square_grad", "b_ndarray", "b_ndarray_wide", "c_arguments",
                                     "d_atomics",     "d_tasks",   "e_graph",        "f_random",
                                     "g_templates",   "h_softmax", "i_archive",      "m_numeric"};

// All that a bundle keeps of a package.
std::string summary(package::Package package) {
  package.required_caps.clear();
  return to_text(package::metadata_json(package), JsonStyle::Indented) +
         to_text(package::graphs_json(package), JsonStyle::Indented) + package.version;
}

Json manifest_of(const std::vector<NamedFile>& files) {
  Result<Json> manifest = parse_json(as_text(files.back().bytes), kManifest);
  TS_CHECK(manifest, manifest.failure().what);
  return *manifest;
}

// A bundle with one thing made wrong, and what the reader says of it.
class Broken {
 public:
  explicit Broken(const char* package = "a_square_grad")
      : files_(bundle_of(genuine(package), for_ios16({"lib"}))) {}

  Broken& put(std::string_view path, Json value) {
    Json manifest = manifest_of(files_);
    package::testing::at(manifest, path) = std::move(value);
    files_.back().bytes = to_bytes(to_text(manifest));
    return *this;
  }
  std::vector<NamedFile>& files() { return files_; }
  // What the reader says, without the folder's name, or "accepted".
  std::string refusal() const {
    Result<Bundle> bundle = open(files_, "b");
    if (bundle) return "accepted";
    const std::string& what = bundle.failure().what;
    return what.starts_with("b/") ? what.substr(2) : what;
  }

 private:
  std::vector<NamedFile> files_;
};

}  // namespace

TEST(Bundle, GivesThePackageBackWithoutItsSpirv) {
  Folder folder("round_trip");
  for (const char* name : kFixtures) {
    package::Package package = genuine(name);
    for (const Naming& naming : {Naming{"all"}, Naming{std::nullopt}}) {
      folder.write(bundle_of(package, for_ios16(naming)));
      Result<package::Package> back = read(folder.path());
      ASSERT_TRUE(back) << name << ": " << back.failure().what;
      EXPECT_EQ(summary(*back), summary(package)) << name;
      for (const package::Kernel& kernel : back->kernels) {
        for (const package::Task& task : kernel.tasks) {
          ASSERT_TRUE(task.metal && task.metal->air) << name << ": " << task.name;
          std::string_view code = as_text(*task.metal->air);
          EXPECT_NE(code.find("BC\xC0\xDE" + task.metal->name), code.npos);
          ASSERT_NE(task.metal->library, nullptr);
          EXPECT_EQ(task.metal->library->path, folder.path() / task.metal->library->name);
          ASSERT_EQ(task.metal->indices.size(), task.buffers.size());
          for (size_t i = 0; i < task.buffers.size(); ++i) {
            EXPECT_EQ(task.metal->indices[i], task.buffers[i].binding);
          }
        }
      }
    }
  }
}

TEST(Bundle, KeepsTextsAndGradientLinks) {
  package::Package package = genuine("a_square_grad");
  package.kernels[0].doc = "\"a\"\\\n*/ größe";
  package.kernels[1].gradient_of = package.kernels[0].name;
  Result<Bundle> back = open(bundle_of(package, for_ios16({"lib"})), "b");
  ASSERT_TRUE(back) << back.failure().what;
  EXPECT_EQ(back->package.kernels[0].doc, package.kernels[0].doc);
  EXPECT_EQ(back->package.kernels[1].doc, "");
  EXPECT_EQ(back->package.kernels[0].gradient_of, "");
  EXPECT_EQ(back->package.kernels[1].gradient_of, package.kernels[0].name);
}

TEST(Bundle, SaysWhatTasksDoWithTheirBuffers) {
  package::Package package = genuine("a_square_grad");
  Result<Bundle> bundle = open(bundle_of(package, for_ios16()), "b");
  ASSERT_TRUE(bundle) << bundle.failure().what;
  size_t only_read = 0, only_written = 0;
  for (size_t k = 0; k < package.kernels.size(); ++k) {
    for (size_t t = 0; t < package.kernels[k].tasks.size(); ++t) {
      const package::Task& task = bundle->package.kernels[k].tasks[t];
      Result<package::SpirvFacts> facts = package::inspect_spirv(package.kernels[k].tasks[t].spirv);
      ASSERT_TRUE(facts);
      for (const package::BufferBinding& buffer : task.buffers) {
        for (const auto& known : facts->bindings) {
          if (known.binding != buffer.binding) continue;
          EXPECT_EQ((buffer.access & package::kRead) != 0, known.read) << task.name;
          EXPECT_EQ((buffer.access & package::kWrite) != 0, known.written) << task.name;
        }
        only_read += buffer.access == package::kRead;
        only_written += buffer.access == package::kWrite;
      }
    }
  }
  EXPECT_GT(only_read, 0u);
  EXPECT_GT(only_written, 0u);
}

TEST(Bundle, KeepsTheFingerprintOfItsPackage) {
  package::Package package = genuine("a_square_grad");
  Result<std::string> mark = fingerprint(package);
  ASSERT_TRUE(mark);
  Result<Bundle> bundle = open(bundle_of(package, for_ios16()), "b");
  ASSERT_TRUE(bundle) << bundle.failure().what;
  EXPECT_EQ(bundle->fingerprint, *mark);
  package.kernels[0].tasks[0].spirv[2] ^= 1;  // the number of its generator
  EXPECT_NE(*fingerprint(package), *mark);
  EXPECT_FALSE(fingerprint(bundle->package));  // which has no SPIR-V any more
}

TEST(Bundle, LibrariesOfMemoryKeepTheirBytes) {
  std::vector<NamedFile> files = bundle_of(genuine("a_square_grad"), for_ios16({"square"}));
  Result<Bundle> bundle = open(files, "b");
  ASSERT_TRUE(bundle) << bundle.failure().what;
  std::shared_ptr<const package::MetalLibrary> library =
      bundle->package.kernels[0].tasks[0].metal->library;
  EXPECT_TRUE(library->path.empty());
  EXPECT_EQ(*library->bytes, files[0].bytes);
  EXPECT_EQ(library, bundle->package.kernels[1].tasks[0].metal->library);
}

TEST(Bundle, IsTheSameBytesEachTime) {
  package::Package package = genuine("e_graph");
  std::vector<NamedFile> first = bundle_of(package, for_ios16()),
                         second = bundle_of(package, for_ios16());
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].name, second[i].name);
    EXPECT_EQ(first[i].bytes, second[i].bytes);
  }
}

TEST(Bundle, HasOneLibraryOrOneForEachTask) {
  package::Package package = genuine("a_square_grad");
  std::vector<NamedFile> single = bundle_of(package, for_ios16({"square"}));
  ASSERT_EQ(single.size(), 2u);
  EXPECT_EQ(single[0].name, "square.metallib");
  Result<metallib::Library> library = metallib::read(single[0].bytes, "square.metallib");
  ASSERT_TRUE(library) << library.failure().what;
  EXPECT_EQ(library->functions.size(), 6u);
  EXPECT_EQ(library->platform, metallib::Platform::Ios);
  EXPECT_EQ(bundle_of(package, for_ios16({std::nullopt})).size(), 7u);
}

TEST(Bundle, ManifestNamesTextByItsHash) {
  package::Package package = genuine("a_square_grad");
  Options options = for_ios16();
  std::vector<ConvertedTask> tasks = testing::convert(package, options);
  for (ConvertedTask& task : tasks) {
    task.function.reset();
    task.text = "kernel void main0() {}";
    task.text_entry = "main0";
  }
  Result<std::vector<NamedFile>> made = files(package, tasks, options);
  ASSERT_TRUE(made) << made.failure().what;
  Json manifest = manifest_of(*made);
  size_t at = 0;
  for (const Json& kernel : *manifest.find("kernels")->as_array()) {
    for (const Json& task : *kernel.find("tasks")->as_array()) {
      const Json* text = task.find("text");
      ASSERT_NE(text, nullptr);
      EXPECT_EQ(*text->find("file")->as_string(), (*made)[at].name);
      EXPECT_EQ(*text->find("sha256")->as_string(), sha256_hex((*made)[at].bytes));
      EXPECT_EQ(*text->find("entry")->as_string(), "main0");
      ++at;
    }
  }
  EXPECT_EQ(at + 1, made->size());
  Folder folder("text_only");
  folder.write(*made);
  EXPECT_EQ(former_files(folder.path()).size(), at);
  Result<Bundle> back = open(folder.path());
  ASSERT_FALSE(back);
  EXPECT_NE(back.failure().what.find("kernels[0].tasks[0]: it has no function in a library"),
            std::string::npos)
      << back.failure().what;
}

TEST(Bundle, FormerFilesAreOursAlone) {
  Folder folder("former");
  Broken bundle;
  bundle.put("libraries.0.file", "../up.metallib");
  folder.write(bundle.files());
  EXPECT_TRUE(former_files(folder.path()).empty());
  EXPECT_TRUE(former_files(folder.path() / "nowhere").empty());
}

TEST(Bundle, ReaderSaysWhatIsWrongAndWhere) {
  auto refusal = [](std::string_view path, Json value) {
    return Broken().put(path, std::move(value)).refusal();
  };
  EXPECT_EQ(Broken().refusal(), "accepted");
  EXPECT_EQ(refusal("format", 7),
            "manifest.json: format 7, and this version reads 3; write the bundle again");
  EXPECT_EQ(refusal("target.os", 17), "manifest.json: target: its versions are not those of ios16");
  EXPECT_EQ(refusal("target.name", "ios9").rfind("manifest.json: target: unknown target", 0), 0u);
  EXPECT_EQ(refusal("libraries.0.sha256", "00"),
            "lib.metallib: is not the file that manifest.json was written with (SHA-256 differs); "
            "write the bundle again");
  EXPECT_EQ(refusal("libraries.0.file", "../lib.metallib"),
            "manifest.json: '../lib.metallib' is no name of a file");
  EXPECT_EQ(refusal("kernels.0.tasks.0.library.function", "none"),
            "lib.metallib: it has no function 'none'");
  EXPECT_EQ(refusal("kernels.0.tasks.0.library.file", "other.metallib"),
            "manifest.json: library 'other.metallib' is not in its list");
  EXPECT_EQ(refusal("kernels.0.tasks.0.buffers.0.index", 31),
            "manifest.json: kernel 'fill_ramp': task 'fill_ramp_c80_0_0_t00': Metal has no buffer "
            "index 31");
  EXPECT_EQ(refusal("kernels.0.tasks.0.threads", -1),
            "manifest.json: kernels[0].tasks[0].threads: number out of range");
  EXPECT_EQ(refusal("kernels.0.tasks.0.buffers.0.access", "all"),
            "manifest.json: kernels[0].tasks[0].buffers[0].access: unknown word 'all'");
  EXPECT_EQ(refusal("package_sha256", nullptr), "manifest.json: package_sha256: is missing");
  EXPECT_EQ(refusal("kernels.0.tasks.0.type", "range"),
            "manifest.json: kernels[0].tasks[0].type: unknown word 'range'");
  EXPECT_EQ(refusal("kernels.0.tasks.0.group_size", nullptr),
            "manifest.json: kernels[0].tasks[0].group_size: is missing");
  EXPECT_EQ(refusal("kernels.0.tasks.0.group_size", 2048),
            "manifest.json: kernel 'fill_ramp': task 'fill_ramp_c80_0_0_t00': a group is larger "
            "than Metal's");
  EXPECT_EQ(refusal("fields.0.offset", 1000).rfind("manifest.json: field '", 0), 0u);
  EXPECT_EQ(refusal("kernels.0.rets_type", 3),
            "manifest.json: kernels[0].rets_type: expected an object, found integer");
}

TEST(Bundle, ReaderRefusesOneIndexTwice) {
  Broken bundle("i_archive");
  bundle.put("kernels.0.tasks.0.buffers.1.index", 2);
  EXPECT_EQ(bundle.refusal(),
            "manifest.json: kernel 'add': task 'add_c80_0_0_t00': Metal buffer index 2 twice");
}

TEST(Bundle, ReaderRefusesALibraryOfAnotherSystem) {
  Broken bundle;
  Options other = for_ios16({"lib"});
  other.target = *metallib::target_from_name("ios-sim16");
  bundle.files()[0] = bundle_of(genuine("a_square_grad"), other)[0];
  bundle.put("libraries.0.sha256", sha256_hex(bundle.files()[0].bytes));
  EXPECT_EQ(bundle.refusal(), "lib.metallib: made for iOS simulator 16, manifest.json says ios16");
}

TEST(Bundle, ReaderMissesALibrary) {
  Broken bundle;
  bundle.files().erase(bundle.files().begin());
  EXPECT_EQ(bundle.refusal(), "b: 'lib.metallib' is missing");
}

TEST(Bundle, NoFlippedOrCutLibraryIsRead) {
  Broken bundle;
  std::vector<std::byte> whole = bundle.files()[0].bytes;
  for (size_t i = 0; i < whole.size(); i += 1 + whole.size() / 40) {
    bundle.files()[0].bytes = whole;
    bundle.files()[0].bytes[i] ^= std::byte{0x10};
    EXPECT_EQ(bundle.refusal().rfind("lib.metallib: is not the file", 0), 0u) << i;
    bundle.files()[0].bytes.resize(i);
    EXPECT_EQ(bundle.refusal().rfind("lib.metallib: is not the file", 0), 0u) << i;
  }
}

TEST(Bundle, ACutManifestIsRefused) {
  Broken bundle("e_graph");
  std::vector<std::byte> whole = bundle.files().back().bytes;
  for (size_t i = 0; i + 2 < whole.size(); i += 1 + whole.size() / 60) {
    bundle.files().back().bytes.assign(whole.begin(), whole.begin() + static_cast<long>(i));
    EXPECT_EQ(bundle.refusal().rfind("manifest.json", 0), 0u) << i;
  }
}

}  // namespace tinsmith::bundle
