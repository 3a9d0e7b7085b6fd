// SPDX-License-Identifier: Apache-2.0
#include "air/lint_fixture.h"

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

#include <fstream>
#include <sstream>

namespace tinsmith::air {

namespace {

std::string read_data(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string good_module(std::string_view target_name) {
  metallib::Target target = *metallib::target_from_name(target_name);
  bool is_old = target.air_minor < 6;
  std::string text = read_data(TINSMITH_TEST_DATA "/lint/scale.ll");
  replace_all(text, "TRIPLE", target.triple);
  replace_all(text, "PARAMETER", is_old ? "" : "noundef");
  replace_all(text, "SCOPE", target.air_minor < 7 ? "1" : "4");
  replace_all(text, "KERNEL", is_old ? "" : "mustprogress");
  replace_all(text, "STRINGS",
              is_old ? R"("no-frame-pointer-elim"="true" "no-frame-pointer-elim-non-leaf"="true")"
                     : R"("frame-pointer"="all")");
  replace_all(text, "PURE", is_old ? "" : "mustprogress nofree nosync willreturn");
  replace_all(text, "LATER", is_old ? "" : "mustprogress willreturn");
  replace_all(text, "ATOMIC", is_old ? "argmemonly" : "mustprogress willreturn");
  replace_all(text, "FRAME", is_old ? "" : "!23, ");
  replace_all(text, "AIR", std::to_string(target.air_minor));
  replace_all(text, "MAJOR", std::to_string(target.msl_major));
  replace_all(text, "MINOR", std::to_string(target.msl_minor));
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

metallib::Function function_of(const std::string& text, std::string_view target_name) {
  metallib::Target target = *metallib::target_from_name(target_name);
  metallib::Function function;
  function.name = "scale";
  function.air_major = target.air_major;
  function.air_minor = target.air_minor;
  function.msl_major = target.msl_major;
  function.msl_minor = target.msl_minor;
  llvm::LLVMContext context;
  llvm::SMDiagnostic wrong;
  std::unique_ptr<llvm::Module> module = llvm::parseAssemblyString(text, wrong, context);
  if (!module) {
    ADD_FAILURE() << "line " << wrong.getLineNo() << ": " << wrong.getMessage().str();
    return function;
  }
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::WriteBitcodeToFile(*module, stream);
  function.blob = metallib::wrap(std::as_bytes(std::span(bytes.data(), bytes.size())));
  return function;
}

metallib::Library library_of(const std::string& module, std::string_view target_name) {
  metallib::Target target = *metallib::target_from_name(target_name);
  metallib::Library library;
  library.platform = target.platform;
  library.os_major = target.os;
  library.container = target.container;
  library.functions.push_back(function_of(module, target_name));
  return library;
}

}  // namespace tinsmith::air
