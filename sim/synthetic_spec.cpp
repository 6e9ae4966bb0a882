#include "sim/synthetic_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/time.h"
#include "sim/digits.h"
#include "sim/route.h"

namespace s3c::sim {
namespace {

constexpr std::uint64_t kMaxObjectsPerDay = 100'000'000;  // their names have eight digits
constexpr std::uint64_t kMaxObjects = 1'000'000'000;      // 125 MB of bits for those deleted
constexpr int kMaxDays = 36'525;
constexpr std::size_t kMaxPrefixBytes = 900;  // a key has 1024 at most
constexpr std::string_view kFields = "bucket, prefix, days, first-day, objects and data";

/// In the order of SyntheticData.
constexpr SyntheticKind kKinds[] = {
    {SyntheticData::orders, "orders", "/order-", ".xml", "application/xml"},
    {SyntheticData::logs, "logs", "/log-", ".json", "application/json"},
    {SyntheticData::mixed, "mixed", "/object-", ".bin", "application/octet-stream"},
};

base::Error wrong(const std::string& what) {
  return base::Error(base::ErrorKind::invalid_argument, what);
}

std::uint64_t parse_count(std::string_view field, std::string_view text, std::uint64_t limit) {
  const auto value = parse_number<std::uint64_t>(text);
  if (!value || *value < 1 || *value > limit) {
    throw wrong(fmt::format("{}: '{}' is not a whole number from 1 to {}", field, text, limit));
  }
  return *value;
}

std::chrono::sys_days parse_first_day(std::string_view text) {
  const std::optional<base::Timestamp> midnight =
      text.size() == 10 ? base::parse_iso8601(std::string(text) + "T00:00:00Z") : std::nullopt;
  if (!midnight) throw wrong(fmt::format("first-day: '{}' is not a day like 2018-04-01", text));
  return std::chrono::floor<std::chrono::days>(*midnight);
}

std::string parse_prefix(std::string_view text) {
  if (text.empty() || text.starts_with('/') || text.ends_with('/')) {
    throw wrong(
        fmt::format("prefix: '{}' must not be empty, and must neither begin nor end with a slash", text));
  }
  if (text.size() > kMaxPrefixBytes) {
    throw wrong(fmt::format("prefix: has {} bytes, {} at most are allowed", text.size(), kMaxPrefixBytes));
  }
  if (!base::is_utf8(text)) throw wrong("prefix: is not UTF-8");
  return std::string(text);
}

std::string parse_bucket(std::string_view text) {
  if (!is_bucket_name(text)) {
    throw wrong(fmt::format("bucket: '{}' is no bucket name: 3 to 63 of a-z, 0-9, '-' and '.'", text));
  }
  return std::string(text);
}

SyntheticData parse_data(std::string_view text) {
  for (const SyntheticKind& kind : kKinds) {
    if (kind.name == text) return kind.data;
  }
  throw wrong(fmt::format("data: '{}' is none of orders, logs and mixed", text));
}

void set_field(SyntheticSpec& spec, std::string_view field, std::string_view value) {
  if (field == "bucket") {
    spec.bucket = parse_bucket(value);
  } else if (field == "prefix") {
    spec.prefix = parse_prefix(value);
  } else if (field == "days") {
    spec.days = static_cast<int>(parse_count(field, value, kMaxDays));
  } else if (field == "first-day") {
    spec.first_day = parse_first_day(value);
  } else if (field == "objects") {
    spec.objects_per_day = parse_count(field, value, kMaxObjectsPerDay);
  } else if (field == "data") {
    spec.data = parse_data(value);
  } else {
    throw wrong(fmt::format("'{}' is none of {}", field, kFields));
  }
}

}  // namespace

const SyntheticKind& kind_of(SyntheticData data) {
  return kKinds[static_cast<std::size_t>(data)];
}

SyntheticSpec parse_synthetic_spec(std::string_view text) {
  SyntheticSpec spec;
  std::set<std::string_view> seen;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view item = text.substr(at, end - at);
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      throw wrong(fmt::format("'{}' is not FIELD=VALUE; the fields are {}", item, kFields));
    }
    const std::string_view field = item.substr(0, equals);
    if (!seen.insert(field).second) throw wrong(fmt::format("{} is given twice", field));
    set_field(spec, field, item.substr(equals + 1));
    at = end + 1;
  }
  if (spec.bucket.empty()) throw wrong("bucket=NAME is missing");
  if (spec.objects() > kMaxObjects) {
    throw wrong(fmt::format("{} days of {} objects are more than {} objects", spec.days, spec.objects_per_day,
                            kMaxObjects));
  }
  const std::chrono::sys_days last_day = spec.first_day + std::chrono::days(spec.days - 1);
  const std::chrono::sys_days first_possible = std::chrono::year(1970) / 1 / 1;
  const std::chrono::sys_days last_possible = std::chrono::year(9999) / 12 / 31;
  if (spec.first_day < first_possible || last_day > last_possible) {
    throw wrong("first-day and days: all days must lie from 1970-01-01 to 9999-12-31");
  }
  return spec;
}

}  // namespace s3c::sim
