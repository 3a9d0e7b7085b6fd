// SPDX-License-Identifier: Apache-2.0
// tinsmith inspect: what a package, a library or a SPIR-V module holds, as tables, JSON or
// disassembly.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include "air/air.h"
#include "bundle/bundle.h"
#include "cli/command.h"
#include "cli/describe.h"
#include "cli/inspect_library.h"
#include "cli/output.h"
#include "devices/devices.h"
#include "package/package.h"
#include "spirv/spirv.h"
#include "support/files.h"

namespace tinsmith::cli {

namespace {

struct InspectOptions {
  std::string path, kernel;
  bool json = false, disassemble = false, devices = false;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  tinsmith inspect out/autodiff\n"
    "  tinsmith inspect out/mnist-mlp --kernel forward\n"
    "  tinsmith inspect model.tcm --json | python3 -m json.tool\n"
    "  tinsmith inspect out/autodiff --kernel forward --dis\n"
    "  tinsmith inspect shader.spv\n"
    "  tinsmith inspect out/metal\n"
    "  tinsmith inspect kernels.metallib --kernel forward\n"
    "  tinsmith inspect --devices";

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Result<package::SpirvWords> read_spirv(const std::string& path) {
  TS_TRY_ASSIGN(bytes, read_file(path));
  if (bytes.size() % 4 != 0) return Failure{path + ": its size is no multiple of four bytes"};
  package::SpirvWords words(bytes.size() / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

Result<int> inspect_module(const InspectOptions& options) {
  TS_TRY_ASSIGN(words, read_spirv(options.path));
  Result<package::SpirvFacts> facts = package::inspect_spirv(words);
  if (!facts) return Failure{options.path + ": " + facts.failure().what, facts.failure().blame};
  if (options.disassemble) {
    TS_TRY_ASSIGN(text, spirv::disassemble(words));
    print(text);
  } else if (options.json) {
    print(to_text(json_of(*facts), JsonStyle::Indented));
  } else {
    print(text_of(*facts, options.path));
  }
  return kDone;
}

Result<> disassemble(const package::Package& package) {
  for (const package::Kernel& kernel : package.kernels) {
    for (const package::Task& task : kernel.tasks) {
      Result<std::string> text = spirv::disassemble(task.spirv);
      if (!text) return Failure{"task " + task.name + ": " + text.failure().what};
      print("; kernel " + kernel.name + ", task " + task.name + "\n" + *text);
    }
  }
  return Ok{};
}

// Leaves the kernel that is asked for.
Result<> choose_kernel(package::Package& package, const InspectOptions& options) {
  if (options.kernel.empty()) return Ok{};
  if (package.kernel(options.kernel) == nullptr) {
    std::string names;
    for (const package::Kernel& k : package.kernels) names += (names.empty() ? "" : ", ") + k.name;
    return Failure{options.path + " has no kernel " + options.kernel + "; it has " +
                   (names.empty() ? "none" : names)};
  }
  std::erase_if(package.kernels, [&](const auto& k) { return k.name != options.kernel; });
  return Ok{};
}

// Of bundles for several systems what they have in common, and which they are; disassembled is what
// the cpu device would run.
Result<int> inspect_bundle(const InspectOptions& options) {
  TS_TRY_ASSIGN(variants, bundle::open_variants(options.path));
  TS_TRY_ASSIGN(chosen, bundle::choose(variants, {}));
  bundle::Bundle bundle = *chosen;
  TS_TRY(choose_kernel(bundle.package, options));
  if (options.disassemble) {
    for (const package::Kernel& kernel : bundle.package.kernels) {
      for (const package::Task& task : kernel.tasks) {
        TS_TRY_ASSIGN(text, air::disassemble(*task.metal->air));
        print("; kernel " + kernel.name + ", task " + task.name + "\n" + text);
      }
    }
    return kDone;
  }
  print(options.json ? to_text(json_of(bundle, variants), JsonStyle::Indented)
                     : text_of(bundle, variants, options.path));
  return kDone;
}

Result<int> inspect_package(const InspectOptions& options) {
  TS_TRY_ASSIGN(package, package::read(options.path));
  TS_TRY(choose_kernel(package, options));
  if (options.disassemble) {
    TS_TRY(disassemble(package));
    return kDone;
  }
  TS_TRY_ASSIGN(needs, needs_of(package));
  if (options.json) {
    print(to_text(json_of(package, needs), JsonStyle::Indented));
  } else {
    print(text_of(package, needs, options.path));
  }
  return kDone;
}

int list_devices(bool as_json) {
  std::vector<runtime::DeviceInfo> devices = devices::list();
  if (as_json) {
    Json all{Json::Array{}};
    for (const runtime::DeviceInfo& device : devices) {
      Json json;
      json.set("name", device.name);
      json.set("driver", device.driver);
      json.set("features", Json::Array(device.features.begin(), device.features.end()));
      all.push(std::move(json));
    }
    print(to_text(all, JsonStyle::Indented));
    return kDone;
  }
  Table table({"DEVICE", "DRIVER", "FEATURES"});
  for (const runtime::DeviceInfo& device : devices) {
    std::string features;
    for (const std::string& f : device.features) features += (features.empty() ? "" : " ") + f;
    table.add({device.name, device.driver, features});
  }
  print(table.text());
  return kDone;
}

Result<int> inspect(const InspectOptions& options) {
  if (options.devices) return list_devices(options.json);
  if (options.path.ends_with(".spv")) return inspect_module(options);
  if (options.path.ends_with(".metallib")) {
    TS_TRY_ASSIGN(
        text, describe_library({options.path, options.kernel, options.json, options.disassemble}));
    print(text);
    return kDone;
  }
  return bundle::is_bundle(options.path) ? inspect_bundle(options) : inspect_package(options);
}

}  // namespace

void add_inspect(CLI::App& program, Action& action) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = program.add_subcommand(
      "inspect", "Show what a package, a Metal library or a SPIR-V module holds");
  command->footer(kFooter);
  command
      ->add_option("PATH", options->path,
                   "Package (folder or .tcm), bundle, .metallib or .spv file")
      ->type_name("");
  command->add_option("--kernel", options->kernel, "This kernel alone")->type_name("NAME");
  command->add_flag("--json", options->json, "As JSON");
  command->add_flag("--dis", options->disassemble, "SPIR-V or AIR as text");
  command->add_flag("--devices", options->devices, "The devices that kernels can run on");
  command->callback([options, &action] {
    if (options->path.empty() != options->devices) throw CLI::RequiredError("PATH or --devices");
    action = [options] { return inspect(*options); };
  });
}

}  // namespace tinsmith::cli
