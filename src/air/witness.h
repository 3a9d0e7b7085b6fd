// SPDX-License-Identifier: Apache-2.0
// What Apple's compiler is known to write, by AIR version. The emitter asks it how to declare a
// function, the lint whether a module has anything that no Apple-made library has. Facts are rows
// of witness_functions.def (seen), families.def (documented) and witness.def (the rest).
#pragma once
#include <llvm/IR/Attributes.h>
#include <llvm/IR/DerivedTypes.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tinsmith::air {

// 2.5 is {2, 5}. Versions outside 2.5 to 2.8 are judged as the nearest of those.
struct AirVersion {
  unsigned major = 2, minor = 5;

  bool operator==(const AirVersion&) const = default;
  bool at_least(unsigned wanted_minor) const {
    return major > 2 || (major == 2 && minor >= wanted_minor);
  }
};
std::string to_text(AirVersion version);  // "2.5"

enum class Standing : uint8_t {
  Seen,        // at this AIR version or an earlier one, in Apple-made libraries
  SeenLater,   // only at later ones: may not exist at this one
  SeenBefore,  // only at earlier ones, and nobody documents it
  Documented,  // its family is known, this type of it was never seen
  Unknown,
};

struct FunctionForm {
  Standing standing = Standing::Unknown;
  std::string signature;  // as signature_text gives it; empty where Unknown
  std::string seen;       // "2.6, 2.7": where it was seen, if anywhere
};

// How air.* or llvm.* of that name stands at a version.
FunctionForm form_of(std::string_view name, AirVersion version);

// "float(float addrspace(1)*, i32)"; every struct is %S.
std::string signature_text(const llvm::FunctionType& type);

// The attributes that Apple's compiler gives to the declaration of an air.* function.
llvm::AttributeList attributes_for(std::string_view name, const llvm::FunctionType& type,
                                   AirVersion version, llvm::LLVMContext& context);

// Whether all threads of a group or SIMD group must reach a call together: then the declaration,
// and every function that calls it, is `convergent`.
bool is_convergent(std::string_view name);

// What modules consist of. `since` is the minor AIR version from which it was seen, 0 for never.
unsigned opcode_since(std::string_view opcode);  // "getelementptr"

struct AttributeFacts {
  unsigned code;  // in bitcode
  std::string_view name;
  unsigned function_since, parameter_since;  // a result counts as a parameter
};
// Null: a code that LLVM 14 does not have either.
const AttributeFacts* attribute_facts(unsigned code);

struct RecordFacts {
  unsigned block, code;
  std::string_view block_name, name;
  unsigned since;
};
const RecordFacts* record_facts(unsigned block, unsigned code);  // null: never seen

}  // namespace tinsmith::air
