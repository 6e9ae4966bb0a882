// Little-endian reads and writes, for ZIP. Bytes are std::string when owned and std::string_view when
// borrowed, as in most C++ storage code. Thread-compatible: no shared state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace s3c::base {

/// Appends value to out, least significant byte first, sizeof(T) bytes.
template <typename T>
void append_le(std::string& out, T value) {
  static_assert(std::is_unsigned_v<T>);
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

/// Reads an unsigned little-endian T at offset (bytes). REQUIRES: offset + sizeof(T) <= bytes.size().
template <typename T>
T load_le(std::string_view bytes, std::size_t offset) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(
        value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i)));
  }
  return value;
}

}  // namespace s3c::base
