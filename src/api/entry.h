// SPDX-License-Identifier: Apache-2.0
// The border of the C API: what fails or is thrown inside becomes a status and a message here.
#pragma once
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

#include "api/include/tinsmith.h"
#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::api {

// Keeps the message for tin_last_error() and returns `status`.
tin_status fail(tin_status status, const std::string& message) noexcept;
// "tin_x: what"
tin_status misuse(const char* function, const std::string& what) noexcept;
// To be called in a catch (...).
tin_status fail_by_exception(const char* function) noexcept;

tin_status status_of(const Failure& failure);

// A pointer that must not be NULL, by the name of its parameter.
using Required = std::pair<const char*, const void*>;
// TIN_OK, or the failure that names the first NULL.
tin_status require(const char* function, std::initializer_list<Required> pointers) noexcept;

// For a list that may be empty, and then NULL.
inline const void* if_any(size_t count, const void* list) { return count == 0 ? "" : list; }

// The device of a handle that may be NULL.
template <class Handle>
const runtime::Device* device_of(const Handle* handle) {
  return handle == nullptr ? nullptr : handle->device.get();
}

// Runs `body`, which returns a Result<>, or a tin_status where it tells misuse itself. While
// `device`, which may be null, is paused, that is why things fail.
template <class Body>
tin_status enter(const char* function, std::initializer_list<Required> pointers,
                 const runtime::Device* device, const Body& body) noexcept {
  if (const tin_status status = require(function, pointers); status != TIN_OK) return status;
  try {
    auto done = body();
    if constexpr (std::is_same_v<decltype(done), tin_status>) {
      return done;
    } else {
      if (done) return TIN_OK;
      const bool paused = device != nullptr && device->paused();
      return fail(paused ? TIN_PAUSED : status_of(done.failure()), done.failure().what);
    }
  } catch (...) {
    return fail_by_exception(function);
  }
}

template <class Body>
tin_status enter(const char* function, std::initializer_list<Required> pointers,
                 const Body& body) noexcept {
  return enter(function, pointers, nullptr, body);
}

}  // namespace tinsmith::api
