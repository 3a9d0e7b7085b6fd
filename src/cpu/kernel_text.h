// SPDX-License-Identifier: Apache-2.0
// Hand-written kernels for tests: parameters and their descriptors from one list, the body as LLVM
// text in which %a0, %a1 … are the parameters.
#pragma once
#include <string>

namespace tinsmith::cpu {

struct KernelText {
  std::string globals, body;

  KernelText& buffer(const std::string& type, bool written);  // addrspace(1), in index order
  KernelText& threadgroup(const std::string& type);           // addrspace(3), likewise
  KernelText& built_in(const std::string& name, const std::string& type);

  std::string text() const;  // of the module; the kernel is called k

 private:
  KernelText& pointer(const std::string& type, unsigned space, unsigned index, bool written);
  void add(const std::string& type, const std::string& descriptor);

  std::string types_, parameters_, nodes_, list_;
  unsigned count_ = 0, buffers_ = 0, threadgroups_ = 0;
};

}  // namespace tinsmith::cpu
