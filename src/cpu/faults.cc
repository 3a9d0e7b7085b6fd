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

void install() {
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGSEGV, &action, &previous_segv);
  ::sigaction(SIGBUS, &action, &previous_bus);
}

}  // namespace

std::optional<Fault> catch_fault(void (*call)(void*), void* argument) {
  static std::once_flag installed;
  std::call_once(installed, install);
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
