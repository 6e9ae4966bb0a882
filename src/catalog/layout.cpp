#include "catalog/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>

#include "base/error.h"
#include "base/text.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

struct FieldRule {
  std::string_view name;
  std::size_t digits;
  int lowest;
  int highest;
};
constexpr std::array<FieldRule, 4> kDateFields = {{
    {"yyyy", 4, 1, 9999},
    {"mm", 2, 1, 12},
    {"dd", 2, 1, 31},
    {"hh", 2, 0, 23},
}};

const FieldRule* date_field(std::string_view name) {
  const auto* found =
      std::find_if(kDateFields.begin(), kDateFields.end(), [&](const auto& f) { return f.name == name; });
  return found == kDateFields.end() ? nullptr : found;
}

[[noreturn]] void bad_template(std::string_view what, std::string_view text, const std::string& why) {
  throw Error(ErrorKind::invalid_argument, fmt::format("{} \"{}\": {}", what, text, why));
}

/// Calls literal(text) and field(name) for the pieces of a template, in order.
void for_each_piece(std::string_view what, std::string_view text,
                    const std::function<void(std::string_view)>& literal,
                    const std::function<void(std::string_view)>& field) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t open = rest.find_first_of("{}");
    if (open != 0) literal(rest.substr(0, open));
    if (open == std::string_view::npos) return;
    const std::size_t close = rest.find('}', open);
    if (rest[open] == '}' || close == std::string_view::npos)
      bad_template(what, text, "a brace has no partner");
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    if (name != "prefix" && name != "bucket" && date_field(name) == nullptr) {
      bad_template(
          what, text,
          fmt::format(
              "there is no field {{{}}}; use {{prefix}}, {{bucket}}, {{yyyy}}, {{mm}}, {{dd}}, {{hh}}",
              name));
    }
    field(name);
    rest.remove_prefix(close + 1);
  }
}

std::optional<int> number(std::string_view digits) {
  return digits.starts_with('-') ? std::nullopt : base::parse_number<int>(digits);
}

/// The digits of a date field at the start of text; nullopt when they aren't there or out of the field's
/// range.
std::optional<std::string_view> field_digits(std::string_view field, std::string_view text) {
  const FieldRule& rule = *date_field(field);
  const std::string_view digits = text.substr(0, rule.digits);
  const std::optional<int> value = digits.size() == rule.digits ? number(digits) : std::nullopt;
  if (!value || *value < rule.lowest || *value > rule.highest) return std::nullopt;
  return digits;
}

bool is_calendar_date(const Date& date) {
  if (date.month == 0 || date.day == 0) return true;
  return std::chrono::year_month_day{std::chrono::year{date.year},
                                     std::chrono::month(static_cast<unsigned>(date.month)),
                                     std::chrono::day(static_cast<unsigned>(date.day))}
      .ok();
}

int parse_day(const std::string& text) {
  // "YYYY-MM-DD"
  Date date;
  const auto part = [&](std::size_t at, std::size_t size) {
    return number(std::string_view(text).substr(at, size)).value_or(0);
  };
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (shaped) date = {part(0, 4), part(5, 2), part(8, 2)};
  if (date.year == 0 || date.month == 0 || date.day == 0 || !is_calendar_date(date)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is not a date; write it as YYYY-MM-DD", text));
  }
  return date.year * 10'000 + date.month * 100 + date.day;
}

}  // namespace

Date date_of(const Fields& fields) {
  const auto value = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? 0 : number(found->second).value_or(0);
  };
  return {value("yyyy"), value("mm"), value("dd")};
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

Layout Layout::parse(std::string_view text) {
  constexpr std::string_view kWhat = "layout";
  constexpr std::string_view kStart = "{prefix}/";
  if (!text.starts_with(kStart)) bad_template(kWhat, text, "it must start with \"{prefix}/\"");
  if (!text.ends_with('/'))
    bad_template(kWhat, text, "it must end with \"/\": groups are found by listing folders");
  Layout layout;
  layout.text_ = text;
  std::set<std::string, std::less<>> seen;
  std::string_view rest = text.substr(kStart.size());
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    Segment segment;
    for_each_piece(
        kWhat, rest.substr(0, slash),
        [&](std::string_view literal) {
          segment.push_back({false, std::string(literal)});
        },
        [&](std::string_view field) {
          if (date_field(field) == nullptr) {
            bad_template(kWhat, text, fmt::format("{{{}}} can only stand at the start", field));
          }
          if (!seen.emplace(field).second)
            bad_template(kWhat, text, fmt::format("{{{}}} stands in it twice", field));
          segment.push_back({true, std::string(field)});
        });
    if (segment.empty()) bad_template(kWhat, text, "an empty folder name");
    layout.levels_.push_back(std::move(segment));
    rest.remove_prefix(slash + 1);
  }
  if (!seen.contains("yyyy")) bad_template(kWhat, text, "it must name {yyyy}");
  if (seen.contains("dd") && !seen.contains("mm")) bad_template(kWhat, text, "{dd} needs {mm}");
  if (seen.contains("hh") && !seen.contains("dd")) bad_template(kWhat, text, "{hh} needs {dd}");
  return layout;
}

std::string Layout::root(std::string_view prefix) const {
  return std::string(prefix) + "/";
}

std::optional<Fields> Layout::match(std::size_t level, std::string_view segment, const Fields& known) const {
  if (!segment.ends_with('/')) return std::nullopt;
  segment.remove_suffix(1);
  Fields fields = known;
  for (const Piece& piece : levels_.at(level)) {
    if (!piece.is_field) {
      if (!segment.starts_with(piece.text)) return std::nullopt;
      segment.remove_prefix(piece.text.size());
      continue;
    }
    const std::optional<std::string_view> digits = field_digits(piece.text, segment);
    if (!digits) return std::nullopt;
    fields[piece.text] = *digits;
    segment.remove_prefix(digits->size());
  }
  if (!segment.empty() || !is_calendar_date(date_of(fields))) return std::nullopt;
  return fields;
}

ArchiveName ArchiveName::parse(std::string_view text) {
  constexpr std::string_view kWhat = "archive name";
  if (!text.ends_with(".zip")) bad_template(kWhat, text, "it must end in \".zip\"");
  if (text.starts_with('/')) bad_template(kWhat, text, "it must not start with \"/\"");
  if (text.starts_with("s3compress_catalog"))
    bad_template(kWhat, text, "\"s3compress_catalog\" is kept for the catalog");
  for_each_piece(
      kWhat, text, [](std::string_view) {}, [](std::string_view) {});
  ArchiveName name;
  name.text_ = text;
  return name;
}

std::string ArchiveName::stem(std::string_view bucket, std::string_view prefix, const Fields& fields) const {
  std::string out;
  for_each_piece(
      "archive name", std::string_view(text_).substr(0, text_.size() - 4),
      [&](std::string_view literal) { out += literal; },
      [&](std::string_view field) {
        if (field == "bucket") {
          out += bucket;
        } else if (field == "prefix") {
          out += prefix;
        } else {
          out += fields.at(std::string(field));
        }
      });
  return out;
}

std::string ArchiveName::fixed_prefix(std::string_view bucket, std::string_view prefix) const {
  std::string out;
  bool fixed = true;
  for_each_piece(
      "archive name", std::string_view(text_).substr(0, text_.size() - 4),
      [&](std::string_view literal) {
        if (fixed) out += literal;
      },
      [&](std::string_view field) {
        fixed = fixed && date_field(field) == nullptr;
        if (fixed) out += field == "bucket" ? bucket : prefix;
      });
  return out;
}

std::optional<Fields> Layout::fields_of_key(std::string_view prefix, std::string_view key) const {
  const std::string start = root(prefix);
  if (!key.starts_with(start)) return std::nullopt;
  key.remove_prefix(start.size());
  std::optional<Fields> fields = Fields{};
  for (std::size_t level = 0; fields && level < levels(); ++level) {
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    fields = match(level, key.substr(0, slash + 1), *fields);
    key.remove_prefix(slash + 1);
  }
  return fields;
}

std::optional<std::string> Layout::group_prefix_of_key(std::string_view prefix, std::string_view key) const {
  if (!fields_of_key(prefix, key)) return std::nullopt;
  std::size_t end = root(prefix).size();
  for (std::size_t level = 0; level < levels(); ++level) end = key.find('/', end) + 1;
  return std::string(key.substr(0, end));
}

std::optional<ArchiveName::Volume> ArchiveName::volume_of(std::string_view bucket, std::string_view prefix,
                                                          std::string_view key) const {
  // Every piece has a fixed length, so there is only one way to read a key.
  Fields fields;
  std::string_view rest = key;
  bool matches = true;
  const auto take = [&](std::string_view text) {
    matches = matches && rest.starts_with(text);
    if (matches) rest.remove_prefix(text.size());
  };
  for_each_piece("archive name", std::string_view(text_).substr(0, text_.size() - 4), take,
                 [&](std::string_view field) {
                   if (field == "bucket") return take(bucket);
                   if (field == "prefix") return take(prefix);
                   const std::optional<std::string_view> digits = field_digits(field, rest);
                   matches = matches && digits;
                   // A field that appears twice must have the same value both times.
                   if (matches) take(fields.emplace(field, *digits).first->second);
                 });
  if (!matches || !is_calendar_date(date_of(fields))) return std::nullopt;
  std::string stem(key.substr(0, key.size() - rest.size()));
  if (!volume_number(stem, key)) return std::nullopt;
  return Volume{std::move(stem), std::move(fields)};
}

bool ArchiveName::names_all_fields_of(const Layout& layout, std::string* missing) const {
  for (const FieldRule& rule : kDateFields) {
    const std::string field = fmt::format("{{{}}}", rule.name);
    const bool in_layout = layout.text().find(field) != std::string::npos;
    if (in_layout != (text_.find(field) != std::string::npos)) {
      *missing = field;
      return false;
    }
  }
  return true;
}

std::string ArchiveName::volume_key(std::string_view stem, int n) {
  return n == 1 ? fmt::format("{}.zip", stem) : fmt::format("{}-{}.zip", stem, n);
}

std::optional<int> ArchiveName::volume_number(std::string_view stem, std::string_view key) {
  if (!key.starts_with(stem) || !key.ends_with(".zip") || key.size() < stem.size() + 4) return std::nullopt;
  const std::string_view middle = key.substr(stem.size(), key.size() - stem.size() - 4);
  if (middle.empty()) return 1;
  if (middle.front() != '-') return std::nullopt;
  const std::optional<int> n = number(middle.substr(1));
  // "-02" and "-1" are names that we never give to a volume.
  if (!n || *n < 2 || volume_key(stem, *n) != key) return std::nullopt;
  return n;
}

void validate_names(const std::string& prefix, const Layout& layout, const ArchiveName& archive_name) {
  const auto refuse = [](const std::string& message) { throw Error(ErrorKind::invalid_argument, message); };
  if (prefix.empty()) refuse("prefix must not be empty");
  if (prefix.ends_with('/') || prefix.starts_with('/'))
    refuse(fmt::format("prefix \"{}\" must not start or end with \"/\"", prefix));
  std::string field;
  if (!archive_name.names_all_fields_of(layout, &field)) {
    refuse(fmt::format(
        "archive_name \"{}\" and the layout \"{}\" must name the same date fields: {} is only in one of "
        "them",
        archive_name.text(), layout.text(), field));
  }
}

}  // namespace s3c::catalog
