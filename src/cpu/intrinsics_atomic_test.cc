// SPDX-License-Identifier: Apache-2.0
// Atomics on the CPU, and what replace_intrinsics says of names it does not know; every name that
// Apple's compiler is known to write is handled here or belongs to the step that arranges threads.
#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "cpu/intrinsics.h"
#include "cpu/intrinsics_harness.h"

namespace tinsmith::cpu {
namespace {

// `add` does air.atomic.<space>.<op> on the first word of `in`, with the second; `out` gets the
// old.
std::string atomic(const std::string& space, const std::string& op, const std::string& type) {
  const std::string address = type + (space == "local" ? " addrspace(3)*" : " addrspace(1)*");
  const std::string name = "@air.atomic." + space + "." + op;
  return "declare " + type + " " + name + "(" + address + ", " + type + ", i32, i32, i1)\n" +
         "define void @run(i8* %in, i8* %out) {\n%p = bitcast i8* %in to " + type +
         "*\n%g = addrspacecast " + type + "* %p to " + address + "\n%q = getelementptr " + type +
         ", " + type + "* %p, i64 1\n%v = load " + type + ", " + type + "* %q\n%r = call " + type +
         " " + name + "(" + address + " %g, " + type + " %v, i32 0, i32 2, i1 true)\n" +
         "%o = bitcast i8* %out to " + type + "*\nstore " + type + " %r, " + type +
         "* %o\nret void\n}\n";
}

template <class T>
void check_atomic(const std::string& op, const std::string& type, T before, T operand, T after) {
  for (const char* space : {"global", "local"}) {
    for (bool serial : {false, true}) {
      const CompiledCalls compiled =
          CompiledCalls::from({}, atomic(space, op, type), {.serial = serial});
      T memory[2] = {before, operand}, old{};
      compiled.find("run")(memory, &old);
      EXPECT_EQ(memory[0], after) << op << " " << space << " " << serial;
      EXPECT_EQ(old, before) << op << " " << space << " " << serial;
    }
  }
}

TEST(Intrinsics, AtomicsReturnWhatWasThere) {
  check_atomic<int32_t>("add.s.i32", "i32", 40, 2, 42);
  check_atomic<int32_t>("sub.s.i32", "i32", 40, 2, 38);
  check_atomic<int32_t>("min.s.i32", "i32", 3, -1, -1);
  check_atomic<uint32_t>("min.u.i32", "i32", 3, 0xffffffff, 3);
  check_atomic<int32_t>("max.s.i32", "i32", 3, -1, 3);
  check_atomic<uint32_t>("max.u.i32", "i32", 3, 0xffffffff, 0xffffffff);
  check_atomic<int32_t>("and.u.i32", "i32", 12, 10, 8);
  check_atomic<int32_t>("or.u.i32", "i32", 12, 10, 14);
  check_atomic<int32_t>("xor.u.i32", "i32", 12, 10, 6);
  check_atomic<int32_t>("xchg.i32", "i32", 12, 10, 10);
  check_atomic<int64_t>("add.s.i64", "i64", int64_t{1} << 40, 2, (int64_t{1} << 40) + 2);
  check_atomic<float>("add.f32", "float", 1.5f, 2, 3.5f);
  check_atomic<float>("xchg.f32", "float", 1.5f, 2, 2);
  check_atomic<double>("add.f64", "double", 1.5, 2, 3.5);
}

const char* const kExchange =
    "declare float @air.atomic.global.cmpxchg.weak.f32(float addrspace(1)*, float*, float, i32, "
    "i32, i32, i1)\n"
    "define void @run(i8* %in, i8* %out) {\n"
    "%p = bitcast i8* %in to float*\n%g = addrspacecast float* %p to float addrspace(1)*\n"
    "%e = bitcast i8* %out to float*\n"
    "%r = call float @air.atomic.global.cmpxchg.weak.f32(float addrspace(1)* %g, float* %e, "
    "float 9.0, i32 0, i32 0, i32 2, i1 true)\n"
    "%o = getelementptr float, float* %e, i64 1\nstore float %r, float* %o\nret void\n}\n";

TEST(Intrinsics, CompareExchangeReportsTheOldValueTwice) {
  for (bool serial : {false, true}) {
    const CompiledCalls compiled = CompiledCalls::from({}, kExchange, {.serial = serial});
    float memory = 1.0f, out[2] = {1.0f, 0};
    compiled.find("run")(&memory, out);
    EXPECT_EQ(memory, 9.0f);
    EXPECT_EQ(out[0], 1.0f);
    EXPECT_EQ(out[1], 1.0f);
    memory = 2.0f, out[0] = 1.0f;
    compiled.find("run")(&memory, out);
    EXPECT_EQ(memory, 2.0f);
    EXPECT_EQ(out[0], 2.0f);
    EXPECT_EQ(out[1], 2.0f);
  }
}

TEST(Intrinsics, AtomicsOfTwoThreadsLoseNothing) {
  const CompiledCalls compiled = CompiledCalls::from({}, atomic("global", "add.f32", "float"));
  const CompiledCalls::Function add = compiled.find("run");
  float memory[2] = {0, 1};
  const auto work = [&] {
    float old = 0;
    for (int i = 0; i < 20000; ++i) add(memory, &old);
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(memory[0], 40000.0f);
}

TEST(Intrinsics, UnknownFunctionsAreNamedTogether) {
  const std::string failure = failure_of(
      "declare float @air.frobnicate.f32(float)\n"
      "declare i32 @air.sin.f32(i32)\n"
      "declare float @air.cos.f32(float)\n"
      "define void @k() {\n%a = call float @air.frobnicate.f32(float 1.0)\n"
      "%b = call i32 @air.sin.f32(i32 1)\n%c = call float @air.cos.f32(float 1.0)\nret void\n}\n");
  EXPECT_NE(failure.find("air.frobnicate.f32 as float (float)"), std::string::npos) << failure;
  EXPECT_NE(failure.find("air.sin.f32 as i32 (i32)"), std::string::npos) << failure;
  EXPECT_EQ(failure.find("air.cos"), std::string::npos) << failure;
}

TEST(Intrinsics, StrangeTypesAreUnknown) {
  for (const char* type : {"<vscale x 4 x float>", "<100000 x float>", "x86_fp80", "i8*"}) {
    const std::string text = std::string("declare ") + type + " @air.sin.f32(" + type + ")\n" +
                             "define void @k(" + type + " %x) {\n%a = call " + type +
                             " @air.sin.f32(" + type + " %x)\nret void\n}\n";
    EXPECT_NE(failure_of(text).find("air.sin.f32 as"), std::string::npos) << type;
  }
  EXPECT_NE(
      failure_of("declare i4000000 @air.mul_hi.u.i32(i4000000, i4000000)\n"
                 "define void @k(i4000000 %x) {\n"
                 "%a = call i4000000 @air.mul_hi.u.i32(i4000000 %x, i4000000 %x)\nret void\n}\n"),
      "");
}

TEST(Intrinsics, EveryWitnessedFunctionIsKnown) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic error;
  auto module = llvm::parseAssemblyFile(TINSMITH_TEST_DATA "/air/witness_2_5.ll", error, context);
  ASSERT_NE(module, nullptr) << error.getMessage().str();
  std::vector<llvm::Function*> declared;
  for (llvm::Function& function : *module) declared.push_back(&function);
  ASSERT_GT(declared.size(), 200u);
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), false);
  auto* kernel = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "k", *module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(context, "", kernel));
  for (llvm::Function* function : declared) {
    std::vector<llvm::Value*> arguments;
    for (llvm::Argument& argument : function->args()) {
      arguments.push_back(llvm::Constant::getNullValue(argument.getType()));
    }
    b.CreateCall(function, arguments);
  }
  b.CreateRetVoid();
  auto replaced = replace_intrinsics(*module, {});
  ASSERT_TRUE(replaced) << replaced.failure().what;
  EXPECT_FALSE(llvm::verifyModule(*module, &llvm::errs()));
  for (llvm::Function* function : declared) {
    EXPECT_EQ(function->use_empty(), !concerns_several_threads(function->getName()))
        << function->getName().str();
  }
}

}  // namespace
}  // namespace tinsmith::cpu
