#include "catalog/date_range.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "base/text.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

int parse_day(const std::string& text) {
  // "YYYY-MM-DD"
  Date date;
  const auto part = [&](std::size_t at, std::size_t size) {
    return base::parse_number<unsigned>(std::string_view(text).substr(at, size)).value_or(0);
  };
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (shaped)
    date = {static_cast<int>(part(0, 4)), static_cast<int>(part(5, 2)), static_cast<int>(part(8, 2))};
  if (date.year == 0 || date.month == 0 || date.day == 0) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is not a date; write it as YYYY-MM-DD", text));
  }
  if (!date.is_in_calendar())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is not a date: the calendar has no such day", text));
  return date.year * 10'000 + date.month * 100 + date.day;
}

}  // namespace

bool Date::is_in_calendar() const {
  if (month == 0 || day == 0) return true;
  return std::chrono::year_month_day{std::chrono::year{year},
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day))}
      .ok();
}

DateRange DateRange::years(const std::set<int>& years) {
  for (const int year : years) {
    if (year < 1 || year > 9999) {
      throw Error(ErrorKind::invalid_argument, fmt::format("{} is not a year between 1 and 9999", year));
    }
  }
  DateRange range;
  range.years_ = years;
  return range;
}

DateRange DateRange::between(const std::optional<std::string>& first,
                             const std::optional<std::string>& last) {
  DateRange range;
  if (first) range.first_ = parse_day(*first);
  if (last) range.last_ = parse_day(*last);
  if (range.first_ && range.last_ && *range.first_ > *range.last_) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the first day, {}, is after the last, {}", *first, *last));
  }
  return range;
}

bool DateRange::may_contain(const Date& date) const {
  if (!years_.empty() && date.year != 0 && !years_.contains(date.year)) return false;
  // What isn't known yet may be anything: compare the earliest and the latest day it could be.
  const int year = date.year * 10'000;
  const int earliest = year + date.month * 100 + date.day;
  const int latest = year + (date.month == 0 ? 12 : date.month) * 100 + (date.day == 0 ? 31 : date.day);
  if (date.year == 0) return true;
  return (!first_ || latest >= *first_) && (!last_ || earliest <= *last_);
}

std::string DateRange::text() const {
  std::string text;
  for (const int year : years_) text += fmt::format("{}{}", text.empty() ? "" : ", ", year);
  if (!text.empty()) return (years_.size() == 1 ? "the year " : "the years ") + text;
  const auto day = [](int date) {
    return fmt::format("{:04}-{:02}-{:02}", date / 10'000, date / 100 % 100, date % 100);
  };
  if (!first_ && !last_) return {};
  return fmt::format("the days{}{}", first_ ? " from " + day(*first_) : "",
                     last_ ? " until " + day(*last_) : "");
}

}  // namespace s3c::catalog
