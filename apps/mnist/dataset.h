// SPDX-License-Identifier: Apache-2.0
// The MNIST digits: IDX files in (LeCun's format, plain or gzipped), `mnist_subset.bin` in and out.
//
// mnist_subset.bin, little endian: "MNST", u32 version 1, u32 image size 784, u32 train count, u32
// test count, train images (f32 in 0…1, row by row), train labels (u8), test images, test labels.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "support/result.h"

namespace mnist {

inline constexpr uint32_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;

struct Digits {
  std::vector<float> images;  // count() * kPixels, 0…1
  std::vector<uint8_t> labels;
  uint32_t count() const { return static_cast<uint32_t>(labels.size()); }
};

struct Dataset {
  Digits train, test;
};

// train-images-idx3-ubyte and its three companions from a folder, each with or without `.gz`. A
// file that has the size of the full set must have its checksum.
tinsmith::Result<Dataset> read_idx_folder(const std::filesystem::path& folder);

// `count` digits drawn without replacement; the same seed draws the same digits on every machine.
tinsmith::Result<Digits> sample(const Digits& from, uint32_t count, uint64_t seed,
                                std::string_view what);

tinsmith::Result<> write_subset(const Dataset& data, const std::filesystem::path& file);
tinsmith::Result<Dataset> read_subset(const std::filesystem::path& file);

}  // namespace mnist
