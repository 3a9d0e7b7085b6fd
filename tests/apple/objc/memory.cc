// SPDX-License-Identifier: Apache-2.0
// Allocation, reference counts and autorelease pools: what ARC calls. Stricter than Apple's: an
// over-release, a retain after death, and autorelease without a pool stop the program. Weak
// references, associated objects and exceptions are left out, so that their use is a link error.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "abi.h"
#include "blocks.h"
#include "stand_in.h"

namespace objc {

extern "C" {
extern ClassObject __CFConstantStringClassReference;
}

namespace {

struct alignas(16) Header {
  std::atomic<long> count;
};
Header& header(Object* o) { return reinterpret_cast<Header*>(o)[-1]; }

// Counts are relaxed where Apple's are: this must not order threads that Apple's would not order,
// or the thread sanitizer would miss races.
std::atomic<long> g_living{0};

void count_living(ClassObject* cls, long by) {
  cls->table->living.fetch_add(by, std::memory_order_relaxed);
  g_living.fetch_add(by, std::memory_order_relaxed);
}

// Neither counted nor freed: literals, class objects, and blocks that are not on the heap.
bool is_immortal(Object* o) {
  if (is_block(o)) return !is_heap_block(o);
  return o->isa == &__CFConstantStringClassReference || (o->isa->data->flags & kMeta) != 0;
}

Object** slot_of(Object* self, ptrdiff_t offset) {
  return reinterpret_cast<Object**>(reinterpret_cast<char*>(self) + offset);
}

void call_own(ClassObject* cls, Object* self, const char* name) {
  if (Imp imp = find_own(cls, name))
    reinterpret_cast<void (*)(Object*, Selector)>(imp)(self, nullptr);
}
void construct(ClassObject* cls, Object* self) {
  if (cls->super) construct(cls->super, self);
  call_own(cls, self, ".cxx_construct");
}

// A method of the root class, which every class therefore has; by name, for want of a selector.
Imp find_by_name(ClassObject* cls, const char* name) {
  for (ClassObject* c = cls; c != nullptr; c = c->super) {
    if (Imp imp = find_own(c, name)) return imp;
  }
  die("the root class lacks", name);
}

thread_local std::vector<Object*> t_pool;
thread_local int t_pool_depth = 0;

}  // namespace

extern "C" {

Object* objc_alloc(ClassObject* cls) {
  const size_t size = sizeof(Header) + cls->data->instance_size;
  auto* h = new (std::aligned_alloc(16, (size + 15) & ~size_t{15})) Header{1};
  std::memset(static_cast<void*>(h + 1), 0, cls->data->instance_size);
  auto* o = reinterpret_cast<Object*>(h + 1);
  o->isa = cls;
  construct(cls, o);
  count_living(cls, 1);
  return o;
}
Object* objc_alloc_init(ClassObject* cls) {
  Object* o = objc_alloc(cls);
  auto* init = reinterpret_cast<Object* (*)(Object*, Selector)>(find_by_name(cls, "init"));
  return init(o, nullptr);
}
Object* objc_opt_new(ClassObject* cls) { return objc_alloc_init(cls); }

void objc_destroy(Object* o) {  // the end of -[NSObject dealloc]
  for (ClassObject* c = o->isa; c; c = c->super) call_own(c, o, ".cxx_destruct");
  count_living(o->isa, -1);
  o->isa = nullptr;  // a message to it is a crash now, not later
  header(o).~Header();
  std::free(static_cast<void*>(&header(o)));
}

Object* objc_retain(Object* o) {
  if (!o || is_immortal(o)) return o;
  if (is_heap_block(o)) return static_cast<Object*>(_Block_copy(o));
  if (header(o).count.fetch_add(1, std::memory_order_relaxed) <= 0)
    die("retained after its death", o->isa->data->name);
  return o;
}
void objc_release(Object* o) {
  if (!o || is_immortal(o)) return;
  if (is_heap_block(o)) return _Block_release(o);
  const long left = header(o).count.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (left < 0) die("released too often", o->isa->data->name);
  if (left == 0)
    reinterpret_cast<void (*)(Object*, Selector)>(find_by_name(o->isa, "dealloc"))(o, nullptr);
}
Object* objc_autorelease(Object* o) {
  if (!o || is_immortal(o)) return o;
  if (t_pool_depth == 0)
    die("autoreleased with no pool on this thread", is_block(o) ? "block" : o->isa->data->name);
  t_pool.push_back(o);
  return o;
}
void* objc_autoreleasePoolPush() {
  t_pool_depth++;
  return reinterpret_cast<void*>(t_pool.size());
}
void objc_autoreleasePoolPop(void* mark) {
  while (t_pool.size() > reinterpret_cast<size_t>(mark)) {
    Object* o = t_pool.back();
    t_pool.pop_back();
    objc_release(o);
  }
  t_pool_depth--;
}
void objc_storeStrong(Object** slot, Object* value) {
  Object* old = *slot;
  *slot = objc_retain(value);
  objc_release(old);
}
void* objc_retainBlock(void* b) { return b ? _Block_copy(b) : nullptr; }
Object* objc_retainAutorelease(Object* o) { return objc_autorelease(objc_retain(o)); }
Object* objc_autoreleaseReturnValue(Object* o) { return objc_autorelease(o); }
Object* objc_retainAutoreleaseReturnValue(Object* o) { return objc_retainAutorelease(o); }
Object* objc_retainAutoreleasedReturnValue(Object* o) { return objc_retain(o); }
Object* objc_unsafeClaimAutoreleasedReturnValue(Object* o) { return o; }

// Properties that are atomic, or copied. One lock for all of them: they are labels.
static std::mutex& property_mutex() {
  static auto* one = new std::mutex;
  return *one;
}
Object* objc_getProperty(Object* self, Selector, ptrdiff_t offset, bool) {
  const std::lock_guard lock(property_mutex());
  return objc_retainAutorelease(*slot_of(self, offset));
}
void objc_setProperty_atomic(Object* self, Selector, Object* value, ptrdiff_t offset) {
  Object* old = objc_retain(value);
  {
    const std::lock_guard lock(property_mutex());
    std::swap(old, *slot_of(self, offset));
  }
  objc_release(old);
}
void objc_setProperty_atomic_copy(Object* self, Selector name, Object* value, ptrdiff_t offset) {
  objc_setProperty_atomic(self, name, value, offset);  // what is copied here is immutable
}

long objc_live_objects() { return g_living.load(std::memory_order_relaxed) + living_blocks(); }
const char* objc_describe_live_objects() {
  thread_local std::string text;
  text = describe_living_objects();
  if (const long blocks = living_blocks(); blocks != 0)
    text += (text.empty() ? "" : ", ") + std::to_string(blocks) + " block";
  return text.c_str();
}

}  // extern "C"

}  // namespace objc
