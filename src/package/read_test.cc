// SPDX-License-Identifier: Apache-2.0
// One thing wrong in a genuine package: the reader says what and where. One thing lacking: it does
// not mind.
#include <gtest/gtest.h>

#include "package/testing.h"

namespace tinsmith::package {
namespace {

using testing::Loose;
constexpr const char* kMeta = "metadata.json";

struct Change {
  const char* path;
  Json value;
  const char* what;
};

void expect_refusals(std::string_view fixture, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    Loose files(fixture);
    files.put(kMeta, change.path, change.value);
    EXPECT_EQ(files.refusal(), change.what) << change.path;
  }
}

TEST(Read, RefusesWrongKindsAndSaysWhere) {
  expect_refusals(
      "c_arguments",
      {{"kernels", 3, "p/metadata.json: kernels: expected an array, found integer"},
       {"kernels.0", "x", "p/metadata.json: kernels[0]: expected an object, found string"},
       {"kernels.0.name", 1, "p/metadata.json: kernels[0].name: expected a string, found integer"},
       {"root_buffer_size", -1, "p/metadata.json: root_buffer_size: number out of range"},
       {"root_buffer_size", 4294967296, "p/metadata.json: root_buffer_size: number out of range"},
       {"root_buffer_size", 1.5,
        "p/metadata.json: root_buffer_size: expected an integer, found number"},
       {"fields.0.is_scalar", 1,
        "p/metadata.json: fields[0].is_scalar: expected a boolean, found integer"},
       {"fields.0.dtype", 12, "p/metadata.json: fields[0].dtype: unknown type number 12"},
       {"fields.0.dtype", 13,
        "p/metadata.json: fields[0].dtype: expected the number of a scalar type"},
       {"fields.0.dtype", nullptr, "p/metadata.json: fields[0]: a field has no dtype"},
       {"kernels.0.tasks_attribs.0.task_type", 6,
        "p/metadata.json: kernels[0].tasks_attribs[0].task_type: unknown value 6"},
       {"kernels.0.tasks_attribs.0.buffer_binds.0.buffer.type", 7,
        "p/metadata.json: kernels[0].tasks_attribs[0].buffer_binds[0].buffer.type: unknown value "
        "7"},
       {"kernels.0.ctx_attribs.arg_attribs_vec_.0.value.ptype", 6,
        "p/metadata.json: kernels[0].ctx_attribs.arg_attribs_vec_[0].value.ptype: unknown value 6"},
       {"kernels.0.ctx_attribs.arg_attribs_vec_.0.key.0", 9,
        "p/metadata.json: kernels[0].ctx_attribs.arg_attribs_vec_: no argument with index 5"},
       {"kernels.0.ctx_attribs.arg_attribs_vec_.0.key.0", 0,
        "p/metadata.json: kernels[0].ctx_attribs.arg_attribs_vec_[5].value: a second argument at "
        "the same index"},
       {"kernels.0.ctx_attribs.arg_attribs_vec_.0.key", Json::Array{},
        "p/metadata.json: kernels[0].ctx_attribs.arg_attribs_vec_[0].key: expected the index of an "
        "argument"},
       {"kernels.0.ctx_attribs.arr_access.0.value", 4,
        "p/metadata.json: kernels[0].ctx_attribs.arr_access[0].value: unknown value"},
       {"kernels.0.ctx_attribs.args_type_.type_kind", 6,
        "p/metadata.json: kernels[0].ctx_attribs.args_type_.type_kind: quantised types are not "
        "supported"},
       {"kernels.0.ctx_attribs.args_type_", nullptr,
        "p/metadata.json: kernels[0].ctx_attribs: no args_type_: this is the format of Taichi 1.4 "
        "to 1.6; export it again with 1.7"}});
}

TEST(Read, RefusesBlocksThatDoNotFit) {
  expect_refusals("c_arguments",
                  {{"kernels.0.ctx_attribs.args_bytes_", 23,
                    "p: kernel 'scalars': the arguments need 24 bytes, their block has 23"},
                   {"kernels.0.ctx_attribs.args_bytes_", 2000000,
                    "p: kernel 'scalars': a block of 2000000 bytes for arguments"},
                   {"kernels.0.ctx_attribs.args_type_.content.elements_.2.offset", 4294967295,
                    "p: kernel 'scalars': the arguments need 4294967299 bytes, their block has 32"},
                   {"kernels.0.ctx_attribs.args_type_.content.layout_", "9-",
                    "p: kernel 'scalars': unknown layout of the arguments '9-'"},
                   {"kernels.0.ctx_attribs.args_type_.content.elements_.0.type.content.type", 6,
                    "p: kernel 'scalars': argument 'a' has two types"},
                   {"kernels.0.ctx_attribs.args_type_.content.elements_", Json::Array{},
                    "p: kernel 'scalars': 6 arguments, args_type_ has 0"}});
  // return_vector's result is a tensor of 3 by 1.
  expect_refusals(
      "c_arguments",
      {{"kernels.6.ctx_attribs.rets_type_.content.elements_.0.type.content.shape_",
        Json::Array{4294967295, 4294967295, 4294967295},
        "p: kernel 'return_vector': the results need 18446744073709551615 bytes, their block has "
        "12"}});
  expect_refusals(
      "b_ndarray",
      {{"kernels.0.ctx_attribs.arg_attribs_vec_.0.value.field_dim", 2,
        "p: kernel 'saxpy': argument 'y' is an array of 2 dimensions, args_type_ has another"},
       {"kernels.0.ctx_attribs.arg_attribs_vec_.0.value.dtype", 13,
        "p: kernel 'saxpy': argument 'y' is an array of no known type"},
       {"kernels.0.ctx_attribs.arg_attribs_vec_.0.value.ptype", 0,
        "p: kernel 'saxpy': argument 'y' is an array and is none"}});
}

TEST(Read, RefusesFieldsOutsideOfTheRootBuffer) {
  expect_refusals(
      "a_square_grad",
      {{"root_buffer_size", 135, "p: field 'x_grad': ends at byte 136, the root buffer has 135"},
       {"fields.0.mem_offset_in_parent", 4294967295,
        "p: field 'x': ends at byte 4294967359, the root buffer has 136"},
       {"fields.0.shape", Json::Array{4294967295, 4294967295, 4294967295},
        "p: field 'x': ends at byte 18446744073709551615, the root buffer has 136"},
       {"fields.0.element_shape", Json::Array{1, 3},
        "p: field 'x': expected an element of two dimensions, or none for a scalar"},
       {"fields.0.field_name", "loss", "p: two fields have the name 'loss'"},
       {"fields.0.field_name", "", "p: a field has no name"},
       {"fields.2.mem_offset_in_parent", 12,
        "p: fields 'x' and 'loss' share a dense node, and a package cannot say how: give each its "
        "own (no lazy_grad() after the fields), and export each once"}});
}

TEST(Read, RefusesInterleavedFieldsAndAllowsTwoNamesForOne) {
  // x and x_grad in one dense node: both at 8, and as much room behind.
  Loose interleaved("a_square_grad");
  interleaved.put(kMeta, "fields.1.mem_offset_in_parent", 8);
  EXPECT_TRUE(interleaved.refusal().starts_with("p: fields 'x' and 'x_grad' share a dense node"));
  Loose twice("a_square_grad");
  twice.put(kMeta, "fields.1.mem_offset_in_parent", 8).put(kMeta, "root_buffer_size", 72);
  EXPECT_EQ(twice.refusal(), "accepted");
}

TEST(Read, RefusesTasksThatCannotBeRun) {
  const std::string task = "p: kernel 'scalars': task 'scalars_c80_0_0_t00': ";
  struct Case {
    const char* path;
    Json value;
    const char* what;
  };
  for (const Case& c : std::vector<Case>{
           {"advisory_num_threads_per_group", 0, "an empty group"},
           {"advisory_num_threads_per_group", 4,
            "its SPIR-V has groups of 1x1x1 threads, the metadata says 4"},
           {"advisory_total_num_threads", 4294967296, "too many threads"},
           {"advisory_total_num_threads", INT64_MAX, "too many threads"},
           {"buffer_binds.0.binding", 0, "binding 0 twice"},
           {"buffer_binds.0.binding", 5, "its SPIR-V uses binding 2, which the metadata has not"},
           {"buffer_binds.0.binding", 1024, "binding 1024 is too large"},
           {"buffer_binds.0.buffer.type", 2, "binding 2 is of another kind in its SPIR-V"},
           {"buffer_binds.0.buffer.type", 3, "binding 2 is for results, and there are none"},
           {"buffer_binds.0.buffer.type", 5, "binding 2 is of no array argument"},
           {"buffer_binds.0.buffer.type", 6, "binding 2 is of no known pack"},
           {"buffer_binds.0.buffer.root_id", Json::Array{}, "binding 2 is no root buffer"},
           {"buffer_binds.0.buffer.root_id", Json::Array{1},
            "binding 2 is a field that no package can hold: declare all fields before the first "
            "kernel runs"},
           {"buffer_binds.0.gradient", true, "binding 2 is the gradient of no array"}}) {
    Loose files("c_arguments");
    files.put(kMeta, std::string("kernels.0.tasks_attribs.0.") + c.path, c.value);
    EXPECT_EQ(files.refusal(), task + c.what) << c.path;
  }
}

TEST(Read, RefusesLoopBoundsOutsideOfTheTemporaries) {
  for (int bound : {-4, 2, 1 << 20}) {
    Loose files("d_tasks");
    Json metadata = files.json(kMeta);
    size_t found = 0;
    for (Json& kernel : *testing::at(metadata, "kernels").as_array())
      for (Json& task : *testing::at(kernel, "tasks_attribs").as_array()) {
        Json& range = testing::at(task, "range_for_attribs");
        if (range.is_null() || *range.find("const_end")->as_bool()) continue;
        range.set("end", bound);
        ++found;
      }
    ASSERT_GT(found, 0u);
    files.set_json(kMeta, metadata);
    EXPECT_TRUE(files.refusal().ends_with("a loop bound outside of the temporaries")) << bound;
  }
}

TEST(Read, NeverLeavesThePackageForAFile) {
  for (const char* name : {"../secret", "/etc/passwd", "a/b", "..", "", ".hidden", "a\\b"}) {
    Loose files("c_arguments");
    files.put(kMeta, "kernels.0.tasks_attribs.0.name", name);
    EXPECT_EQ(files.refusal(),
              std::string("p: task '") + name + "' has a name that is no name of a file");
  }
}

TEST(Read, RefusesMissingAndDamagedFiles) {
  const std::string spv = "scalars_c80_0_0_t00.spv";
  Loose no_spirv("c_arguments");
  no_spirv.remove(spv);
  EXPECT_EQ(no_spirv.refusal(), "p: '" + spv + "' is missing");
  Loose odd("c_arguments");
  odd.file(spv).pop_back();
  EXPECT_TRUE(odd.refusal().ends_with("bytes are no whole number of words")) << odd.refusal();
  Loose cut("c_arguments");
  cut.file(spv).resize(cut.file(spv).size() - 8);
  EXPECT_NE(cut.refusal(), "accepted");
  Loose empty("c_arguments");
  empty.file(spv).clear();
  EXPECT_TRUE(empty.refusal().ends_with("SPIR-V: too short")) << empty.refusal();
  Loose no_graphs("c_arguments");
  no_graphs.remove("graphs.json");
  EXPECT_EQ(no_graphs.refusal(), "p: 'graphs.json' is missing");
  Loose no_metadata("c_arguments");
  no_metadata.remove(kMeta);
  EXPECT_EQ(no_metadata.refusal(), "p: no package: it has no metadata.json");
  Loose broken("c_arguments");
  broken.file(kMeta).pop_back();
  EXPECT_TRUE(broken.refusal().starts_with("p/metadata.json:1:")) << broken.refusal();
}

TEST(Read, RefusesGraphsThatDoNotFitTheirKernels) {
  for (const Change& c : std::vector<Change>{
           {"0.value.dispatches.0.kernel_name", "none", "p: graph 'diffuse': no kernel 'none'"},
           {"0.value.dispatches.0.symbolic_args", Json::Array{},
            "p: graph 'diffuse': kernel 'set_ramp_c80_0' takes 2 arguments, not 0"},
           {"0.value.dispatches.0.symbolic_args.0.tag", 0,
            "p: graph 'diffuse': argument 'a' does not fit 'a' of kernel 'set_ramp_c80_0'"},
           {"0.value.dispatches.0.symbolic_args.0.field_dim", 2,
            "p: graph 'diffuse': argument 'a' does not fit 'a' of kernel 'set_ramp_c80_0'"},
           {"0.value.dispatches.0.symbolic_args.1.name", "by",
            "p: graph 'diffuse': argument 'by' has two types"},
           {"0.value.dispatches.0.symbolic_args.0.tag", 9,
            "p/graphs.json: [0].value.dispatches[0].symbolic_args[0].tag: unknown value 9"}}) {
    Loose files("e_graph");
    files.put("graphs.json", c.path, c.value);
    EXPECT_EQ(files.refusal(), c.what) << c.path;
  }
}

TEST(Read, DoesNotMindWhatGenuineReadersDoNot) {
  Loose files("c_arguments");
  files.remove("__content__");
  files.remove("__version__");
  files.put(kMeta, "tinsmith", 1).put(kMeta, "fields.0.unknown", Json::Array{1});
  files.drop(kMeta, "required_caps").drop(kMeta, "kernels.0.is_jit_evaluator");
  files.drop(kMeta, "kernels.0.ctx_attribs.argpack_types_");
  files.drop(kMeta, "kernels.0.tasks_attribs.0.texture_binds");
  files.drop(kMeta, "kernels.0.tasks_attribs.0.range_for_attribs");
  auto package = files.read();
  ASSERT_TRUE(package) << package.failure().what;
  EXPECT_EQ(package->version, "");
  EXPECT_TRUE(package->content.empty());
}

TEST(Read, TheOrderOfArraysDoesNotMatter) {
  Loose files("c_arguments");
  Json metadata = files.json(kMeta);
  for (const char* path :
       {"kernels.0.ctx_attribs.arg_attribs_vec_", "kernels.0.ctx_attribs.arr_access",
        "kernels.0.tasks_attribs.0.buffer_binds"})
    std::ranges::reverse(*testing::at(metadata, path).as_array());
  std::ranges::reverse(*metadata.as_object());
  files.set_json(kMeta, metadata);
  auto package = files.read();
  ASSERT_TRUE(package) << package.failure().what;
  EXPECT_EQ(package->kernel("scalars")->args[4].name, "e");
}

TEST(Read, AKernelOfTwoGraphsCountsOnce) {
  Loose files("e_graph");
  Json metadata = files.json(kMeta);
  Json again = testing::at(metadata, "kernels.0");
  testing::at(metadata, "kernels").push(again);
  files.set_json(kMeta, metadata);
  EXPECT_EQ(files.refusal(), "accepted");
  testing::at(metadata, "kernels.0.tasks_attribs.0.name") = "smooth_c82_0_0_t00";
  files.set_json(kMeta, metadata);
  EXPECT_NE(files.refusal(), "accepted");
}

TEST(Read, SaysWhatIsNoPackage) {
  EXPECT_EQ(read("/nowhere").failure().blame, Blame::World);
  auto neither = read_archive(to_bytes("hello"), "notes.txt");
  EXPECT_EQ(neither.failure().what,
            "notes.txt: no package: neither a directory nor a .tcm archive");
  auto folder = read(testing::fixtures());
  EXPECT_TRUE(folder.failure().what.ends_with("no package: it has no metadata.json"));
}

}  // namespace
}  // namespace tinsmith::package
