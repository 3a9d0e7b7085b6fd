// SPDX-License-Identifier: Apache-2.0
// Reading JSON as genuine Taichi reads it: an absent or null key leaves what was there, unknown
// keys and order do not matter. The first thing that does not fit is kept as the failure and
// reading goes on, so readers check once, at the end.
#pragma once
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/json.h"

namespace tinsmith::package {

// The first thing wrong in a document.
struct Problem {
  std::string source;  // what to call the document
  std::optional<Failure> first;
};

// A value of a document and the way to it: "kernels[2].tasks_attribs[0].name". A place must not
// outlive its parent.
class Place {
 public:
  Place(const Json& json, Problem& problem) : json_(&json), problem_(&problem) {}

  Place operator[](std::string_view key) const&;
  Place operator[](std::string_view key) const&& = delete;
  bool present() const { return json_ && !json_->is_null(); }
  const Json* json() const { return json_; }  // nullptr: absent
  std::string path() const;
  void fail(const std::string& what) const;

  void get(bool& out) const;
  void get(std::string& out) const;
  template <std::integral T>
  void get(T& out) const {
    if (!present()) return;
    std::optional<int64_t> v = integer(std::in_range<T>(-1));
    if (v && !std::in_range<T>(*v)) return fail("number out of range");
    if (v) out = static_cast<T>(*v);
  }
  // An enum whose values are 0 to `last`.
  template <class E>
  void get_enum(E& out, E last) const {
    uint32_t v = static_cast<uint32_t>(out);
    get(v);
    if (v > static_cast<uint32_t>(last)) return fail("unknown value " + std::to_string(v));
    out = static_cast<E>(v);
  }
  template <class T>
  void get(std::vector<T>& out) const {
    if (present()) out.clear();
    each([&](const Place& item) { item.get(out.emplace_back()); });
  }

  // Calls visit(place) for each element of an array.
  template <class Visit>
  void each(Visit visit) const {
    const Json::Array* items = array();
    for (size_t i = 0; items && i < items->size(); ++i) visit(Place((*items)[i], *this, i));
  }

 private:
  Place(const Json* json, const Place& parent, std::string_view key)
      : json_(json), problem_(parent.problem_), parent_(&parent), key_(key) {}
  Place(const Json& json, const Place& parent, size_t index)
      : json_(&json), problem_(parent.problem_), parent_(&parent), index_(index) {}
  std::optional<int64_t> integer(bool with_sign) const;
  const Json::Array* array() const;
  void fail_kind(std::string_view wanted) const;

  const Json* json_;  // nullptr: absent
  Problem* problem_;
  const Place* parent_ = nullptr;
  std::string_view key_;
  size_t index_ = 0;
};

}  // namespace tinsmith::package
