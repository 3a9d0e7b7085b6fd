// SPDX-License-Identifier: Apache-2.0
#include "cli/convert.h"

#include "air/air.h"

namespace tinsmith::cli {

namespace {

class Converter {
 public:
  explicit Converter(const Conversion& conversion) : conversion_(conversion) {}

  // Failures of a task's library are its failure, those of its text too unless it may lack.
  Result<bundle::ConvertedTask> convert(const package::Task& task, const bundle::TaskNames& names) {
    bundle::ConvertedTask out;
    out.indices.resize(task.buffers.size());
    if (conversion_.library || conversion_.air) TS_TRY(add_library(task, names, out));
    if (conversion_.text) {
      Result<> done = add_text(task, out);
      if (!done && !conversion_.text_may_lack) return done.failure();
      if (!done) notes_.push_back(done.failure().what);
    }
    return out;
  }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  Result<> add_library(const package::Task& task, const bundle::TaskNames& names,
                       bundle::ConvertedTask& out) {
    air::Options options;
    options.target = conversion_.target;
    options.numbering = conversion_.numbering == msl::Numbering::Binding
                            ? air::Numbering::Binding
                            : air::Numbering::Automatic;
    options.native_float_atomics = conversion_.native_float_atomics;
    TS_TRY_ASSIGN(lowered, air::lower(task, names.function, options));
    if (conversion_.air) {
      TS_TRY_ASSIGN(text, air::disassemble(lowered.function.blob));
      out.air_text = std::move(text);
    }
    out.indices = std::move(lowered.indices);
    if (conversion_.library) out.function = std::move(lowered.function);
    return Ok{};
  }

  // The library may know of a buffer that the text does not use; where both have an index it is
  // one.
  Result<> add_text(const package::Task& task, bundle::ConvertedTask& out) {
    TS_TRY_ASSIGN(source, msl::convert(task, {conversion_.target, conversion_.numbering}));
    for (size_t i = 0; i < task.buffers.size(); ++i) {
      std::optional<uint32_t> index = source.buffers[i].index;
      if (out.indices[i] && index && *index != *out.indices[i]) {
        return Failure{"task " + task.name + ": Metal text counts its buffers in another order " +
                       "than the library; --numbering binding gives both the same"};
      }
      if (!out.indices[i]) out.indices[i] = index;
    }
    out.text = std::move(source.text);
    out.text_entry = std::move(source.entry);
    return Ok{};
  }

  const Conversion& conversion_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<Converted> convert_tasks(const package::Package& package,
                                std::span<const bundle::TaskNames> names,
                                const Conversion& conversion) {
  Converter converter(conversion);
  Converted out;
  std::string wrong;
  Blame blame = Blame::Input;
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      size_t at = out.tasks.size();
      out.tasks.emplace_back();
      if (names[at].first != at) continue;
      Result<bundle::ConvertedTask> converted = converter.convert(task, names[at]);
      if (converted) {
        out.tasks.back() = std::move(*converted);
        continue;
      }
      wrong +=
          (wrong.empty() ? "" : "\n") + ("kernel " + kernel.name + ": ") + converted.failure().what;
      blame = converted.failure().blame;
    }
  }
  if (!wrong.empty()) return Failure{wrong, blame};
  out.notes = converter.notes();
  return out;
}

}  // namespace tinsmith::cli
