#include "aws/expiry.h"

#include <chrono>
#include <string>

#include "base/text.h"

namespace s3c::aws {
namespace {

/// Of "+02:00", "+0200" and "+02".
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  const int sign = text.front() == '-' ? -1 : 1;
  std::string digits(text.substr(1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() == 2) digits += "00";
  const auto number = base::parse_number<unsigned>(digits);
  if (digits.size() != 4 || !number || *number % 100 > 59 || *number > 2400) return std::nullopt;
  return sign * std::chrono::minutes(*number / 100 * 60 + *number % 100);
}

}  // namespace

std::optional<base::Timestamp> parse_expiry(std::string_view text) {
  constexpr std::size_t kDateAndTime = 19;  // "2018-04-01T12:00:00"
  text = base::trim(text);
  if (text.size() < kDateAndTime) return std::nullopt;
  std::chrono::minutes offset{0};
  std::string moment;
  if (text.ends_with("UTC")) {
    moment = base::trim(text.substr(0, text.size() - 3));
  } else if (text.ends_with("Z")) {
    moment = text.substr(0, text.size() - 1);
  } else if (const std::size_t sign = text.find_first_of("+-", kDateAndTime);
             sign != std::string_view::npos) {
    const auto parsed = parse_offset(text.substr(sign));
    if (!parsed) return std::nullopt;
    offset = *parsed;
    moment = base::trim(text.substr(0, sign));
  } else {
    moment = text;
  }
  if (moment.size() < kDateAndTime) return std::nullopt;
  if (moment[10] == ' ') moment[10] = 'T';
  const auto time = base::parse_iso8601(moment + "Z");
  return time ? std::optional(*time - offset) : std::nullopt;
}

}  // namespace s3c::aws
