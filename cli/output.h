// SPDX-License-Identifier: Apache-2.0
// Text for people: aligned tables, and a line of progress that only a terminal sees.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tinsmith::cli {

// Columns as wide as their widest cell; a column whose cells below the heading are all numbers is
// set to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  // Missing cells at the end are empty.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "3 tasks", "1 task".
std::string counted(size_t n, std::string_view noun);
// "(64, 10)"; "()" without axes.
std::string shape_text(const std::vector<uint32_t>& shape);

// One line on stderr that overwrites itself and is gone at the end; nothing where stderr is no
// terminal.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }
  void show(std::string_view text);
  void clear();

 private:
  bool on_terminal_;
};

}  // namespace tinsmith::cli
