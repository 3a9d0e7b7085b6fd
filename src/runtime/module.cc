// SPDX-License-Identifier: Apache-2.0
// Modules and kernels of every kind of device: names, memory, argument blocks. What a device does
// itself is behind Program.
#include <map>

#include "runtime/backend.h"
#include "runtime/block.h"
#include "runtime/graph.h"

namespace tinsmith::runtime {

namespace {

constexpr size_t kTemporariesBytes = 1 << 20;
constexpr size_t kSeedOffset = 4096;

// What the kernels of a module share. They keep it alive.
struct Memory {
  std::shared_ptr<Device> device;
  std::vector<std::shared_ptr<Buffer>> roots;
  std::shared_ptr<Buffer> temporaries;
};

class LoadedKernel final : public Kernel {
 public:
  static Result<std::shared_ptr<LoadedKernel>> make(std::shared_ptr<Memory> memory,
                                                    const package::Kernel& description) {
    auto kernel = std::make_shared<LoadedKernel>();
    kernel->memory_ = std::move(memory);
    kernel->description_ = description;
    TS_TRY_ASSIGN(layout, lay_out(kernel->description_));
    kernel->layout_ = std::move(layout);
    TS_TRY_ASSIGN(program, kernel->memory_->device->new_program(kernel->description_));
    kernel->program_ = std::move(program);
    for (package::Task& task : kernel->description_.tasks) {
      task.spirv.clear();  // the device has its own form of it now
      task.spirv.shrink_to_fit();
      for (const package::BufferBinding& bound : task.buffers)
        TS_TRY(kernel->check_binding(task, bound));
    }
    if (description.rets_bytes > 0) {
      TS_TRY_ASSIGN(results, kernel->memory_->device->new_buffer(description.rets_bytes));
      kernel->results_ = std::move(results);
    }
    kernel->block_.resize(description.args_bytes);
    kernel->arrays_.resize(description.args.size());
    return kernel;
  }

  const package::Kernel& description() const override { return description_; }

  Result<> launch(std::span<const Argument> arguments) override {
    TS_TRY(pack(layout_, arguments, block_, arrays_));
    return launch_packed(arrays_);
  }

  Result<> launch_block(std::span<const std::byte> block,
                        std::span<const Array* const> arrays) override {
    if (block.size() != block_.size())
      return Failure{"kernel '" + description_.name + "': expected an argument block of " +
                     std::to_string(block_.size()) + " bytes, given " +
                     std::to_string(block.size())};
    std::copy(block.begin(), block.end(), block_.begin());
    return launch_packed(arrays);
  }

  Result<std::vector<ReturnValue>> results() override {
    std::vector<ReturnValue> values;
    if (results_ == nullptr) return values;
    std::vector<std::byte> block(results_->size());
    TS_TRY(results_->read(0, block));
    for (const Leaf& leaf : layout_.returns) values.push_back(read_number(leaf, block));
    return values;
  }

 private:
  Result<> check_binding(const package::Task& task, const package::BufferBinding& bound) const {
    const auto index = bound.root_id.empty() ? -1 : bound.root_id[0];
    std::string wrong;
    if (bound.type == package::BufferType::Root &&
        (index < 0 || static_cast<size_t>(index) >= memory_->roots.size()))
      wrong = "root tree " + std::to_string(index) + ", which the module does not have";
    if (bound.type == package::BufferType::Rets && description_.rets_bytes == 0)
      wrong = "a result block, but the kernel returns nothing";
    if (bound.type == package::BufferType::Args && description_.args_bytes == 0)
      wrong = "an argument block, but the kernel has no arguments";
    if (bound.type == package::BufferType::ExtArr &&
        (bound.root_id.size() != 1 || index < 0 ||
         static_cast<size_t>(index) >= layout_.parameters.size() ||
         !layout_.parameters[static_cast<size_t>(index)].is_array))
      wrong = "an array argument that the kernel does not have";
    if (wrong.empty()) return Ok{};
    return Failure{"kernel '" + description_.name + "', task '" + task.name + "': binding " +
                   std::to_string(bound.binding) + " is " + wrong};
  }

  Result<> launch_packed(std::span<const Array* const> arrays) {
    TS_TRY(pack_shapes(layout_, arrays, block_));
    return program_->launch(block_, {.roots = memory_->roots,
                                     .temporaries = memory_->temporaries.get(),
                                     .results = results_.get(),
                                     .arrays = arrays});
  }

  std::shared_ptr<Memory> memory_;
  package::Kernel description_;
  BlockLayout layout_;  // points into description_
  std::unique_ptr<Program> program_;
  std::shared_ptr<Buffer> results_;
  std::vector<std::byte> block_;      // of the launch being recorded
  std::vector<const Array*> arrays_;  // likewise
};

class LoadedModule final : public Module {
 public:
  static Result<std::shared_ptr<LoadedModule>> make(std::shared_ptr<Device> device) {
    auto module = std::make_shared<LoadedModule>();
    module->memory_ = std::make_shared<Memory>();
    TS_TRY_ASSIGN(temporaries, device->new_buffer(kTemporariesBytes));
    module->memory_->temporaries = std::move(temporaries);
    module->memory_->device = std::move(device);
    return module;
  }

  // Goes on after a failure, so that one message tells everything that is wrong.
  Result<> fill(const package::Package& package) {
    Failure all{"", Blame::Input};
    const auto collect = [&](const Failure& failure) {
      all.what += (all.what.empty() ? "" : "\n") + failure.what;
      all.blame = failure.blame;
    };
    if (package.root_buffer_size > 0) {
      auto tree = add_tree(package.root_buffer_size);
      if (!tree) return tree.failure();
    }
    for (const package::Field& field : package.fields) fields_.emplace(field.name, field);
    for (const package::Kernel& kernel : package.kernels)
      if (auto added = add_kernel(kernel); !added) collect(added.failure());
    if (!all.what.empty()) return all;  // graphs would only repeat it
    for (const package::Graph& graph : package.graphs) {
      auto ready = ReadyGraph::make(graph, [&](const std::string& name) { return kernel(name); });
      if (ready) {
        graphs_.emplace(graph.name, std::move(*ready));
      } else {
        collect(ready.failure());
      }
    }
    if (!all.what.empty()) return all;
    return Ok{};
  }

  Result<uint32_t> add_tree(size_t bytes) override {
    TS_TRY_ASSIGN(root, memory_->device->new_buffer(bytes));
    memory_->roots.push_back(std::move(root));
    return static_cast<uint32_t>(memory_->roots.size() - 1);
  }

  Result<std::shared_ptr<Kernel>> add_kernel(const package::Kernel& description) override {
    TS_TRY_ASSIGN(kernel, LoadedKernel::make(memory_, description));
    std::shared_ptr<Kernel> added = std::move(kernel);
    kernels_.insert_or_assign(description.name, added);
    return added;
  }

  std::shared_ptr<Buffer> root(uint32_t tree) const override {
    return tree < memory_->roots.size() ? memory_->roots[tree] : nullptr;
  }

  Result<std::shared_ptr<Kernel>> kernel(std::string_view name) const override {
    const auto found = kernels_.find(name);
    if (found == kernels_.end()) return missing("kernel", name, kernels_);
    return found->second;
  }

  Result<FieldView> field(std::string_view name) const override {
    const auto found = fields_.find(name);
    if (found == fields_.end()) return missing("field", name, fields_);
    const package::Field& field = found->second;
    FieldView view(root(0), field);
    if (root(0) == nullptr || field.offset + view.bytes() > root(0)->size())
      return Failure{"field '" + field.name + "' lies beyond the root buffer"};
    return view;
  }

  Result<> seed(uint32_t value) override {
    return memory_->temporaries->write(kSeedOffset, std::as_bytes(std::span(&value, 1)));
  }

  Result<> run_graph(std::string_view name, std::span<const NamedArgument> arguments) override {
    const auto found = graphs_.find(name);
    if (found == graphs_.end()) return missing("graph", name, graphs_);
    return found->second.run(arguments);
  }

 private:
  template <class T>
  using ByName = std::map<std::string, T, std::less<>>;

  template <class T>
  static Failure missing(const std::string& kind, std::string_view name, const ByName<T>& known) {
    std::string names;
    for (const auto& [key, value] : known) names += (names.empty() ? "" : ", ") + key;
    return {"the module has no " + kind + " '" + std::string(name) + "'; it has " +
            (names.empty() ? "none" : names)};
  }

  std::shared_ptr<Memory> memory_;
  ByName<std::shared_ptr<Kernel>> kernels_;
  ByName<package::Field> fields_;
  ByName<ReadyGraph> graphs_;
};

}  // namespace

Result<std::shared_ptr<Module>> Module::load(std::shared_ptr<Device> device,
                                             const package::Package& package) {
  TS_TRY_ASSIGN(module, LoadedModule::make(std::move(device)));
  TS_TRY(module->fill(package));
  return std::shared_ptr<Module>(std::move(module));
}

Result<std::shared_ptr<Module>> Module::empty(std::shared_ptr<Device> device) {
  TS_TRY_ASSIGN(module, LoadedModule::make(std::move(device)));
  return std::shared_ptr<Module>(std::move(module));
}

size_t FieldView::bytes() const {
  return static_cast<size_t>(description_.elements() * tinsmith::bytes(description_.dtype));
}

Result<> FieldView::read(std::span<std::byte> into) const {
  if (into.size() != bytes())
    return Failure{"field '" + description_.name + "' has " + std::to_string(bytes()) +
                   " bytes, given room for " + std::to_string(into.size())};
  return root_->read(description_.offset, into);
}

Result<> FieldView::write(std::span<const std::byte> from) const {
  if (from.size() != bytes())
    return Failure{"field '" + description_.name + "' has " + std::to_string(bytes()) +
                   " bytes, given " + std::to_string(from.size())};
  return root_->write(description_.offset, from);
}

Result<size_t> FieldView::place(uint64_t first, uint64_t cells, size_t given) const {
  uint64_t all = 1;
  for (const uint32_t extent : description_.shape) all *= extent;
  const auto refuse = [&](const std::string& what) {
    return Failure{"field '" + description_.name + "': " + what};
  };
  if (first > all || cells > all - first)
    return refuse(std::to_string(cells) + " cells from cell " + std::to_string(first) +
                  " on are beyond its " + std::to_string(all));
  const uint64_t cell = uint64_t{description_.components()} * tinsmith::bytes(description_.dtype);
  if (given != cells * cell)
    return refuse(std::to_string(cells) + " cells have " + std::to_string(cells * cell) +
                  " bytes, given " + std::to_string(given));
  return static_cast<size_t>(description_.offset + first * cell);
}

Result<> FieldView::read(uint64_t first, uint64_t cells, std::span<std::byte> into) const {
  TS_TRY_ASSIGN(offset, place(first, cells, into.size()));
  return root_->read(offset, into);
}

Result<> FieldView::write(uint64_t first, uint64_t cells, std::span<const std::byte> from) const {
  TS_TRY_ASSIGN(offset, place(first, cells, from.size()));
  return root_->write(offset, from);
}

}  // namespace tinsmith::runtime
