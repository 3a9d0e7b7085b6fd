// SPDX-License-Identifier: Apache-2.0
// While a guard is open, the signals of a crash have a handler of ours, which jumps back if the
// thread has a guard and leaves the signal to whoever had it before if not. It runs on a stack of
// its own: endless recursion is a crash too. (LLVM's own crash recovery does not survive that.)
#include "air/guard.h"

#include <llvm/Support/ErrorHandling.h>

#include <array>
#include <csetjmp>
#include <csignal>
#include <exception>
#include <mutex>
#include <vector>

namespace tinsmith::air {

namespace {

constexpr std::array kSignals = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
constexpr size_t kStackSize = 65536;

// Where this thread's crash leads to. Signal handlers can be told nothing, hence the variables.
thread_local sigjmp_buf* way_back = nullptr;

std::mutex handlers_mutex;
unsigned open_guards = 0;
std::array<struct sigaction, kSignals.size()> handlers_before;

void leave(int signal) {
  if (way_back != nullptr) siglongjmp(*way_back, 1);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] == signal) sigaction(signal, &handlers_before[i], nullptr);
  }
  raise(signal);  // to whoever is in charge of this thread's crashes
}

// Else LLVM would write the reason to stderr before it aborts.
void leave_quietly(void*, const char*, bool) {
  if (way_back != nullptr) siglongjmp(*way_back, 1);
}

void open_guard() {
  std::lock_guard lock(handlers_mutex);
  if (open_guards++ > 0) return;
  llvm::install_fatal_error_handler(leave_quietly);
  llvm::install_bad_alloc_error_handler(leave_quietly);
  struct sigaction ours = {};
  ours.sa_handler = leave;
  ours.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &ours, &handlers_before[i]);
}

void close_guard() {
  std::lock_guard lock(handlers_mutex);
  if (--open_guards > 0) return;
  llvm::remove_fatal_error_handler();
  llvm::remove_bad_alloc_error_handler();
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &handlers_before[i], nullptr);
}

// The thread's stack for signals, for as long as it is in scope.
class SignalStack {
 public:
  SignalStack() : memory_(kStackSize) {
    stack_t ours = {};
    ours.ss_sp = memory_.data();
    ours.ss_size = memory_.size();
    sigaltstack(&ours, &before_);
  }
  ~SignalStack() { sigaltstack(&before_, nullptr); }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  std::vector<char> memory_;
  stack_t before_ = {};
};

// Nothing here has a destructor: a jump past one would be undefined.
bool returns(const std::function<void()>& work, std::exception_ptr& thrown) {
  sigjmp_buf here;
  sigjmp_buf* outer = way_back;
  if (sigsetjmp(here, 1) != 0) {
    way_back = outer;
    return false;
  }
  way_back = &here;
  try {
    work();
  } catch (...) {
    thrown = std::current_exception();
  }
  way_back = outer;
  return true;
}

}  // namespace

bool survives(const std::function<void()>& work) {
  std::exception_ptr thrown;
  SignalStack stack;
  open_guard();
  bool survived = returns(work, thrown);
  close_guard();
  if (thrown) std::rethrow_exception(thrown);
  return survived;
}

}  // namespace tinsmith::air
