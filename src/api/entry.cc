// SPDX-License-Identifier: Apache-2.0
#include "api/entry.h"

#include <exception>
#include <new>
#include <system_error>

#include "support/check.h"

namespace tinsmith::api {

namespace {

struct LastError {
  std::string text;
  const char* shown = "";  // `text`, or what needs no memory
};

LastError& last_error() noexcept {
  thread_local LastError error;
  return error;
}

}  // namespace

tin_status fail(tin_status status, const std::string& message) noexcept {
  LastError& error = last_error();
  try {
    error.text = message;
    error.shown = error.text.c_str();
  } catch (...) {
    error.shown = "out of memory";
  }
  return status;
}

tin_status misuse(const char* function, const std::string& what) noexcept {
  try {
    return fail(TIN_MISUSE, std::string(function) + ": " + what);
  } catch (...) {
    last_error().shown = "out of memory";
    return TIN_MISUSE;
  }
}

tin_status fail_by_exception(const char* function) noexcept {
  LastError& error = last_error();
  try {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      error.shown = "out of memory";
      return TIN_WORLD;
    } catch (const std::system_error& thrown) {
      return fail(TIN_WORLD, std::string(function) + ": " + thrown.what());
    } catch (const std::exception& thrown) {
      return fail(TIN_BUG, std::string(function) +
                               ": a bug of Tinsmith, please report it: " + thrown.what());
    }
  } catch (...) {
    error.shown = "a bug of Tinsmith: an exception of unknown kind";
    return TIN_BUG;
  }
}

tin_status status_of(const Failure& failure) {
  return failure.blame == Blame::World ? TIN_WORLD : TIN_INVALID;
}

tin_status require(const char* function, std::initializer_list<Required> pointers) noexcept {
  for (const auto& [name, pointer] : pointers) {
    if (pointer != nullptr) continue;
    try {
      return misuse(function, std::string("'") + name + "' is NULL");
    } catch (...) {
      return fail_by_exception(function);
    }
  }
  return TIN_OK;
}

}  // namespace tinsmith::api

const char* tin_last_error(void) { return tinsmith::api::last_error().shown; }
