// SPDX-License-Identifier: Apache-2.0
#include "cpu/faults.h"

#include <ucontext.h>

#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <mutex>

namespace tinsmith::cpu {

namespace {

struct Catcher {
  sigjmp_buf back;
  Fault fault;
};

// Signal handlers belong to the process, so this is the one place of the device with state of its
// own. The thread's variable is of the model that a handler may read: no allocation at first use.
__attribute__((tls_model("initial-exec"))) thread_local Catcher* catcher = nullptr;
struct sigaction previous_segv, previous_bus;
std::mutex installing;

bool is_write(const void* context) {
#if defined(__x86_64__)
  constexpr greg_t kWriteBit = 2;  // of the page fault's error code
  return (static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kWriteBit) != 0;
#else
  static_cast<void>(context);
  return false;
#endif
}

void handle(int signal, siginfo_t* info, void* context) {
  if (Catcher* mine = catcher) {
    catcher = nullptr;
    mine->fault = {info->si_addr, is_write(context)};
    ::siglongjmp(mine->back, 1);
  }
  const struct sigaction& before = signal == SIGBUS ? previous_bus : previous_segv;
  if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(signal, info, context);
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
    return before.sa_handler(signal);
  ::signal(signal, SIG_DFL);  // the access is tried again, and ends the process as without us
}

// At each use: others of this process put handlers in place, for a while (air/guard.h) or for good.
void install(int signal, struct sigaction& previous) {
  const std::lock_guard lock(installing);
  struct sigaction present {};
  ::sigaction(signal, nullptr, &present);
  if ((present.sa_flags & SA_SIGINFO) != 0 && present.sa_sigaction == handle) return;
  previous = present;
  struct sigaction ours {};
  ours.sa_sigaction = handle;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  ::sigemptyset(&ours.sa_mask);
  ::sigaction(signal, &ours, nullptr);
}

}  // namespace

std::optional<Fault> catch_fault(void (*call)(void*), void* argument) {
  install(SIGSEGV, previous_segv);
  install(SIGBUS, previous_bus);
  Catcher mine{};
  if (sigsetjmp(mine.back, 0) != 0) return mine.fault;
  catcher = &mine;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  call(argument);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  catcher = nullptr;
  return std::nullopt;
}

}  // namespace tinsmith::cpu
