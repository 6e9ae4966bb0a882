#include "cli/output/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace s3c::cli {
namespace {

/// The length in bytes of the UTF-8 sequence that starts with this byte; 1 if no sequence can start with it.
std::size_t sequence_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  if (byte >= 0xC0) return 2;
  return 1;
}

}  // namespace

std::string format_count(std::uint64_t count) {
  const std::string digits = fmt::format_int(count).str();
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string format_count(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", format_count(count), count == 1 ? singular : plural);
}

std::string format_volumes(std::uint64_t count) {
  return format_count(count, "volume", "volumes");
}

std::string format_objects(std::uint64_t count) {
  return format_count(count, "object", "objects");
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"KB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // Otherwise 999.95 would be printed as "1000.0".
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string format_byte_rate(double bytes_per_second) {
  const double rate = bytes_per_second > 0 ? bytes_per_second : 0;
  return format_bytes(static_cast<std::uint64_t>(rate)) + "/s";
}

std::string format_rate(double per_second) {
  if (!(per_second > 0)) return "0/s";
  if (per_second < 9.95) return fmt::format("{:.1f}/s", per_second);
  return format_count(static_cast<std::uint64_t>(std::llround(per_second))) + "/s";
}

std::string format_duration(std::chrono::milliseconds duration, bool precise) {
  using std::chrono::milliseconds;
  if (duration < milliseconds(0)) duration = milliseconds(0);
  if (precise && duration < milliseconds(59'950)) {
    return fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1000);
  }
  const std::int64_t seconds = (duration.count() + 500) / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} d {:02} h", seconds / 86'400, seconds % 86'400 / 3600);
}

std::string format_dollars(double dollars) {
  if (dollars <= 0) return "$0";
  if (dollars >= 999.995) return "$" + format_count(static_cast<std::uint64_t>(std::llround(dollars)));
  if (dollars >= 0.995) return fmt::format("${:.2f}", dollars);
  // Two digits that count, and no exponent.
  const int digits = std::min(12, 1 - static_cast<int>(std::floor(std::log10(dollars))));
  return fmt::format("${:.{}f}", dollars, std::max(2, digits));
}

std::string format_ratio(std::uint64_t in_bytes, std::uint64_t out_bytes) {
  if (in_bytes == 0 || out_bytes == 0) return "-";
  return fmt::format("{:.1f}:1", static_cast<double>(in_bytes) / static_cast<double>(out_bytes));
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < utf8.size(); i += sequence_length(utf8[i])) {
    width += static_cast<unsigned char>(utf8[i]) < 0x80 ? 1 : 2;
  }
  return width;
}

std::string fit_to_width(std::string_view utf8, std::size_t width) {
  if (display_width(utf8) <= width) return std::string(utf8);
  constexpr std::string_view kCut = "...";
  if (width <= kCut.size()) return std::string(width, '.');
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < utf8.size()) {
    const std::size_t columns = static_cast<unsigned char>(utf8[end]) < 0x80 ? 1 : 2;
    if (used + columns > width - kCut.size()) break;
    used += columns;
    end += sequence_length(utf8[end]);
  }
  return std::string(utf8.substr(0, end)) + std::string(kCut);
}

std::string_view tail_within(std::string_view utf8, std::size_t width) {
  std::size_t start = 0;
  while (start < utf8.size() && display_width(utf8.substr(start)) > width)
    start += sequence_length(utf8[start]);
  return utf8.substr(std::min(start, utf8.size()));
}

}  // namespace s3c::cli
