// SPDX-License-Identifier: Apache-2.0
// Reads a SPIR-V module. Ids may be large and sparse, so tables are maps; types may only name types
// before them, so no walk over types can run in circles.
#define SPV_ENABLE_UTILITY_CODE
#include "air/spirv_reader.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace tinsmith::air {

namespace {

constexpr uint32_t kMostIds = 1u << 22;  // SPIR-V 1.6 §2.17, universal limits
constexpr uint32_t kDeepestType = 32;

const SpirvType kNoType;
const std::vector<Decoration> kNoDecorations;

// A literal string: bytes up to a NUL, four to a word, the first one lowest.
std::optional<std::string_view> literal(std::span<const uint32_t> words) {
  const char* start = reinterpret_cast<const char*>(words.data());
  const void* end = std::memchr(start, 0, words.size() * 4);
  if (!end) return {};
  return std::string_view(start, static_cast<size_t>(static_cast<const char*>(end) - start));
}

bool is_terminator(spv::Op op) {
  switch (op) {
    case spv::Op::OpBranch:
    case spv::Op::OpBranchConditional:
    case spv::Op::OpSwitch:
    case spv::Op::OpKill:
    case spv::Op::OpReturn:
    case spv::Op::OpReturnValue:
    case spv::Op::OpUnreachable:
    case spv::Op::OpTerminateInvocation: return true;
    default: return false;
  }
}

}  // namespace

std::string opcode_name(spv::Op op) {
  struct Row {
    uint32_t number;
    const char* name;
  };
  static const Row kNames[] = {
#define OPCODE(number, name) Row{number, "Op" #name},
#include "air/opcode_names.def"
  };
  auto number = static_cast<uint32_t>(op);
  const Row* row = std::ranges::find(kNames, number, &Row::number);
  return row == std::end(kNames) ? "opcode " + std::to_string(number) : row->name;
}

// One pass over the words; `step` sees them in order.
class SpirvParser {
 public:
  SpirvParser(std::span<const uint32_t> words, SpirvModule& module)
      : words_(words), module_(module) {}

  Result<> parse();

 private:
  Failure fail(const std::string& why) const {
    return {"word " + std::to_string(at_) + " of the SPIR-V: " + why};
  }
  Failure fail(const Instruction& inst, const std::string& why) const {
    return fail(opcode_name(inst.op) + ": " + why);
  }
  Result<Instruction> next();
  Result<> step(const Instruction& inst);
  Result<> preamble(const Instruction& inst);
  Result<> decoration(const Instruction& inst);
  Result<> make_type(const Instruction& inst);
  Result<> scalar_type(const Instruction& inst, SpirvType& type);
  Result<> count_of(const Instruction& inst, SpirvType& type);
  Result<> within_function(const Instruction& inst);
  Result<> finish();

  std::span<const uint32_t> words_;
  SpirvModule& module_;
  size_t at_ = 0;
  std::set<uint32_t> defined_;
  std::map<uint32_t, uint32_t> depth_;  // of types
  uint32_t file_ = 0, line_ = 0;
  bool in_function_ = false, in_block_ = false;
};

Result<Instruction> SpirvParser::next() {
  uint32_t length = words_[at_] >> 16;
  if (length == 0 || length > words_.size() - at_) return fail("its length is wrong");
  Instruction inst;
  inst.op = static_cast<spv::Op>(words_[at_] & 0xffff);
  inst.offset = static_cast<uint32_t>(at_);
  inst.file = file_;
  inst.line = line_;
  bool has_result = false, has_type = false;
  spv::HasResultAndType(inst.op, &has_result, &has_type);
  std::span<const uint32_t> rest = words_.subspan(at_ + 1, length - 1);
  if (rest.size() < size_t{has_result} + size_t{has_type}) return fail(inst, "it is too short");
  if (has_type) {
    inst.type = rest[0];
    rest = rest.subspan(1);
  }
  if (has_result) {
    inst.result = rest[0];
    rest = rest.subspan(1);
    if (inst.result == 0 || inst.result >= module_.bound_)
      return fail(inst, "its result id is out of range");
    if (!defined_.insert(inst.result).second)
      return fail(inst, "id %" + std::to_string(inst.result) + " is defined twice");
  }
  if (has_type && module_.type(inst.type).is(SpirvType::Kind::None))
    return fail(inst, "%" + std::to_string(inst.type) + " is not a type");
  inst.operands = rest;
  at_ += length;
  return inst;
}

Result<> SpirvParser::parse() {
  if (words_.size() < 5) return Failure{"the SPIR-V is shorter than its header"};
  if (words_[0] != spv::MagicNumber) return Failure{"this is not SPIR-V: the magic number differs"};
  module_.bound_ = words_[3];
  if (module_.bound_ == 0 || module_.bound_ > kMostIds) {
    return Failure{"the SPIR-V header has a wrong bound of ids"};
  }
  for (at_ = 5; at_ < words_.size();) {
    size_t here = at_;
    TS_TRY_ASSIGN(inst, next());
    size_t after = std::exchange(at_, here);  // messages name the start
    TS_TRY(step(inst));
    at_ = after;
  }
  return finish();
}

Result<> SpirvParser::step(const Instruction& inst) {
  switch (inst.op) {
    case spv::Op::OpLine:
      file_ = inst.operand(0);
      line_ = inst.operand(1);
      return Ok{};
    case spv::Op::OpNoLine: file_ = line_ = 0; return Ok{};
    case spv::Op::OpFunction: {
      if (in_function_) return fail(inst, "a function within a function");
      in_function_ = true;
      SpirvFunction fn;
      fn.id = inst.result;
      fn.return_type = inst.type;
      fn.type = inst.operand(1);
      module_.functions_.push_back(std::move(fn));
      return Ok{};
    }
    default: break;
  }
  if (in_function_) return within_function(inst);
  return preamble(inst);
}

Result<> SpirvParser::within_function(const Instruction& inst) {
  SpirvFunction& fn = module_.functions_.back();
  if (inst.op == spv::Op::OpFunctionEnd) {
    if (in_block_) return fail(inst, "the last block has no end");
    in_function_ = false;
    return Ok{};
  }
  if (inst.op == spv::Op::OpFunctionParameter) {
    if (!fn.blocks.empty()) return fail(inst, "a parameter after a block");
    fn.parameters.push_back(inst);
    return Ok{};
  }
  if (inst.op == spv::Op::OpLabel) {
    if (in_block_) return fail(inst, "the block before it has no end");
    in_block_ = true;
    fn.blocks.push_back({inst.result, {}});
    return Ok{};
  }
  if (!in_block_) return fail(inst, "outside of any block");
  fn.blocks.back().body.push_back(inst);
  if (is_terminator(inst.op)) {
    in_block_ = false;
    file_ = line_ = 0;
  }
  return Ok{};
}

Result<> SpirvParser::preamble(const Instruction& inst) {
  switch (inst.op) {
    case spv::Op::OpName:
      if (auto text = literal(inst.operands.subspan(std::min<size_t>(1, inst.operands.size()))))
        module_.names_[inst.operand(0)] = *text;
      return Ok{};
    case spv::Op::OpMemberName:
      if (inst.operands.size() < 3) return fail(inst, "it is too short");
      if (auto text = literal(inst.operands.subspan(2)))
        module_.member_names_[{inst.operand(0), inst.operand(1)}] = *text;
      return Ok{};
    case spv::Op::OpString:
      if (auto text = literal(inst.operands)) module_.strings_[inst.result] = *text;
      return Ok{};
    case spv::Op::OpExtInstImport: {
      std::string_view name = literal(inst.operands).value_or("");
      ExtendedSet set = ExtendedSet::Unknown;
      if (name == "GLSL.std.450") set = ExtendedSet::Glsl450;
      if (name.starts_with("NonSemantic.")) set = ExtendedSet::NonSemantic;
      module_.sets_[inst.result] = set;
      return Ok{};
    }
    case spv::Op::OpEntryPoint:
      if (module_.entry_ != 0) return fail(inst, "more than one entry point");
      if (spv::ExecutionModel{inst.operand(0)} != spv::ExecutionModel::GLCompute)
        return fail(inst, "only compute shaders are supported");
      module_.entry_ = inst.operand(1);
      return Ok{};
    case spv::Op::OpExecutionMode:
      if (spv::ExecutionMode{inst.operand(1)} == spv::ExecutionMode::LocalSize)
        module_.local_size_ = {inst.operand(2), inst.operand(3), inst.operand(4)};
      return Ok{};
    case spv::Op::OpExecutionModeId:
      if (spv::ExecutionMode{inst.operand(1)} == spv::ExecutionMode::LocalSizeId)
        module_.local_size_ids_ = {inst.operand(2), inst.operand(3), inst.operand(4)};
      return Ok{};
    case spv::Op::OpDecorate:
    case spv::Op::OpMemberDecorate: return decoration(inst);
    default: break;
  }
  if (inst.result != 0) {
    module_.global_index_[inst.result] = static_cast<uint32_t>(module_.globals_.size());
    module_.globals_.push_back(inst);
    if (inst.type == 0) return make_type(inst);
    if (auto value = module_.evaluate(inst)) module_.integers_[inst.result] = *value;
  }
  return Ok{};
}

Result<> SpirvParser::decoration(const Instruction& inst) {
  bool member = inst.op == spv::Op::OpMemberDecorate;
  size_t first = member ? 2 : 1;
  if (inst.operands.size() <= first) return fail(inst, "it is too short");
  Decoration decoration{static_cast<spv::Decoration>(inst.operand(first)),
                        inst.operands.subspan(first + 1)};
  if (member) {
    module_.member_decorations_[{inst.operand(0), inst.operand(1)}].push_back(decoration);
  } else {
    module_.decorations_[inst.operand(0)].push_back(decoration);
  }
  return Ok{};
}

Result<> SpirvParser::scalar_type(const Instruction& inst, SpirvType& type) {
  type.width = inst.operand(0);
  bool is_int = inst.op == spv::Op::OpTypeInt;
  type.kind = is_int ? SpirvType::Kind::Int : SpirvType::Kind::Float;
  type.is_signed = is_int && inst.operand(1) != 0;
  bool known = type.width == 16 || type.width == 32 || type.width == 64;
  if (!known && !(is_int && type.width == 8)) {
    return fail(inst, "a width of " + std::to_string(type.width) + " bits does not exist");
  }
  return Ok{};
}

Result<> SpirvParser::count_of(const Instruction& inst, SpirvType& type) {
  const SpirvType& element = module_.type(type.element);
  if (type.is(SpirvType::Kind::Array)) {
    std::optional<uint64_t> length = module_.integer(inst.operand(1));
    if (!length || *length == 0 || *length > UINT32_MAX)
      return fail(inst, "its length is not a constant of at least 1");
    type.count = static_cast<uint32_t>(*length);
    return Ok{};
  }
  type.count = inst.operand(1);
  bool fits = type.is(SpirvType::Kind::Vector)
                  ? element.is_scalar()
                  : element.is(SpirvType::Kind::Vector) &&
                        module_.type(element.element).is(SpirvType::Kind::Float);
  if (!fits || type.count < 2 || type.count > 4) return fail(inst, "no such vector or matrix");
  return Ok{};
}

Result<> SpirvParser::make_type(const Instruction& inst) {
  using Kind = SpirvType::Kind;
  SpirvType type;
  type.id = inst.result;
  type.kind = Kind::Other;
  std::vector<uint32_t> parts;
  switch (inst.op) {
    case spv::Op::OpTypeVoid: type.kind = Kind::Void; break;
    case spv::Op::OpTypeBool: type.kind = Kind::Bool; break;
    case spv::Op::OpTypeInt:
    case spv::Op::OpTypeFloat: TS_TRY(scalar_type(inst, type)); break;
    case spv::Op::OpTypeVector: type.kind = Kind::Vector; break;
    case spv::Op::OpTypeMatrix: type.kind = Kind::Matrix; break;
    case spv::Op::OpTypeArray: type.kind = Kind::Array; break;
    case spv::Op::OpTypeRuntimeArray: type.kind = Kind::RuntimeArray; break;
    case spv::Op::OpTypeStruct:
      type.kind = Kind::Struct;
      type.members.assign(inst.operands.begin(), inst.operands.end());
      break;
    case spv::Op::OpTypePointer:
      type.kind = Kind::Pointer;
      type.storage = static_cast<spv::StorageClass>(inst.operand(0));
      type.element = inst.operand(1);
      break;
    case spv::Op::OpTypeFunction:
      type.kind = Kind::Function;
      type.members.assign(inst.operands.begin(), inst.operands.end());
      break;
    default: break;  // refused where a value of it is needed
  }
  bool counted = type.is(Kind::Vector) || type.is(Kind::Matrix) || type.is(Kind::Array);
  if (counted || type.is(Kind::RuntimeArray)) type.element = inst.operand(0);
  parts = type.members;
  if (type.element != 0 || counted) parts.push_back(type.element);
  uint32_t depth = 0;
  for (uint32_t part : parts) {
    if (module_.type(part).is(Kind::None))
      return fail(inst, "%" + std::to_string(part) + " is not a type before it");
    depth = std::max(depth, depth_[part]);
  }
  if (depth >= kDeepestType) return fail(inst, "types are nested too deeply");
  if (counted) TS_TRY(count_of(inst, type));
  depth_[type.id] = depth + 1;
  module_.type_index_[type.id] = static_cast<uint32_t>(module_.types_.size());
  module_.types_.push_back(std::move(type));
  return Ok{};
}

Result<> SpirvParser::finish() {
  if (in_function_) return fail("the last function has no end");
  const SpirvFunction* entry = module_.entry();
  if (!entry || entry->blocks.empty()) return Failure{"the SPIR-V has no entry point"};
  for (const SpirvFunction& fn : module_.functions_) {
    const SpirvType& type = module_.type(fn.type);
    if (!type.is(SpirvType::Kind::Function) || type.members.size() != fn.parameters.size() + 1)
      return Failure{"function %" + std::to_string(fn.id) + " does not fit its type"};
  }
  for (int i = 0; i < 3; ++i) {
    if (module_.local_size_ids_[i] == 0) continue;
    auto size = module_.integer(module_.local_size_ids_[i]);
    if (!size) return Failure{"LocalSizeId is not a constant"};
    module_.local_size_[i] = static_cast<uint32_t>(*size);
  }
  for (const auto& [id, decorations] : module_.decorations_) {  // a constant wins over LocalSize
    const Instruction* size = module_.global(id);
    if (!size || module_.decoration(id, spv::Decoration::BuiltIn) !=
                     static_cast<uint32_t>(spv::BuiltIn::WorkgroupSize))
      continue;
    for (int i = 0; i < 3; ++i) {
      if (auto n = module_.integer(size->operand(static_cast<size_t>(i))))
        module_.local_size_[i] = static_cast<uint32_t>(*n);
    }
  }
  uint64_t threads = 1;
  for (uint32_t n : module_.local_size_) {
    if (n == 0 || n > 4096) return Failure{"the LocalSize of the entry point is out of range"};
    threads *= n;
  }
  if (threads > 4096) return Failure{"the LocalSize of the entry point is out of range"};
  return Ok{};
}

Result<SpirvModule> SpirvModule::read(std::span<const uint32_t> words) {
  SpirvModule module;
  TS_TRY(SpirvParser(words, module).parse());
  return module;
}

// --- Queries

namespace {

template <class Map, class Key>
auto find_in(const Map& map, const Key& key) -> const typename Map::mapped_type* {
  auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

std::optional<uint32_t> first_operand(const std::vector<Decoration>& list, spv::Decoration kind) {
  for (const Decoration& d : list) {
    if (d.kind == kind) return d.operands.empty() ? 0 : d.operands[0];
  }
  return {};
}

uint64_t truncated(uint64_t bits, uint32_t width) {
  return width >= 64 ? bits : bits & ((uint64_t{1} << width) - 1);
}

// How many of an instruction's operands are ids; those after them are numbers.
size_t leading_ids(const Instruction& inst) {
  switch (inst.op) {
    case spv::Op::OpConstant:
    case spv::Op::OpSpecConstant:
    case spv::Op::OpTypeInt:
    case spv::Op::OpTypeFloat:
    case spv::Op::OpExtInst:  // set and number of the instruction
    case spv::Op::OpVariable:
    case spv::Op::OpTypePointer: return 0;
    case spv::Op::OpLoad:
    case spv::Op::OpCompositeExtract:
    case spv::Op::OpTypeVector:
    case spv::Op::OpTypeMatrix:
    case spv::Op::OpSwitch:
    case spv::Op::OpArrayLength: return 1;
    case spv::Op::OpStore:
    case spv::Op::OpCopyMemory:
    case spv::Op::OpCompositeInsert:
    case spv::Op::OpVectorShuffle: return 2;
    default: return SIZE_MAX;
  }
}

}  // namespace

const SpirvType& SpirvModule::type(uint32_t id) const {
  const uint32_t* index = find_in(type_index_, id);
  return index ? types_[*index] : kNoType;
}

const Instruction* SpirvModule::global(uint32_t id) const {
  const uint32_t* index = find_in(global_index_, id);
  return index ? &globals_[*index] : nullptr;
}

const SpirvFunction* SpirvModule::function(uint32_t id) const {
  auto it = std::ranges::find(functions_, id, &SpirvFunction::id);
  return it == functions_.end() ? nullptr : &*it;
}

ExtendedSet SpirvModule::extended_set(uint32_t id) const {
  const ExtendedSet* set = find_in(sets_, id);
  return set ? *set : ExtendedSet::None;
}

std::string_view SpirvModule::name(uint32_t id) const {
  const std::string_view* text = find_in(names_, id);
  return text ? *text : std::string_view{};
}

std::string_view SpirvModule::member_name(uint32_t id, uint32_t member) const {
  const std::string_view* text = find_in(member_names_, std::pair(id, member));
  return text ? *text : std::string_view{};
}

const std::vector<Decoration>& SpirvModule::decorations(uint32_t id) const {
  const auto* list = find_in(decorations_, id);
  return list ? *list : kNoDecorations;
}

const std::vector<Decoration>& SpirvModule::member_decorations(uint32_t id, uint32_t member) const {
  const auto* list = find_in(member_decorations_, std::pair(id, member));
  return list ? *list : kNoDecorations;
}

std::optional<uint32_t> SpirvModule::decoration(uint32_t id, spv::Decoration kind) const {
  return first_operand(decorations(id), kind);
}

std::optional<uint32_t> SpirvModule::member_decoration(uint32_t id, uint32_t member,
                                                       spv::Decoration kind) const {
  return first_operand(member_decorations(id, member), kind);
}

std::optional<uint64_t> SpirvModule::integer(uint32_t id) const {
  const uint64_t* known = find_in(integers_, id);
  return known ? std::optional(*known) : std::nullopt;
}

std::optional<uint64_t> SpirvModule::evaluate(const Instruction& inst) const {
  const SpirvType& t = type(inst.type);
  switch (inst.op) {
    case spv::Op::OpConstantTrue:
    case spv::Op::OpSpecConstantTrue: return 1;
    case spv::Op::OpConstantFalse:
    case spv::Op::OpSpecConstantFalse: return 0;
    case spv::Op::OpConstantNull: return t.is_scalar() ? std::optional<uint64_t>(0) : std::nullopt;
    case spv::Op::OpConstant:
    case spv::Op::OpSpecConstant:
      if (!t.is(SpirvType::Kind::Int)) return {};
      return truncated(inst.operand(0) | uint64_t{inst.operand(1)} << 32, t.width);
    case spv::Op::OpSpecConstantOp: break;
    default: return {};
  }
  std::optional<uint64_t> a = integer(inst.operand(1)), b = integer(inst.operand(2));
  if (!t.is(SpirvType::Kind::Int) || inst.operands.size() != 3 || !a || !b) return {};
  switch (spv::Op{inst.operand(0)}) {
    case spv::Op::OpIAdd: return truncated(*a + *b, t.width);
    case spv::Op::OpISub: return truncated(*a - *b, t.width);
    case spv::Op::OpIMul: return truncated(*a * *b, t.width);
    case spv::Op::OpUDiv: return *b == 0 ? std::nullopt : std::optional(*a / *b);
    case spv::Op::OpShiftLeftLogical: return *b >= t.width ? 0 : truncated(*a << *b, t.width);
    case spv::Op::OpShiftRightLogical: return *b >= t.width ? 0 : *a >> *b;
    default: return {};
  }
}

std::string SpirvModule::text(const Instruction& inst) const {
  auto id = [&](uint32_t number) {
    std::string_view given = name(number);
    bool plain = !given.empty() &&
                 std::ranges::all_of(given, [](unsigned char c) { return c > 32 && c < 127; });
    return "%" + (plain ? std::string(given) : std::to_string(number));
  };
  std::string out = inst.result != 0 ? id(inst.result) + " = " : "";
  out += opcode_name(inst.op);
  if (inst.type != 0) out += " " + id(inst.type);
  constexpr size_t kMostOperands = 8;
  size_t ids = leading_ids(inst);
  for (size_t i = 0; i < std::min(inst.operands.size(), kMostOperands); ++i) {
    bool is_id = i < ids || (inst.op == spv::Op::OpExtInst && i != 1);
    out += " " + (is_id ? id(inst.operands[i]) : std::to_string(inst.operands[i]));
  }
  return inst.operands.size() > kMostOperands ? out + " …" : out;
}

std::string SpirvModule::place(const Instruction& inst) const {
  std::string out = "word " + std::to_string(inst.offset) + ": " + text(inst);
  if (inst.line == 0) return out;
  const std::string_view* file = find_in(strings_, inst.file);
  return out + ", at " + (file ? std::string(*file) : "line") + ":" + std::to_string(inst.line);
}

}  // namespace tinsmith::air
