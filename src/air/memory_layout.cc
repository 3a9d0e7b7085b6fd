// SPDX-License-Identifier: Apache-2.0
// Layouts are made from the outside in: what surrounds a member says how well it is aligned and how
// many bytes it may use, and that decides between a vector and an array of components.
#include "air/memory_layout.h"

#include <algorithm>
#include <bit>

namespace tinsmith::air {

namespace {

using Kind = MemoryLayout::Kind;
constexpr uint64_t kMostBytes = uint64_t{1} << 40;
constexpr uint64_t kMostScalars = uint64_t{1} << 40;

// The largest power of two that divides both, at most `align`.
uint32_t align_at(uint32_t align, uint64_t offset) {
  if (offset == 0) return align;
  uint64_t lowest = offset & (~offset + 1);
  return static_cast<uint32_t>(std::min<uint64_t>(align, lowest));
}

}  // namespace

const MemoryLayout* Layouts::get(uint32_t type_id, const Around& around) {
  auto [it, is_new] = known_.try_emplace({type_id, around}, nullptr);
  if (!is_new && it->second) return it->second;
  MemoryLayout out;
  out.type_id = type_id;
  if (!make(spirv_.type(type_id), around, out)) return nullptr;
  if (out.size > kMostBytes || out.scalars > kMostScalars) {
    fail("the type is too large");
    return nullptr;
  }
  layouts_.push_back(std::move(out));
  return known_[{type_id, around}] = &layouts_.back();
}

bool Layouts::make(const SpirvType& type, const Around& around, MemoryLayout& out) {
  switch (type.kind) {
    case SpirvType::Kind::Bool:
    case SpirvType::Kind::Int:
    case SpirvType::Kind::Float: return scalar(type, around, out);
    case SpirvType::Kind::Vector: return vector(spirv_.type(type.element), type.count, around, out);
    case SpirvType::Kind::Matrix: return matrix(type, around, out);
    case SpirvType::Kind::Array:
    case SpirvType::Kind::RuntimeArray: return array(type, around, out);
    case SpirvType::Kind::Struct: return structure(type, around, out);
    case SpirvType::Kind::Pointer: return fail("pointers in memory are not supported");
    default: return fail("a type that memory cannot hold (an image, a sampler …)");
  }
}

bool Layouts::scalar(const SpirvType& type, const Around& around, MemoryLayout& out) {
  out.kind = Kind::Scalar;
  out.is_bool = type.is(SpirvType::Kind::Bool);
  uint32_t width = out.is_bool ? 8 : type.width;
  out.type = llvm::Type::getIntNTy(context_, width);
  if (type.is(SpirvType::Kind::Float)) {
    out.type = width == 16   ? llvm::Type::getHalfTy(context_)
               : width == 32 ? llvm::Type::getFloatTy(context_)
                             : llvm::Type::getDoubleTy(context_);
  }
  out.size = width / 8;
  out.align = std::min(around.align, width / 8);
  return true;
}

bool Layouts::vector(const SpirvType& element, uint32_t count, const Around& around,
                     MemoryLayout& out) {
  Around within = around;
  within.vector_stride = 0;
  const MemoryLayout* part = get(element.id, within);
  if (!part) return false;
  uint64_t natural = part->size * std::bit_ceil(count);
  bool next_to_each_other = around.vector_stride == 0 || around.vector_stride == part->size;
  out.is_bool = part->is_bool;
  if (next_to_each_other && around.align >= natural && around.room >= natural) {
    out.kind = Kind::Vector;
    out.type = llvm::FixedVectorType::get(part->type, count);
    out.parts = {part};
    out.count = out.scalars = count;
    out.stride = part->size;
    out.size = part->size * count;
    out.align = static_cast<uint32_t>(natural);
    return true;
  }
  if (!next_to_each_other) {
    within.align = align_at(around.align, around.vector_stride);
    if (!(part = get(element.id, within))) return false;
  }
  out.kind = Kind::Packed;
  return elements(part, count, next_to_each_other ? part->size : around.vector_stride, out);
}

// Fills in an array of `count` elements, 0 for a runtime array.
bool Layouts::elements(const MemoryLayout* element, uint64_t count, uint64_t stride,
                       MemoryLayout& out) {
  llvm::Type* type = element->type;
  uint64_t bytes = allocated(type);
  if (bytes > stride) return fail("elements of an array overlap: its stride is too small");
  if (bytes < stride) {
    auto* bytes_type = llvm::ArrayType::get(llvm::Type::getInt8Ty(context_), stride - bytes);
    type = llvm::StructType::get(context_, {type, bytes_type}, /*isPacked=*/true);
    out.strided = true;
  }
  uint64_t present = std::max<uint64_t>(count, 1);
  if (stride != 0 && present > kMostBytes / stride) return fail("the type is too large");
  out.type = llvm::ArrayType::get(type, present);
  out.parts = {element};
  out.count = count;
  out.stride = stride;
  out.size = count == 0 ? stride : (count - 1) * stride + element->size;
  out.align = element->align;
  out.scalars = element->scalars * present;
  return true;
}

bool Layouts::matrix(const SpirvType& type, const Around& around, MemoryLayout& out) {
  const SpirvType& column = spirv_.type(type.element);
  Around within = around;
  within.matrix_stride = 0;
  within.row_major = false;
  if (!around.decorated || around.matrix_stride == 0) {
    const MemoryLayout* part = get(type.element, within);
    out.kind = Kind::Array;
    return part && elements(part, type.count, allocated(part->type), out);
  }
  within.align = align_at(around.align, around.matrix_stride);
  within.room = around.matrix_stride;
  if (!around.row_major) {
    const MemoryLayout* part = get(type.element, within);
    out.kind = Kind::Array;
    return part && elements(part, type.count, around.matrix_stride, out);
  }
  MemoryLayout row;
  if (!vector(spirv_.type(column.element), type.count, within, row)) return false;
  const MemoryLayout* scalar = get(column.element, within);
  within.vector_stride = around.matrix_stride;
  within.align = align_at(within.align, scalar->size);
  const MemoryLayout* strided_column = get(type.element, within);
  if (!scalar || !strided_column) return false;
  layouts_.push_back(row);
  if (!elements(&layouts_.back(), column.count, around.matrix_stride, out)) return false;
  out.kind = Kind::RowMajor;
  out.parts = {&layouts_.back(), strided_column, scalar};
  return true;
}

bool Layouts::array(const SpirvType& type, const Around& around, MemoryLayout& out) {
  out.kind = Kind::Array;
  uint64_t stride = 0;
  Around within = around;
  if (around.decorated) {
    stride = spirv_.decoration(type.id, spv::Decoration::ArrayStride).value_or(0);
    if (stride != 0) {
      within.align = align_at(around.align, stride);
      within.room = stride;
    }
  }
  const MemoryLayout* part = get(type.element, within);
  if (!part) return false;
  if (part->is_runtime_array()) return fail("an array of arrays without a length");
  if (stride == 0) stride = allocated(part->type);
  return elements(part, type.is(SpirvType::Kind::Array) ? type.count : 0, stride, out);
}

bool Layouts::structure(const SpirvType& type, const Around& around, MemoryLayout& out) {
  out.kind = Kind::Struct;
  out.scalars = 0;
  auto count = static_cast<uint32_t>(type.members.size());
  std::vector<uint32_t> order(count);  // of the members in memory
  for (uint32_t i = 0; i < count; ++i) order[i] = i;
  out.offsets.assign(count, 0);
  out.fields = order;
  out.parts.assign(count, nullptr);
  if (around.decorated && !offsets(type, order, out)) return false;
  for (uint32_t at = 0; at < count; ++at) {
    uint32_t i = order[at];
    Around within;
    if (around.decorated) {
      uint64_t end = at + 1 < count ? out.offsets[order[at + 1]] : around.room;
      if (out.offsets[i] > end) return fail("a struct does not fit into its place");
      auto matrix_stride = spirv_.member_decoration(type.id, i, spv::Decoration::MatrixStride);
      within.decorated = true;
      within.align = align_at(around.align, out.offsets[i]);
      within.room = end - out.offsets[i];
      within.matrix_stride = matrix_stride.value_or(0);
      within.row_major =
          spirv_.member_decoration(type.id, i, spv::Decoration::RowMajor).has_value();
    }
    out.parts[i] = get(type.members[i], within);
    if (!out.parts[i]) return false;
    if (out.parts[i]->is_runtime_array() && at + 1 != count)
      return fail("only the last member may be an array without a length");
    out.scalars += out.parts[i]->scalars;
  }
  return around.decorated ? at_offsets(order, around, out) : one_after_another(out);
}

bool Layouts::offsets(const SpirvType& type, std::vector<uint32_t>& order, MemoryLayout& out) {
  for (uint32_t i : order) {
    auto offset = spirv_.member_decoration(type.id, i, spv::Decoration::Offset);
    if (!offset) return fail("member " + std::to_string(i) + " of a buffer's block has no Offset");
    out.offsets[i] = *offset;
  }
  std::ranges::stable_sort(order, {}, [&](uint32_t i) { return out.offsets[i]; });
  return true;
}

// A struct of this program's own.
bool Layouts::one_after_another(MemoryLayout& out) {
  std::vector<llvm::Type*> types;
  for (const MemoryLayout* part : out.parts) types.push_back(part->type);
  // Metal's compilers stumble over pointers to {}.
  if (types.empty()) types.push_back(llvm::Type::getInt8Ty(context_));
  llvm::StructType* made = named(out, types, false);
  const llvm::StructLayout* layout = data_.getStructLayout(made);
  for (uint32_t i = 0; i < out.parts.size(); ++i) out.offsets[i] = layout->getElementOffset(i);
  out.size = layout->getSizeInBytes();
  out.align = static_cast<uint32_t>(layout->getAlignment().value());
  return true;
}

// A struct with every member at its offset: an ordinary one where that has them there already, else
// a packed one with bytes in between.
bool Layouts::at_offsets(const std::vector<uint32_t>& order, const Around& around,
                         MemoryLayout& out) {
  llvm::Type* byte = llvm::Type::getInt8Ty(context_);
  std::vector<llvm::Type*> types;
  for (uint32_t i : order) types.push_back(out.parts[i]->type);
  if (types.empty()) types.push_back(byte);
  const auto* plain = data_.getStructLayout(llvm::StructType::get(context_, types));
  bool fits = plain->getSizeInBytes() <= around.room;
  for (uint32_t at = 0; at < order.size(); ++at) {
    fits &= plain->getElementOffset(at) == out.offsets[order[at]];
    out.fields[order[at]] = at;
  }
  out.align = 1;
  for (const MemoryLayout* part : out.parts) out.align = std::max(out.align, part->align);
  if (fits) {
    out.size = plain->getSizeInBytes();
    named(out, types, false);
    return true;
  }
  types.clear();
  uint64_t end = 0;
  for (uint32_t i : order) {
    if (out.offsets[i] > end)
      types.push_back(llvm::ArrayType::get(byte, out.offsets[i] - end));
    else if (out.offsets[i] < end)
      return fail("members of a struct overlap");
    out.fields[i] = static_cast<uint32_t>(types.size());
    types.push_back(out.parts[i]->type);
    end = out.offsets[i] + allocated(out.parts[i]->type);
  }
  if (end > around.room) return fail("a struct does not fit into its place");
  out.size = end;
  named(out, types, true);
  return true;
}

llvm::StructType* Layouts::named(MemoryLayout& out, const std::vector<llvm::Type*>& types,
                                 bool packed) {
  std::string name;
  for (char c : spirv_.name(out.type_id)) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    name += plain ? c : '_';
  }
  if (name.empty()) name = "block";
  auto* made = llvm::StructType::create(context_, types, "struct." + name, packed);
  out.type = made;
  return made;
}

}  // namespace tinsmith::air
