// SPDX-License-Identifier: Apache-2.0
// tin_module_*, tin_field_*: a package on a device, and its memory.
#include <span>

#include "api/entry.h"
#include "api/handles.h"

using namespace tinsmith;
using namespace tinsmith::api;

namespace {

// The form of the package that this device takes.
Result<const package::Package*> choose(const OpenPackage& opened,
                                       const runtime::DeviceInfo& device) {
  const auto* variants = std::get_if<bundle::Variants>(&opened.content);
  if (variants == nullptr) return &std::get<package::Package>(opened.content);
  TS_TRY_ASSIGN(chosen, bundle::choose(*variants, {device.platform, device.os_major,
                                                   device.native_float_atomics}));
  return &chosen->package;
}

// The handles of all that a module has, so that asking for one takes no memory.
Result<> add_handles(tin_module& module) {
  const PackageInfos& infos = module.package->infos;
  for (const tin_kernel_info& info : infos.kernels) {
    TS_TRY_ASSIGN(kernel, module.module->kernel(info.name));
    module.kernels.push_back(std::make_unique<tin_kernel>(
        tin_kernel{module.device, std::move(kernel), &info,
                   std::vector<runtime::Argument>(info.parameter_count)}));
  }
  for (const tin_field_info& info : infos.fields) {
    TS_TRY_ASSIGN(field, module.module->field(info.name));
    module.fields.push_back(
        std::make_unique<tin_field>(tin_field{module.device, std::move(field), &info}));
  }
  for (const tin_graph_info& info : infos.graphs)
    module.graphs.push_back(
        std::make_unique<tin_graph>(tin_graph{module.device, module.module.get(), &info, {}}));
  return Ok{};
}

template <class Handle>
Handle* find(const char* function, const char* kind, const tin_module* module, const char* name,
             const std::vector<std::unique_ptr<Handle>> tin_module::*list) noexcept {
  Handle* found = nullptr;
  enter(function, {{"module", module}, {"name", name}}, [&]() -> Result<> {
    std::string names;
    for (const auto& handle : module->*list) {
      if (std::string_view(handle->info->name) == name) {
        found = handle.get();
        return Ok{};
      }
      names += (names.empty() ? "" : ", ") + std::string(handle->info->name);
    }
    return Failure{"the module has no " + std::string(kind) + " '" + name + "'; it has " +
                   (names.empty() ? "none" : names)};
  });
  return found;
}

}  // namespace

tin_status tin_module_load(tin_device* device, const tin_package* package, tin_module** module) {
  const std::initializer_list<Required> required = {
      {"device", device}, {"package", package}, {"module", module}};
  return enter("tin_module_load", required, device_of(device), [&]() -> Result<> {
    auto made = std::make_unique<tin_module>();
    made->package = package->package;
    made->device = device->device;
    TS_TRY_ASSIGN(chosen, choose(*made->package, device->device->info()));
    TS_TRY_ASSIGN(loaded, runtime::Module::load(made->device, *chosen));
    made->module = std::move(loaded);
    TS_TRY(add_handles(*made));
    *module = made.release();
    return Ok{};
  });
}

void tin_module_close(tin_module* module) { delete module; }

tin_status tin_module_seed(tin_module* module, uint32_t seed) {
  return enter("tin_module_seed", {{"module", module}}, device_of(module),
               [&] { return module->module->seed(seed); });
}

tin_kernel* tin_module_kernel(const tin_module* module, const char* name) {
  return find("tin_module_kernel", "kernel", module, name, &tin_module::kernels);
}
tin_field* tin_module_field(const tin_module* module, const char* name) {
  return find("tin_module_field", "field", module, name, &tin_module::fields);
}
tin_graph* tin_module_graph(const tin_module* module, const char* name) {
  return find("tin_module_graph", "graph", module, name, &tin_module::graphs);
}

const tin_field_info* tin_field_get_info(const tin_field* field) {
  if (require("tin_field_get_info", {{"field", field}}) != TIN_OK) return nullptr;
  return field->info;
}

tin_status tin_field_read(const tin_field* field, size_t first, size_t cells, void* into,
                          size_t byte_count) {
  const std::initializer_list<Required> required = {{"field", field},
                                                    {"into", if_any(byte_count, into)}};
  return enter("tin_field_read", required, device_of(field), [&] {
    return field->view.read(first, cells, {static_cast<std::byte*>(into), byte_count});
  });
}

tin_status tin_field_write(tin_field* field, size_t first, size_t cells, const void* from,
                           size_t byte_count) {
  const std::initializer_list<Required> required = {{"field", field},
                                                    {"from", if_any(byte_count, from)}};
  return enter("tin_field_write", required, device_of(field), [&] {
    return field->view.write(first, cells, {static_cast<const std::byte*>(from), byte_count});
  });
}
