// SPDX-License-Identifier: Apache-2.0
// Looks things up in the tables of witness.h, and says how Apple's compiler declares functions.
// The attributes follow from what a call does: nothing but compute, touch memory through its
// pointer, or wait for other threads. AIR 2.6 brought the younger attribute kinds.
#include "air/witness.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <span>

#include "air/families.h"

namespace tinsmith::air {

namespace {

struct SeenFunction {
  std::string_view name, signature, minors;
};

constexpr SeenFunction kSeen[] = {
#define SEEN(name, signature, minors) {name, signature, minors},
#include "air/witness_functions.def"
#undef SEEN
};

struct OpcodeFacts {
  std::string_view name;
  unsigned since;
};

#define OPCODE(name, since)
#define ATTRIBUTE(code, name, function_since, parameter_since)
#define RECORD(block, code, block_name, name, since)

constexpr OpcodeFacts kOpcodes[] = {
#undef OPCODE
#define OPCODE(name, since) {name, since},
#include "air/witness.def"
#undef OPCODE
#define OPCODE(name, since)
};

constexpr AttributeFacts kAttributes[] = {
#undef ATTRIBUTE
#define ATTRIBUTE(code, name, function_since, parameter_since) \
  {code, name, function_since, parameter_since},
#include "air/witness.def"
#undef ATTRIBUTE
#define ATTRIBUTE(code, name, function_since, parameter_since)
};

constexpr RecordFacts kRecords[] = {
#undef RECORD
#define RECORD(block, code, block_name, name, since) {block, code, block_name, name, since},
#include "air/witness.def"
#undef RECORD
};

char digit_of(AirVersion version) {
  unsigned minor = version.major > 2 ? 8 : std::clamp(version.minor, 5u, 8u);
  return static_cast<char>('0' + minor);
}

std::string versions_text(std::string_view minors) {
  std::string text;
  for (char minor : minors) text += (text.empty() ? "2." : ", 2.") + std::string(1, minor);
  return text;
}

bool is_struct_or_holds_one(const llvm::Type* type) { return type->isStructTy(); }

std::string type_text(const llvm::Type* type) {
  if (const auto* pointer = llvm::dyn_cast<llvm::PointerType>(type)) {
    std::string pointee =
        pointer->isOpaque() ? "opaque " : type_text(pointer->getNonOpaquePointerElementType());
    unsigned space = pointer->getAddressSpace();
    return pointee + (space == 0 ? "*" : " addrspace(" + std::to_string(space) + ")*");
  }
  if (is_struct_or_holds_one(type)) return "%S";
  std::string text;
  llvm::raw_string_ostream out(text);
  type->print(out);
  return out.str();
}

enum class Effects : uint8_t { None, Reads, Writes, Both, Waits };

// What a call does to memory and other threads.
Effects effects_of(std::string_view name, const llvm::FunctionType& type) {
  if (is_convergent(name)) return Effects::Waits;
  bool is_atomic = name.starts_with("air.atomic.");
  if (is_atomic && name.find(".load.") != std::string_view::npos) return Effects::Reads;
  if (is_atomic && name.find(".store.") != std::string_view::npos) return Effects::Writes;
  auto is_pointer = [](const llvm::Type* t) { return t->isPointerTy(); };
  return is_atomic || std::ranges::any_of(type.params(), is_pointer) ? Effects::Both
                                                                     : Effects::None;
}

void add(llvm::AttrBuilder& to, std::initializer_list<llvm::Attribute::AttrKind> kinds) {
  for (llvm::Attribute::AttrKind kind : kinds) to.addAttribute(kind);
}

bool ends_in(std::string_view name, std::string_view family) {
  return name.starts_with("air.simdgroup_matrix_8x8_" + std::string(family) + ".");
}

// AIR 2.5 says of an atomic that it touches its argument's memory only, later ones do not.
llvm::AttrBuilder function_attributes(std::string_view name, Effects effects, bool is_old,
                                      llvm::LLVMContext& context) {
  using llvm::Attribute;
  llvm::AttrBuilder to(context);
  add(to, {Attribute::NoUnwind});
  if (!is_old) add(to, {Attribute::MustProgress, Attribute::WillReturn});
  switch (effects) {
    case Effects::None:
      add(to, {Attribute::ReadNone});
      if (!is_old) add(to, {Attribute::NoFree, Attribute::NoSync});
      break;
    case Effects::Reads:
      if (is_old) add(to, {Attribute::ArgMemOnly, Attribute::ReadOnly});
      break;
    case Effects::Writes:
      if (is_old) add(to, {Attribute::ArgMemOnly, Attribute::WriteOnly});
      break;
    case Effects::Both:
      if (is_old) add(to, {Attribute::ArgMemOnly});
      break;
    case Effects::Waits:
      add(to, {Attribute::Convergent});
      if (ends_in(name, "load")) add(to, {Attribute::ReadOnly});
      if (ends_in(name, "load") && !is_old) add(to, {Attribute::NoFree});
      if (ends_in(name, "store")) add(to, {Attribute::WriteOnly});
      break;
  }
  return to;
}

}  // namespace

std::string to_text(AirVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

FunctionForm form_of(std::string_view name, AirVersion version) {
  FunctionForm form;
  char digit = digit_of(version);
  auto rows = std::ranges::equal_range(kSeen, name, {}, &SeenFunction::name);
  for (const SeenFunction& row : rows) {
    if (row.minors.find(digit) != std::string_view::npos) {
      return {Standing::Seen, std::string(row.signature), versions_text(row.minors)};
    }
    form.seen += (form.seen.empty() ? "" : ", ") + versions_text(row.minors);
    form.signature = row.signature;
    form.standing = row.minors.front() > digit ? Standing::SeenLater : Standing::SeenBefore;
  }
  if (std::optional<std::string> signature = documented_signature(name, version)) {
    // What exists stays, unless its type changed.
    bool is_kept = form.standing == Standing::SeenBefore && form.signature == *signature;
    form.standing = is_kept ? Standing::Seen : Standing::Documented;
    form.signature = *signature;
  }
  return form;
}

std::string signature_text(const llvm::FunctionType& type) {
  std::string text = type_text(type.getReturnType()) + "(";
  for (unsigned i = 0; i < type.getNumParams(); ++i) {
    text += (i > 0 ? ", " : "") + type_text(type.getParamType(i));
  }
  return text + ")";
}

bool is_convergent(std::string_view name) {
  for (std::string_view prefix :
       {"air.wg.", "air.simdgroup.", "air.simdgroup_", "air.simd_", "air.quad_"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

llvm::AttributeList attributes_for(std::string_view name, const llvm::FunctionType& type,
                                   AirVersion version, llvm::LLVMContext& context) {
  using llvm::Attribute;
  Effects effects = effects_of(name, type);
  llvm::AttributeList list;
  list = list.addFnAttributes(context,
                              function_attributes(name, effects, !version.at_least(6), context));
  for (unsigned i = 0; i < type.getNumParams(); ++i) {
    if (!type.getParamType(i)->isPointerTy()) continue;
    list = list.addParamAttribute(context, i, Attribute::NoCapture);
    if (ends_in(name, "load")) list = list.addParamAttribute(context, i, Attribute::ReadOnly);
    if (ends_in(name, "store")) list = list.addParamAttribute(context, i, Attribute::WriteOnly);
  }
  return list;
}

unsigned opcode_since(std::string_view opcode) {
  auto row = std::ranges::find(kOpcodes, opcode, &OpcodeFacts::name);
  return row == std::end(kOpcodes) ? 0 : row->since;
}

const AttributeFacts* attribute_facts(unsigned code) {
  auto row = std::ranges::find(kAttributes, code, &AttributeFacts::code);
  return row == std::end(kAttributes) ? nullptr : &*row;
}

const RecordFacts* record_facts(unsigned block, unsigned code) {
  for (const RecordFacts& row : kRecords) {
    if (row.block == block && row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace tinsmith::air
