// SPDX-License-Identifier: Apache-2.0
// The tasks of a package as Metal libraries and Metal text.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "bundle/bundle.h"
#include "msl/msl.h"

namespace tinsmith::cli {

struct Conversion {
  metallib::Target target;
  msl::Numbering numbering = msl::Numbering::Binding;
  bool text = true, library = true, air = false;  // what is made
  bool native_float_atomics = false;              // in the library
  bool text_may_lack = false;  // a task that has a library may go without text, with a note
};

struct Converted {
  std::vector<bundle::ConvertedTask> tasks;
  std::vector<std::string> notes;
};

// Each distinct task once. A failure names all tasks that cannot be converted, a line each.
Result<Converted> convert_tasks(const package::Package& package,
                                std::span<const bundle::TaskNames> names,
                                const Conversion& conversion);

}  // namespace tinsmith::cli
