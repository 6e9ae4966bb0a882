// Numbers as text. Pure functions.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace s3c::sim {

/// Appends the last count decimal digits of value, with leading zeros, faster than a format string does.
/// count: 1 to 20.
inline void append_digits(std::string& out, std::uint64_t value, std::size_t count) {
  char digits[20];
  for (std::size_t at = count; at > 0; value /= 10) digits[--at] = static_cast<char>('0' + value % 10);
  out.append(digits, count);
}

/// The number that the whole text is; nullopt for any other text, and for a number that doesn't fit into
/// Number.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace s3c::sim
