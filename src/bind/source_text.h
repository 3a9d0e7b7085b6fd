// SPDX-License-Identifier: Apache-2.0
// The text of a generated file, line by line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bind/bind.h"

namespace tinsmith::bind {

class SourceText {
 public:
  explicit SourceText(Language language) : language_(language) {}

  // A line of code; one that is too long goes on after a comma.
  void line(std::string_view text = "");
  void open(std::string_view text);  // a line after which the text is indented
  void close(std::string_view text);
  void depth(int change);  // for what list() opens
  // `head`, the items and `tail` on one line, or, where that is too long, each item on its own.
  void list(std::string_view head, const std::vector<std::string>& items, std::string_view tail);
  // Lines of a doc comment. What would end the comment, or go on with it, is made harmless.
  void doc(std::string_view text);

  std::string text() const { return text_; }

 private:
  std::string margin() const;
  void put(std::string_view text);

  Language language_;
  size_t depth_ = 0;
  std::string text_;
};

}  // namespace tinsmith::bind
