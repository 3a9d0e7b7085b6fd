// SPDX-License-Identifier: Apache-2.0
#include "air/witness.h"

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>

#include <memory>

#include "air/families.h"

namespace tinsmith::air {
namespace {

constexpr AirVersion kIos16{2, 5}, kIos17{2, 6}, kIos26{2, 8};

struct Row {
  std::string_view name, signature, minors;
};

constexpr Row kRows[] = {
#define SEEN(name, signature, minors) {name, signature, minors},
#include "air/witness_functions.def"
#undef SEEN
};

TEST(Witness, RowsAreSorted) {
  for (size_t i = 1; i < std::size(kRows); ++i) EXPECT_LE(kRows[i - 1].name, kRows[i].name);
}

// The grammar of names is right about every function that it claims and Apple wrote.
TEST(Witness, FamiliesAgreeWithWhatWasSeen) {
  size_t claimed = 0;
  for (const Row& row : kRows) {
    AirVersion version{2, static_cast<unsigned>(row.minors.front() - '0')};
    std::optional<std::string> signature = documented_signature(row.name, version);
    if (!signature || signature->empty()) continue;
    EXPECT_EQ(*signature, row.signature) << row.name;
    ++claimed;
  }
  EXPECT_GT(claimed, 230u);
}

TEST(Witness, TellsSeenFromDocumentedFromUnknown) {
  EXPECT_EQ(form_of("air.sin.f32", kIos16).standing, Standing::Seen);
  EXPECT_EQ(form_of("air.sin.f32", kIos16).signature, "float(float)");
  EXPECT_EQ(form_of("air.sin.v4f32", kIos16).standing, Standing::Documented);
  EXPECT_EQ(form_of("air.sin.v4f32", kIos16).signature, "<4 x float>(<4 x float>)");
  EXPECT_EQ(form_of("air.sine.f32", kIos16).standing, Standing::Unknown);
  EXPECT_EQ(form_of("air.sin.f64", kIos16).standing, Standing::Unknown);
  EXPECT_EQ(form_of("air.min.i32", kIos16).standing, Standing::Unknown);
  EXPECT_EQ(form_of("air.fast_sin.f16", kIos16).standing, Standing::Unknown);
  EXPECT_EQ(form_of("air.fast_fma.f32", kIos16).standing, Standing::Unknown);
  EXPECT_EQ(form_of("llvm.sin.f32", kIos16).standing, Standing::Unknown);
}

TEST(Witness, LeavesTexturesAlone) {
  EXPECT_EQ(form_of("air.sample_texture_2d.v4f32", kIos16).standing, Standing::Documented);
  EXPECT_EQ(form_of("air.sample_texture_2d.v4f32", kIos16).signature, "");
}

TEST(Witness, KnowsWhatCameLater) {
  EXPECT_EQ(form_of("air.atomic.fence", kIos16).standing, Standing::SeenLater);
  EXPECT_EQ(form_of("air.atomic.fence", kIos16).seen, "2.7, 2.8");
  EXPECT_EQ(form_of("llvm.smax.i32", kIos16).standing, Standing::SeenLater);
  EXPECT_EQ(form_of("llvm.smax.i32", kIos17).standing, Standing::Seen);
  EXPECT_EQ(form_of("air.convert.f.f16.f.bf16", kIos16).standing, Standing::SeenLater);
  EXPECT_EQ(form_of("air.nextafter.f32", kIos16).standing, Standing::Documented);
  EXPECT_EQ(form_of("air.atomic.global.load.f32", kIos26).standing, Standing::Seen);
}

TEST(Witness, FollowsTheMatrixFormOfAir28) {
  std::string_view name = "air.simdgroup_matrix_8x8_load.v64f32.p1f32";
  EXPECT_EQ(form_of(name, kIos17).signature,
            "<64 x float>(float addrspace(1)*, i64, <2 x i64>, i1)");
  EXPECT_EQ(form_of(name, kIos26).signature,
            "<64 x float>(float addrspace(1)*, <2 x i64>, <2 x i64>, <2 x i64>)");
}

TEST(Witness, KnowsAtomicsAndConversionsByTheirGrammar) {
  auto documented = [](std::string_view name) {
    FunctionForm form = form_of(name, kIos16);
    return form.standing == Standing::Documented ? form.signature : "not documented";
  };
  EXPECT_EQ(documented("air.atomic.local.add.u.i32"), "i32(i32 addrspace(3)*, i32, i32, i32, i1)");
  EXPECT_EQ(documented("air.atomic.global.max.u.i64"),
            "void(i64 addrspace(1)*, i64, i32, i32, i1)");
  EXPECT_EQ(documented("air.convert.f.v3f32.s.v3i32"), "<3 x float>(<3 x i32>)");
  EXPECT_EQ(documented("air.pack.unorm4x8.v4f32"), "i32(<4 x float>)");
  EXPECT_EQ(documented("air.atomic.local.add.f32"), "not documented");
  EXPECT_EQ(documented("air.convert.f.f32.f.i32"), "not documented");
  EXPECT_EQ(documented("air.convert.s.v3i32.f.v4f32"), "not documented");
}

// The declaration of `text` with the attributes that it should have, as LLVM prints it.
std::string declared(const std::string& text, AirVersion version) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic wrong;
  std::unique_ptr<llvm::Module> module =
      llvm::parseAssemblyString("declare " + text + "\n", wrong, context);
  if (!module) return wrong.getMessage().str();
  llvm::Function& fn = *module->begin();
  llvm::AttributeList list = attributes_for({fn.getName().data(), fn.getName().size()},
                                            *fn.getFunctionType(), version, context);
  std::string out = list.getAsString(llvm::AttributeList::FunctionIndex);
  for (unsigned i = 0; i < fn.arg_size(); ++i) {
    if (!list.hasParamAttrs(i)) continue;
    out += " | p" + std::to_string(i) + ": " +
           list.getAsString(llvm::AttributeList::FirstArgIndex + i);
  }
  return out;
}

// Expectations are what was read in declarations of Apple-made libraries.
TEST(Witness, DeclaresAsApplesCompilerDoes) {
  EXPECT_EQ(declared("float @air.sin.f32(float)", kIos16), "nounwind readnone");
  EXPECT_EQ(declared("float @air.sin.f32(float)", kIos17),
            "mustprogress nofree nosync nounwind readnone willreturn");
  EXPECT_EQ(declared("void @air.wg.barrier(i32, i32)", kIos16), "convergent nounwind");
  EXPECT_EQ(declared("float @air.simd_sum.f32(float)", kIos17),
            "convergent mustprogress nounwind willreturn");
  const char* load = "i32 @air.atomic.global.load.i32(i32 addrspace(1)*, i32, i32, i1)";
  EXPECT_EQ(declared(load, kIos16), "argmemonly nounwind readonly | p0: nocapture");
  EXPECT_EQ(declared(load, kIos17), "mustprogress nounwind willreturn | p0: nocapture");
  EXPECT_EQ(declared("void @air.atomic.global.store.f32(float addrspace(1)*, float, i32, i32, i1)",
                     kIos16),
            "argmemonly nounwind writeonly | p0: nocapture");
  EXPECT_EQ(declared("i32 @air.atomic.global.cmpxchg.weak.i32(i32 addrspace(1)*, i32*, i32, i32, "
                     "i32, i32, i1)",
                     kIos16),
            "argmemonly nounwind | p0: nocapture | p1: nocapture");
  EXPECT_EQ(declared("<64 x half> @air.simdgroup_matrix_8x8_load.v64f16.p3f16("
                     "half addrspace(3)*, i64, <2 x i64>, i1)",
                     kIos16),
            "convergent nounwind readonly | p0: nocapture readonly");
  EXPECT_EQ(declared("void @air.simdgroup_matrix_8x8_store.v64f32.p3f32("
                     "<64 x float>, float addrspace(3)*, i64, <2 x i64>, i1)",
                     kIos17),
            "convergent mustprogress nounwind willreturn writeonly | p1: nocapture writeonly");
}

TEST(Witness, WritesSignaturesWithoutNamesOfStructs) {
  llvm::LLVMContext context;
  llvm::StructType* type =
      llvm::StructType::create(context, {llvm::Type::getInt8Ty(context)}, "struct.state");
  llvm::FunctionType* fn = llvm::FunctionType::get(
      type, {type->getPointerTo(), llvm::Type::getHalfTy(context)->getPointerTo(1)}, false);
  EXPECT_EQ(signature_text(*fn), "%S(%S*, half addrspace(1)*)");
}

}  // namespace
}  // namespace tinsmith::air
