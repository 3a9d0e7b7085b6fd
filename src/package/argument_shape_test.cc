// SPDX-License-Identifier: Apache-2.0
#include "package/argument_shape.h"

#include <gtest/gtest.h>

#include "package/testing.h"

namespace tinsmith::package {
namespace {

using Shape = std::optional<std::vector<uint32_t>>;

Shape shape_of(const Package& package, const char* kernel, size_t argument) {
  return tensor_shape(package.kernel(kernel)->args_type.members[argument].type);
}

TEST(ArgumentShape, VectorsAndMatricesAreToldFromStructsByTheNamesOfTheirMembers) {
  const Package package = testing::genuine("c_arguments");
  EXPECT_EQ(shape_of(package, "vector_and_matrix", 0), (Shape{{3}}));
  EXPECT_EQ(shape_of(package, "vector_and_matrix", 1), (Shape{{2, 3}}));
  EXPECT_EQ(shape_of(package, "struct_argument", 0), std::nullopt);
  EXPECT_EQ(shape_of(package, "scalars", 0), std::nullopt);
}

BlockType struct_of(const std::vector<std::pair<std::string, DType>>& members) {
  BlockType type;
  for (const auto& [name, dtype] : members) {
    BlockType::Member& member = type.members.emplace_back();
    member.name = name;
    member.type.kind = BlockType::Kind::Primitive;
    member.type.dtype = dtype;
  }
  return type;
}

TEST(ArgumentShape, MembersThatAreNoIndicesOrOfSeveralTypesMakeAStruct) {
  EXPECT_EQ(tensor_shape(struct_of({})), std::nullopt);
  EXPECT_EQ(tensor_shape(struct_of({{"a_0", DType::F32}, {"b_1", DType::F32}})), std::nullopt);
  EXPECT_EQ(tensor_shape(struct_of({{"a_0", DType::F32}, {"a_2", DType::F32}})), std::nullopt);
  EXPECT_EQ(tensor_shape(struct_of({{"a_0", DType::F32}, {"a_1", DType::I32}})), std::nullopt);
  EXPECT_EQ(tensor_shape(struct_of({{"a_0_0", DType::F32}, {"a_1_0", DType::F32}})),
            (Shape{{2, 1}}));
  // Three members of a matrix whose first row has two.
  EXPECT_EQ(tensor_shape(
                struct_of({{"a_0_0", DType::F32}, {"a_0_1", DType::F32}, {"a_1_0", DType::F32}})),
            std::nullopt);
}

}  // namespace
}  // namespace tinsmith::package
