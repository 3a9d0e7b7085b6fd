// SPDX-License-Identifier: Apache-2.0
// MTLLibrary, MTLFunction and MTLComputePipelineState over genuine .metallib files.
#include <algorithm>
#include <cstring>

#include "cpu/seed.h"
#include "objects.h"

namespace metallib = tinsmith::metallib;
namespace cpu = tinsmith::cpu;

NSErrorDomain const MTLLibraryErrorDomain = @"MTLLibraryErrorDomain";

namespace fake_metal {

NSString* string_of(const std::string& text) {
  return [NSString stringWithUTF8String:text.c_str()];
}

NSError* make_error(NSErrorDomain domain, NSInteger code, const std::string& text) {
  return [NSError errorWithDomain:domain
                             code:code
                         userInfo:@{NSLocalizedDescriptionKey : string_of(text)}];
}

namespace {

metallib::Platform wanted_platform(Platform platform) {
  switch (platform) {
    case Platform::Ios: return metallib::Platform::Ios;
    case Platform::IosSimulator: return metallib::Platform::IosSimulator;
    case Platform::Macos: return metallib::Platform::Macos;
  }
  misuse("no such platform");
}

// The newest Metal language of a system; targets() has a row for each that we write for.
std::array<int, 2> newest_language(const Configuration& configuration) {
  std::array<int, 2> newest = {2, 4};
  for (const metallib::Target& target : metallib::targets()) {
    if (target.platform != wanted_platform(configuration.platform)) continue;
    if (target.os > configuration.os_major) continue;
    newest = std::max(newest, {target.msl_major, target.msl_minor});
  }
  return newest;
}

std::string dotted(int major, int minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

// Whether GPUs of this configuration add to f32 in memory by one instruction.
bool has_float_atomics(const Configuration& configuration) {
  return configuration.platform == Platform::Macos || configuration.apple_family >= 7;
}

// The names of the functions that bitcode calls stand in it as text.
bool mentions(std::span<const std::byte> bitcode, std::string_view name) {
  const std::string_view text(reinterpret_cast<const char*>(bitcode.data()), bitcode.size());
  return text.find(name) != text.npos;
}

}  // namespace

std::optional<std::string> refusal(const metallib::Library& library,
                                   const Configuration& configuration) {
  const metallib::Platform here = wanted_platform(configuration.platform);
  if (library.platform != here) {
    return "Target OS is incorrect: library is for " + std::string(name(library.platform)) +
           ", current OS is " + std::string(name(here));
  }
  const std::array<int, 2> os = {configuration.os_major, configuration.os_minor};
  if (std::array<int, 2>{library.os_major, library.os_minor} > os) {
    return "Target OS is incorrect: library needs " + std::string(name(library.platform)) + " " +
           dotted(library.os_major, library.os_minor) + ", current OS is " + dotted(os[0], os[1]);
  }
  const std::array<int, 2> newest = newest_language(configuration);
  for (const metallib::Function& function : library.functions) {
    if (std::array<int, 2>{function.msl_major, function.msl_minor} <= newest) continue;
    return "This library is using language version " +
           dotted(function.msl_major, function.msl_minor) + " which is not supported on this OS.";
  }
  return std::nullopt;
}

size_t offset_alignment(const cpu::Parameter& parameter, const Configuration& configuration) {
  // Apple's GPUs want 4 bytes; macOS and the simulator, in the constant address space, 256.
  const bool strict = configuration.platform != Platform::Ios;
  return parameter.constant && strict ? 256 : 4;
}

void Kernel::find_seed() {
  for (const cpu::Parameter& parameter : parameters_) {
    if (parameter.kind != cpu::Parameter::Kind::Buffer || !parameter.written) continue;
    auto without = cpu::without_seed_stores(function_.blob, function_.name, parameter.index);
    if (!without) misuse("the fake's GPU cannot read this kernel: " + without.failure().what);
    if (!*without) continue;
    without_seed_stores_ = std::move(**without);
    seed_index_ = parameter.index;
    return;
  }
}

void Kernel::run(std::span<void* const> buffers, const cpu::Source::Shape& shape,
                 std::span<const uint32_t> threadgroup_bytes, const Configuration& configuration) {
  const auto& [grid, group] = shape;
  auto& code = code_[{grid[0], grid[1], grid[2], group[0], group[1], group[2]}];
  if (!code) {
    if (code_.size() == 1) find_seed();
    cpu::Source source;
    source.air = seed_index_ ? std::span<const std::byte>(without_seed_stores_) : function_.blob;
    source.entry = function_.name;
    source.any_grid = configuration.any_grid && !seed_index_;
    source.shape = shape;
    auto made = cpu::compile(source, {.debug = {.serial = true}, .cache = configuration.cache});
    if (!made) misuse("the fake's GPU cannot run this kernel: " + made.failure().what);
    code = *made;
  }
  auto ran = code->run(
      {.buffers = buffers, .grid = grid, .group = group, .threadgroup_bytes = threadgroup_bytes});
  if (seed_index_) ++static_cast<uint32_t*>(buffers[*seed_index_])[cpu::kSeedWord];
  if (!ran) misuse("while '" + name() + "' ran: " + ran.failure().what);
}

}  // namespace fake_metal

@implementation FakeFunction
@synthesize label = _label;
- (MTLFunctionType)functionType {
  return MTLFunctionTypeKernel;
}
- (NSString*)name {
  return fake_metal::string_of(function->name);
}
@end

@implementation FakeLibrary {
  std::shared_ptr<const metallib::Library> _library;
}
@synthesize label = _label, device = _device;

+ (FakeLibrary*)newLibraryOf:(std::span<const std::byte>)file
                        name:(const std::string&)name
                      device:(id<MTLDevice>)device
                       error:(NSError* __autoreleasing*)error {
  auto& machine = fake_metal::Machine::instance();
  std::optional<std::string> problem;
  NSInteger code = MTLLibraryErrorUnsupported;
  auto library = metallib::read(file, name);
  if (!library) {
    problem = "Invalid library file (" + library.failure().what + ")";
  } else {
    problem = fake_metal::refusal(*library, machine.configuration());
  }
  if (problem) {
    if (error) *error = fake_metal::make_error(MTLLibraryErrorDomain, code, *problem);
    return nil;
  }
  FakeLibrary* made = [FakeLibrary new];
  made->_device = device;
  made->_library = std::make_shared<const metallib::Library>(std::move(*library));
  machine.count(&fake_metal::Counters::libraries_made);
  return made;
}
- (NSArray<NSString*>*)functionNames {
  std::vector<id> names;
  for (const metallib::Function& each : _library->functions)
    names.push_back(fake_metal::string_of(each.name));
  return [NSArray arrayWithObjects:names.data() count:names.size()];
}
- (id<MTLFunction>)newFunctionWithName:(NSString*)name {
  const metallib::Function* found = _library->function(name.UTF8String);
  if (found == nullptr || found->type != metallib::FunctionType::Kernel) return nil;
  FakeFunction* function = [FakeFunction new];
  function.device = _device;
  function->library = _library;
  function->function = found;
  return function;
}
@end

@implementation FakePipeline {
  size_t _most;
}
@synthesize device = _device;

// What Metal's compiler would refuse.
+ (std::optional<std::string>)problemOf:(FakeFunction*)function {
  auto& machine = fake_metal::Machine::instance();
  const metallib::Function& air = *function->function;
  if (auto refused = machine.pipeline_refusal(air.name)) return refused;
  if (!air.constants.empty())
    return "function '" + air.name + "' has function constants that were given no values";
  if (!fake_metal::has_float_atomics(machine.configuration()) &&
      fake_metal::mentions(air.blob, "air.atomic.global.add.f32"))
    return "function '" + air.name +
           "' adds to floats in memory atomically, which needs a GPU of "
           "family Apple7";
  return std::nullopt;
}

+ (FakePipeline*)newPipelineOf:(FakeFunction*)function
                        device:(id<MTLDevice>)device
                         error:(NSError* __autoreleasing*)error {
  auto& machine = fake_metal::Machine::instance();
  std::optional<std::string> problem = [self problemOf:function];
  auto parameters = cpu::parameters(function->function->blob, function->function->name);
  if (!problem && !parameters) problem = parameters.failure().what;
  if (problem) {
    if (error) *error = fake_metal::make_error(@"AGXMetalStandIn", 3, *problem);
    return nil;
  }
  FakePipeline* pipeline = [FakePipeline new];
  pipeline->_device = device;
  pipeline->_most = machine.configuration().threads_per_group;
  pipeline->kernel = std::make_shared<fake_metal::Kernel>(function->library, *function->function,
                                                          std::move(*parameters));
  machine.count(&fake_metal::Counters::pipelines_made);
  return pipeline;
}
- (NSUInteger)maxTotalThreadsPerThreadgroup {
  return _most;
}
- (NSUInteger)threadExecutionWidth {
  return 32;
}
@end
