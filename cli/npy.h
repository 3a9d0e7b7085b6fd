// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files, version 1.0 written, 1.0 and 2.0 read: little endian, C order, plain numbers.
// In memory u1 takes four bytes, as it does in fields and ndarrays; in the file it is a bool.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "support/dtype.h"
#include "support/result.h"

namespace tinsmith::cli {

struct Npy {
  DType dtype = DType::F32;
  std::vector<uint32_t> shape;
  std::vector<std::byte> bytes;
};

Result<Npy> read_npy(const std::filesystem::path& path);
Result<Npy> parse_npy(std::span<const std::byte> file, const std::string& name);
// Where the numbers begin, of any .npy file, whatever they are. Fails on one that is cut off.
Result<size_t> npy_data_offset(std::span<const std::byte> file, const std::string& name);
Result<> write_npy(const std::filesystem::path& path, const Npy& array);

}  // namespace tinsmith::cli
