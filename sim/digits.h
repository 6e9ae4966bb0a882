// Numbers as text. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace s3c::sim {

/// Appends the last count decimal digits of value, with leading zeros, faster than a format string does.
/// count: 1 to 20.
inline void append_digits(std::string& out, std::uint64_t value, std::size_t count) {
  char digits[20];
  for (std::size_t at = count; at > 0; value /= 10) digits[--at] = static_cast<char>('0' + value % 10);
  out.append(digits, count);
}

using base::parse_number;

}  // namespace s3c::sim
