// Which days a run or a reading command covers. Values, any thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace s3c::catalog {

/// A calendar date as layouts spell it; month and day 0 mean "not known (yet)", year 0 "no date".
struct Date {
  int year = 0;
  int month = 0;
  int day = 0;

  /// False for February 30. True also if month or day isn't known.
  bool is_in_calendar() const;
};

/// The dates that a run covers: all dates, unless limited.
class DateRange {
 public:
  DateRange() = default;
  /// Every day of these years. Throws base::Error (invalid_argument) for a year outside 1..9999.
  static DateRange years(const std::set<int>& years);
  /// From first to last, both included, each "YYYY-MM-DD"; nullopt: open. Throws base::Error
  /// (invalid_argument).
  static DateRange between(const std::optional<std::string>& first, const std::optional<std::string>& last);

  bool is_limited() const { return !years_.empty() || first_ || last_; }
  /// Whether the range has a day that matches the known parts of date. Parts that aren't known may be anything.
  bool may_contain(const Date& date) const;
  /// The same for a group's whole date: a group without a year is in no limited range.
  bool may_contain_group(const Date& date) const {
    return date.year == 0 ? !is_limited() : may_contain(date);
  }
  /// "the years 2016, 2017", "the days from 2018-04-01 until 2018-04-30"; empty for all dates.
  std::string text() const;

 private:
  std::set<int> years_;
  std::optional<int> first_;  // yyyymmdd
  std::optional<int> last_;
};

}  // namespace s3c::catalog
