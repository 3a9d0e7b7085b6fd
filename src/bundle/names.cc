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

// Where a task stands, and the first one that is the same.
struct Place {
  const package::Kernel* named_by;  // of the kernels that share the task, the one of shortest name
  size_t task, first;
};

std::vector<Place> find_places(const package::Package& package) {
  std::vector<Place> places;
  std::multimap<std::string_view, size_t> by_name;
  for (const package::Kernel& kernel : package.kernels) {
    for (size_t i = 0; i < kernel.tasks.size(); ++i) {
      const package::Task& task = kernel.tasks[i];
      Place place{&kernel, i, places.size()};
      for (auto [at, end] = by_name.equal_range(task.name); at != end; ++at) {
        const Place& other = places[at->second];
        if (other.named_by->tasks[other.task].spirv == task.spirv) place.first = at->second;
      }
      if (place.first == places.size()) {
        by_name.emplace(task.name, place.first);
      } else if (Place& first = places[place.first];
                 kernel.name.size() < first.named_by->name.size()) {
        first.named_by = &kernel;
        first.task = i;
      }
      places.push_back(place);
    }
  }
  return places;
}

}  // namespace

std::vector<TaskNames> name_tasks(const package::Package& package, const Naming& naming) {
  std::vector<Place> places = find_places(package);
  Names files(Names::Kind::File), functions(Names::Kind::Function);
  std::string single = naming.single ? Names(Names::Kind::File).take(*naming.single) : "";
  std::vector<TaskNames> all(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    if (place.first != i) {
      all[i] = all[place.first];
      continue;
    }
    TaskNames& names = all[i];
    names.first = i;
    names.stem = files.take(naming.single ? by_kernel(*place.named_by, place.task)
                                          : place.named_by->tasks[place.task].name);
    names.library = (naming.single ? single : names.stem) + ".metallib";
    names.function =
        naming.single ? functions.take(by_kernel(*place.named_by, place.task)) : "main0";
  }
  return all;
}

}  // namespace tinsmith::bundle
