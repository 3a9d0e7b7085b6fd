// SPDX-License-Identifier: Apache-2.0
// What a module says of itself: triple, versions, flags and options against the container that it
// lies in, and its global variables. Loaders compare versions in both places.
#include <llvm/ADT/Triple.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <optional>

#include "air/lint_report.h"
#include "air/metadata.h"

namespace tinsmith::air {

namespace {

using metallib::Platform;

constexpr std::string_view kDataLayout =
    "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-"
    "v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-"
    "v512:512:512-v1024:1024:1024-n8:16:32";
constexpr uint64_t kThreadgroupMemory = 32768;  // of every GPU from Apple4 on

std::string quoted(llvm::StringRef text) { return "'" + text.str() + "'"; }

struct TripleForm {
  std::string_view os, environment;
};

std::optional<TripleForm> triple_form(Platform platform) {
  switch (platform) {
    case Platform::Macos: return {{"macosx", ""}};
    case Platform::Ios: return {{"ios", ""}};
    case Platform::Tvos: return {{"tvos", ""}};
    case Platform::Watchos: return {{"watchos", ""}};
    case Platform::BridgeOs: return {{"bridgeos", ""}};
    case Platform::Catalyst: return {{"ios", "macabi"}};
    case Platform::IosSimulator: return {{"ios", "simulator"}};
    case Platform::TvosSimulator: return {{"tvos", "simulator"}};
    case Platform::WatchosSimulator: return {{"watchos", "simulator"}};
    case Platform::DriverKit: return {{"driverkit", ""}};
    case Platform::Visionos: return {{"xros", ""}};
  }
  return {};
}

// "16.0.0" and "16.0" are one version.
std::array<unsigned, 3> version_of(llvm::StringRef text) {
  std::array<unsigned, 3> version{};
  for (unsigned& part : version) {
    auto [head, rest] = text.split('.');
    if (head.getAsInteger(10, part)) part = 0;
    text = rest;
  }
  return version;
}

std::string dotted(std::array<unsigned, 3> version) {
  return std::to_string(version[0]) + "." + std::to_string(version[1]) + "." +
         std::to_string(version[2]);
}

void judge_arch(llvm::StringRef arch, const Subject& subject) {
  std::string versioned =
      "air64_v" + std::to_string(subject.air.major) + std::to_string(subject.air.minor);
  if (arch != "air64" && arch != versioned) {
    subject.add(
        LintCode::TripleArch,
        "the triple's architecture " + quoted(arch) + " is not that of " + subject.version(),
        "write air64");
  } else if (arch == versioned && !subject.air.at_least(6)) {
    subject.add(LintCode::TripleNotSeen,
                "the architecture " + versioned + " is younger than the systems of " +
                    subject.version() + ", and not witnessed there",
                "write air64");
  }
}

void judge_triple(const llvm::Module& module, const Subject& subject) {
  llvm::Triple triple(module.getTargetTriple());
  judge_arch(triple.getArchName(), subject);
  std::optional<TripleForm> wanted = triple_form(subject.library.platform);
  if (!wanted) return;
  llvm::StringRef system = triple.getOSName();
  llvm::StringRef os = system.take_while([](char c) { return c < '0' || c > '9'; });
  std::string header(metallib::name(subject.library.platform));
  if (os != llvm::StringRef(wanted->os) ||
      triple.getEnvironmentName() != llvm::StringRef(wanted->environment)) {
    subject.add(LintCode::TriplePlatform,
                "the header says " + header + ", the triple " + quoted(triple.str()),
                "compile for the platform of the header");
    return;
  }
  std::array<unsigned, 3> in_triple = version_of(system.drop_front(os.size()));
  const metallib::Library& library = subject.library;
  std::array<unsigned, 3> in_header = {library.os_major, library.os_minor, library.os_patch};
  if (in_header[0] != 0 && in_triple != in_header) {
    subject.add(
        LintCode::TripleSystem,
        "the header says " + header + " " + dotted(in_header) + ", the triple " + dotted(in_triple),
        "write one version in both");
  }
}

const llvm::MDNode* only_node(const llvm::Module& module, llvm::StringRef name) {
  const llvm::NamedMDNode* named = module.getNamedMetadata(name);
  return named && named->getNumOperands() == 1 ? named->getOperand(0) : nullptr;
}

void judge_versions(const llvm::Module& module, const Subject& subject) {
  const metallib::Function& fn = subject.function;
  auto says = [](const llvm::MDNode* node, unsigned first, int64_t major, int64_t minor) {
    return node && number_of(operand_of(*node, first)) == major &&
           number_of(operand_of(*node, first + 1)) == minor;
  };
  if (!says(only_node(module, "air.version"), 0, fn.air_major, fn.air_minor)) {
    subject.add(LintCode::AirVersionDiffers,
                "VERS says " + subject.version() + ", !air.version does not",
                "write one AIR version in both");
  }
  const llvm::MDNode* language = only_node(module, "air.language_version");
  if (!says(language, 1, fn.msl_major, fn.msl_minor) ||
      string_of(operand_of(*language, 0)) != "Metal") {
    subject.add(LintCode::LanguageDiffers,
                "VERS says Metal " + std::to_string(fn.msl_major) + "." +
                    std::to_string(fn.msl_minor) + ", !air.language_version does not",
                "write one language version in both");
  }
}

struct Flag {
  std::string_view name;
  int64_t behaviour, value;  // -1: not looked at
  unsigned since;
};

constexpr Flag kFlags[] = {
    {"SDK Version", 2, -1, 0},
    {"wchar_size", 1, 4, 0},
    {"frame-pointer", 7, 2, 6},
    {"air.max_device_buffers", 7, 31, 0},
    {"air.max_constant_buffers", 7, 31, 0},
    {"air.max_threadgroup_buffers", 7, 31, 0},
    {"air.max_textures", 7, 128, 0},
    {"air.max_read_write_textures", 7, 8, 0},
    {"air.max_samplers", 7, 16, 0},
};

std::string flag_fault(const llvm::MDNode& node, const Subject& subject) {
  std::optional<std::string_view> name = string_of(operand_of(node, 1));
  if (!name) return "a module flag has no name";
  auto flag = std::ranges::find(kFlags, *name, &Flag::name);
  std::string text = "the module flag '" + std::string(*name) + "'";
  if (flag == std::end(kFlags)) return text + " is in no Apple-made library";
  if (!subject.air.at_least(flag->since)) return text + " is new at AIR 2.6";
  bool differs = number_of(operand_of(node, 0)) != flag->behaviour ||
                 (flag->value >= 0 && number_of(operand_of(node, 2)) != flag->value);
  return differs ? text + " has another value or behaviour than Apple's compiler gives it" : "";
}

void judge_flags(const llvm::Module& module, const Subject& subject) {
  const llvm::NamedMDNode* flags = module.getModuleFlagsMetadata();
  std::vector<std::string_view> seen;
  for (unsigned i = 0; flags && i < flags->getNumOperands(); ++i) {
    const llvm::MDNode& node = *flags->getOperand(i);
    std::string fault = flag_fault(node, subject);
    if (!fault.empty()) subject.add(LintCode::ModuleFlags, fault);
    if (auto name = string_of(operand_of(node, 1))) seen.push_back(*name);
  }
  for (const Flag& flag : kFlags) {
    bool is_needed = subject.air.at_least(flag.since) && flag.since == 0;
    if (is_needed && std::ranges::find(seen, flag.name) == seen.end()) {
      subject.add(LintCode::ModuleFlags,
                  "the module flag '" + std::string(flag.name) + "' is missing");
    }
  }
}

constexpr std::string_view kNamed[] = {
    "llvm.module.flags",    "llvm.ident",          "air.version",
    "air.language_version", "air.compile_options", "air.kernel",
};

void judge_named(const llvm::Module& module, const Subject& subject) {
  std::vector<std::string_view> found;
  for (const llvm::NamedMDNode& node : module.named_metadata()) {
    llvm::StringRef name = node.getName();
    if (std::ranges::find(kNamed, std::string_view(name)) != std::end(kNamed)) {
      found.emplace_back(name.data(), name.size());
    }
  }
  for (std::string_view name : kNamed) {
    bool is_told_elsewhere =
        name == "air.kernel" || name == "air.version" || name == "air.language_version";
    if (!is_told_elsewhere && std::ranges::find(found, name) == found.end()) {
      subject.add(LintCode::NamedMetadata, "!" + std::string(name) + " is missing");
    }
  }
  auto rank = [](std::string_view name) { return std::ranges::find(kNamed, name); };
  if (!std::ranges::is_sorted(found, {}, rank)) {
    subject.add(LintCode::NamedMetadata,
                "named metadata are in another order than Apple's compiler writes",
                "flags, ident, version, language, options, kernel");
  }
}

void judge_options(const llvm::Module& module, const Subject& subject) {
  const llvm::NamedMDNode* options = module.getNamedMetadata("air.compile_options");
  if (!options) return;  // told by judge_named
  std::string text;
  for (const llvm::MDNode* node : options->operands()) {
    std::optional<std::string_view> option = string_of(operand_of(*node, 0));
    text += std::string(option.value_or("?")) + " ";
  }
  for (const char* fast_math : {"enable", "disable"}) {
    if (text == std::string("air.compile.denorms_disable air.compile.fast_math_") + fast_math +
                    " air.compile.framebuffer_fetch_enable ") {
      return;
    }
  }
  subject.add(LintCode::CompileOptions,
              "!air.compile_options are " + text + "and no Apple-made library has just these");
}

// Threadgroup memory has no start value, a table in constant memory has one that stays.
void judge_global(const llvm::GlobalVariable& global, const Subject& subject) {
  if (global.getName().startswith("llvm.")) return;
  unsigned space = global.getAddressSpace();
  const char* fix = "declare it internal, in address space 2 with a value or 3 without";
  if (global.isDeclaration()) {
    subject.add_at(global, LintCode::GlobalShape, "a variable that is declared only", fix);
  } else if (space == 3) {
    const llvm::Constant* start = global.getInitializer();
    if (!llvm::isa<llvm::UndefValue>(start) && !start->isNullValue()) {
      subject.add_at(global, LintCode::GlobalShape, "threadgroup memory with a start value", fix);
    }
  } else if (space == 1 || (space == 0 && !global.isConstant())) {
    subject.add_at(global, LintCode::GlobalShape,
                   "a variable in " + std::string(space == 1 ? "device" : "thread") +
                       " memory of program scope, which Metal does not have",
                   fix);
  }
}

void judge_globals(const llvm::Module& module, const Subject& subject) {
  uint64_t threadgroup = 0;
  for (const llvm::GlobalVariable& global : module.globals()) {
    judge_global(global, subject);
    if (global.getAddressSpace() != 3) continue;
    llvm::TypeSize size = module.getDataLayout().getTypeAllocSize(global.getValueType());
    if (!size.isScalable()) threadgroup += size.getFixedSize();
  }
  if (threadgroup > kThreadgroupMemory) {
    subject.add(
        LintCode::ThreadgroupMemory,
        std::to_string(threadgroup) + " bytes of threadgroup memory; a threadgroup has 32768",
        "make the tiles smaller");
  }
}

}  // namespace

void lint_module(const llvm::Module& module, const Subject& subject) {
  judge_triple(module, subject);
  if (module.getDataLayoutStr() != kDataLayout) {
    subject.add(LintCode::DataLayout, "the data layout is not the one that all Metal modules have",
                "set the data layout of Metal");
  }
  judge_versions(module, subject);
  judge_flags(module, subject);
  judge_named(module, subject);
  judge_options(module, subject);
  judge_globals(module, subject);
}

}  // namespace tinsmith::air
