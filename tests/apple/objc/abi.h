// SPDX-License-Identifier: Apache-2.0
// What clang lays out for Objective-C's classes: Apple's modern ABI, the same in ELF. The layout is
// fixed; only what this runtime looks at has a name.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace objc {

using Selector = const char*;  // unique after start-up, so compared by address
using Imp = void (*)();

struct Method {
  Selector name;
  const char* types;
  Imp imp;
};
struct MethodList {
  uint32_t entry_size, count;
  Method at[1];
};
struct Protocol;
struct ProtocolList {
  uint64_t count;
  Protocol* at[1];
};
struct Protocol {
  void* isa;
  const char* name;
  ProtocolList* parents;
  MethodList* methods[4];  // required -, required +, optional -, optional +
  void* properties;
  uint32_t size, flags;
  const char** extended_types;
};

constexpr uint32_t kMeta = 1;  // in ClassData::flags

struct ClassData {
  uint32_t flags, instance_start, instance_size, reserved;
  const uint8_t* strong_layout;
  const char* name;
  MethodList* methods;
  ProtocolList* protocols;
};
// What start-up adds to a class.
struct ClassTable {
  std::unordered_map<Selector, Imp> methods;  // inherited ones included
  std::atomic<long> living{0};                // objects of this very class
};
struct ClassObject {
  ClassObject* isa;
  ClassObject* super;
  ClassTable* table;
  void* unused;
  ClassData* data;
};
struct Object {
  ClassObject* isa;
};
struct Super {  // what a message to super is sent to
  Object* receiver;
  ClassObject* current;
};

[[noreturn]] void die(const char* what, const char* detail);
// Stops the program where the class does not have it.
Imp find(ClassObject* cls, Selector name);
// null where the class itself has none; its superclasses are not asked.
Imp find_own(ClassObject* cls, const char* name);
// All classes with living objects, by name: "2 FakeBuffer, 1 FakeQueue".
std::string describe_living_objects();

}  // namespace objc
