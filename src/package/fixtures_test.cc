// SPDX-License-Identifier: Apache-2.0
// Over every package that genuine Taichi wrote: read, compare what is known of it, write again,
// compare the files.
#include <gtest/gtest.h>

#include "package/testing.h"
#include "package/write_json.h"

namespace tinsmith::package {
namespace {

using testing::genuine;
namespace fs = std::filesystem;

const char* const kCases[] = {
    "a_square_grad", "b_ndarray",        "b_ndarray_wide",     "c_arguments", "d_atomics",
    "d_tasks",       "e_graph",          "f_random",           "g_templates", "h_softmax",
    "i_archive",     "j_launched_first", "l_ndarray_gradient", "m_numeric"};

// Maps come in any order from genuine Taichi, and num_channels holds whatever lay in memory.
void normalise(Json& json) {
  if (Json::Array* items = json.as_array())
    for (Json& item : *items) normalise(item);
  if (!json.as_object()) return;
  for (Json::Member& member : *json.as_object()) {
    normalise(member.value);
    if (member.name == "num_channels") member.value = 0;
    bool is_map = member.name == "arg_attribs_vec_" || member.name == "arr_access" ||
                  member.name == "buffer_binds" || member.name == "texture_binds" ||
                  member.name == "required_caps";
    if (is_map)
      std::ranges::sort(*member.value.as_array(), {}, [](const Json& j) { return to_text(j); });
  }
}

std::map<std::string, std::vector<std::byte>> genuine_files(const std::string& name) {
  std::map<std::string, std::vector<std::byte>> out;
  fs::path path = testing::fixture(name);
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::directory_iterator(path))
      out[entry.path().filename().string()] = *read_file(entry.path());
    return out;
  }
  auto bytes = *read_file(path);
  auto entries = unzip(bytes, name);
  for (const auto& [file, content] : *entries) out[file].assign(content.begin(), content.end());
  return out;
}

class Fixture : public ::testing::TestWithParam<const char*> {};

TEST_P(Fixture, WritesTheFilesThatGenuineTaichiWrote) {
  auto wanted = genuine_files(GetParam());
  auto written = files(genuine(GetParam()));
  ASSERT_TRUE(written) << written.failure().what;
  ASSERT_EQ(written->size(), wanted.size());
  for (const NamedFile& file : *written) {
    SCOPED_TRACE(file.name);
    ASSERT_TRUE(wanted.contains(file.name));
    if (!file.name.ends_with(".json")) {
      EXPECT_EQ(as_text(file.bytes), as_text(wanted[file.name]));
      continue;
    }
    Json ours = *parse_json(as_text(file.bytes), "ours");
    Json theirs = *parse_json(as_text(wanted[file.name]), "theirs");
    normalise(ours);
    normalise(theirs);
    EXPECT_EQ(to_text(ours), to_text(theirs));
  }
}

TEST_P(Fixture, ReadsBackWhatItWrites) {
  Package package = genuine(GetParam());
  auto archive = zip(*files(package));
  ASSERT_TRUE(archive);
  auto again = read_archive(*archive, "again");
  ASSERT_TRUE(again) << again.failure().what;
  EXPECT_EQ(to_text(metadata_json(*again)), to_text(metadata_json(package)));
  EXPECT_EQ(to_text(graphs_json(*again)), to_text(graphs_json(package)));
  EXPECT_EQ(again->content, package.content);
  EXPECT_EQ(again->version, "1.7.4");
}

INSTANTIATE_TEST_SUITE_P(Genuine, Fixture, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param); });

TEST(Fixtures, FieldsHaveTheirOffsetsAndSizes) {
  Package package = genuine("c_arguments");
  const Field* tensors = package.field("tensors");
  ASSERT_TRUE(tensors);
  EXPECT_EQ(tensors->offset, 80u);
  EXPECT_EQ(tensors->element_shape, (std::vector<uint32_t>{3, 2}));
  EXPECT_EQ(tensors->components(), 6u);
  EXPECT_EQ(tensors->elements(), 12u);
  EXPECT_EQ(package.root_buffer_size, 208u);
  EXPECT_EQ(package.field("absent"), nullptr);
}

TEST(Fixtures, ArgumentsComeInTheirOrderWithTheirPlaces) {
  Package package = genuine("b_ndarray");
  const Kernel* saxpy = package.kernel("saxpy");
  ASSERT_TRUE(saxpy);
  ASSERT_EQ(saxpy->args.size(), 3u);
  EXPECT_EQ(saxpy->args[0].name, "a");
  EXPECT_EQ(saxpy->args[1].kind, ArgKind::Ndarray);
  EXPECT_EQ(saxpy->args[1].access, kRead);
  EXPECT_EQ(saxpy->args[2].access, kReadWrite);
  EXPECT_EQ(saxpy->args_type.members[2].offset, 48u);
  EXPECT_EQ(saxpy->args_bytes, 80u);
  ASSERT_EQ(saxpy->tasks.size(), 1u);
  EXPECT_FALSE(saxpy->tasks[0].range->const_end);
}

TEST(Fixtures, GraphsNameTheirKernelsAndArguments) {
  const Package package = genuine("e_graph");
  const Graph* graph = package.graph("diffuse");
  ASSERT_TRUE(graph);
  ASSERT_EQ(graph->dispatches.size(), 6u);
  EXPECT_EQ(graph->dispatches[5].args[1].tag, GraphArgKind::Matrix);
  EXPECT_EQ(graph->dispatches[5].args[1].element_shape, (std::vector<uint32_t>{2, 1}));
}

TEST(Fixtures, CapabilitiesComeFromTheModuleNotFromTheMetadata) {
  Package package = genuine("j_launched_first");
  EXPECT_EQ(package.required_caps.at("spirv_version"), 0x10300u);
  auto facts = inspect_spirv(package.kernels[0].tasks[0].spirv);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->version, 0x10500u);
  EXPECT_NE(std::ranges::find(facts->capabilities, "AtomicFloat32AddEXT"),
            facts->capabilities.end());
}

TEST(Fixtures, AnLlvmExportIsRecognised) {
  auto package = read(testing::fixtures() / "k_llvm_package/package");
  ASSERT_FALSE(package);
  EXPECT_TRUE(package.failure().what.ends_with(
      "k_llvm_package/package: a CPU or CUDA export of Taichi, with LLVM code in place of SPIR-V; "
      "export it again under ti.init(arch=ti.vulkan) or ti.metal"))
      << package.failure().what;
}

}  // namespace
}  // namespace tinsmith::package
