// SPDX-License-Identifier: Apache-2.0
// !air.kernel and its descriptions of arguments, one for each parameter and in their order. Metal's
// run time binds by them alone: a wrong one makes no error, but a kernel that reads other buffers.
//
// A description is a list: position, kind, then keys with their values in a fixed order.
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <map>
#include <optional>

#include "air/lint_report.h"
#include "air/metadata.h"

namespace tinsmith::air {

namespace {

constexpr int64_t kSlots = 31;

struct BuiltIn {
  std::string_view name;
  unsigned widest;  // uint3 at most, or a scalar
};

constexpr BuiltIn kBuiltIns[] = {
    {"air.thread_position_in_grid", 3},
    {"air.threads_per_grid", 3},
    {"air.thread_position_in_threadgroup", 3},
    {"air.threads_per_threadgroup", 3},
    {"air.threadgroup_position_in_grid", 3},
    {"air.threadgroups_per_grid", 3},
    {"air.dispatch_threads_per_threadgroup", 3},
    {"air.grid_origin", 3},
    {"air.grid_size", 3},
    {"air.thread_index_in_threadgroup", 1},
    {"air.thread_index_in_simdgroup", 1},
    {"air.simdgroup_index_in_threadgroup", 1},
    {"air.simdgroups_per_threadgroup", 1},
    {"air.dispatch_simdgroups_per_threadgroup", 1},
    {"air.threads_per_simdgroup", 1},
    {"air.thread_execution_width", 1},
    {"air.thread_index_in_quadgroup", 1},
    {"air.quadgroup_index_in_threadgroup", 1},
    {"air.quadgroups_per_threadgroup", 1},
};

// Goes through a description; what is not where it should be is kept as `fault`.
class Reader {
 public:
  explicit Reader(const llvm::MDNode& node) : node_(node) {}

  bool is_at_end() const { return at_ >= node_.getNumOperands(); }
  bool skips(std::string_view word) {
    if (string_of(operand_of(node_, at_)) != word) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view word) {
    if (!skips(word)) wrong(std::string(word));
  }
  std::string_view word(const char* what) {
    std::optional<std::string_view> text = string_of(operand_of(node_, at_));
    if (!text) wrong(what);
    ++at_;
    return text.value_or("");
  }
  int64_t number(const char* what) {
    std::optional<int64_t> value = number_of(operand_of(node_, at_));
    if (!value) wrong(what);
    ++at_;
    return value.value_or(0);
  }
  const llvm::MDNode* node(const char* what) {
    const llvm::MDNode* value = node_of(operand_of(node_, at_));
    if (!value) wrong(what);
    ++at_;
    return value;
  }
  void end() {
    if (!is_at_end()) wrong("the end");
  }
  const std::string& fault() const { return fault_; }

 private:
  void wrong(const std::string& wanted) {
    if (!fault_.empty()) return;
    std::optional<std::string_view> found = string_of(operand_of(node_, at_));
    fault_ = "operand " + std::to_string(at_) + " is " +
             (found ? "'" + std::string(*found) + "'" : std::string("something else")) + " where " +
             wanted + " should be";
  }

  const llvm::MDNode& node_;
  unsigned at_ = 0;
  std::string fault_;
};

struct Buffer {
  bool is_switched = false;  // by a function constant: two such may share a slot
  std::optional<int64_t> size, type_size, type_align;
  int64_t slot = 0, slots = 0, space = 0;
};

Buffer read_buffer(Reader& reader) {
  Buffer buffer;
  if (reader.skips("air.buffer_size")) buffer.size = reader.number("the size of the buffer");
  reader.expect("air.location_index");
  buffer.slot = reader.number("the slot");
  buffer.slots = reader.number("the number of slots");
  if (!reader.skips("air.read") && !reader.skips("air.write")) reader.expect("air.read_write");
  reader.expect("air.address_space");
  buffer.space = reader.number("the address space");
  if (reader.skips("air.struct_type_info")) reader.node("the description of the struct");
  if (reader.skips("air.arg_type_size")) {
    buffer.type_size = reader.number("the size of the type");
    reader.expect("air.arg_type_align_size");
    buffer.type_align = reader.number("the alignment of the type");
  }
  return buffer;
}

// The end that all descriptions have: names, and whether the kernel leaves the argument alone.
std::string read_names(Reader& reader) {
  reader.expect("air.arg_type_name");
  std::string type(reader.word("the name of the type"));
  reader.expect("air.arg_name");
  reader.word("the name of the argument");
  reader.skips("air.arg_unused");
  reader.end();
  return type;
}

class Arguments {
 public:
  Arguments(const llvm::Function& fn, const Subject& subject) : fn_(fn), subject_(subject) {}

  void judge(const llvm::MDNode& list) {
    if (list.getNumOperands() != fn_.arg_size()) {
      add(LintCode::ArgumentCount,
          std::to_string(fn_.arg_size()) + " parameters and " +
              std::to_string(list.getNumOperands()) + " descriptions",
          "describe each parameter once");
    }
    for (unsigned i = 0; i < list.getNumOperands(); ++i) {
      if (const llvm::MDNode* node = node_of(list.getOperand(i))) {
        judge_argument(*node, i);
      } else {
        add(LintCode::ArgumentShape, named(i) + "the description is no node");
      }
    }
  }

 private:
  static std::string named(unsigned i) { return "argument " + std::to_string(i) + ": "; }
  void add(LintCode code, std::string message, std::string fix = "") {
    subject_.add(code, std::move(message), std::move(fix));
  }

  void judge_argument(const llvm::MDNode& node, unsigned i) {
    Reader reader(node);
    int64_t index = reader.number("the position");
    if (index != i) {
      add(LintCode::ArgumentIndex,
          named(i) + "its description says that it is " + std::to_string(index),
          "number descriptions as the parameters are");
    }
    bool is_switched = reader.skips("air.function_constant");
    if (is_switched) reader.node("the function constant");
    std::string kind(reader.word("the kind"));
    const llvm::Argument* parameter = i < fn_.arg_size() ? fn_.getArg(i) : nullptr;
    auto builtin = std::ranges::find(kBuiltIns, kind, &BuiltIn::name);
    if (kind == "air.buffer" || kind == "air.indirect_buffer") {
      Buffer buffer = read_buffer(reader);
      buffer.is_switched = is_switched;
      read_names(reader);
      if (reader.fault().empty()) judge_buffer(buffer, parameter, i);
    } else if (builtin != std::end(kBuiltIns)) {
      std::string type = read_names(reader);
      if (reader.fault().empty() && parameter) judge_builtin(*builtin, type, *parameter, i);
    } else {
      add(LintCode::ArgumentKind, named(i) + "the lint does not know '" + kind + "'");
      return;
    }
    if (!reader.fault().empty()) {
      add(LintCode::ArgumentShape, named(i) + reader.fault(),
          "write the keys of " + kind + " as Apple's compiler does");
    }
  }

  void judge_builtin(const BuiltIn& builtin, std::string_view type, const llvm::Argument& parameter,
                     unsigned i) {
    const llvm::Type* of = parameter.getType();
    unsigned lanes = 1;
    if (const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(of)) {
      lanes = vector->getNumElements();
      of = vector->getElementType();
    }
    std::string spelled = of->isIntegerTy(32) ? "uint" : of->isIntegerTy(16) ? "ushort" : "";
    if (lanes > 1) spelled += std::to_string(lanes);
    bool is_of_kind = lanes <= builtin.widest && !spelled.empty() && spelled[0] == 'u';
    if (!is_of_kind || spelled != type) {
      add(LintCode::ArgumentType,
          named(i) + std::string(builtin.name) + " of type " + std::string(type) +
              " is passed as a parameter of " + (is_of_kind ? spelled : "another type"),
          "pass uint or ushort, with up to " + std::to_string(builtin.widest) + " lanes");
    }
  }

  void judge_buffer(const Buffer& buffer, const llvm::Argument* parameter, unsigned i) {
    if (buffer.slot < 0 || buffer.slots < 1 || buffer.slot + buffer.slots > kSlots) {
      add(LintCode::Slot,
          named(i) + "slot " + std::to_string(buffer.slot) + ", and Metal has 0 to 30",
          "use another slot, or an argument buffer");
    } else {
      judge_slot(buffer, i);
    }
    if (!parameter) return;
    const auto* pointer = llvm::dyn_cast<llvm::PointerType>(parameter->getType());
    if (!pointer) {
      add(LintCode::ArgumentType, named(i) + "a buffer is no pointer",
          "pass a pointer to address space " + std::to_string(buffer.space));
    } else if (buffer.space < 1 || buffer.space > 3 ||
               pointer->getAddressSpace() != static_cast<uint64_t>(buffer.space)) {
      add(LintCode::ArgumentSpace,
          named(i) + "described in address space " + std::to_string(buffer.space) + ", passed in " +
              std::to_string(pointer->getAddressSpace()),
          "write one address space, 1 device, 2 constant or 3 threadgroup, in both");
    } else if (!pointer->isOpaque()) {
      judge_size(buffer, *parameter, i);
    }
  }

  void judge_slot(const Buffer& buffer, unsigned i) {
    bool is_threadgroup = buffer.space == 3;  // counted by themselves
    for (int64_t slot = buffer.slot; slot < buffer.slot + buffer.slots; ++slot) {
      auto [there, is_new] = slots_.try_emplace({is_threadgroup, slot}, i, buffer.is_switched);
      if (is_new || (there->second.second && buffer.is_switched)) continue;
      add(LintCode::SlotTwice,
          named(i) + "slot " + std::to_string(slot) + " is that of argument " +
              std::to_string(there->second.first),
          "give each buffer a slot of its own");
    }
  }

  void judge_size(const Buffer& buffer, const llvm::Argument& parameter, unsigned i) {
    llvm::Type* type = parameter.getType()->getNonOpaquePointerElementType();
    uint64_t referenced = parameter.getDereferenceableBytes();
    if (buffer.size && referenced != 0 && static_cast<uint64_t>(*buffer.size) != referenced) {
      add(LintCode::ArgumentSize,
          named(i) + "air.buffer_size is " + std::to_string(*buffer.size) +
              ", dereferenceable is " + std::to_string(referenced),
          "write one size in both");
    }
    if (!buffer.type_size || !type->isSized()) return;
    const llvm::DataLayout& layout = fn_.getParent()->getDataLayout();
    llvm::TypeSize size = layout.getTypeAllocSize(type);
    if (size.isScalable() || static_cast<uint64_t>(*buffer.type_size) == size.getFixedSize())
      return;
    add(LintCode::ArgumentSize,
        named(i) + "air.arg_type_size is " + std::to_string(*buffer.type_size) + ", the type has " +
            std::to_string(size.getFixedSize()) + " bytes",
        "write the size of the type that the pointer points to");
  }

  const llvm::Function& fn_;
  const Subject& subject_;
  // By whether it is threadgroup memory, and slot: the argument, and whether it is switched.
  std::map<std::pair<bool, int64_t>, std::pair<unsigned, bool>> slots_;
};

// max_total_threads_per_threadgroup stands in two places.
void judge_group_size(const llvm::MDNode& kernel, const llvm::Function& fn,
                      const Subject& subject) {
  std::optional<int64_t> in_node;
  for (unsigned i = 3; i < kernel.getNumOperands(); ++i) {
    const llvm::MDNode* pair = node_of(kernel.getOperand(i));
    if (pair && string_of(operand_of(*pair, 0)) == "air.max_work_group_size") {
      in_node = number_of(operand_of(*pair, 1));
    }
  }
  std::optional<int64_t> in_attribute;
  if (fn.hasFnAttribute("max-work-group-size")) {
    int64_t value = 0;
    fn.getFnAttribute("max-work-group-size").getValueAsString().getAsInteger(10, value);
    in_attribute = value;
  }
  if (in_node == in_attribute) return;
  auto text = [](std::optional<int64_t> value) {
    return value ? std::to_string(*value) : "nothing";
  };
  subject.add(LintCode::GroupSize,
              "air.max_work_group_size says " + text(in_node) + ", max-work-group-size " +
                  text(in_attribute),
              "write both, and the same");
}

}  // namespace

void lint_arguments(const llvm::Module& module, const Subject& subject) {
  if (!subject.is_kernel()) return;
  const llvm::NamedMDNode* kernels = module.getNamedMetadata("air.kernel");
  const llvm::MDNode* kernel =
      kernels && kernels->getNumOperands() == 1 ? kernels->getOperand(0) : nullptr;
  const llvm::Metadata* first = kernel ? operand_of(*kernel, 0) : nullptr;
  const auto* pointer = llvm::dyn_cast_or_null<llvm::ValueAsMetadata>(first);
  const auto* fn = pointer ? llvm::dyn_cast<llvm::Function>(pointer->getValue()) : nullptr;
  const llvm::MDNode* list = kernel ? node_of(operand_of(*kernel, 2)) : nullptr;
  if (!fn || !list || !node_of(operand_of(*kernel, 1))) {
    subject.add(LintCode::KernelNode,
                "!air.kernel is not one node of function, empty node and arguments",
                "describe the one kernel of the module there");
    return;
  }
  if (fn->getName() != subject.function.name) {
    subject.add_at(*fn, LintCode::KernelNode,
                   "the library names the function " + subject.function.name +
                       ", !air.kernel describes another",
                   "name both alike");
  }
  Arguments(*fn, subject).judge(*list);
  judge_group_size(*kernel, *fn, subject);
}

}  // namespace tinsmith::air
