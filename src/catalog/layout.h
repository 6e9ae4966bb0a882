// How keys are split into groups, and what a group's archive is called. Values, any thread.
//
//   layout       = segment "/" { segment "/" }                 default "{prefix}/{yyyy}/{mm}/{dd}/"
//   segment      = { literal | field }                         for example "day={yyyy}-{mm}-{dd}"
//   archive-name = { literal | field } ".zip"                  default "{bucket}/{yyyy}{mm}{dd}.zip"
//   field        = "{prefix}" | "{bucket}" | "{yyyy}" | "{mm}" | "{dd}" | "{hh}"
//
// A layout starts with {prefix}, names {yyyy}, and ends in "/", because groups are found by delimiter
// listing, level by level.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::catalog {

inline constexpr std::string_view kDefaultLayout = "{prefix}/{yyyy}/{mm}/{dd}/";
inline constexpr std::string_view kDefaultArchiveName = "{bucket}/{yyyy}{mm}{dd}.zip";

/// Field name to digits: {"yyyy": "2018", "mm": "04", "dd": "01"}.
using Fields = std::map<std::string, std::string>;

/// A calendar date as layouts spell it; month and day 0 mean "not known (yet)".
struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
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

  /// Whether the range has a day that matches the known parts of date.
  bool may_contain(const Date& date) const;
  /// "the years 2016, 2017", "the days from 2018-04-01 until 2018-04-30"; empty for all dates.
  std::string text() const;

 private:
  std::set<int> years_;
  std::optional<int> first_;  // yyyymmdd
  std::optional<int> last_;
};

class Layout {
 public:
  /// Throws base::Error (invalid_argument) saying what is wrong with the template.
  static Layout parse(std::string_view text);

  const std::string& text() const { return text_; }
  /// The number of levels below the prefix; each ends in "/". A key prefix that matches all levels is a
  /// group.
  std::size_t levels() const { return levels_.size(); }
  /// Where listing starts: "sources/".
  std::string root(std::string_view prefix) const;
  /// Matches one more level ("04/" at level 1) and adds its fields to those known. nullopt when the segment
  /// doesn't fit the level's pattern or isn't a calendar date (month 13).
  std::optional<Fields> match(std::size_t level, std::string_view segment, const Fields& known) const;
  /// The fields of the group that key belongs to; nullopt when it doesn't fit.
  std::optional<Fields> fields_of_key(std::string_view prefix, std::string_view key) const;
  /// What all keys of that group start with: "sources/2018/04/01/".
  std::optional<std::string> group_prefix_of_key(std::string_view prefix, std::string_view key) const;

 private:
  struct Piece {
    bool is_field = false;
    std::string text;  ///< literal, or the field's name
  };
  using Segment = std::vector<Piece>;

  std::string text_;
  std::vector<Segment> levels_;
};

class ArchiveName {
 public:
  /// Throws base::Error (invalid_argument) saying what is wrong with the template.
  static ArchiveName parse(std::string_view text);

  const std::string& text() const { return text_; }
  /// The archive's key without ".zip": "source-bucket/20180401".
  std::string stem(std::string_view bucket, std::string_view prefix, const Fields& fields) const;
  /// What every stem starts with: the template up to its first date field.
  std::string fixed_prefix(std::string_view bucket, std::string_view prefix) const;
  /// What a volume's key says.
  struct Volume {
    std::string stem;  ///< of its group
    Fields fields;
  };
  /// nullopt: no group's volume can have this key, whatever its date.
  std::optional<Volume> volume_of(std::string_view bucket, std::string_view prefix,
                                  std::string_view key) const;
  /// Whether the name and the layout use the same date fields, so that two groups can't get one name. If
  /// false, missing is a field that only one of them uses.
  bool names_all_fields_of(const Layout& layout, std::string* missing) const;

  /// The key of volume n (from 1): stem + ".zip", stem + "-2.zip", ...
  static std::string volume_key(std::string_view stem, int n);
  /// The reverse; nullopt when key is no volume of stem.
  static std::optional<int> volume_number(std::string_view stem, std::string_view key);

 private:
  std::string text_;
};

/// Throws base::Error (invalid_argument) when keys and archives can't have such names.
void validate_names(const std::string& prefix, const Layout& layout, const ArchiveName& archive_name);

/// The parts of the date that the fields have.
Date date_of(const Fields& fields);

/// Source objects that share the layout's fields; by default one day.
struct Group {
  std::string prefix;  ///< of its keys: "sources/2018/04/01/"
  Fields fields;
  std::string stem;  ///< of its archives: "source-bucket/20180401"
};

}  // namespace s3c::catalog
