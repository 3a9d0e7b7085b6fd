// SPDX-License-Identifier: Apache-2.0
#include "guarded_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "machine.h"

namespace fake_metal {

namespace {

// Where program views lie, for the handler of faults. It takes no lock there: the program is about
// to end, and the table is large enough for any test.
struct Views {
  static constexpr size_t kMost = 65536;
  std::mutex mutex;
  struct {
    std::atomic<uintptr_t> begin{0}, end{0};
  } at[kMost];
  struct sigaction former {};
};
Views& views() {
  static auto* one = new Views;
  return *one;
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  for (const auto& view : views().at) {
    if (address < view.begin.load() || address >= view.end.load()) continue;
    constexpr char kText[] =
        "Metal misuse: the program touched the contents of a buffer that a committed command "
        "buffer "
        "uses\n";
    if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) _exit(3);
    std::abort();
  }
  const struct sigaction& former = views().former;
  if (former.sa_flags & SA_SIGINFO) return former.sa_sigaction(signal, info, context);
  sigaction(signal, &former, nullptr);  // happens again, and ends the program
}

void watch(std::byte* begin, size_t bytes) {
  Views& all = views();
  const std::lock_guard lock(all.mutex);
  static const bool installed = [&] {
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    return sigaction(SIGSEGV, &action, &all.former) == 0;
  }();
  require(installed, "the fake Metal cannot catch faults");
  for (auto& view : all.at) {
    if (view.end.load() != 0) continue;
    view.begin = reinterpret_cast<uintptr_t>(begin);
    view.end = reinterpret_cast<uintptr_t>(begin) + bytes;
    return;
  }
  misuse("more buffers than the fake Metal can watch");
}
void forget(std::byte* begin) {
  Views& all = views();
  const std::lock_guard lock(all.mutex);
  for (auto& view : all.at) {
    if (view.begin.load() != reinterpret_cast<uintptr_t>(begin)) continue;
    view.end = 0;
    view.begin = 0;
    return;
  }
}

std::byte* map(int file, size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  require(at != MAP_FAILED, "the fake Metal has no memory left");
  return static_cast<std::byte*>(at);
}

}  // namespace

GuardedMemory::GuardedMemory(size_t bytes, bool garbage) : size_(bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  mapped_ = (bytes + page - 1) / page * page;
  const int file = memfd_create("metal buffer", MFD_CLOEXEC);
  require(file >= 0 && ftruncate(file, static_cast<off_t>(mapped_)) == 0,
          "the fake Metal has no memory left");
  program_ = map(file, mapped_);
  gpu_ = map(file, mapped_);
  close(file);
  constexpr int kGarbage = 0xC9;
  if (garbage) std::memset(gpu_, kGarbage, size_);
  watch(program_, mapped_);
}

GuardedMemory::~GuardedMemory() {
  forget(program_);
  munmap(program_, mapped_);
  munmap(gpu_, mapped_);
}

void GuardedMemory::begin_use(bool writes) {
  const std::lock_guard lock(mutex_);
  (writes ? writers_ : readers_)++;
  protect();
}

void GuardedMemory::end_use(bool writes) {
  const std::lock_guard lock(mutex_);
  (writes ? writers_ : readers_)--;
  protect();
}

bool GuardedMemory::being_written() {
  const std::lock_guard lock(mutex_);
  return writers_ > 0;
}

void GuardedMemory::protect() {
  const int allowed = writers_ > 0 ? PROT_NONE : readers_ > 0 ? PROT_READ : PROT_READ | PROT_WRITE;
  require(mprotect(program_, mapped_, allowed) == 0, "the fake Metal cannot guard its memory");
}

}  // namespace fake_metal
