// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "bundle/bundle.h"
#include "bundle/testing.h"
#include "package/testing.h"
#include "support/json.h"
#include "support/sha256.h"

namespace tinsmith::bundle {

namespace {

using package::testing::genuine;
using testing::bundle_of;
using testing::Folder;
using testing::for_ios16;
using testing::variants_of;

const std::vector<std::string> kTargets = {"ios16", "ios17", "ios-sim16", "macos13",
                                           "ios16+atomics"};

std::vector<NamedFile> square_variants() { return variants_of(genuine("a_square_grad"), kTargets); }

// What open_variants() says of the files, or "accepted".
std::string refusal(const std::vector<NamedFile>& files) {
  Result<Variants> variants = open_variants(files, "v");
  return variants ? "accepted" : variants.failure().what;
}

std::vector<std::byte>& file(std::vector<NamedFile>& files, const std::string& name) {
  auto at = std::find_if(files.begin(), files.end(), [&](auto& f) { return f.name == name; });
  TS_CHECK(at != files.end(), name);
  return at->bytes;
}

// The index with one thing changed.
std::vector<NamedFile> with_index(std::string_view path, Json value) {
  std::vector<NamedFile> files = square_variants();
  Result<Json> index = parse_json(as_text(files.back().bytes), kManifest);
  TS_CHECK(index, index.failure().what);
  package::testing::at(*index, path) = std::move(value);
  files.back().bytes = to_bytes(to_text(*index));
  return files;
}

// "iOS 17" as the choice is, or the failure.
std::string choice(const Accepts& accepts) {
  Result<Variants> variants = open_variants(square_variants(), "v");
  TS_CHECK(variants, variants.failure().what);
  Result<const Bundle*> chosen = choose(*variants, accepts);
  if (!chosen) return chosen.failure().what;
  return (*chosen)->target.name + ((*chosen)->native_float_atomics ? "+atomics" : "");
}

}  // namespace

TEST(Variants, AreReadFromAFolderAndFromMemory) {
  Folder folder("variants");
  folder.write(square_variants());
  Result<Variants> on_disk = open_variants(folder.path()),
                   in_memory = open_variants(square_variants(), "v");
  ASSERT_TRUE(on_disk) << on_disk.failure().what;
  ASSERT_TRUE(in_memory) << in_memory.failure().what;
  ASSERT_EQ(on_disk->bundles.size(), kTargets.size());
  ASSERT_EQ(in_memory->bundles.size(), kTargets.size());
  const package::MetalLibrary& library =
      *on_disk->bundles[2].package.kernels[0].tasks[0].metal->library;
  EXPECT_EQ(library.path, folder.path() / "ios-sim16" / "lib.metallib");
  EXPECT_TRUE(is_bundle(folder.path()));
  Result<package::Package> package = read(folder.path());
  ASSERT_TRUE(package) << package.failure().what;
  EXPECT_EQ(package->kernels[0].tasks[0].metal->library->path,
            folder.path() / "ios16" / "lib.metallib");
}

TEST(Variants, APlainBundleIsOne) {
  Result<Variants> variants = open_variants(bundle_of(genuine("e_graph"), for_ios16()), "v");
  ASSERT_TRUE(variants) << variants.failure().what;
  EXPECT_EQ(variants->bundles.size(), 1u);
}

TEST(Variants, TheNewestThatTheDeviceTakesIsChosen) {
  EXPECT_EQ(choice({"iOS", 16, false}), "ios16");
  EXPECT_EQ(choice({"iOS", 17, false}), "ios17");
  EXPECT_EQ(choice({"iOS", 26, false}), "ios17");
  EXPECT_EQ(choice({"iOS simulator", 18, true}), "ios-sim16");
  EXPECT_EQ(choice({"macOS", 15, false}), "macos13");
}

TEST(Variants, NativeAtomicsAreChosenWhereTheDeviceHasThem) {
  EXPECT_EQ(choice({"iOS", 17, true}), "ios16+atomics");
  EXPECT_EQ(choice({"macOS", 15, true}), "macos13");
}

TEST(Variants, ADeviceThatTakesAnyGetsTheFirst) {
  EXPECT_EQ(choice({"", 0, false}), "ios16");
  EXPECT_EQ(choice({"", 0, true}), "ios16");
}

TEST(Variants, WhatNoLibraryIsForIsSaid) {
  EXPECT_EQ(choice({"macOS", 12, false}),
            "no library for this device: it takes those for macOS 12 or older, without f32 "
            "atomics; there are those for iOS 16, iOS 17, iOS simulator 16, macOS 13, iOS 16 with "
            "f32 atomics; tinsmith metal --target makes others (NAME,NAME for several)");
}

TEST(Variants, OneOfThemIsOpenedByItsOwnFolder) {
  Folder folder("one_of");
  folder.write(square_variants());
  EXPECT_TRUE(open(folder.path() / "macos13"));
  Result<Bundle> whole = open(square_variants(), "v");
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.failure().what,
            "v/manifest.json: holds bundles for several systems, in its folders ios16, ios17, "
            "ios-sim16, macos13, ios16-atomics; give one of them");
}

TEST(Variants, AnIndexThatLiesIsRefused) {
  EXPECT_EQ(refusal(square_variants()), "accepted");
  EXPECT_EQ(refusal(with_index("variants.1.sha256", "00")),
            "v/ios17/manifest.json: is not the file that v/manifest.json was written with (SHA-256 "
            "differs); write the bundles again");
  EXPECT_EQ(refusal(with_index("variants.1.target", "ios16")),
            "v/ios17/manifest.json: is for ios17, the index says ios16");
  EXPECT_EQ(refusal(with_index("variants.0.native_float_atomics", true)),
            "v/ios16/manifest.json: native_float_atomics is not what the index says");
  EXPECT_EQ(refusal(with_index("variants.1.folder", "../ios17")),
            "v/manifest.json: variants[1].folder: is no name of a folder");
  EXPECT_EQ(refusal(with_index("variants.1.folder", "ios16")),
            "v/manifest.json: variants[1]: its folder stands twice");
  EXPECT_EQ(refusal(with_index("variants.1.folder", "none")), "v/none: 'manifest.json' is missing");
  EXPECT_EQ(refusal(with_index("variants", Json::Array{})), "v/manifest.json: no variant");
  EXPECT_EQ(refusal(with_index("format", 2)),
            "v/manifest.json: format 2, and this version reads 3; write the bundle again");
}

TEST(Variants, OfDifferentPackagesAreRefused) {
  std::vector<NamedFile> files = variants_of(genuine("a_square_grad"), {"ios16", "macos13"});
  std::vector<NamedFile> others = variants_of(genuine("b_ndarray"), {"ios16", "macos13"});
  for (const char* name : {"macos13/manifest.json", "macos13/lib.metallib"}) {
    file(files, name) = file(others, name);
  }
  Result<Json> index = parse_json(as_text(files.back().bytes), kManifest);
  package::testing::at(*index, "variants.1.sha256") =
      sha256_hex(file(files, "macos13/manifest.json"));
  files.back().bytes = to_bytes(to_text(*index));
  EXPECT_EQ(refusal(files), "v/macos13/manifest.json: is of another package than ios16");
}

TEST(Variants, ADamagedLibraryOfAnyIsRefused) {
  std::vector<NamedFile> files = square_variants();
  file(files, "macos13/lib.metallib")[200] ^= std::byte{1};
  EXPECT_EQ(refusal(files).rfind("v/macos13/lib.metallib: is not the file", 0), 0u);
}

TEST(Variants, TheSameTargetTwiceIsRefused) {
  Options options = for_ios16();
  std::vector<NamedFile> files = bundle_of(genuine("e_graph"), options);
  Result<std::vector<NamedFile>> made = variant_files({{options, files}, {options, files}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().what, "the target ios16 is asked for twice");
}

TEST(Variants, WritingAnewLeavesNothingOfTheOldOnes) {
  Folder folder("anew");
  folder.write(square_variants());
  ASSERT_TRUE(write_file(folder.path() / "ios17" / "notes.txt", "mine"));
  std::vector<NamedFile> plain = bundle_of(genuine("a_square_grad"), for_ios16({"lib"}));
  ASSERT_TRUE(write_folder(folder.path(), plain, former_files(folder.path())));
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    left.push_back(entry.path().lexically_relative(folder.path()).string());
  }
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (std::vector<std::string>{"ios17", "ios17/notes.txt", "lib.metallib",
                                            "manifest.json"}));
}

}  // namespace tinsmith::bundle
