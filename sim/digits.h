// Numbers of fixed width, faster than a format string: s3sim writes millions of them.
#pragma once

#include <cstdint>
#include <string>

namespace s3c::sim {

/// Appends the last count decimal digits of value, with leading zeros. count: 1 to 20.
inline void append_digits(std::string& out, std::uint64_t value, std::size_t count) {
  char digits[20];
  for (std::size_t at = count; at > 0; value /= 10) digits[--at] = static_cast<char>('0' + value % 10);
  out.append(digits, count);
}

}  // namespace s3c::sim
