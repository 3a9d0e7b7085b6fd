// SPDX-License-Identifier: Apache-2.0
// Classes and selectors. At start-up selectors are made unique and every class gets one table of
// all its methods, inherited ones included; from then on nothing changes, so no lock is needed.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_set>

#include "abi.h"
#include "stand_in.h"

namespace objc {

// What the linker gathers.
extern "C" {
extern ClassObject* __start_objc_classlist[];
extern ClassObject* __stop_objc_classlist[];
extern Selector __start_objc_selrefs[];
extern Selector __stop_objc_selrefs[];
extern Protocol* __start_objc_protolist[] __attribute__((weak));
extern Protocol* __stop_objc_protolist[] __attribute__((weak));
char _objc_empty_cache;
}

void die(const char* what, const char* detail) {
  std::fprintf(stderr, "objc: %s: %s\n", what, detail);
  std::abort();
}

namespace {

Selector intern(Selector name) {
  static std::unordered_set<std::string> names;
  return names.insert(name).first->c_str();
}

// Superclasses first.
void realize(ClassObject* cls) {
  if (cls->table && cls->table != static_cast<void*>(&_objc_empty_cache)) return;
  auto* table = new ClassTable;
  if (cls->super) {
    realize(cls->super);
    table->methods = cls->super->table->methods;
    // The compiler has laid out the instance after the superclass that its header declares; it must
    // be the real one.
    if (!(cls->data->flags & kMeta) && cls->data->instance_start < cls->super->data->instance_size)
      die("the superclass is larger than its header says", cls->data->name);
  }
  if (MethodList* list = cls->data->methods) {
    for (uint32_t i = 0; i < list->count; ++i) {
      list->at[i].name = intern(list->at[i].name);
      table->methods[list->at[i].name] = list->at[i].imp;
    }
  }
  cls->table = table;
}

__attribute__((constructor(101))) void load() {
  for (Selector* s = __start_objc_selrefs; s != __stop_objc_selrefs; ++s) *s = intern(*s);
  for (ClassObject** c = __start_objc_classlist; c != __stop_objc_classlist; ++c) {
    realize(*c);
    realize((*c)->isa);
  }
}

}  // namespace

Imp find(ClassObject* cls, Selector name) {
  const auto it = cls->table->methods.find(name);
  if (it != cls->table->methods.end()) return it->second;
  const char* kind = cls->data->flags & kMeta ? "+" : "-";
  die("unrecognized selector",
      (std::string(kind) + "[" + cls->data->name + " " + name + "]").c_str());
}

Imp find_own(ClassObject* cls, const char* name) {
  const MethodList* list = cls->data->methods;
  for (uint32_t i = 0; list && i < list->count; ++i) {
    if (std::strcmp(list->at[i].name, name) == 0) return list->at[i].imp;
  }
  return nullptr;
}

std::string describe_living_objects() {
  std::string text;
  for (ClassObject** c = __start_objc_classlist; c != __stop_objc_classlist; ++c) {
    const long living = (*c)->table->living.load(std::memory_order_relaxed);
    if (living != 0)
      text += (text.empty() ? "" : ", ") + std::to_string(living) + " " + (*c)->data->name;
  }
  return text;
}

extern "C" {

Imp objc_find(Object* self, Selector name) { return find(self->isa, name); }
Imp objc_find_super(Super* s, Selector name) { return find(s->current->super, name); }

bool objc_opt_respondsToSelector(Object* self, Selector name) {
  return self != nullptr && self->isa->table->methods.contains(name);
}
bool objc_opt_isKindOfClass(Object* self, ClassObject* cls) {
  if (self == nullptr) return false;
  for (ClassObject* c = self->isa; c != nullptr; c = c->super) {
    if (c == cls) return true;
  }
  return false;
}
ClassObject* objc_opt_class(Object* self) {
  if (self == nullptr) return nullptr;
  const bool is_class = (self->isa->data->flags & kMeta) != 0;
  return is_class ? reinterpret_cast<ClassObject*>(self) : self->isa;
}
ClassObject* objc_opt_self(ClassObject* cls) { return cls; }

void objc_enumerationMutation(Object* collection) {
  die("changed while it was enumerated", collection->isa->data->name);
}

void ts_print_protocols() {
  const char* lists[] = {"req\t-", "req\t+", "opt\t-", "opt\t+"};
  for (Protocol** p = __start_objc_protolist; p != __stop_objc_protolist; ++p) {
    for (uint64_t i = 0; (*p)->parents && i < (*p)->parents->count; ++i)
      std::printf("%s\tinherits\t%s\n", (*p)->name, (*p)->parents->at[i]->name);
    size_t n = 0;
    for (int l = 0; l < 4; ++l) {
      for (uint32_t i = 0; (*p)->methods[l] && i < (*p)->methods[l]->count; ++i)
        std::printf("%s\t%s%s\t%s\n", (*p)->name, lists[l], (*p)->methods[l]->at[i].name,
                    (*p)->extended_types[n++]);
    }
  }
}

void ts_print_classes() {
  for (ClassObject** c = __start_objc_classlist; c != __stop_objc_classlist; ++c) {
    const std::string name = (*c)->data->name;
    if (!name.starts_with("NS") && !name.starts_with("MTL")) continue;  // not the frameworks'
    for (const ClassObject* half : {*c, (*c)->isa}) {
      const MethodList* list = half->data->methods;
      for (uint32_t i = 0; list && i < list->count; ++i) {
        const char* kind = half == *c ? "-" : "+";
        const Method& method = list->at[i];
        if (method.name[0] == '.') continue;  // the compiler's own
        std::printf("%s\treq\t%s%s\t%s\n", name.c_str(), kind, method.name, method.types);
      }
    }
  }
}

}  // extern "C"

}  // namespace objc
