// SPDX-License-Identifier: Apache-2.0
// Expected failure as a value: a file that is missing, a package that is damaged, a driver that
// says no. What the user wrote wrongly in a kernel goes to Diagnostics instead; our own bugs to
// TS_CHECK.
#pragma once
#include <string>
#include <utility>
#include <variant>

namespace tinsmith {

// Who can act on a failure: it decides the exit code of the command line (1 or 3).
enum class Blame { Input, World };

// Why something could not be done, as one line for a person: place, reason, way out.
struct Failure {
  std::string what;
  Blame blame = Blame::Input;
};

struct Ok {};

// A value or a failure. Dropping one does not compile under -Werror.
template <class T = Ok>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  Failure& failure() { return std::get<1>(state_); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace tinsmith

// TS_TRY(expression) returns the failure to the caller; TS_TRY_ASSIGN also names the value.
#define TS_TRY(expr) \
  if (auto ts_try = (expr); !ts_try) return std::move(ts_try.failure())
#define TS_TRY_ASSIGN(name, expr)                        \
  auto name##_or = (expr);                               \
  if (!name##_or) return std::move(name##_or.failure()); \
  auto& name = *name##_or
