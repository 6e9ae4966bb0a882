// Small text functions that several layers need. Free functions, any thread.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace s3c::base {

/// What some editors write at the start of a UTF-8 file. It is no part of the text.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// ASCII letters become lower case; every other byte stays. Names of HTTP and S3 are compared this way.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower(std::string_view text);

/// text without the blanks at its two ends.
std::string_view trim(std::string_view text, std::string_view blanks = " \t");

/// The number that the whole text is, in digits of that base, with a '-' if Number is signed. nullopt for any
/// other text, and for a number that doesn't fit into Number.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace s3c::base
