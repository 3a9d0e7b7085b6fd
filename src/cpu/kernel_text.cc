// SPDX-License-Identifier: Apache-2.0
// Writes the module around a kernel's body: metadata as Apple's compiler has it at AIR 2.5.
#include "cpu/kernel_text.h"

namespace tinsmith::cpu {

namespace {

// "float" of float, "uint" of i32: only for messages.
std::string type_name(const std::string& type) {
  if (type == "i32") return "uint";
  if (type == "i16") return "ushort";
  if (type == "i8") return "uchar";
  if (type == "<3 x i32>") return "uint3";
  return type;
}

}  // namespace

void KernelText::add(const std::string& type, const std::string& descriptor) {
  std::string index = std::to_string(count_);
  types_ += (count_ == 0 ? "" : ", ") + type;
  parameters_ += (count_ == 0 ? "" : ", ") + type + " %a" + index;
  list_ += (count_ == 0 ? "!" : ", !") + std::to_string(count_ + 3);
  nodes_ += "!" + std::to_string(count_ + 3) + " = !{i32 " + index + ", " + descriptor +
            ", !\"air.arg_name\", !\"a" + index + "\"}\n";
  ++count_;
}

KernelText& KernelText::pointer(const std::string& type, unsigned space, unsigned index,
                                bool written) {
  add(type + " addrspace(" + std::to_string(space) + ")*",
      "!\"air.buffer\", !\"air.location_index\", i32 " + std::to_string(index) + ", i32 1, !\"" +
          (written ? "air.read_write" : "air.read") + "\", !\"air.address_space\", i32 " +
          std::to_string(space) + ", !\"air.arg_type_name\", !\"" + type_name(type) + "\"");
  return *this;
}

KernelText& KernelText::buffer(const std::string& type, bool written) {
  return pointer(type, 1, buffers_++, written);
}

KernelText& KernelText::threadgroup(const std::string& type) {
  return pointer(type, 3, threadgroups_++, true);
}

KernelText& KernelText::built_in(const std::string& name, const std::string& type) {
  add(type, "!\"air." + name + "\", !\"air.arg_type_name\", !\"" + type_name(type) + "\"");
  return *this;
}

std::string KernelText::text() const {
  return "target triple = \"air64-apple-ios16.0.0\"\n" + globals + "define void @k(" + parameters_ +
         ") {\n" + body + "}\n!air.kernel = !{!0}\n!0 = !{void (" + types_ +
         ")* @k, !1, !2}\n!1 = !{}\n!2 = !{" + list_ + "}\n" + nodes_;
}

}  // namespace tinsmith::cpu
