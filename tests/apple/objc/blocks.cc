// SPDX-License-Identifier: Apache-2.0
// The blocks runtime: ^{ … } copied to the heap, counted, and destroyed. Our own, not Debian's
// library, so that thread sanitizers see its counts and leak tests count its blocks. The layout is
// the public block ABI.
#include "blocks.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace objc {

extern "C" {
void* _NSConcreteStackBlock[32];
void* _NSConcreteGlobalBlock[32];
void* _NSConcreteMallocBlock[32];
Object* objc_retain(Object*);
void objc_release(Object*);
}

namespace {

constexpr int kHasHelpers = 1 << 25;
// Of the helper functions' last argument.
constexpr int kIsObject = 3, kIsBlock = 7, kIsByref = 8, kByrefCaller = 128;

struct Descriptor {
  unsigned long reserved, size;
  void (*copy)(void*, const void*);  // with kHasHelpers
  void (*dispose)(const void*);
};
struct Block {
  void* isa;
  int flags, reserved;
  void (*invoke)();
  const Descriptor* descriptor;
};
// A variable declared __block.
struct Byref {
  void* isa;
  Byref* forwarding;
  int flags, size;
  void (*keep)(Byref*, Byref*);  // with kHasHelpers
  void (*destroy)(Byref*);
};

// Before the copy on the heap.
struct alignas(16) Count {
  std::atomic<long> value;
};
Count& count_of(void* heap) { return static_cast<Count*>(heap)[-1]; }

std::atomic<long> g_living{0};

void* allocate(const void* from, size_t bytes, long count) {
  const size_t all = sizeof(Count) + bytes;
  auto* c = new (std::aligned_alloc(16, (all + 15) & ~size_t{15})) Count{count};
  std::memcpy(static_cast<void*>(c + 1), from, bytes);
  return c + 1;
}
void deallocate(void* heap) { std::free(static_cast<void*>(&count_of(heap))); }

Byref* keep(Byref* from) {
  Byref* now = from->forwarding;
  if (now != from || now->isa == _NSConcreteMallocBlock) {  // it is on the heap already
    count_of(now).value.fetch_add(1, std::memory_order_relaxed);
    return now;
  }
  // One for the frame that declared it, one for the block.
  auto* heap = static_cast<Byref*>(allocate(from, static_cast<size_t>(from->size), 2));
  heap->isa = _NSConcreteMallocBlock;
  heap->forwarding = heap;
  from->forwarding = heap;
  if (from->flags & kHasHelpers) from->keep(heap, from);
  return heap;
}
void drop(Byref* some) {
  Byref* heap = some->forwarding;
  if (heap->isa != _NSConcreteMallocBlock) return;  // never left the stack
  if (count_of(heap).value.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  if (heap->flags & kHasHelpers) heap->destroy(heap);
  deallocate(heap);
}

}  // namespace

long living_blocks() { return g_living.load(std::memory_order_relaxed); }

bool is_block(const Object* o) {
  const void* isa = o->isa;
  return isa == _NSConcreteStackBlock || isa == _NSConcreteMallocBlock ||
         isa == _NSConcreteGlobalBlock;
}
bool is_heap_block(const Object* o) {
  return static_cast<const void*>(o->isa) == _NSConcreteMallocBlock;
}

extern "C" {

void* _Block_copy(const void* any) {
  if (any == nullptr) return nullptr;
  auto* block = const_cast<Block*>(static_cast<const Block*>(any));
  if (block->isa == _NSConcreteGlobalBlock) return block;
  if (block->isa == _NSConcreteMallocBlock) {
    if (count_of(block).value.fetch_add(1, std::memory_order_relaxed) <= 0)
      die("retained after its death", "block");
    return block;
  }
  auto* heap = static_cast<Block*>(allocate(block, block->descriptor->size, 1));
  heap->isa = _NSConcreteMallocBlock;
  if (block->flags & kHasHelpers) block->descriptor->copy(heap, block);
  g_living.fetch_add(1, std::memory_order_relaxed);
  return heap;
}

void _Block_release(const void* any) {
  auto* block = const_cast<Block*>(static_cast<const Block*>(any));
  if (block == nullptr || block->isa != _NSConcreteMallocBlock) return;
  const long left = count_of(block).value.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (left < 0) die("released too often", "block");
  if (left > 0) return;
  if (block->flags & kHasHelpers) block->descriptor->dispose(block);
  g_living.fetch_sub(1, std::memory_order_relaxed);
  deallocate(block);
}

void _Block_object_assign(void* slot, const void* value, const int flags) {
  const void* kept = value;
  if ((flags & kByrefCaller) == 0) {
    switch (flags & 15) {
      case kIsObject: kept = objc_retain(static_cast<Object*>(const_cast<void*>(value))); break;
      case kIsBlock: kept = _Block_copy(value); break;
      case kIsByref: kept = keep(static_cast<Byref*>(const_cast<void*>(value))); break;
      default: die("a block captures what this runtime does not know", "_Block_object_assign");
    }
  }
  std::memcpy(slot, &kept, sizeof(kept));
}

void _Block_object_dispose(const void* value, const int flags) {
  if (flags & kByrefCaller) return;
  switch (flags & 15) {
    case kIsObject: return objc_release(static_cast<Object*>(const_cast<void*>(value)));
    case kIsBlock: return _Block_release(value);
    case kIsByref: return drop(static_cast<Byref*>(const_cast<void*>(value)));
    default: die("a block captures what this runtime does not know", "_Block_object_dispose");
  }
}

}  // extern "C"

}  // namespace objc
