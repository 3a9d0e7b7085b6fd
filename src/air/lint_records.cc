// SPDX-License-Identifier: Apache-2.0
// What is judged before LLVM's reader has upgraded anything: attributes, and kinds of records. The
// reader of a system knows the records of its year and refuses the whole module for one that it
// does not know, whether or not anything uses it.
#include <llvm/Bitcode/LLVMBitCodes.h>

#include <map>
#include <set>
#include <vector>

#include "air/lint_report.h"
#include "air/records.h"

namespace tinsmith::air {

namespace {

// AIR up to 2.5 is read by readers of LLVM 5's age.
constexpr unsigned kNewestOldAttribute = llvm::bitc::ATTR_KIND_SPECULATABLE;
constexpr unsigned kNewestAttribute = llvm::bitc::ATTR_KIND_DISABLE_SANITIZER_INSTRUMENTATION;
constexpr unsigned kNewReader = 6;  // minor AIR version with which the reader became LLVM 14's
constexpr uint64_t kOnFunction = 0xffffffff;

struct Group {
  bool is_on_function = false;
  std::vector<unsigned> codes;
};

struct FunctionRecord {
  uint64_t name_at = 0, name_size = 0, attributes = 0;
};

struct Module {
  std::map<uint64_t, Group> groups;
  std::vector<std::vector<uint64_t>> lists;
  std::vector<FunctionRecord> functions;
  RecordKinds kinds;
  std::string names;
};

// Attributes of one group: [id, place, then each with its kind of value].
void read_group(std::span<const uint64_t> operands, Module& module) {
  if (operands.size() < 2) return;
  Group group;
  group.is_on_function = operands[1] == kOnFunction;
  for (size_t i = 2; i + 1 < operands.size();) {
    uint64_t form = operands[i++];
    if (form == 3 || form == 4) {  // text, ending in 0; with a value, another one
      for (uint64_t texts = form - 2; texts > 0; --texts) {
        while (i < operands.size() && operands[i] != 0) ++i;
        ++i;
      }
      continue;
    }
    group.codes.push_back(static_cast<unsigned>(operands[i++]));
    if (form == 1 || form == 6) ++i;  // its number or type
  }
  module.groups[operands[0]] = std::move(group);
}

void read(const Record& record, Module& module) {
  namespace bitc = llvm::bitc;
  module.kinds.insert({record.block, record.code});
  if (record.block == bitc::PARAMATTR_GROUP_BLOCK_ID) read_group(record.operands, module);
  if (record.block == bitc::PARAMATTR_BLOCK_ID) {
    module.lists.emplace_back(record.operands.begin(), record.operands.end());
  }
  if (record.block == bitc::MODULE_BLOCK_ID && record.code == bitc::MODULE_CODE_FUNCTION &&
      record.operands.size() > 6) {
    module.functions.push_back({record.operands[0], record.operands[1], record.operands[6]});
  }
  if (record.block == bitc::STRTAB_BLOCK_ID) module.names = record.blob;
}

void judge_attribute(unsigned code, bool is_on_function, const std::string& where,
                     const Subject& subject) {
  const AttributeFacts* facts = attribute_facts(code);
  std::string name =
      facts ? "'" + std::string(facts->name) + "'" : "of code " + std::to_string(code);
  std::string on = is_on_function ? "" : " on a parameter";
  bool is_old = !subject.air.at_least(6);
  unsigned newest = is_old ? kNewestOldAttribute : kNewestAttribute;
  if (!facts || code > newest) {
    subject.add(LintCode::AttributeTooNew,
                where + " has the attribute " + name + on + ", which readers of " +
                    subject.version() + " do not know",
                "leave it out");
    return;
  }
  unsigned since = is_on_function ? facts->function_since : facts->parameter_since;
  if (since == 0 || !subject.air.at_least(since)) {
    subject.add(LintCode::AttributeNotSeen,
                where + " has the attribute " + name + on +
                    ", which no Apple-made library has there at " + subject.version(),
                "leave it out");
  }
}

void judge_list(const Module& module, uint64_t index, const std::string& where,
                std::set<uint64_t>& judged, const Subject& subject) {
  if (index == 0 || index > module.lists.size()) return;
  for (uint64_t id : module.lists[index - 1]) {
    auto group = module.groups.find(id);
    if (group == module.groups.end()) continue;  // Apple's own libraries have such
    judged.insert(id);
    for (unsigned code : group->second.codes) {
      judge_attribute(code, group->second.is_on_function, where, subject);
    }
  }
}

void judge_attributes(const Module& module, const Subject& subject) {
  std::set<uint64_t> judged;
  for (const FunctionRecord& fn : module.functions) {
    bool has_name =
        fn.name_at <= module.names.size() && fn.name_size <= module.names.size() - fn.name_at;
    std::string name = has_name ? module.names.substr(fn.name_at, fn.name_size) : "";
    judge_list(module, fn.attributes, "'" + name + "'", judged, subject);
  }
  for (const auto& [id, group] : module.groups) {
    if (judged.contains(id)) continue;
    for (unsigned code : group.codes) {
      judge_attribute(code, group.is_on_function, "a call", subject);
    }
  }
}

bool is_metadata(unsigned block) {
  return block == llvm::bitc::METADATA_BLOCK_ID || block == llvm::bitc::METADATA_KIND_BLOCK_ID;
}

// Told where the instruction or constant stands, by lint_functions.
bool is_told(unsigned block, unsigned code, const Subject& subject) {
  namespace bitc = llvm::bitc;
  std::pair kind(block, code);
  if (kind == std::pair(unsigned{bitc::FUNCTION_BLOCK_ID}, unsigned{bitc::FUNC_CODE_INST_UNOP}) ||
      kind == std::pair(unsigned{bitc::FUNCTION_BLOCK_ID}, unsigned{bitc::FUNC_CODE_INST_FREEZE})) {
    return true;
  }
  if (block == bitc::FUNCTION_BLOCK_ID) return subject.has(LintCode::InstructionNeverSeen);
  if (block == bitc::CONSTANTS_BLOCK_ID && code == bitc::CST_CODE_POISON) {
    return subject.has(LintCode::Poison);
  }
  bool is_of_type = block == bitc::TYPE_BLOCK_ID_NEW || block == bitc::CONSTANTS_BLOCK_ID;
  return is_of_type &&
         (subject.has(LintCode::TypeUnknown) || subject.has(LintCode::CallForm));  // assembly
}

}  // namespace

std::optional<RecordKinds> lint_records(const Subject& subject) {
  Module module;
  Result<> done = for_each_record(subject.function.blob, "function '" + subject.function.name + "'",
                                  [&](const Record& record) { read(record, module); });
  if (!done) {
    subject.add(LintCode::BadBitcode, done.failure().what, "compile the function again");
    return {};
  }
  judge_attributes(module, subject);
  return module.kinds;
}

void lint_record_kinds(const RecordKinds& kinds, const Subject& subject) {
  bool has_bfloat = kinds.contains({llvm::bitc::TYPE_BLOCK_ID_NEW, llvm::bitc::TYPE_CODE_BFLOAT});
  if (has_bfloat && subject.is_simulator()) {
    subject.add(LintCode::NotInSimulator, "bfloat, which the simulator refuses",
                "compute in half or float there");
  }
  for (auto [block, code] : kinds) {
    if (is_told(block, code, subject) || is_metadata(block)) continue;
    const RecordFacts* facts = record_facts(block, code);
    if (facts && subject.air.at_least(facts->since)) continue;
    if (facts && facts->since == kNewReader) {
      subject.add(LintCode::RecordTooNew,
                  "the bitcode has a record " + std::string(facts->block_name) + "/" +
                      std::string(facts->name) + ", first seen at AIR 2." +
                      std::to_string(facts->since),
                  "write the module with what " + subject.version() + " has");
    } else {
      subject.add(LintCode::RecordNotSeen,
                  "the bitcode has a record of block " + std::to_string(block) + ", code " +
                      std::to_string(code) + ", which no Apple-made library has");
    }
  }
}

}  // namespace tinsmith::air
