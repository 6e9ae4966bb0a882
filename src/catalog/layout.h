// How keys are split into groups, and what a group's archive is called. Values, any thread.
//
//   layout       = "{prefix}/" segment "/" { segment "/" }     default "{prefix}/{yyyy}/{mm}/{dd}/"
//   archive-name = template ".zip"                             default "{bucket}/{yyyy}{mm}{dd}.zip"
//   segment      = a template (name_template.h) without "/", for example "dt={yyyy}-{mm}-{dd}"
//
// Where keys hold no date, a group has the objects that were last modified in one period (period.h). Then the
// layout has no levels: all groups of a prefix share it.
//
// A layout ends in "/" because groups are found by delimiter listing, level by level. Each folder name can be
// read in one way only, and so can each archive's name: two groups never share one (validate_names()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/date_range.h"
#include "catalog/name_template.h"
#include "catalog/period.h"

namespace s3c::catalog {

inline constexpr std::string_view kDefaultLayout = "{prefix}/{yyyy}/{mm}/{dd}/";
inline constexpr std::string_view kDefaultArchiveName = "{bucket}/{yyyy}{mm}{dd}.zip";

/// What keys start with: {prefix} of a layout is one of these. None lies inside another.
using Prefixes = std::vector<std::string>;

/// A longer stem gives keys of records that are longer than the 1,024 bytes which S3 allows.
inline constexpr std::size_t kMaxStemBytes = 940;

class Layout {
 public:
  /// Throws base::Error (invalid_argument) saying what is wrong with the template.
  static Layout parse(std::string_view text);
  /// A group has the objects below a prefix that were last modified in one period.
  static Layout by_last_modified(Period period);

  /// The template; "last-modified:day" and the like for groups by time.
  const std::string& text() const { return text_; }
  /// nullopt: keys tell to which group they belong.
  std::optional<Period> period() const { return period_; }
  /// The number of levels below the prefix; each ends in "/". A key prefix that matches all levels is a
  /// group. 0 for groups by time.
  std::size_t levels() const { return levels_.size(); }
  /// The names of its fields, without prefix and bucket.
  std::set<std::string> field_names() const;
  bool has_date() const { return field_names().contains("yyyy"); }
  /// Where listing starts: "sources/".
  std::string root(std::string_view prefix) const;
  /// Matches one more level ("04/" at level 1) and adds its fields to those known. nullopt when the segment
  /// doesn't fit the level's pattern or isn't a calendar date (month 13).
  std::optional<Fields> match(std::size_t level, std::string_view segment, const Fields& known) const;
  /// The fields of the group that key belongs to; nullopt when it doesn't fit. No key tells that of groups by time.
  std::optional<Fields> fields_of_key(std::string_view prefix, std::string_view key) const;
  /// What all keys of that group start with: "sources/2018/04/01/".
  std::optional<std::string> group_prefix_of_key(std::string_view prefix, std::string_view key) const;
  /// The same for the group with those fields.
  std::string group_prefix(std::string_view prefix, const Fields& fields) const;
  /// What people call that group: its prefix; for groups by time also the period, "photos/ 2018-04-01".
  std::string group_name(std::string_view prefix, const Fields& fields) const;

 private:
  std::string text_;
  std::vector<NameTemplate> levels_;
  std::optional<Period> period_;
};

class ArchiveName {
 public:
  /// Throws base::Error (invalid_argument) saying what is wrong with the template.
  static ArchiveName parse(std::string_view text);

  const std::string& text() const { return text_; }
  /// Without ".zip".
  const NameTemplate& stem_template() const { return stem_; }
  bool names_bucket() const { return stem_.has(NamePiece::Kind::bucket); }
  /// The archive's key without ".zip": "source-bucket/20180401".
  std::string stem(std::string_view bucket, std::string_view prefix, const Fields& fields) const;
  /// What every stem starts with: the template up to its first field.
  std::string fixed_prefix(std::string_view bucket, const Prefixes& prefixes) const;
  /// What a volume's key says.
  struct Volume {
    std::string stem;  ///< of its group
    Fields fields;
    std::string prefix;  ///< one of the prefixes; the first one if the name has no {prefix}
  };
  /// nullopt: no group's volume can have this key, whatever its fields.
  std::optional<Volume> volume_of(std::string_view bucket, const Prefixes& prefixes,
                                  std::string_view key) const;
  /// How many volumes a group can have.
  int max_volumes() const;

  /// The key of volume n (from 1): stem + ".zip", stem + "-2.zip", ...
  static std::string volume_key(std::string_view stem, int n);
  /// The reverse; nullopt when key is no volume of stem.
  static std::optional<int> volume_number(std::string_view stem, std::string_view key);

 private:
  std::string text_;
  NameTemplate stem_;
};

/// Throws base::Error (invalid_argument) when keys and archives can't have such names, and when two groups could
/// get one archive's name: then the message names two such groups. bucket may be empty.
void validate_names(const std::string& bucket, const Prefixes& prefixes, const Layout& layout,
                    const ArchiveName& archive_name);

/// The prefix that key lies below; nullptr: none.
const std::string* prefix_of_key(const Layout& layout, const Prefixes& prefixes, std::string_view key);

/// Source objects that share the layout's fields; by default one day.
struct Group {
  /// What people call it, as Layout::group_name(). No other group of the run has the same name.
  std::string name() const;

  std::string prefix;  ///< of its keys: "sources/2018/04/01/"
  Fields fields;
  std::string stem;  ///< of its archives: "source-bucket/20180401"
  /// Where the run's source of groups finds its objects again; 0 if that is a listing.
  std::uint64_t place = 0;
  /// Of a group by time; nullopt: all keys below the prefix are its.
  std::optional<Period> period = {};
  /// Of a group by time: how many objects it has, and how many the other groups below its prefix have, when the run
  /// began.
  std::uint64_t objects = 0;
  std::uint64_t objects_between = 0;
};

}  // namespace s3c::catalog
