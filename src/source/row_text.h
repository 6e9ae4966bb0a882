// The text forms of rows about source objects: CSV and JSON Lines. Pure: bytes in, rows out.
//
//   CSV         RFC 4180, as S3 Inventory and S3 Batch Operations write it. S3's files have no header and their keys
//               are URL-encoded: "+" is a space, "%2B" a plus. A file whose first line names the columns has plain
//               keys.
//   JSON Lines  an object a line, with plain keys.
//
// Columns are recognised by name, in upper or lower case, with or without "_" and "-": bucket, key, size, etag (or
// e_tag), last_modified (or last_modified_date), version_id (or version), is_latest, is_delete_marker,
// storage_class. All others are ignored. is_latest and is_delete_marker are true or false (or 1 and 0, t and f, yes
// and no).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "s3/types.h"

namespace s3c::source {

/// What a row says of an object. All that it tells counts: the row is of no object that differs in any of it.
struct ObjectRow {
  s3::ObjectSummary object;  ///< what the row doesn't tell is empty
  bool tells_size = false;
  bool tells_time = false;  ///< last-modified
  /// Sorted rows come in the order of these numbers, and of each number in the order of their keys. Of groups by time
  /// it is catalog::period_number(); else 0.
  std::int64_t period = 0;

  /// It has size, ETag and last-modified. Otherwise the store is asked for what is missing.
  bool is_whole() const { return tells_size && tells_time && !object.etag.empty(); }
};

enum class RowColumn {
  bucket,
  key,
  size,
  etag,
  last_modified,
  version_id,
  is_latest,
  is_delete_marker,
  storage_class,
  other
};

/// The column of that name; nullopt: a name that isn't known.
std::optional<RowColumn> column_named(std::string_view name);

/// How a file's rows are to be read.
struct RowForm {
  /// Of a CSV file, if they are known. Empty: the first row tells; or it is a row of bucket, key and maybe
  /// version_id, with encoded keys.
  std::vector<RowColumn> columns = {};
  bool encoded_keys = false;
  std::string bucket;  ///< that all rows must name
  std::string place;   ///< of the file, for messages
};

/// Turns the text of one file into rows. Throws base::Error (invalid_argument), naming place and line, for a text
/// that isn't CSV or JSON Lines, for two columns of one meaning, for a row without a key or with values that can't
/// be, and for a row of another bucket. One thread.
class RowReader {
 public:
  /// row: called with each object's newest version. other: called with each older version and delete marker.
  RowReader(RowForm form, std::function<void(ObjectRow)> row, std::function<void()> other);

  /// The next bytes of the file.
  void read(std::string_view bytes);
  /// The file has ended. Throws base::Error (invalid_argument), too, if nothing was in it and form doesn't name the
  /// columns.
  void finish();

 private:
  enum class Format { unknown, csv, json };
  /// By column; nullopt: the row has none.
  using Values = std::array<std::optional<std::string>, static_cast<std::size_t>(RowColumn::other)>;

  void read_json(std::string_view bytes);
  void json_line();
  void read_csv(char c);
  void end_field();
  void csv_row();
  bool take_column_names(const std::vector<std::string>& names);
  bool is_of_newest_version(const Values& values) const;
  ObjectRow row_of(const Values& values, bool encoded_key) const;
  void take(const Values& values, bool encoded_key);
  [[noreturn]] void fail(const std::string& why) const;

  const RowForm form_;
  const std::function<void(ObjectRow)> row_;
  const std::function<void()> other_;
  std::vector<RowColumn> columns_;
  bool encoded_keys_;
  Format format_ = Format::unknown;
  std::uint64_t line_ = 1;      // where the next byte stands
  std::uint64_t row_line_ = 1;  // where the row began
  std::string text_;            // of a line of JSON, or of a field of CSV
  // CSV only.
  std::vector<std::string> fields_;
  std::size_t row_bytes_ = 0;
  bool quoted_ = false;       // inside quotes
  bool was_quoted_ = false;   // the field had quotes
  bool after_quote_ = false;  // a quote inside quotes: the end, or half of a quote
};

}  // namespace s3c::source
