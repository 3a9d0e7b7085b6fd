// SPDX-License-Identifier: Apache-2.0
// What files and functions are called. Names stay the same as long as kernels keep theirs: hosts
// hard-code them.
#include <map>
#include <set>

#include "bundle/bundle.h"

namespace tinsmith::bundle {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Gives out names, each once.
class Names {
 public:
  enum class Kind : uint8_t {
    File,      // compared without case, as the file systems of Macs do
    Function,  // an identifier of Metal
  };
  explicit Names(Kind kind) : kind_(kind) {
    if (kind == Kind::Function) taken_.insert("main");  // Metal's compiler takes no such function
  }

  // The wish with what is unfit replaced by '_', and a number where it is taken.
  std::string take(std::string_view wish) {
    std::string stem;
    for (char c : wish) stem += is_fit(c) ? c : '_';
    if (stem.empty() || stem.front() == '.') stem.insert(0, "_");
    if (kind_ == Kind::Function && is_digit(stem.front())) stem.insert(0, "_");
    for (unsigned n = 1;; ++n) {
      std::string candidate = n == 1 ? stem : stem + "_" + std::to_string(n);
      if (taken_.insert(key(candidate)).second) return candidate;
    }
  }

 private:
  bool is_fit(char c) const {
    if (is_letter(c) || is_digit(c) || c == '_') return true;
    return kind_ == Kind::File && (c == '-' || c == '.');
  }
  std::string key(std::string text) const {
    if (kind_ == Kind::Function) return text;
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }

  Kind kind_;
  std::set<std::string> taken_;
};

std::string two_digits(size_t n) {
  std::string digits = std::to_string(n);
  return digits.size() < 2 ? "0" + digits : digits;
}

std::string by_kernel(const package::Kernel& kernel, size_t task) {
  return kernel.tasks.size() == 1 ? kernel.name : kernel.name + "_t" + two_digits(task);
}

}  // namespace

std::vector<TaskNames> name_tasks(const package::Package& package, const Naming& naming) {
  Names files(Names::Kind::File), functions(Names::Kind::Function);
  std::string single = naming.single ? Names(Names::Kind::File).take(*naming.single) : "";
  std::vector<TaskNames> all;
  std::vector<const package::Task*> tasks;
  std::multimap<std::string_view, size_t> by_name;
  for (const package::Kernel& kernel : package.kernels) {
    for (size_t i = 0; i < kernel.tasks.size(); ++i) {
      const package::Task& task = kernel.tasks[i];
      tasks.push_back(&task);
      size_t first = all.size();
      for (auto [at, end] = by_name.equal_range(task.name); at != end; ++at) {
        if (tasks[at->second]->spirv == task.spirv) first = at->second;
      }
      if (first != all.size()) {
        all.push_back(all[first]);
        continue;
      }
      by_name.emplace(task.name, first);
      TaskNames names;
      names.first = first;
      names.stem = files.take(naming.single ? by_kernel(kernel, i) : task.name);
      names.library = (naming.single ? single : names.stem) + ".metallib";
      names.function = naming.single ? functions.take(by_kernel(kernel, i)) : "main0";
      all.push_back(std::move(names));
    }
  }
  return all;
}

}  // namespace tinsmith::bundle
