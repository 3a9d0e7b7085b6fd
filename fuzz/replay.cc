// SPDX-License-Identifier: Apache-2.0
// The main function of a fuzz target where there is no libFuzzer: each seed as it is, then ROUNDS
// changed ones, the same in every run. Finding something new is libFuzzer's work; this keeps what
// was found from coming back.
//   fuzz_json ROUNDS FILE_OR_FOLDER…
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

#include "support/files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

void run(const Bytes& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Bytes>& seeds) : seeds_(seeds) {}

  Bytes next() {
    Bytes out = pick_seed();
    for (size_t changes = 1 + below(4); changes > 0; --changes) change(out);
    return out;
  }

 private:
  size_t below(size_t n) { return n == 0 ? 0 : random_() % n; }
  const Bytes& pick_seed() { return seeds_[below(seeds_.size())]; }

  void change(Bytes& bytes) {
    if (bytes.empty()) return;
    size_t at = below(bytes.size()), length = 1 + below(std::min<size_t>(bytes.size() - at, 32));
    auto place = [&](size_t i) { return bytes.begin() + static_cast<ptrdiff_t>(i); };
    switch (below(7)) {
      case 0: bytes[at] ^= std::byte(1u << below(8)); break;
      case 1: bytes[at] = std::byte(below(256)); break;
      case 2: bytes.erase(place(at), place(at + length)); break;
      case 3: bytes.resize(at); break;
      case 4: {
        Bytes part(place(at), place(at + length));
        bytes.insert(place(below(bytes.size())), part.begin(), part.end());
        break;
      }
      case 5: change_number(bytes, at); break;
      case 6: {
        const Bytes& other = pick_seed();
        size_t from = below(other.size()), n = std::min(other.size() - from, bytes.size() - at);
        std::copy_n(other.begin() + static_cast<ptrdiff_t>(from), std::min<size_t>(n, 64),
                    place(at));
        break;
      }
      default: break;
    }
  }

  // Other digits for the next decimal number, of the same length: what JSON is most sensitive to.
  void change_number(Bytes& bytes, size_t at) {
    auto is_digit = [](std::byte b) { return b >= std::byte{'0'} && b <= std::byte{'9'}; };
    auto digit = std::find_if(bytes.begin() + static_cast<ptrdiff_t>(at), bytes.end(), is_digit);
    for (; digit != bytes.end() && is_digit(*digit); ++digit) *digit = std::byte('0' + below(10));
  }

  const std::vector<Bytes>& seeds_;
  std::minstd_rand random_{1};
};

void add_seeds(const fs::path& path, std::vector<Bytes>& seeds) {
  std::vector<fs::path> files;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
  } else {
    files.push_back(path);
  }
  for (const fs::path& file : files)
    if (auto bytes = tinsmith::read_file(file)) seeds.push_back(std::move(*bytes));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<Bytes> seeds;
  for (int i = 2; i < argc; ++i) add_seeds(argv[i], seeds);
  if (seeds.empty()) return 1;
  for (const Bytes& seed : seeds) run(seed);
  Mutator mutator(seeds);
  long rounds = std::strtol(argv[1], nullptr, 10);
  for (long i = 0; i < rounds; ++i) run(mutator.next());
  std::printf("%zu seeds, %ld changed ones\n", seeds.size(), rounds);
  return 0;
}
