#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "base/text.h"

namespace s3c::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0, weekday = 0;
};

Fields split(Timestamp time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{time - days};
  Fields f;
  f.year = static_cast<int>(date.year());
  f.month = static_cast<unsigned>(date.month());
  f.day = static_cast<unsigned>(date.day());
  f.hour = static_cast<unsigned>(clock.hours().count());
  f.minute = static_cast<unsigned>(clock.minutes().count());
  f.second = static_cast<unsigned>(clock.seconds().count());
  f.millisecond = static_cast<unsigned>(clock.subseconds().count());
  f.weekday = std::chrono::weekday{days}.c_encoding();
  return f;
}

std::optional<Timestamp> join(const Fields& f) {
  const std::chrono::year_month_day date{std::chrono::year{f.year}, std::chrono::month{f.month},
                                         std::chrono::day{f.day}};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  const Timestamp time = Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{f.hour} +
                         std::chrono::minutes{f.minute} + seconds{f.second} + milliseconds{f.millisecond};
  // A leap second at the end of 9999 would be a time that none of our formats can write.
  constexpr std::chrono::sys_days kEnd = std::chrono::January / 1 / 10'000;
  return time < kEnd ? std::optional(time) : std::nullopt;
}

/// Reads fixed-width pieces from the front of a text. ok() is false after the first piece that didn't fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  unsigned digits(std::size_t width) {
    unsigned value = 0;
    const std::string_view digits = rest_.substr(0, width);
    if (digits.size() != width) ok_ = false;
    for (const char c : digits) {
      if (c < '0' || c > '9') ok_ = false;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest_.remove_prefix(digits.size());
    return ok_ ? value : 0;
  }
  void literal(std::string_view text) {
    if (rest_.starts_with(text)) {
      rest_.remove_prefix(text.size());
    } else {
      ok_ = false;
    }
  }
  template <std::size_t N>
  unsigned name(const std::array<std::string_view, N>& names) {
    for (unsigned i = 0; i < N; ++i) {
      if (rest_.starts_with(names[i])) {
        rest_.remove_prefix(names[i].size());
        return i;
      }
    }
    ok_ = false;
    return 0;
  }
  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

/// There may be millions of them in one output: no general formatter.
std::string format_iso8601(Timestamp time) {
  const Fields f = split(time);
  std::string text = "yyyy-mm-ddThh:mm:ss.mmmZ";
  const auto put = [&text](std::size_t at, std::size_t digits, unsigned value) {
    for (std::size_t i = at + digits; i > at; value /= 10) text[--i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<unsigned>(f.year));
  put(5, 2, f.month);
  put(8, 2, f.day);
  put(11, 2, f.hour);
  put(14, 2, f.minute);
  put(17, 2, f.second);
  put(20, 3, f.millisecond);
  return text;
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  if (text.empty() || text.back() != 'Z') return std::nullopt;
  Scanner scan(text.substr(0, text.size() - 1));
  Fields f;
  f.year = static_cast<int>(scan.digits(4));
  scan.literal("-");
  f.month = scan.digits(2);
  scan.literal("-");
  f.day = scan.digits(2);
  scan.literal("T");
  f.hour = scan.digits(2);
  scan.literal(":");
  f.minute = scan.digits(2);
  scan.literal(":");
  f.second = scan.digits(2);
  if (!scan.ok()) return std::nullopt;
  std::string_view fraction = scan.rest();
  if (!fraction.empty()) {
    if (fraction.front() != '.' || fraction.size() < 2) return std::nullopt;
    fraction.remove_prefix(1);
    unsigned scale = 100;
    for (const char c : fraction) {
      if (c < '0' || c > '9') return std::nullopt;
      f.millisecond += static_cast<unsigned>(c - '0') * scale;
      scale /= 10;
    }
  }
  return join(f);
}

std::string format_amz_date(Timestamp time) {
  const Fields f = split(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::optional<Timestamp> parse_amz_date(std::string_view text) {
  Scanner scan(text);
  Fields f;
  f.year = static_cast<int>(scan.digits(4));
  f.month = scan.digits(2);
  f.day = scan.digits(2);
  scan.literal("T");
  f.hour = scan.digits(2);
  f.minute = scan.digits(2);
  f.second = scan.digits(2);
  scan.literal("Z");
  if (!scan.ok() || !scan.rest().empty()) return std::nullopt;
  return join(f);
}

std::string format_http_date(Timestamp time) {
  const Fields f = split(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[f.weekday], f.day,
                     kMonths[f.month - 1], f.year, f.hour, f.minute, f.second);
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  Scanner scan(text);
  Fields f;
  scan.name(kDays);
  scan.literal(", ");
  f.day = scan.digits(2);
  scan.literal(" ");
  f.month = scan.name(kMonths) + 1;
  scan.literal(" ");
  f.year = static_cast<int>(scan.digits(4));
  scan.literal(" ");
  f.hour = scan.digits(2);
  scan.literal(":");
  f.minute = scan.digits(2);
  scan.literal(":");
  f.second = scan.digits(2);
  scan.literal(" GMT");
  if (!scan.ok() || !scan.rest().empty()) return std::nullopt;
  return join(f);
}

}  // namespace s3c::base
