// SPDX-License-Identifier: Apache-2.0
// While a guard is open, the signals of a crash have a handler of ours, which jumps back if the
// thread has a guard and hands on to whoever had the signal before if not (the cpu device has
// handlers too). It runs on a stack of its own: endless recursion is a crash as well, and LLVM's
// own crash recovery does not survive that.
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

// Where this thread's crash leads to. Signal handlers can be told nothing, hence the variables; of
// a model that they may read: no allocation at first use.
__attribute__((tls_model("initial-exec"))) thread_local sigjmp_buf* way_back = nullptr;
__attribute__((tls_model("initial-exec"))) thread_local void* handed_on = nullptr;

std::mutex handlers_mutex;
unsigned open_guards = 0;
std::array<struct sigaction, kSignals.size()> handlers_before;

void hand_on(const struct sigaction& before, int signal, siginfo_t* info, void* context) {
  bool has_handler = (before.sa_flags & SA_SIGINFO) != 0 ||
                     (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN);
  if (!has_handler || handed_on == context) {  // who had it before may hand on to us in turn
    std::signal(signal, SIG_DFL);
    if (info->si_code <= 0) std::raise(signal);  // else the access is tried again
    return;
  }
  handed_on = context;
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal, info, context);
  } else {
    before.sa_handler(signal);
  }
  handed_on = nullptr;
}

void leave(int signal, siginfo_t* info, void* context) {
  if (way_back != nullptr) siglongjmp(*way_back, 1);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] == signal) hand_on(handlers_before[i], signal, info, context);
  }
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
  ours.sa_sigaction = leave;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &ours, &handlers_before[i]);
}

void close_guard() {
  std::lock_guard lock(handlers_mutex);
  if (--open_guards > 0) return;
  llvm::remove_fatal_error_handler();
  llvm::remove_bad_alloc_error_handler();
  for (size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction present = {};
    sigaction(kSignals[i], nullptr, &present);
    bool is_ours = (present.sa_flags & SA_SIGINFO) != 0 && present.sa_sigaction == leave;
    if (is_ours) sigaction(kSignals[i], &handlers_before[i], nullptr);
  }
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
