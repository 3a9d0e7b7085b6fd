// SPDX-License-Identifier: Apache-2.0
// What reader and writer share: little-endian numbers, and the few constants of the format. Offsets
// of the header are in write.cc, where they can be read from top to bottom.
#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "metallib/metallib.h"

namespace tinsmith::metallib {

inline constexpr std::string_view kMagic = "MTLB";
inline constexpr std::string_view kEnd = "ENDT";  // closes a group of tags; has no length
inline constexpr size_t kHeaderBytes = 88;
inline constexpr size_t kBlobAlignment = 16;
inline constexpr uint32_t kWrapperMagic = 0x0B17C0DE, kWrapperBytes = 20;
inline constexpr uint16_t kMadeForMacos = 0x8000;  // in the container's major version
inline constexpr uint8_t kIs64Bit = 0x80;          // in the platform
// Older files say nothing of platform and system.
inline constexpr std::array<uint16_t, 3> kFirstWithPlatform = {1, 2, 6};

// The payload's length takes four bytes, not two.
inline bool has_wide_length(std::string_view code) {
  return code == "RBUF" || code == "SBUF" || code == "SARC";
}

// Tags of the header extension whose payload is the offset and size of a section after the bitcode.
inline bool names_section(std::string_view code) {
  return code == "HDYN" || code == "RLST" || code == "VLST" || code == "ILST" || code == "HSRC" ||
         code == "HSRD";
}

// The caller has checked that the bytes are there.
template <std::integral T>
T load(std::span<const std::byte> bytes, uint64_t at) {
  T v = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    v = static_cast<T>(v | static_cast<T>(static_cast<T>(bytes[at + i]) << 8 * i));
  }
  return v;
}

template <std::integral T>
void store(Bytes& out, uint64_t at, T v) {
  for (size_t i = 0; i < sizeof(T); ++i) out[at + i] = std::byte(v >> 8 * i & 0xFF);
}

template <std::integral T>
void put(Bytes& out, T v) {
  size_t at = out.size();
  out.resize(at + sizeof(T));
  store(out, at, v);
}

inline void put(Bytes& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

inline void put(Bytes& out, std::string_view text) {
  put(out, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace tinsmith::metallib
