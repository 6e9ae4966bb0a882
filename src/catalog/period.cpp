#include "catalog/period.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/error.h"

namespace s3c::catalog {
namespace {

constexpr std::string_view kByLastModified = "last-modified";

struct PeriodName {
  std::string_view name;
  Period period;
};
constexpr std::array<PeriodName, 3> kPeriodNames = {
    {{"month", Period::month}, {"day", Period::day}, {"hour", Period::hour}}};

std::chrono::year_month_day date_at(base::Timestamp time) {
  return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

Period parse_group_by(std::string_view text) {
  std::string_view rest = text;
  if (rest == kByLastModified) return Period::day;
  if (rest.starts_with(kByLastModified) && rest.substr(kByLastModified.size()).starts_with(':')) {
    rest.remove_prefix(kByLastModified.size() + 1);
    for (const PeriodName& known : kPeriodNames) {
      if (rest == known.name) return known.period;
    }
  }
  throw base::Error(
      base::ErrorKind::invalid_argument,
      "is not last-modified, last-modified:day, last-modified:month or last-modified:hour; times are in UTC");
}

std::string group_by_text(Period period) {
  std::string_view name;
  for (const PeriodName& known : kPeriodNames) {
    if (period == known.period) name = known.name;
  }
  return fmt::format("{}:{}", kByLastModified, name);
}

bool is_by_last_modified(const index::Manifest& manifest) {
  return manifest.layout.starts_with(kByLastModified);
}

std::set<std::string> period_fields(Period period) {
  std::set<std::string> names = {"yyyy", "mm"};
  if (period != Period::month) names.insert("dd");
  if (period == Period::hour) names.insert("hh");
  return names;
}

std::string_view default_archive_name(Period period) {
  switch (period) {
    case Period::month:
      return "{bucket}/{yyyy}{mm}.zip";
    case Period::day:
      return "{bucket}/{yyyy}{mm}{dd}.zip";
    case Period::hour:
      return "{bucket}/{yyyy}{mm}{dd}{hh}.zip";
  }
  return {};
}

std::int64_t period_number(Period period, base::Timestamp last_modified) {
  switch (period) {
    case Period::month: {
      const std::chrono::year_month_day date = date_at(last_modified);
      return (static_cast<int>(date.year()) - 1970) * 12 + static_cast<int>(unsigned{date.month()}) - 1;
    }
    case Period::day:
      return std::chrono::floor<std::chrono::days>(last_modified).time_since_epoch().count();
    case Period::hour:
      return std::chrono::floor<std::chrono::hours>(last_modified).time_since_epoch().count();
  }
  return 0;
}

Fields period_of(Period period, base::Timestamp last_modified) {
  const std::chrono::year_month_day date = date_at(last_modified);
  Fields fields = {{"yyyy", fmt::format("{:04}", static_cast<int>(date.year()))},
                   {"mm", fmt::format("{:02}", unsigned{date.month()})}};
  if (period != Period::month) fields["dd"] = fmt::format("{:02}", unsigned{date.day()});
  if (period == Period::hour) {
    const auto hour = std::chrono::floor<std::chrono::hours>(last_modified) -
                      std::chrono::floor<std::chrono::days>(last_modified);
    fields["hh"] = fmt::format("{:02}", hour.count());
  }
  return fields;
}

bool is_nameable(const Fields& period) {
  return date_of(period).year >= 1 && date_of(period).year <= 9999;
}

std::string period_label(Period period, const Fields& fields) {
  std::string label = fields.at("yyyy") + "-" + fields.at("mm");
  if (period != Period::month) label += "-" + fields.at("dd");
  if (period == Period::hour) label += "T" + fields.at("hh");
  return label;
}

}  // namespace s3c::catalog
