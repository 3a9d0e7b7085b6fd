// SPDX-License-Identifier: Apache-2.0
// Shaders written word by word, run on two roads: SPIR-V by Vulkan, and AIR by cpu::compile. Values
// of every type come in and go out as 32-bit words, so that no storage of small types is needed.
#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "air/air.h"
#include "spirv/assembler.h"

namespace tinsmith::differential {

using spirv::Word;
using Words = std::vector<uint32_t>;

struct Kind {
  char of = 'f';  // f, s, u; b: bool
  unsigned width = 32;
  unsigned lanes = 1;

  bool operator==(const Kind&) const = default;
  unsigned words() const { return lanes * (width == 64 ? 2 : 1); }
};
std::string name(Kind kind);  // "v2f32"

// A compute shader of one dimension: input words at binding 0, output words at binding 1.
class Shader {
 public:
  // Words of one thread. `iterations`: of Taichi's loop, which strides over the grid; buffers then
  // lie as Taichi's fields do, the words of one slot of all iterations together. 0: there is no
  // loop, a thread is an iteration, and its words lie together.
  Shader(unsigned input_words, unsigned output_words, unsigned iterations = 0);

  spirv::Assembler asm_;
  Word type(Kind kind);
  Word constant(Kind kind, double value);  // every lane; whole numbers for integers
  Word binary(spv::Op op, Kind result, Word x, Word y) {
    return asm_.value(op, type(result), {x, y});
  }
  Word glsl(unsigned number, Kind result, std::initializer_list<Word> arguments);

  // Word `slot` and following of this thread's input, as a value; and into its output.
  Word read(Kind kind, unsigned slot);
  void write(Kind kind, unsigned slot, Word value);
  Word thread() const { return thread_; }
  // A pointer to an output word counted from the start of the buffer, for atomics.
  Word output_word(Word index);
  Word output_float(Word index);  // the same memory, as f32

  Words finish();
  static constexpr unsigned kGroup = 8;

 private:
  Word buffer(Kind element, Word binding);
  Word element_pointer(Word buffer, Kind element, Word index);
  Word word_pointer(Word buffer, Word index) {
    return element_pointer(buffer, {'u', 32, 1}, index);
  }
  Word lane_from_words(Kind kind, unsigned slot);
  void write_lane(Kind kind, unsigned slot, Word value);

  Word built_in_x(spv::BuiltIn kind);
  void open_loop(unsigned iterations);

  // Of word `slot` of this thread's `words`.
  Word place(unsigned words, unsigned slot);

  unsigned input_words_, output_words_, iterations_;
  Word input_ = 0, output_ = 0, floats_ = 0, thread_ = 0;
  std::set<spv::Capability> capabilities_;
  std::vector<Word> inputs_;  // built-ins
  struct Loop {
    Word header = 0, next = 0, merge = 0, next_index = 0, stride = 0;
  } loop_;
};

// Runs `threads` threads over a copy of `output`. Failures are the test's.
Words run_on_cpu(const Words& shader, const Words& input, Words output, unsigned threads,
                 const air::Options& options);
// The same with the freedom that Taichi's tasks give: any number of threads, several at a time.
Words run_as_task(const Words& shader, const Words& input, Words output, unsigned threads,
                  unsigned lanes, unsigned parts);
air::Options host_options();
air::Options phone_options();  // ios16
Words run_on_vulkan(const Words& shader, const Words& input, Words output, unsigned threads);
// Whether the Vulkan device has everything that the shader asks for.
bool vulkan_can(const Words& shader);

// Why the shader cannot be lowered; empty where it can.
std::string refusal(const Words& shader, const air::Options& options);

// The value at words[slot] as a number: of integers exactly up to 2^53.
double number_at(Kind kind, const Words& words, size_t slot, unsigned lane);
// Its bits, cut to the width.
uint64_t bits_at(Kind kind, const Words& words, size_t slot, unsigned lane);
// From threads of slots to slots of threads; `slots` and `threads` exchanged it is the way back.
Words planar(const Words& words, unsigned threads, unsigned slots);
// Writes one lane: a float as the nearest, an integer modulo its width.
void put(Kind kind, Words& words, size_t slot, unsigned lane, double value);

}  // namespace tinsmith::differential
