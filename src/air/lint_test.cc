// SPDX-License-Identifier: Apache-2.0
// One deliberate fault at a time, in a library that has none otherwise: the lint must find it, and
// must find nothing else wrong.
#include "air/lint.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "air/lint_fixture.h"
#include "air/lint_report.h"

namespace tinsmith::air {
namespace {

std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) text += f.code + " at " + f.place + ": " + f.message + "\n";
  return text;
}

std::set<std::string> codes_of(const std::vector<Finding>& findings) {
  std::set<std::string> codes;
  for (const Finding& f : findings) codes.insert(f.code);
  return codes;
}

std::vector<Finding> lint_of(const metallib::Library& library) {
  Result<metallib::Bytes> bytes = metallib::write(library);
  if (!bytes) {
    ADD_FAILURE() << bytes.failure().what;
    return {};
  }
  return lint(*bytes, "test.metallib");
}

TEST(Lint, FindsNothingWrongWithGoodModulesOfEveryTarget) {
  for (const metallib::Target& target : metallib::targets()) {
    for (metallib::Layout layout : {metallib::Layout::Linked, metallib::Layout::Full}) {
      metallib::Library library = library_of(good_module(target.name), target.name);
      library.layout = layout;
      EXPECT_EQ(text_of(lint_of(library)), "") << target.name;
    }
  }
}

// A fault in the text of the module.
struct TextFault {
  const char* code;
  const char* target;
  const char* from;
  const char* to;
};

void PrintTo(const TextFault& fault, std::ostream* out) {
  *out << fault.code << " by " << fault.to << " for " << fault.target;
}

constexpr const char* kSin = "declare float @air.sin.f32(float) local_unnamed_addr #5";
constexpr const char* kAdd = "%14 = fadd float %13, 1.000000e+00";
constexpr const char* kAtEnd = "!0 = !{i32 2, !\"SDK Version\"";

const TextFault kTextFaults[] = {
    {"M0203", "ios16", "air64-apple", "air64_v26-apple"},
    {"M0214", "ios16", "air64-apple", "air64_v25-apple"},
    {"M0203", "ios18", "air64-apple", "air64_v26-apple"},
    {"M0204", "ios16", "-ios16.0.0", "-macosx13.0.0"},
    {"M0204", "ios-sim16", "-simulator", ""},
    {"M0205", "ios16", "ios16.0.0", "ios17.0.0"},
    {"M0206", "ios16", "f64:64:64", "f64:32:64"},
    {"M0207", "ios16", "!9 = !{i32 2, i32 5", "!9 = !{i32 2, i32 6"},
    {"M0207", "ios16", "!air.version = !{!9}\n", ""},
    {"M0208", "ios16", "!\"Metal\", i32 3, i32 0", "!\"Metal\", i32 3, i32 1"},
    {"M0209", "ios16", "\"wchar_size\", i32 4", "\"wchar_size\", i32 2"},
    {"M0209", "ios16", "!{!0, !1, !2", "!{!0, !1, !23, !2"},
    {"M0209", "ios17", "!4, !5, !6, !7}", "!4, !5, !6}"},
    {"M0210", "ios16", "!llvm.ident = !{!8}\n", ""},
    {"M0211", "ios16", "!{!11, !12, !13}", "!{!12, !13}"},
    {"M0212", "ios16", "[64 x float] undef",
     "[64 x float] [float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, "
     "float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0, float 1.0]"},
    {"M0212", "ios16", "@tile =", "@count = internal addrspace(1) global i32 0, align 4\n@tile ="},
    {"M0213", "ios16", "@tile =",
     "@more = internal unnamed_addr addrspace(3) global [8192 x float] undef, align 4\n@tile ="},

    {"M0301", "ios16", "attributes #0 = { convergent", "attributes #0 = { convergent mustprogress"},
    {"M0301", "ios16", "attributes #5 = {", "attributes #5 = { willreturn"},
    {"M0301", "ios16", "attributes #5 = {", "attributes #5 = { nofree"},
    {"M0301", "ios16", "attributes #1 = {", "attributes #1 = { nosync"},
    {"M0301", "ios16", "(float addrspace(1)* ", "(float addrspace(1)* noundef"},
    {"M0302", "ios16", "attributes #4 = {", "attributes #4 = { cold"},
    {"M0302", "ios17", "(float addrspace(1)* ", "(float addrspace(1)* inreg "},
    {"M0303", "ios16", "define internal",
     "define internal fastcc void @more(bfloat %0) unnamed_addr {\n  ret void\n}\n\ndefine "
     "internal"},
    {"M0304", "ios16", kAdd,
     "%sum = fadd float %13, 1.000000e+00\n  %14 = fadd float %sum, 1.000000e+00"},

    {"M0401", "ios16", "define void @scale", "define linkonce void @scale"},
    {"M0401", "ios16", "define void @scale", "define fastcc void @scale"},
    {"M0402", "ios16", "define internal fastcc float", "define fastcc float"},
    {"M0403", "ios16", "attributes #6 = { convergent", "attributes #6 = {"},
    {"M0403", "ios17", "attributes #0 = { convergent", "attributes #0 = {"},
    {"M0404", "ios16", "%15 = fsub float -0.000000e+00, %14", "%15 = fneg float %14"},
    {"M0404", "ios16", kAdd, "%14 = freeze float %13"},
    {"M0405", "ios16", kAdd, "%14 = sitofp i32 %7 to float"},
    {"M0405", "ios26", kAdd, "%14 = uitofp i32 %7 to float"},
    {"M0405", "ios16", "%18 = tail call i32 @air.convert.s.i32.f.f32(float %15) #1",
     "%18 = fptosi float %15 to i32"},
    {"M0405", "ios16", kAdd, "%14 = frem float %13, 1.000000e+00"},
    {"M0405", "ios16",
     "%20 = tail call i32 @air.atomic.global.add.s.i32(i32 addrspace(1)* %19, i32 %18, i32 0, i32 "
     "2, i1 true) #3",
     "%20 = atomicrmw add i32 addrspace(1)* %19, i32 %18 monotonic"},
    {"M0405", "ios16",
     "%20 = tail call i32 @air.atomic.global.add.s.i32(i32 addrspace(1)* %19, i32 %18, i32 0, i32 "
     "2, i1 true) #3",
     "%20 = cmpxchg i32 addrspace(1)* %19, i32 %18, i32 %7 monotonic monotonic"},
    {"M0405", "ios17",
     "%17 = getelementptr inbounds [64 x float], [64 x float] addrspace(3)* @tile, i64 0, i64 %16",
     "%17 = addrspacecast float addrspace(1)* %0 to float addrspace(3)*"},
    {"M0406", "ios16", kAdd, "%14 = fptrunc double 1.500000e+00 to float"},
    {"M0406", "ios26", "%16 = zext i32 %4 to i64", "%16 = trunc i128 77 to i64"},
    {"M0407", "ios16", "%15 = fsub float -0.000000e+00, %14", "%15 = fsub float poison, %14"},
    {"M0407", "ios16", "%15 = fsub float -0.000000e+00, %14",
     "%15 = extractelement <2 x float> <float poison, float 0.000000e+00>, i64 1"},
    {"M0408", "ios16", "%22 = phi float", "%22 = phi fast float"},
    {"M0408", "ios17", kAdd, "%14 = select nnan i1 %8, float %13, float 1.000000e+00"},
    {"M0409", "ios16", "%14 = fadd float", "%14 = fadd fast float"},
    {"M0410", "ios16", "%2 = fmul float %0, 5.000000e-01",
     "%2 = tail call fastcc float @half_of(float %0)"},
    {"M0411", "ios16", kAdd, "%14 = tail call float asm \"\", \"=r\"()"},
    {"M0411", "ios16", kAdd, "%14 = tail call float @sinf(float %13)"},
    {"M0414", "ios16", "%23 = tail call fastcc float @half_of(float %22)",
     "%23 = tail call fastcc float inttoptr (i64 64 to float (float)*)(float %22)"},
    {"M0412", "ios16", kAdd, "%14 = load float, float addrspace(4)* null, align 4"},
    {"M0413", "ios16", "%8 = icmp ult i32 %6, %7", "%8 = load i1, i1* null, align 1"},

    {"M0501", "ios16", "declare float @air.sin", "declare float @air.sine"},
    {"M0502", "ios16", "  store float %15",
     "  tail call void @air.atomic.fence(i32 1, i32 5, i32 3)\n  store float %15"},
    {"M0503", "ios16", kAdd, "%14 = tail call float @air.sinpi.f32(float %13)"},
    {"M0504", "ios16", kAdd, "%14 = tail call float @air.pow.f32(float %13)"},
    {"M0505", "ios16", "i32 0, i32 2, i1 true) #3", "i32 5, i32 2, i1 true) #3"},
    {"M0505", "ios16", "i32 0, i32 2, i1 true) #3", "i32 0, i32 3, i1 true) #3"},
    {"M0505", "ios16", "i32 0, i32 2, i1 true) #3", "i32 0, i32 2, i1 false) #3"},
    {"M0505", "ios16", "i32 0, i32 2, i1 true) #3", "i32 %7, i32 2, i1 true) #3"},
    {"M0506", "ios16", "@air.simdgroup.barrier(i32 2, i32 1)",
     "@air.simdgroup.barrier(i32 2, i32 4)"},
    {"M0506", "ios18", "@air.simdgroup.barrier(i32 2, i32 4)",
     "@air.simdgroup.barrier(i32 2, i32 1)"},
    {"M0506", "ios16", "@air.wg.barrier(i32 2, i32 1)", "@air.wg.barrier(i32 2, i32 2)"},
    {"M0506", "ios16", "@air.wg.barrier(i32 2, i32 1)", "@air.wg.barrier(i32 %7, i32 1)"},
    {"M0507", "ios16", kSin,
     "declare float @air.sin.f32(float) local_unnamed_addr #5\ndeclare float @air.cos.f32(float) "
     "local_unnamed_addr #5"},

    {"M0601", "ios16", "!air.kernel = !{!14}\n", ""},
    {"M0601", "ios16", "!air.kernel = !{!14}", "!air.kernel = !{!14, !14}"},
    {"M0602", "ios16", "!{!18, !19, !20, !21, !22}", "!{!18, !19, !20, !21}"},
    {"M0603", "ios16", "!22 = !{i32 4", "!22 = !{i32 5"},
    {"M0604", "ios16", "!22 = !{i32 4, !\"air.thread_index_in_threadgroup\"",
     "!22 = !{i32 4, !\"air.phase_of_the_moon\""},
    {"M0605", "ios16", "!\"air.read_write\", ", ""},
    {"M0605", "ios16", ", !\"air.arg_name\", !\"x\"", ""},
    {"M0605", "ios16", "!\"air.arg_type_align_size\", i32 4, ", ""},
    {"M0606", "ios16", "i32 1, i32 1, !\"air.read_write\"", "i32 31, i32 1, !\"air.read_write\""},
    {"M0607", "ios16", "i32 1, i32 1, !\"air.read_write\"", "i32 0, i32 1, !\"air.read_write\""},
    {"M0608", "ios16", "!\"air.address_space\", i32 2", "!\"air.address_space\", i32 1"},
    {"M0609", "ios16", "\"air.buffer_size\", i32 4", "\"air.buffer_size\", i32 8"},
    {"M0609", "ios16", "!\"air.arg_type_size\", i32 4", "!\"air.arg_type_size\", i32 8"},
    {"M0610", "ios16", "!\"uint3\"", "!\"uint2\""},
    {"M0610", "ios16", "!\"air.thread_position_in_grid\"", "!\"air.threads_per_simdgroup\""},
    {"M0611", "ios16", ", !16, !17}", ", !16}"},
    {"M0611", "ios16", "\"max-work-group-size\"=\"64\" ", ""},
    {"M0611", "ios16", "\"max-work-group-size\"=\"64\"", "\"max-work-group-size\"=\"32\""},

    {"M0701", "ios16", kAdd,
     "%14 = tail call float @air.atomic.global.add.f32(float addrspace(1)* %0, float %13, i32 0, "
     "i32 2, i1 true)"},
    {"M0702", "ios-sim17", "define internal",
     "define internal fastcc void @more(bfloat noundef %0) unnamed_addr {\n  ret void\n}\n\ndefine "
     "internal"},
};

// What a fault brings along: the declaration that it needs, and the one that is not needed now.
std::string with_fault(const TextFault& fault) {
  std::string text = replaced(good_module(fault.target), fault.from, fault.to);
  auto uses = [&](const char* name) { return text.find(name) != std::string::npos; };
  auto declare = [&](const char* call, const std::string& declaration) {
    if (uses(call)) text = replaced(text, kAtEnd, declaration + "\n\n" + kAtEnd);
  };
  if (uses("@air.sine")) text = replaced(text, "@air.sin.f32", "@air.sine.f32");
  declare("@air.atomic.fence", "declare void @air.atomic.fence(i32, i32, i32) #5");
  declare("@sinf", "declare float @sinf(float) #5");
  declare("@air.sinpi", "declare float @air.sinpi.f32(float) #5");
  declare("@air.pow", "declare float @air.pow.f32(float) #5");
  declare("@air.atomic.global.add.f32",
          "declare float @air.atomic.global.add.f32(float addrspace(1)*, float, i32, i32, i1) #7");
  for (const char* name :
       {"i32 @air.convert.s.i32.f.f32(float)",
        "i32 @air.atomic.global.add.s.i32(i32 addrspace(1)* nocapture, i32, i32, i32, i1)"}) {
    std::string called = std::string(name).substr(0, std::string(name).find('('));
    if (text.find("call " + called) != std::string::npos) continue;
    size_t at = text.find("declare " + std::string(name));
    text.erase(at, text.find('\n', at) - at);
  }
  return text;
}

class LintFault : public testing::TestWithParam<TextFault> {};

TEST_P(LintFault, IsFoundAlone) {
  const TextFault& fault = GetParam();
  std::vector<Finding> findings = lint_of(library_of(with_fault(fault), fault.target));
  EXPECT_EQ(codes_of(findings), std::set<std::string>{fault.code}) << text_of(findings);
}

INSTANTIATE_TEST_SUITE_P(, LintFault, testing::ValuesIn(kTextFaults));

// Faults of the library around a good module, or of its bytes.
struct LibraryFault {
  const char* code;
  const char* what;
  std::function<metallib::Bytes()> make;
};

metallib::Bytes bytes_with(const std::function<void(metallib::Library&)>& change) {
  metallib::Library library = library_of(good_module("ios16"), "ios16");
  change(library);
  Result<metallib::Bytes> bytes = metallib::write(library);
  EXPECT_TRUE(bytes) << bytes.failure().what;
  return bytes ? *bytes : metallib::Bytes{};
}

metallib::Bytes good_bytes() {
  return bytes_with([](metallib::Library&) {});
}

std::vector<LibraryFault> library_faults() {
  using metallib::Library;
  auto of = [](auto change) { return [change] { return bytes_with(change); }; };
  return {
      {"M0101", "cut",
       [] {
         auto b = good_bytes();
         b.resize(b.size() - 16);
         return b;
       }},
      {"M0101", "flipped bit",
       [] {
         auto b = good_bytes();
         b[b.size() - 100] ^= std::byte{4};
         return b;
       }},
      {"M0101", "empty", [] { return metallib::Bytes{}; }},
      {"M0102", "no functions", of([](Library& l) { l.functions.clear(); })},
      {"M0103", "container of 2025", of([](Library& l) {
         l.container = {1, 2, 9};
       })},
      {"M0104", "AIR of iOS 17", of([](Library& l) {
         l.functions[0] = function_of(
             replaced(good_module("ios16"), "!9 = !{i32 2, i32 5", "!9 = !{i32 2, i32 6"), "ios16");
         l.functions[0].air_minor = 6;
       })},
      {"M0105", "language of iOS 17", of([](Library& l) {
         l.functions[0] = function_of(
             replaced(good_module("ios16"), "i32 3, i32 0, i32 0}", "i32 3, i32 1, i32 0}"),
             "ios16");
         l.functions[0].msl_minor = 1;
       })},
      {"M0106", "a system of the future", of([](Library& l) {
         l.functions[0] =
             function_of(replaced(good_module("ios16"), "ios16.0.0", "ios77.0.0"), "ios16");
         l.os_major = 77;
       })},
      {"M0201", "damaged bitcode with the right hash", of([](Library& l) {
         metallib::Bytes& blob = l.functions[0].blob;
         for (size_t i = 40; i < blob.size(); i += 8) blob[i] ^= std::byte{0x5a};
       })},
      {"M0202", "a value used where it is not known", of([](Library& l) {
         l.functions[0] = function_of(
             replaced(good_module("ios16"), "26:\n  ret void",
                      "26:\n  store float %23, float addrspace(1)* %0, align 4\n  ret void"),
             "ios16");
       })},
      {"M0207", "another AIR version in VERS",
       of([](Library& l) { l.functions[0].air_minor = 4; })},
      {"M0208", "another language in VERS", of([](Library& l) { l.functions[0].msl_major = 2; })},
      {"M0601", "another name", of([](Library& l) { l.functions[0].name = "scales"; })},
  };
}

TEST(Lint, FindsFaultsOfTheLibrary) {
  for (const LibraryFault& fault : library_faults()) {
    std::vector<Finding> findings = lint(fault.make(), "test.metallib");
    EXPECT_TRUE(codes_of(findings).contains(fault.code)) << fault.what << "\n" << text_of(findings);
  }
}

std::set<std::string> all_codes() {
  std::set<std::string> codes;
  for (size_t i = 0; i < code_count(); ++i) codes.emplace(row_of(static_cast<LintCode>(i)).code);
  return codes;
}

TEST(Lint, HasAFaultForEachCode) {
  std::set<std::string> tested;
  for (const TextFault& fault : kTextFaults) tested.insert(fault.code);
  for (const LibraryFault& fault : library_faults()) tested.insert(fault.code);
  EXPECT_EQ(tested, all_codes());
}

TEST(Lint, HasARowInTheDocumentForEachCode) {
  std::ifstream file(TINSMITH_TEST_DATA "/../../docs/lint.md");
  std::stringstream text;
  text << file.rdbuf();
  std::string rows;
  for (size_t i = 0; i < code_count(); ++i) {
    const CodeRow& row = row_of(static_cast<LintCode>(i));
    rows += "| " + std::string(row.code) + " | " +
            (row.severity == Severity::Error ? "error" : "warning") + " | " +
            std::string(row.meaning) + " |\n";
  }
  EXPECT_NE(text.str().find(rows), std::string::npos) << "docs/lint.md should have these rows:\n"
                                                      << rows;
}

TEST(Lint, TellsARepeatedFaultOnce) {
  std::string text = good_module("ios16");
  text = replaced(text, "%14 = fadd float %13, 1.000000e+00", "%14 = fneg float %13");
  text = replaced(text, "%15 = fsub float -0.000000e+00, %14", "%15 = fneg float %14");
  std::vector<Finding> findings = lint_of(library_of(text, "ios16"));
  ASSERT_EQ(findings.size(), 1u) << text_of(findings);
  EXPECT_EQ(findings[0].place, "function 'scale', %14 = fneg float %13");
  EXPECT_EQ(findings[0].fix, "write fsub float -0.0, x");
}

}  // namespace
}  // namespace tinsmith::air
