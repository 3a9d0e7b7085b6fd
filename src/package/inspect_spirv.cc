// SPDX-License-Identifier: Apache-2.0
// What a SPIR-V module says of itself, from its words alone (Khronos SPIR-V specification, §2.3 and
// §3). No word is believed before it is checked. Which bindings are read and written follows
// pointers back to their variable; where that trail is lost (a pointer selected, or passed to a
// function) both are taken to be true.
#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>

#include "package/package.h"
#include "support/ranges.h"

namespace tinsmith::package {

namespace {

enum : uint32_t {
  kOpLine = 8,
  kOpExtension = 10,
  kOpExtInst = 12,
  kOpEntryPoint = 15,
  kOpExecutionMode = 16,
  kOpCapability = 17,
  kOpTypeImage = 25,
  kOpTypeSampler = 26,
  kOpTypeSampledImage = 27,
  kOpTypePointer = 32,
  kOpConstant = 43,
  kOpConstantComposite = 44,
  kOpSpecConstant = 50,
  kOpSpecConstantComposite = 51,
  kOpFunction = 54,
  kOpFunctionEnd = 56,
  kOpVariable = 59,
  kOpLoad = 61,
  kOpStore = 62,
  kOpAccessChain = 65,
  kOpInBoundsPtrAccessChain = 70,
  kOpArrayLength = 68,
  kOpDecorate = 71,
  kOpDecorationGroup = 73,
  kOpVectorShuffle = 79,
  kOpCompositeExtract = 81,
  kOpCompositeInsert = 82,
  kOpCopyObject = 83,
  kOpAtomicLoad = 227,
  kOpAtomicStore = 228,
  kOpAtomicExchange = 229,
  kOpAtomicXor = 242,
  kOpLoopMerge = 246,
  kOpSelectionMerge = 247,
  kOpLabel = 248,
  kOpSwitch = 251,
  kOpNoLine = 317,
  kOpExecutionModeId = 331,
  kOpAtomicFMin = 5614,
  kOpAtomicFMax = 5615,
  kOpAtomicFAdd = 6035
};
enum : uint32_t { kUniformConstant = 0, kUniform = 2, kPushConstant = 9, kStorageBuffer = 12 };
enum : uint32_t { kBufferBlock = 3, kBuiltIn = 11, kBinding = 33, kDescriptorSet = 34 };
enum : uint32_t { kGlCompute = 5, kLocalSize = 17, kLocalSizeId = 38, kWorkgroupSize = 25 };

struct CapabilityName {
  uint32_t number;
  const char* name;
};
constexpr CapabilityName kCapabilities[] = {
    {0, "Matrix"},
    {1, "Shader"},
    {2, "Geometry"},
    {3, "Tessellation"},
    {4, "Addresses"},
    {5, "Linkage"},
    {6, "Kernel"},
    {7, "Vector16"},
    {8, "Float16Buffer"},
    {9, "Float16"},
    {10, "Float64"},
    {11, "Int64"},
    {12, "Int64Atomics"},
    {22, "Int16"},
    {25, "ImageGatherExtended"},
    {27, "StorageImageMultisample"},
    {28, "UniformBufferArrayDynamicIndexing"},
    {29, "SampledImageArrayDynamicIndexing"},
    {30, "StorageBufferArrayDynamicIndexing"},
    {31, "StorageImageArrayDynamicIndexing"},
    {38, "GenericPointer"},
    {39, "Int8"},
    {43, "Sampled1D"},
    {44, "Image1D"},
    {46, "SampledBuffer"},
    {47, "ImageBuffer"},
    {49, "StorageImageExtendedFormats"},
    {50, "ImageQuery"},
    {51, "DerivativeControl"},
    {55, "StorageImageReadWithoutFormat"},
    {56, "StorageImageWriteWithoutFormat"},
    {61, "GroupNonUniform"},
    {62, "GroupNonUniformVote"},
    {63, "GroupNonUniformArithmetic"},
    {64, "GroupNonUniformBallot"},
    {65, "GroupNonUniformShuffle"},
    {66, "GroupNonUniformShuffleRelative"},
    {67, "GroupNonUniformClustered"},
    {68, "GroupNonUniformQuad"},
    {4423, "SubgroupBallotKHR"},
    {4431, "SubgroupVoteKHR"},
    {4433, "StorageBuffer16BitAccess"},
    {4434, "UniformAndStorageBuffer16BitAccess"},
    {4435, "StoragePushConstant16"},
    {4441, "VariablePointersStorageBuffer"},
    {4442, "VariablePointers"},
    {4448, "StorageBuffer8BitAccess"},
    {4449, "UniformAndStorageBuffer8BitAccess"},
    {4450, "StoragePushConstant8"},
    {4464, "DenormPreserve"},
    {4465, "DenormFlushToZero"},
    {4466, "SignedZeroInfNanPreserve"},
    {4467, "RoundingModeRTE"},
    {4468, "RoundingModeRTZ"},
    {5345, "VulkanMemoryModel"},
    {5346, "VulkanMemoryModelDeviceScope"},
    {5347, "PhysicalStorageBufferAddresses"},
    {5612, "AtomicFloat32MinMaxEXT"},
    {5613, "AtomicFloat64MinMaxEXT"},
    {5616, "AtomicFloat16MinMaxEXT"},
    {6033, "AtomicFloat32AddEXT"},
    {6034, "AtomicFloat64AddEXT"},
    {6095, "AtomicFloat16AddEXT"},
};

std::string capability_name(uint32_t number) {
  const auto* row =
      std::lower_bound(std::begin(kCapabilities), std::end(kCapabilities), number,
                       [](const CapabilityName& a, uint32_t wanted) { return a.number < wanted; });
  if (row != std::end(kCapabilities) && row->number == number) return row->name;
  return "capability " + std::to_string(number);
}

// One instruction; word 0 is its opcode and length. A word that is not there reads as kNone.
struct Inst {
  static constexpr uint32_t kNone = UINT32_MAX;
  std::span<const uint32_t> words;
  uint32_t op() const { return words[0] & 0xFFFF; }
  uint32_t operator[](size_t i) const { return i < words.size() ? words[i] : kNone; }
  // A literal string that begins at word i.
  std::string text(size_t i) const {
    std::string out;
    for (; i < words.size(); ++i)
      for (int shift = 0; shift < 32; shift += 8) {
        char c = static_cast<char>(words[i] >> shift & 0xFF);
        if (c == '\0') return out;
        out += c;
      }
    return out;
  }
};

bool is_atomic_update(uint32_t op) {
  return (op >= kOpAtomicExchange && op <= kOpAtomicXor) || op == kOpAtomicFAdd ||
         op == kOpAtomicFMin || op == kOpAtomicFMax;
}

bool derives_pointer(uint32_t op) {
  return (op >= kOpAccessChain && op <= kOpInBoundsPtrAccessChain && op != kOpArrayLength) ||
         op == kOpCopyObject;
}

// The words of an instruction that can name a pointer, for instructions without a case of their
// own: literals are left out where they are common, so that a number is not taken for an id.
std::span<const uint32_t> possible_ids(const Inst& inst) {
  auto part = [&](size_t from, size_t count) {
    from = std::min(from, inst.words.size());
    return inst.words.subspan(from, std::min(count, inst.words.size() - from));
  };
  switch (inst.op()) {
    case kOpLine:
    case kOpLabel:
    case kOpNoLine:
    case kOpLoopMerge:
    case kOpSelectionMerge:
    case kOpSwitch:
    case kOpArrayLength: return {};
    case kOpExtInst: return part(5, SIZE_MAX);
    case kOpCompositeExtract: return part(3, 1);
    case kOpCompositeInsert:
    case kOpVectorShuffle: return part(3, 2);
    default: return part(1, SIZE_MAX);
  }
}

class Inspector {
 public:
  Result<SpirvFacts> inspect(const SpirvWords& words) {
    TS_TRY(split(words));
    facts_.version = words[1];
    for (const Inst& inst : insts_) TS_TRY(declaration(inst));
    if (entry_points_ != 1)
      return fail("has " + std::to_string(entry_points_) + " entry points, not one");
    TS_TRY(local_size());
    TS_TRY(variables());
    trace();
    ranges::sort(facts_.bindings, &SpirvFacts::Binding::binding);
    return std::move(facts_);
  }

 private:
  struct Decorations {
    std::optional<uint32_t> set, binding;
    bool buffer_block = false;
  };

  static Failure fail(const std::string& what) { return {"SPIR-V: " + what}; }

  Result<> split(const SpirvWords& words) {
    if (words.size() < 5) return fail("too short");
    if (words[0] == 0x03022307) return fail("bytes are in the wrong order");
    if (words[0] != 0x07230203) return fail("no magic number at the start");
    if (words[1] < 0x10000 || words[1] > 0x10600 || words[1] & 0xFF0000FF)
      return fail("unknown version");
    for (size_t at = 5; at < words.size();) {
      size_t length = words[at] >> 16;
      if (length == 0 || length > words.size() - at)
        return fail("instruction at word " + std::to_string(at) + " runs over the end");
      insts_.push_back({std::span(words).subspan(at, length)});
      at += length;
    }
    if (insts_.empty() || insts_.back().op() != kOpFunctionEnd) return fail("ends too early");
    return Ok{};
  }

  Result<> declaration(const Inst& inst) {
    switch (inst.op()) {
      case kOpCapability: facts_.capabilities.push_back(capability_name(inst[1])); break;
      case kOpExtension: facts_.extensions.push_back(inst.text(1)); break;
      case kOpEntryPoint:
        ++entry_points_;
        if (inst[1] != kGlCompute) return fail("the entry point is no compute shader");
        if (inst.text(3) != "main") return fail("the entry point is not called main");
        break;
      case kOpExecutionMode:
        if (inst[2] == kLocalSize) local_size_ = inst;
        break;
      case kOpExecutionModeId:
        if (inst[2] == kLocalSizeId) return fail("a local size by constants is not supported");
        break;
      case kOpDecorationGroup: return fail("decoration groups are not supported");
      case kOpDecorate: decoration(inst); break;
      case kOpTypePointer: pointees_[inst[1]] = inst[3]; break;
      case kOpTypeImage:
      case kOpTypeSampler:
      case kOpTypeSampledImage: images_[inst[1]] = inst; break;
      case kOpConstant:
      case kOpSpecConstant: constants_[inst[2]] = inst[3]; break;
      case kOpConstantComposite:
      case kOpSpecConstantComposite: composites_[inst[2]] = inst; break;
      case kOpVariable:
        if (inst[3] == kPushConstant) return fail("push constants are not supported");
        if (inst[3] == kUniform || inst[3] == kStorageBuffer || inst[3] == kUniformConstant)
          variables_.push_back(inst);
        break;
      default: break;
    }
    return Ok{};
  }

  void decoration(const Inst& inst) {
    Decorations& target = decorations_[inst[1]];
    if (inst[2] == kBinding) target.binding = inst[3];
    if (inst[2] == kDescriptorSet) target.set = inst[3];
    if (inst[2] == kBufferBlock) target.buffer_block = true;
    if (inst[2] == kBuiltIn && inst[3] == kWorkgroupSize) workgroup_size_ = inst[1];
  }

  // The constant decorated WorkgroupSize, where there is one, is what Vulkan obeys; the execution
  // mode is what others obey. They must say the same.
  Result<> local_size() {
    if (!local_size_ || local_size_->words.size() < 6) return fail("states no local size");
    for (size_t i = 0; i < 3; ++i) {
      facts_.local_size[i] = (*local_size_)[3 + i];
      if (facts_.local_size[i] == 0) return fail("the local size is zero");
    }
    if (!workgroup_size_) return Ok{};
    auto composite = composites_.find(*workgroup_size_);
    if (composite == composites_.end()) return fail("the workgroup size is no constant");
    for (size_t i = 0; i < 3; ++i) {
      auto part = constants_.find(composite->second[3 + i]);
      if (part == constants_.end() || part->second != facts_.local_size[i])
        return fail("the local size and the workgroup size differ");
    }
    return Ok{};
  }

  Result<> variables() {
    for (const Inst& variable : variables_) {
      const Decorations& own = decorations_[variable[2]];
      if (!own.set || !own.binding) return fail("a resource has no descriptor set or no binding");
      auto pointee = pointees_.find(variable[1]);
      if (pointee == pointees_.end()) return fail("a resource is no pointer");
      SpirvFacts::Binding binding{*own.set, *own.binding, false, false, false, false};
      auto image = images_.find(pointee->second);
      binding.image = image != images_.end();
      if (binding.image != (variable[3] == kUniformConstant))
        return fail("a resource is neither a buffer nor an image");
      if (binding.image) {
        // What a shader does with an image goes through a loaded value; a sampled one is only read.
        bool storage = image->second.op() == kOpTypeImage && image->second[7] == 2;
        binding.read = true;
        binding.written = storage;
      }
      binding.uniform = variable[3] == kUniform && !decorations_[pointee->second].buffer_block;
      for (const SpirvFacts::Binding& other : facts_.bindings)
        if (other.set == binding.set && other.binding == binding.binding)
          return fail("two resources have binding " + std::to_string(binding.binding));
      sources_[variable[2]] = facts_.bindings.size();
      facts_.bindings.push_back(binding);
    }
    return Ok{};
  }

  // Which bindings the functions read and write. Pointers are followed in a first walk, so that a
  // use before the definition (in a loop) is seen as well.
  void trace() {
    for (const Inst& inst : insts_)
      if (derives_pointer(inst.op()))
        if (auto base = sources_.find(inst[3]); base != sources_.end())
          sources_.emplace(inst[2], base->second);
    bool in_function = false;
    for (const Inst& inst : insts_) {
      in_function = in_function || inst.op() == kOpFunction;
      if (in_function) use(inst);
    }
  }

  void use(const Inst& inst) {
    uint32_t op = inst.op();
    if (op == kOpLoad || op == kOpAtomicLoad) {
      mark(inst[3], true, false);
    } else if (op == kOpStore || op == kOpAtomicStore) {
      mark(inst[1], false, true);
      mark(inst[op == kOpStore ? 2 : 4], true, true);
    } else if (is_atomic_update(op)) {
      mark(inst[3], true, true);
    } else if (!derives_pointer(op)) {
      for (uint32_t id : possible_ids(inst)) mark(id, true, true);
    }
  }

  void mark(uint32_t pointer, bool read, bool written) {
    auto source = sources_.find(pointer);
    if (source == sources_.end() || facts_.bindings[source->second].image) return;
    facts_.bindings[source->second].read |= read;
    facts_.bindings[source->second].written |= written;
  }

  SpirvFacts facts_;
  std::vector<Inst> insts_, variables_;
  uint32_t entry_points_ = 0;
  std::optional<Inst> local_size_;
  std::optional<uint32_t> workgroup_size_;
  std::unordered_map<uint32_t, Decorations> decorations_;
  std::unordered_map<uint32_t, uint32_t> pointees_, constants_;
  std::unordered_map<uint32_t, Inst> composites_, images_;
  std::unordered_map<uint32_t, size_t> sources_;  // pointer → index into facts_.bindings
};

}  // namespace

Result<SpirvFacts> inspect_spirv(const SpirvWords& words) { return Inspector().inspect(words); }

}  // namespace tinsmith::package
