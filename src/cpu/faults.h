// SPDX-License-Identifier: Apache-2.0
// Accesses to memory that is not there, as values: while `catch_fault` calls something, a SIGSEGV
// or SIGBUS of this thread comes back as a Fault, instead of ending the process. What was called is
// left by longjmp: it may lose memory that it held, and is meant for debugging kernels alone.
#pragma once
#include <cstdint>
#include <optional>

namespace tinsmith::cpu {

struct Fault {
  const void* address = nullptr;
  bool is_write = false;
};

std::optional<Fault> catch_fault(void (*call)(void*), void* argument);

template <class Body>
std::optional<Fault> catch_fault(Body& body) {
  return catch_fault([](void* b) { (*static_cast<Body*>(b))(); }, &body);
}

}  // namespace tinsmith::cpu
