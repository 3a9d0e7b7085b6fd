// SPDX-License-Identifier: Apache-2.0
// tinsmith exec X.metallib KERNEL: the library alone says what the kernel takes, so everything that
// is given is checked against its metadata. Arrays pass through as bytes: whatever type a .npy file
// has is the caller's business, and results are written under the header of the file that came in.
#include "cli/exec_library.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/constant_value.h"
#include "cli/npy.h"
#include "cpu/cache.h"
#include "cpu/cpu.h"
#include "cpu/faults.h"
#include "cpu/memory.h"
#include "cpu/pool.h"
#include "devices/devices.h"
#include "metallib/metallib.h"
#include "support/files.h"

namespace tinsmith::cli {

namespace {

constexpr uint32_t kMostBuffers = 4096;  // memory that only addresses lead to included
constexpr size_t kMostBytes = size_t{1} << 40;
constexpr size_t kShownNames = 12;

struct Buffer {
  std::vector<std::byte> head;              // of the .npy file
  std::shared_ptr<cpu::HostBuffer> memory;  // whole words: atomics of bytes are made of theirs
  size_t size = 0;                          // as given
  std::string from;                         // file, or "zeros:100"
};

struct Address {  // of buffer `target`, stored in another
  uint32_t buffer = 0;
  size_t offset = 0;
  uint32_t target = 0;
};

struct Arguments {
  std::map<uint32_t, Buffer> buffers;
  std::vector<Address> addresses;
  std::vector<uint32_t> threadgroup;  // bytes, by index
  std::map<uint32_t, std::string> constants;
};

std::optional<uint64_t> number(std::string_view text) {
  uint64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// "buffer12" -> 12.
std::optional<uint32_t> index_of(std::string_view text, std::string_view word, uint32_t most) {
  if (!text.starts_with(word)) return std::nullopt;
  auto index = number(text.substr(word.size()));
  if (!index || *index > most) return std::nullopt;
  return static_cast<uint32_t>(*index);
}

Result<> make_room(Buffer& buffer, std::span<const std::byte> content, size_t size, bool guarded) {
  if (size > kMostBytes) return Failure{buffer.from + ": too many bytes"};
  TS_TRY_ASSIGN(memory, cpu::HostBuffer::make((size + 3) / 4 * 4, guarded));
  buffer.memory = std::move(memory);
  buffer.size = size;
  TS_TRY(buffer.memory->clear());
  return content.empty() ? Result<>(Ok{}) : buffer.memory->write(0, content);
}

Result<Buffer> read_buffer(const std::string& value, bool guarded) {
  Buffer out;
  out.from = value;
  if (value.starts_with("zeros:")) {
    auto bytes = number(std::string_view(value).substr(6));
    if (!bytes) return Failure{value + ": it is written zeros:BYTES"};
    TS_TRY(make_room(out, {}, *bytes, guarded));
    return out;
  }
  TS_TRY_ASSIGN(file, read_file(value));
  TS_TRY_ASSIGN(start, npy_data_offset(file, value));
  out.head.assign(file.begin(), file.begin() + static_cast<ptrdiff_t>(start));
  TS_TRY(make_room(out, std::span(file).subspan(start), file.size() - start, guarded));
  return out;
}

Failure unknown_word(const std::string& word) {
  return Failure{word +
                 ": arguments are written bufferN=file.npy, bufferN=zeros:BYTES, "
                 "bufferN+OFFSET=bufferM, threadgroupN=BYTES, constantN=VALUE"};
}

Result<> read_word(const std::string& word, bool guarded, Arguments& arguments) {
  size_t equals = word.find('=');
  if (equals == std::string::npos) return unknown_word(word);
  std::string_view name = std::string_view(word).substr(0, equals);
  std::string value = word.substr(equals + 1);
  if (auto index = index_of(name, "threadgroup", 30)) {
    auto bytes = number(value);
    if (!bytes || *bytes > UINT32_MAX) return unknown_word(word);
    if (arguments.threadgroup.size() <= *index) arguments.threadgroup.resize(*index + 1);
    arguments.threadgroup[*index] = static_cast<uint32_t>(*bytes);
    return Ok{};
  }
  if (auto index = index_of(name, "constant", UINT16_MAX)) {
    arguments.constants[*index] = value;
    return Ok{};
  }
  size_t plus = name.find('+');
  if (plus != std::string_view::npos) {
    auto buffer = index_of(name.substr(0, plus), "buffer", kMostBuffers);
    auto offset = number(name.substr(plus + 1));
    auto target = index_of(value, "buffer", kMostBuffers);
    if (!buffer || !offset || !target) return unknown_word(word);
    arguments.addresses.push_back({*buffer, *offset, *target});
    return Ok{};
  }
  auto index = index_of(name, "buffer", kMostBuffers);
  if (!index) return unknown_word(word);
  if (arguments.buffers.contains(*index)) return Failure{word + ": that buffer is given twice"};
  TS_TRY_ASSIGN(buffer, read_buffer(value, guarded));
  arguments.buffers.emplace(*index, std::move(buffer));
  return Ok{};
}

Result<> store_addresses(Arguments& arguments) {
  for (const Address& one : arguments.addresses) {
    std::string word = "buffer" + std::to_string(one.buffer) + "+" + std::to_string(one.offset) +
                       "=buffer" + std::to_string(one.target);
    auto buffer = arguments.buffers.find(one.buffer), target = arguments.buffers.find(one.target);
    if (buffer == arguments.buffers.end() || target == arguments.buffers.end()) {
      return Failure{word + ": both buffers must be given"};
    }
    void* address = target->second.memory->data();
    if (one.offset > buffer->second.memory->size() ||
        buffer->second.memory->size() - one.offset < sizeof address) {
      return Failure{word + ": an address takes 8 bytes, buffer " + std::to_string(one.buffer) +
                     " has " + std::to_string(buffer->second.memory->size())};
    }
    std::memcpy(buffer->second.memory->data() + one.offset, &address, sizeof address);
  }
  return Ok{};
}

// Names that share most of their beginning with the one asked for come first.
Failure no_such_kernel(const metallib::Library& library, const std::string& name) {
  auto common = [&](const std::string& other) {
    return std::mismatch(name.begin(), name.end(), other.begin(), other.end()).first - name.begin();
  };
  std::vector<std::string> names;
  for (const metallib::Function& function : library.functions) names.push_back(function.name);
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return common(a) > common(b);
  });
  std::string text = "there is no kernel " + name + "; ";
  text += names.size() <= kShownNames
              ? "the library has "
              : "of its " + std::to_string(names.size()) + " functions these come nearest: ";
  for (size_t i = 0; i < std::min(names.size(), kShownNames); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  return Failure{text};
}

std::string described(const cpu::Parameter& parameter) {
  std::string index = std::to_string(parameter.index);
  if (parameter.kind == cpu::Parameter::Kind::ThreadgroupMemory) {
    return "threadgroup" + index + "=BYTES (" + parameter.type + " " + parameter.name + ")";
  }
  return "buffer" + index + " (" +
         std::string(parameter.constant  ? "constant "
                     : parameter.written ? ""
                                         : "const ") +
         parameter.type + " " + parameter.name + ")";
}

std::string all_parameters(const cpu::Code& code) {
  std::string out;
  for (const cpu::Parameter& parameter : code.parameters()) {
    if (parameter.kind == cpu::Parameter::Kind::BuiltIn) continue;
    out += (out.empty() ? "" : ", ") + described(parameter);
  }
  return out.empty() ? "nothing" : out;
}

// What is bound must be what the kernel takes.
Result<> check_arguments(const cpu::Code& code, const Arguments& arguments,
                         const std::string& kernel) {
  std::string takes = "; " + kernel + " takes " + all_parameters(code);
  for (const cpu::Parameter& parameter : code.parameters()) {
    if (parameter.kind == cpu::Parameter::Kind::BuiltIn || parameter.optional) continue;
    if (parameter.kind == cpu::Parameter::Kind::ThreadgroupMemory) {
      bool given = parameter.index < arguments.threadgroup.size() &&
                   arguments.threadgroup[parameter.index] != 0;
      if (!given) return Failure{described(parameter) + " is not given" + takes};
      continue;
    }
    auto found = arguments.buffers.find(parameter.index);
    if (found == arguments.buffers.end()) {
      return Failure{described(parameter) + " is not given" + takes};
    }
    if (found->second.memory->size() < parameter.type_size) {
      return Failure{found->second.from + ": " + std::to_string(found->second.size) +
                     " bytes are too few for " + described(parameter) + ", one takes " +
                     std::to_string(parameter.type_size)};
    }
  }
  for (const auto& [index, buffer] : arguments.buffers) {
    bool is_taken = std::any_of(
        code.parameters().begin(), code.parameters().end(), [&, at = index](const auto& one) {
          return one.kind == cpu::Parameter::Kind::Buffer && one.index == at;
        });
    bool is_pointed_to = std::any_of(arguments.addresses.begin(), arguments.addresses.end(),
                                     [at = index](const auto& one) { return one.target == at; });
    // No error: Metal, too, lets more be bound than a kernel takes.
    if (!is_taken && !is_pointed_to) {
      std::fprintf(stderr, "tinsmith: buffer%u=%s is not something that the kernel takes%s\n",
                   index, buffer.from.c_str(), takes.c_str());
    }
  }
  return Ok{};
}

Result<std::vector<cpu::ConstantValue>> constant_values(const metallib::Function& function,
                                                        const Arguments& arguments) {
  std::vector<cpu::ConstantValue> out;
  for (const auto& [index, text] : arguments.constants) {
    auto known = std::find_if(function.constants.begin(), function.constants.end(),
                              [at = index](const auto& one) { return one.index == at; });
    std::string word = "constant" + std::to_string(index) + "=" + text;
    if (known == function.constants.end()) {
      std::string all;
      for (const auto& one : function.constants) {
        all += (all.empty() ? "" : ", ") + std::to_string(one.index) + " (" + one.name + ")";
      }
      return Failure{word + ": " + function.name + " has " +
                     (all.empty() ? "no function constants" : "the function constants " + all)};
    }
    TS_TRY_ASSIGN(bits, constant_bits(text, known->data_type, word));
    out.push_back({static_cast<uint16_t>(index), bits});
  }
  return out;
}

Result<std::array<uint32_t, 3>> sizes(const std::vector<uint32_t>& given, const char* option) {
  if (given.empty() || given.size() > 3) {
    return Failure{std::string(option) + " X,Y,Z is needed for a kernel of a library"};
  }
  std::array<uint32_t, 3> out = {1, 1, 1};
  std::copy(given.begin(), given.end(), out.begin());
  return out;
}

Result<> launch(const cpu::Code& code, const cpu::Launch& launch, unsigned threads) {
  constexpr double kWorthwhile = 50e3;  // nanoseconds a part should take
  cpu::Pool pool(threads);
  double most = std::min<double>(pool.threads() * 4.0, code.cost(launch) / kWorthwhile);
  auto parts = code.divisible() && pool.threads() > 1 ? static_cast<uint32_t>(most) : 1;
  if (parts <= 1) return code.run(launch);
  std::vector<std::optional<Failure>> failures(parts);
  pool.run(parts, [&](uint32_t part) {
    auto ran = code.run_part(launch, part, parts);
    if (!ran) failures[part] = ran.failure();
  });
  for (const auto& failure : failures) {
    if (failure) return *failure;
  }
  return Ok{};
}

// One thread between guard pages: the first access outside of the buffers is an error.
Result<> launch_guarded(const cpu::Code& code, const cpu::Launch& launch,
                        const Arguments& arguments, const std::string& kernel) {
  std::optional<Failure> failed;
  auto body = [&] {
    if (auto ran = code.run(launch); !ran) failed = ran.failure();
  };
  auto outside = [&](const char* doing, uint32_t index, int64_t offset) {
    return Failure{kernel + " " + doing + " byte " + std::to_string(offset) + " of buffer" +
                   std::to_string(index) + ", which has " +
                   std::to_string(arguments.buffers.at(index).memory->size())};
  };
  if (const auto fault = cpu::catch_fault(body)) {
    const char* doing = fault->is_write ? "writes" : "reads";
    for (const auto& [index, buffer] : arguments.buffers) {
      if (!buffer.memory->guards(fault->address)) continue;
      return outside(doing, index,
                     static_cast<const std::byte*>(fault->address) - buffer.memory->data());
    }
    return Failure{kernel + " " + doing + " memory that is in none of its buffers"};
  }
  if (failed) return *failed;
  for (const auto& [index, buffer] : arguments.buffers) {
    if (int64_t offset = buffer.memory->find_overwritten(); offset != 0) {
      return outside("writes", index, offset);
    }
  }
  return Ok{};
}

Result<> write_outputs(const Arguments& arguments, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    size_t equals = word.find('=');
    auto index = index_of(std::string_view(word).substr(0, equals), "buffer", kMostBuffers);
    auto found = index ? arguments.buffers.find(*index) : arguments.buffers.end();
    if (found == arguments.buffers.end()) {
      return Failure{"--out " + word + ": that buffer is not given"};
    }
    const Buffer& buffer = found->second;
    if (buffer.head.empty()) {  // zeros:BYTES has no form of its own
      Npy bytes{DType::U8, {static_cast<uint32_t>(buffer.size)}, {}};
      bytes.bytes.assign(buffer.memory->data(), buffer.memory->data() + buffer.size);
      TS_TRY(write_npy(word.substr(equals + 1), bytes));
      continue;
    }
    std::vector<std::byte> file = buffer.head;
    file.insert(file.end(), buffer.memory->data(), buffer.memory->data() + buffer.size);
    TS_TRY(write_file(word.substr(equals + 1), file));
  }
  return Ok{};
}

}  // namespace

bool is_library(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof magic) && std::string_view(magic, 4) == "MTLB";
}

void add_library_options(CLI::App& command, LibraryRun& run) {
  command.add_option("--grid", run.grid, "Of a library's kernel: threads of the grid")
      ->delimiter(',')
      ->type_name("X,Y,Z")
      ->allow_extra_args(false);
  command.add_option("--group", run.group, "Likewise: threads of a threadgroup")
      ->delimiter(',')
      ->type_name("X,Y,Z")
      ->allow_extra_args(false);
  command.add_option("--threads", run.threads, "Likewise: threads of the CPU (0: all)")
      ->type_name("N");
}

Result<int> exec_library(const LibraryRun& run) {
  TS_TRY_ASSIGN(file, read_file(run.path));
  TS_TRY_ASSIGN(library, metallib::read(file, run.path));
  const std::string& kernel = run.words.front();
  const metallib::Function* function = library.function(kernel);
  if (function == nullptr) return no_such_kernel(library, kernel);
  TS_TRY_ASSIGN(grid, sizes(run.grid, "--grid"));
  TS_TRY_ASSIGN(group, sizes(run.group, "--group"));
  TS_TRY_ASSIGN(debug, devices::debug_from_text(run.debug));
  Arguments arguments;
  for (size_t i = 1; i < run.words.size(); ++i) {
    TS_TRY(read_word(run.words[i], debug.bounds, arguments));
  }
  TS_TRY(store_addresses(arguments));
  TS_TRY_ASSIGN(constants, constant_values(*function, arguments));

  cpu::Source source{function->blob, kernel, constants};
  source.shape = {grid, group};
  cpu::Options options;
  options.debug = {debug.barriers, debug.loops, debug.nans, debug.serial};
  options.cache = cpu::cache_folder([](const char* name) { return std::getenv(name); });
  TS_TRY_ASSIGN(code, cpu::compile(source, options));
  TS_TRY(check_arguments(*code, arguments, kernel));
  std::vector<void*> buffers(31, nullptr);
  for (const auto& [index, buffer] : arguments.buffers) {
    if (index < buffers.size()) buffers[index] = buffer.memory->data();
  }
  cpu::Launch one{buffers, grid, group, arguments.threadgroup};
  if (debug.bounds) {
    TS_TRY(launch_guarded(*code, one, arguments, kernel));
  } else {
    TS_TRY(launch(*code, one, debug.serial ? 1 : run.threads));
  }
  TS_TRY(write_outputs(arguments, run.outputs));
  return kDone;
}

}  // namespace tinsmith::cli
