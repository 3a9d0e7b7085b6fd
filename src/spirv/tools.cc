// SPDX-License-Identifier: Apache-2.0
// The only includer of SPIRV-Tools.
#include "spirv/tools.h"

#include <spirv-tools/libspirv.hpp>

#include "spirv/spirv.h"

namespace tinsmith::spirv {

struct Tools::State {
  spvtools::SpirvTools tools{SPV_ENV_VULKAN_1_1};
  std::string messages;
};

Tools::Tools() : state_(std::make_unique<State>()) {
  state_->tools.SetMessageConsumer([messages = &state_->messages](spv_message_level_t, const char*,
                                                                  const spv_position_t& at,
                                                                  const char* text) {
    *messages += "word " + std::to_string(at.index) + ": " + text + "\n";
  });
}

Tools::~Tools() = default;

Result<> Tools::validate(const package::SpirvWords& words) {
  state_->messages.clear();
  spvtools::ValidatorOptions options;
  options.SetFriendlyNames(false);  // they are made for every module, shown or not
  if (state_->tools.Validate(words.data(), words.size(), options)) return Ok{};
  return Failure{"invalid SPIR-V: " + state_->messages};
}

Result<std::string> Tools::disassemble(const package::SpirvWords& words) {
  state_->messages.clear();
  std::string text;
  constexpr uint32_t kOptions = SPV_BINARY_TO_TEXT_OPTION_NO_HEADER |
                                SPV_BINARY_TO_TEXT_OPTION_INDENT |
                                SPV_BINARY_TO_TEXT_OPTION_FRIENDLY_NAMES;
  if (state_->tools.Disassemble(words, &text, kOptions)) return text;
  return Failure{"not SPIR-V: " + state_->messages};
}

Result<> validate(const package::SpirvWords& words) { return Tools().validate(words); }

Result<std::string> disassemble(const package::SpirvWords& words) {
  return Tools().disassemble(words);
}

}  // namespace tinsmith::spirv
