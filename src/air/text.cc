// SPDX-License-Identifier: Apache-2.0
// Modules as LLVM's text and back: what `inspect --dis` prints, and how tests and hand-written
// kernels are made. Typed pointers, which LLVM 14 has by default, are what AIR is written in.
#include <llvm/ADT/SmallVector.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

#include "air/air.h"
#include "air/guard.h"
#include "air/read_module.h"

namespace tinsmith::air {

namespace {

std::string place(std::string_view name, const llvm::SMDiagnostic& wrong) {
  std::string at(name);
  if (wrong.getLineNo() > 0) at += ":" + std::to_string(wrong.getLineNo());
  if (wrong.getColumnNo() >= 0) at += ":" + std::to_string(wrong.getColumnNo() + 1);
  return at;
}

// "error: x\n  more" as one line.
std::string one_line(llvm::StringRef text) {
  std::string line = text.rtrim().str();
  for (size_t at; (at = line.find('\n')) != std::string::npos;) line.replace(at, 1, "; ");
  return line;
}

}  // namespace

Result<std::string> disassemble(std::span<const std::byte> blob) {
  TS_TRY_ASSIGN(loaded, read_module(blob, "module"));
  std::string text;
  bool survived = survives([&] {
    llvm::raw_string_ostream out(text);
    loaded.module->print(out, nullptr);
  });
  if (survived) return text;
  static_cast<void>(loaded.module.release());
  static_cast<void>(loaded.context.release());
  return Failure{"module: the bitcode is damaged: LLVM cannot print it"};
}

Result<metallib::Bytes> assemble(std::string_view text, std::string_view name) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic wrong;
  // The parser wants a NUL after the end.
  std::unique_ptr<llvm::MemoryBuffer> copy =
      llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(text.data(), text.size()), name);
  std::unique_ptr<llvm::Module> module =
      llvm::parseAssembly(copy->getMemBufferRef(), wrong, context);
  if (!module) return Failure{place(name, wrong) + ": " + one_line(wrong.getMessage())};
  std::string problems;
  llvm::raw_string_ostream out(problems);
  if (llvm::verifyModule(*module, &out)) {
    return Failure{std::string(name) + ": " + one_line(out.str())};
  }
  llvm::SmallVector<char, 0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(*module, stream);
  return metallib::wrap(std::as_bytes(std::span(bitcode.data(), bitcode.size())));
}

}  // namespace tinsmith::air
