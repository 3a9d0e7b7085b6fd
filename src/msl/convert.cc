// SPDX-License-Identifier: Apache-2.0
// One task through SPIRV-Cross's C library (its C++ one promises no stable interface).
//
// SPIRV-Cross trusts its input: some of what Metal lacks it writes as text that no Metal compiler
// takes. So the module is looked through for that first, and refused in words.
#include <spirv_cross/spirv_cross_c.h>

#include <map>
#include <memory>
#include <set>
#include <span>

#include "msl/msl.h"
#include "support/check.h"

namespace tinsmith::msl {

namespace {

constexpr uint32_t kMetalBufferSlots = 31;  // Metal feature set tables: buffer arguments per stage

struct ContextDeleter {
  void operator()(spvc_context_s* context) const { spvc_context_destroy(context); }
};
using Context = std::unique_ptr<spvc_context_s, ContextDeleter>;

bool is_atomic(uint32_t opcode) { return opcode >= SpvOpAtomicLoad && opcode <= SpvOpAtomicXor; }

// Looks through a module for what Metal has not. Types alone are harmless: modules declare some
// that nothing uses.
class Survey {
 public:
  // Why Metal cannot run it, or an empty text.
  std::string reason(const package::SpirvWords& words) {
    for (size_t at = 5; at < words.size();) {
      uint32_t opcode = words[at] & 0xffff;
      uint32_t length = words[at] >> 16;
      if (length == 0 || length > words.size() - at) return "its SPIR-V is damaged";
      std::string why = look({words.data() + at + 1, length - 1}, opcode);
      if (!why.empty()) return line_ + why;
      at += length;
    }
    return {};
  }

 private:
  std::string look(std::span<const uint32_t> operands, uint32_t opcode) {
    auto operand = [&](size_t i) { return i < operands.size() ? operands[i] : 0; };
    switch (opcode) {
      case SpvOpString:
        if (operands.size() > 1) strings_[operand(0)] = text(operands.subspan(1));
        return {};
      case SpvOpLine:
        line_ = strings_[operand(0)] + ":" + std::to_string(operand(1)) + ": ";
        return {};
      case SpvOpNoLine: line_.clear(); return {};
      case SpvOpTypeFloat:
        if (operand(1) == 64) doubles_.insert(operand(0));
        return {};
      case SpvOpTypeInt:
        if (operand(1) == 64) wide_integers_.insert(operand(0));
        return {};
      case SpvOpTypePointer:
        if (doubles_.contains(operand(2))) doubles_.insert(operand(0));
        return {};
      case SpvOpTypeVector:
      case SpvOpTypeArray:
      case SpvOpTypeRuntimeArray:
        if (doubles_.contains(operand(1))) doubles_.insert(operand(0));
        return {};
      case SpvOpFunction: in_function_ = true; return {};
      case SpvOpAtomicFAddEXT:
      case SpvOpAtomicFMinEXT:
      case SpvOpAtomicFMaxEXT:
        return "it uses float atomics of SPIR-V, which cannot be written as Metal text yet; export "
               "before any kernel is launched, then atomics on floats are integer loops";
      case SpvOpTypeImage:
      case SpvOpTypeSampledImage: return "textures are not supported yet";
      default: return look_at_type(operand(0), opcode);  // every other opcode of SPIR-V
    }
  }

  // `type` is the result type, where the instruction has one; else it is no type.
  std::string look_at_type(uint32_t type, uint32_t opcode) const {
    if (in_function_ && doubles_.contains(type)) {
      return "Metal has no 64-bit floating point: f64 must become f32";
    }
    if (is_atomic(opcode) && wide_integers_.contains(type)) {
      return "Metal has no 64-bit atomics: the integer must become 32 bits wide";
    }
    return {};
  }

  static std::string text(std::span<const uint32_t> words) {
    std::string out;
    for (uint32_t word : words) {
      for (; word != 0; word >>= 8) out += static_cast<char>(word & 0xff);
    }
    return out;
  }

  bool in_function_ = false;
  std::string line_;  // "script.py:7: " of the instruction, if known
  std::map<uint32_t, std::string> strings_;
  std::set<uint32_t> doubles_;        // ids of types that are f64, hold it or point to it
  std::set<uint32_t> wide_integers_;  // ids of 64-bit integer types
};

struct Variable {
  spvc_variable_id id = 0;
  uint32_t set = 0, binding = 0;
};

struct Converter {
  const package::Task& task;
  const Options& options;
  Context context;
  spvc_compiler compiler = nullptr;

  Failure fail(const std::string& why) const { return {"task " + task.name + ": " + why}; }
  Failure last_error() const {
    return fail("SPIRV-Cross: " + std::string(spvc_context_get_last_error_string(context.get())));
  }

  Result<> open();
  Result<std::map<uint32_t, Variable>> buffers();
  Result<> set_indices(const std::map<uint32_t, Variable>& variables);
  std::optional<uint32_t> index_of(const Variable& variable) const;
};

Result<> Converter::open() {
  spvc_context raw = nullptr;
  TS_CHECK(spvc_context_create(&raw) == SPVC_SUCCESS, "SPIRV-Cross has no context");
  context.reset(raw);
  spvc_parsed_ir ir = nullptr;
  if (spvc_context_parse_spirv(raw, task.spirv.data(), task.spirv.size(), &ir) != SPVC_SUCCESS ||
      spvc_context_create_compiler(raw, SPVC_BACKEND_MSL, ir, SPVC_CAPTURE_MODE_TAKE_OWNERSHIP,
                                   &compiler) != SPVC_SUCCESS) {
    return last_error();
  }
  spvc_compiler_options set = nullptr;
  if (spvc_compiler_create_compiler_options(compiler, &set) != SPVC_SUCCESS) return last_error();
  const metallib::Target& target = options.target;
  bool is_macos = target.platform == metallib::Platform::Macos;
  unsigned platform = is_macos ? SPVC_MSL_PLATFORM_MACOS : SPVC_MSL_PLATFORM_IOS;
  unsigned version =
      SPVC_MAKE_MSL_VERSION(unsigned{target.text_msl_major}, unsigned{target.text_msl_minor}, 0);
  spvc_compiler_options_set_uint(set, SPVC_COMPILER_OPTION_MSL_VERSION, version);
  spvc_compiler_options_set_uint(set, SPVC_COMPILER_OPTION_MSL_PLATFORM, platform);
  if (spvc_compiler_install_compiler_options(compiler, set) != SPVC_SUCCESS) return last_error();
  return Ok{};
}

// The buffers that the module declares, by binding.
Result<std::map<uint32_t, Variable>> Converter::buffers() {
  spvc_resources resources = nullptr;
  if (spvc_compiler_create_shader_resources(compiler, &resources) != SPVC_SUCCESS) {
    return last_error();
  }
  std::map<uint32_t, Variable> found;
  for (spvc_resource_type type :
       {SPVC_RESOURCE_TYPE_UNIFORM_BUFFER, SPVC_RESOURCE_TYPE_STORAGE_BUFFER}) {
    const spvc_reflected_resource* list = nullptr;
    size_t count = 0;
    if (spvc_resources_get_resource_list_for_type(resources, type, &list, &count) != SPVC_SUCCESS) {
      return last_error();
    }
    for (size_t i = 0; i < count; ++i) {
      auto decoration = [&](SpvDecoration d) {
        return spvc_compiler_get_decoration(compiler, list[i].id, d);
      };
      Variable v{list[i].id, decoration(SpvDecorationDescriptorSet),
                 decoration(SpvDecorationBinding)};
      if (!found.emplace(v.binding, v).second) {
        return fail("two buffers share binding " + std::to_string(v.binding));
      }
    }
  }
  return found;
}

// Binding numbering: says the index of each buffer. Automatic numbering says nothing.
Result<> Converter::set_indices(const std::map<uint32_t, Variable>& variables) {
  if (options.numbering == Numbering::Automatic) return Ok{};
  for (const auto& [number, variable] : variables) {
    if (number >= kMetalBufferSlots) {
      return fail("binding " + std::to_string(number) + " is beyond Metal's " +
                  std::to_string(kMetalBufferSlots) + " buffers; --numbering auto counts from 0");
    }
    spvc_msl_resource_binding binding;
    spvc_msl_resource_binding_init(&binding);
    binding.stage = SpvExecutionModelGLCompute;
    binding.desc_set = variable.set;
    binding.binding = number;
    binding.msl_buffer = number;
    if (spvc_compiler_msl_add_resource_binding(compiler, &binding) != SPVC_SUCCESS) {
      return last_error();
    }
  }
  return Ok{};
}

std::optional<uint32_t> Converter::index_of(const Variable& variable) const {
  if (options.numbering == Numbering::Binding) {
    bool used = spvc_compiler_msl_is_resource_used(compiler, SpvExecutionModelGLCompute,
                                                   variable.set, variable.binding) != SPVC_FALSE;
    return used ? std::optional(variable.binding) : std::nullopt;
  }
  unsigned index = spvc_compiler_msl_get_automatic_resource_binding(compiler, variable.id);
  return index == UINT32_MAX ? std::nullopt : std::optional<uint32_t>(index);
}

}  // namespace

Result<Source> convert(const package::Task& task, const Options& options) {
  Converter converter{task, options, nullptr};
  if (std::string why = Survey().reason(task.spirv); !why.empty()) return converter.fail(why);
  TS_TRY(converter.open());
  TS_TRY_ASSIGN(variables, converter.buffers());
  TS_TRY(converter.set_indices(variables));
  const char* text = nullptr;
  if (spvc_compiler_compile(converter.compiler, &text) != SPVC_SUCCESS) {
    return converter.last_error();
  }
  Source source;
  source.text = text;
  source.entry = spvc_compiler_get_cleansed_entry_point_name(converter.compiler, "main",
                                                             SpvExecutionModelGLCompute);
  for (const package::BufferBinding& buffer : task.buffers) {
    auto variable = variables.find(buffer.binding);
    source.buffers.push_back({buffer.binding, variable == variables.end()
                                                  ? std::nullopt
                                                  : converter.index_of(variable->second)});
  }
  return source;
}

}  // namespace tinsmith::msl
