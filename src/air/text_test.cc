// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "air/air.h"

namespace tinsmith::air {
namespace {

constexpr std::string_view kModule = R"(source_filename = "twice"
target triple = "air64-apple-ios16.0.0"

define void @twice(i32 addrspace(1)* nocapture %x) local_unnamed_addr {
  %1 = load i32, i32 addrspace(1)* %x, align 4
  %2 = shl i32 %1, 1
  store i32 %2, i32 addrspace(1)* %x, align 4
  ret void
}
)";

TEST(Text, SurvivesAssemblingAndDisassembling) {
  Result<metallib::Bytes> blob = assemble(kModule, "twice.ll");
  ASSERT_TRUE(blob) << blob.failure().what;
  EXPECT_EQ(blob->size() % 16, 0u);
  Result<std::string> text = disassemble(*blob);
  ASSERT_TRUE(text) << text.failure().what;
  EXPECT_EQ(text->substr(text->find("source_filename")), kModule);
}

TEST(Text, AssemblesTheSameBytesEachTime) {
  EXPECT_EQ(*assemble(kModule, "twice.ll"), *assemble(kModule, "twice.ll"));
}

TEST(Text, WrapsModulesOfOtherSystemsToo) {
  Result<metallib::Bytes> blob = assemble("define void @f() {\n  ret void\n}\n", "f.ll");
  ASSERT_TRUE(blob) << blob.failure().what;
  EXPECT_EQ((*blob)[0], std::byte{0xde});  // 0x0B17C0DE, little endian
  EXPECT_TRUE(disassemble(*blob));
}

TEST(Text, NamesFileAndLineOfAMistake) {
  Result<metallib::Bytes> blob = assemble("define void @f() {\n  ret bogus\n}\n", "f.ll");
  ASSERT_FALSE(blob);
  EXPECT_EQ(blob.failure().what.substr(0, 7), "f.ll:2:");
}

TEST(Text, RefusesWhatTheVerifierRefuses) {
  Result<metallib::Bytes> blob = assemble(
      "define i32 @f() {\n  ret i32 %x\nb:\n  %x = add i32 1, 1\n  br label %b\n}\n", "f.ll");
  ASSERT_FALSE(blob);
  EXPECT_NE(blob.failure().what.find("f.ll: "), std::string::npos) << blob.failure().what;
}

TEST(Text, TellsWhatIsNoBitcode) {
  std::vector<std::byte> noise(64, std::byte{0x42});
  Result<std::string> text = disassemble(noise);
  ASSERT_FALSE(text);
  EXPECT_NE(text.failure().what.find("damaged"), std::string::npos) << text.failure().what;
}

TEST(Text, TellsWhereBitcodeIsCut) {
  metallib::Bytes blob = *assemble(kModule, "twice.ll");
  for (size_t size = 0; size < blob.size(); size += 13) {
    EXPECT_FALSE(disassemble(std::span(blob).first(size))) << size;
  }
}

}  // namespace
}  // namespace tinsmith::air
