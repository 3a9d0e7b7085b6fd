// SPDX-License-Identifier: Apache-2.0
#include "package/json_place.h"

namespace tinsmith::package {

Place Place::operator[](std::string_view key) const& {
  if (present() && !json_->as_object()) fail_kind("an object");
  return {json_ ? json_->find(key) : nullptr, *this, key};
}

std::string Place::path() const {
  if (!parent_) return "";
  std::string before = parent_->path();
  if (key_.empty()) return before + "[" + std::to_string(index_) + "]";
  return before.empty() ? std::string(key_) : before + "." + std::string(key_);
}

void Place::fail(const std::string& what) const {
  if (problem_->first) return;
  std::string where = path();
  problem_->first = Failure{problem_->source + ": " + (where.empty() ? "" : where + ": ") + what};
}

void Place::fail_kind(std::string_view wanted) const {
  fail("expected " + std::string(wanted) + ", found " + std::string(name(json_->kind())));
}

void Place::get(bool& out) const {
  if (!present()) return;
  std::optional<bool> v = json_->as_bool();
  if (!v) return fail_kind("a boolean");
  out = *v;
}

void Place::get(std::string& out) const {
  if (!present()) return;
  const std::string* v = json_->as_string();
  if (!v) return fail_kind("a string");
  out = *v;
}

std::optional<int64_t> Place::integer(bool with_sign) const {
  std::optional<int64_t> v = json_->as_int();
  if (!v || (!with_sign && *v < 0)) {
    if (v || json_->kind() == Json::Kind::UInt) {
      fail("number out of range");
    } else {
      fail_kind("an integer");
    }
    return std::nullopt;
  }
  return v;
}

const Json::Array* Place::array() const {
  if (!present()) return nullptr;
  if (!json_->as_array()) fail_kind("an array");
  return json_->as_array();
}

}  // namespace tinsmith::package
