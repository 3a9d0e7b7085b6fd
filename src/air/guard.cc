// SPDX-License-Identifier: Apache-2.0
// LLVM's own crash recovery, set up for the time of the call: handlers for the signals of a crash
// that jump back here when this thread raises one. An exception must not unwind through it, so it
// is carried around it.
#include "air/guard.h"

#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/Support/ErrorHandling.h>

#include <exception>

namespace tinsmith::air {

namespace {

// Else LLVM would write the reason to stderr before it aborts.
void leave_quietly(void*, const char*, bool) {
  if (auto* guard = llvm::CrashRecoveryContext::GetCurrent()) guard->HandleExit(1);
}

}  // namespace

bool survives(llvm::function_ref<void()> work) {
  std::exception_ptr thrown;
  bool is_outermost = llvm::CrashRecoveryContext::GetCurrent() == nullptr;
  if (is_outermost) {
    llvm::install_fatal_error_handler(leave_quietly);
    llvm::CrashRecoveryContext::Enable();
  }
  bool survived;
  {
    llvm::CrashRecoveryContext guard;
    survived = guard.RunSafely([&] {
      try {
        work();
      } catch (...) {
        thrown = std::current_exception();
      }
    });
  }
  if (is_outermost) {
    llvm::CrashRecoveryContext::Disable();
    llvm::remove_fatal_error_handler();
  }
  if (thrown) std::rethrow_exception(thrown);
  return survived;
}

}  // namespace tinsmith::air
