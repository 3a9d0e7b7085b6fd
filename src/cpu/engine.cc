// SPDX-License-Identifier: Apache-2.0
// One LLJIT for the process, made at the first load and never destroyed; each piece of code has a
// JITDylib of its own, so that names do not clash, and is removed with its last owner. Compiling is
// apart from it: our own TargetMachine writes object files, which the disk cache can keep.
#include "cpu/engine.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/SubtargetFeature.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/DynamicLibrary.h>
#include <llvm/Support/Host.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>

#include <atomic>
#include <mutex>

#include "cpu/scheduler.h"

namespace tinsmith::cpu {

namespace {

struct Host {
  std::string triple, features;
  std::string machine;  // both
};

const Host& host() {
  static const Host found = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    Host out;
    out.triple = llvm::sys::getProcessTriple();
    llvm::StringMap<bool> available;
    llvm::SubtargetFeatures features;
    if (llvm::sys::getHostCPUFeatures(available)) {
      // In the order of their names: a StringMap has none.
      std::vector<std::pair<std::string, bool>> sorted;
      for (const auto& feature : available) {
        sorted.emplace_back(feature.first().str(), feature.second);
      }
      std::sort(sorted.begin(), sorted.end());
      for (const auto& [name, there] : sorted) features.AddFeature(name, there);
    }
    out.features = features.getString();
    out.machine = out.triple + " " + out.features;
    return out;
  }();
  return found;
}

Failure from_llvm(const std::string& doing, llvm::Error error) {
  return Failure{"cpu device: " + doing + ": " + llvm::toString(std::move(error)), Blame::World};
}

struct Engine {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::atomic<uint64_t> count{0};  // names of JITDylibs
};

llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> make_jit() {
  llvm::orc::JITTargetMachineBuilder builder{llvm::Triple(host().triple)};
  builder.setRelocationModel(llvm::Reloc::PIC_);
  builder.setCodeModel(llvm::CodeModel::Small);
  auto jit = llvm::orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(builder))
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .create();
  if (!jit) return jit.takeError();
  // Errors come back from the calls; the default reporter would print them as well.
  (*jit)->getExecutionSession().setErrorReporter(
      [](llvm::Error error) { llvm::consumeError(std::move(error)); });
  // Functions of the mathematical library, also where no program links it by name.
  llvm::sys::DynamicLibrary::LoadLibraryPermanently("libm.so.6");
  llvm::sys::DynamicLibrary::LoadLibraryPermanently("libmvec.so.1");
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process) return process.takeError();
  (*jit)->getMainJITDylib().addGenerator(std::move(*process));
  llvm::orc::SymbolMap ours;
  auto add = [&](const char* name, auto* function) {
    ours[(*jit)->mangleAndIntern(name)] = llvm::JITEvaluatedSymbol(
        llvm::pointerToJITTargetAddress(function), llvm::JITSymbolFlags::Exported);
  };
  add("tinsmith_run_groups", &tinsmith_run_groups);
  add("tinsmith_frame", &tinsmith_frame);
  if (auto error = (*jit)->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(ours))))
    return error;
  return jit;
}

// The engine, or why there is none. It stays until the process ends: code may be freed by
// destructors of statics.
Result<Engine*> engine() {
  static std::mutex mutex;
  static Engine* made = nullptr;
  std::lock_guard lock(mutex);
  if (made == nullptr) {
    auto jit = make_jit();
    if (!jit) return from_llvm("starting LLVM's JIT", jit.takeError());
    made = new Engine;
    made->jit = std::move(*jit);
  }
  return made;
}

}  // namespace

const std::string& machine() { return host().machine; }

Result<std::unique_ptr<llvm::TargetMachine>> new_target_machine() {
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(host().triple, error);
  if (target == nullptr) return Failure{"cpu device: " + error, Blame::World};
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast;
  options.NoTrappingFPMath = true;
  options.EmulatedTLS = false;
  // No CPU name: LLVM 14 does not know the newer ones, and a cache file is for all of one kind.
  std::unique_ptr<llvm::TargetMachine> out(
      target->createTargetMachine(host().triple, "", host().features, options, llvm::Reloc::PIC_,
                                  llvm::CodeModel::Small, llvm::CodeGenOpt::Default, /*JIT=*/true));
  if (out == nullptr) return Failure{"cpu device: LLVM has no code generator for this machine"};
  return out;
}

Result<std::vector<std::byte>> emit_object(llvm::Module& module, llvm::TargetMachine& target) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (target.addPassesToEmitFile(passes, stream, nullptr, llvm::CGFT_ObjectFile,
                                 /*DisableVerify=*/true)) {
    return Failure{"cpu device: LLVM writes no object files for this machine", Blame::World};
  }
  passes.run(module);
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return std::vector<std::byte>(first, first + bytes.size());
}

Result<Loaded> load_object(std::span<const std::byte> object) {
  TS_TRY_ASSIGN(shared, engine());
  llvm::orc::LLJIT& jit = *shared->jit;
  auto dylib = jit.createJITDylib("code" + std::to_string(shared->count++));
  if (!dylib) return from_llvm("making room for code", dylib.takeError());
  dylib->addToLinkOrder(jit.getMainJITDylib());
  llvm::StringRef bytes(reinterpret_cast<const char*>(object.data()), object.size());
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(bytes, "kernel");
  std::shared_ptr<void> memory(&*dylib, [&jit](void* code) {
    auto* owned = static_cast<llvm::orc::JITDylib*>(code);
    // Failing to free has nobody to be told to.
    llvm::consumeError(jit.getExecutionSession().removeJITDylib(*owned));
  });
  if (auto error = jit.addObjectFile(*dylib, std::move(buffer))) {
    return from_llvm("loading code", std::move(error));
  }
  auto symbol = jit.lookup(*dylib, kEntryName);
  if (!symbol) return from_llvm("loading code", symbol.takeError());
  return Loaded{llvm::jitTargetAddressToFunction<Entry>(symbol->getAddress()), std::move(memory)};
}

}  // namespace tinsmith::cpu
