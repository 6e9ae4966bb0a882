#include "source/row_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"
#include "index/json_fields.h"

namespace s3c::source {
namespace {

/// A key of 1,024 bytes, encoded, takes 3 KiB. S3 Inventory's rows have a few columns beside it.
constexpr std::size_t kMaxRowBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxKeyBytes = 1024;

/// nullptr: the row has no such value, or an empty one.
template <typename Values>
const std::string* value_of(const Values& values, RowColumn column) {
  const auto& value = values.at(static_cast<std::size_t>(column));
  return value && !value->empty() ? &*value : nullptr;
}

/// As S3 writes it, and as programs that read tables do: "2018-04-01 12:00:00.000 UTC", "…T12:00:00+00:00".
std::optional<base::Timestamp> time_of(std::string text) {
  for (const std::string_view zone : {" UTC", "+00:00", "Z"}) {
    if (!text.ends_with(zone)) continue;
    text.resize(text.size() - zone.size());
    break;
  }
  constexpr std::size_t kDateSize = 10;
  if (text.size() > kDateSize && text[kDateSize] == ' ') text[kDateSize] = 'T';
  return base::parse_iso8601(text + "Z");
}

/// As S3 writes it, and as programs that write tables do. nullopt: it is neither.
std::optional<bool> truth_of(std::string_view text) {
  const std::string plain = base::lower(text);
  for (const std::string_view yes : {"true", "1", "t", "yes", "y"}) {
    if (plain == yes) return true;
  }
  for (const std::string_view no : {"false", "0", "f", "no", "n"}) {
    if (plain == no) return false;
  }
  return std::nullopt;
}

/// A value of JSON as CSV would have it; nullopt: null.
std::optional<std::string> text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (value.is_null()) return std::nullopt;
  return value.dump();  // a number that no size is, a list: refused as a value
}

}  // namespace

std::optional<RowColumn> column_named(std::string_view name) {
  static const std::map<std::string, RowColumn, std::less<>> columns = {
      {"bucket", RowColumn::bucket},
      {"key", RowColumn::key},
      {"size", RowColumn::size},
      {"etag", RowColumn::etag},
      {"lastmodified", RowColumn::last_modified},
      {"lastmodifieddate", RowColumn::last_modified},
      {"version", RowColumn::version_id},
      {"versionid", RowColumn::version_id},
      {"islatest", RowColumn::is_latest},
      {"isdeletemarker", RowColumn::is_delete_marker},
      {"storageclass", RowColumn::storage_class},
  };
  std::string plain = base::lower(base::trim(name));
  std::erase_if(plain, [](char c) { return c == '_' || c == '-'; });
  const auto found = columns.find(plain);
  return found == columns.end() ? std::nullopt : std::optional(found->second);
}

RowReader::RowReader(RowForm form, std::function<void(ObjectRow)> row, std::function<void()> other)
    : form_(std::move(form)),
      row_(std::move(row)),
      other_(std::move(other)),
      columns_(form_.columns),
      encoded_keys_(form_.encoded_keys),
      format_(columns_.empty() ? Format::unknown : Format::csv) {}

void RowReader::fail(const std::string& why) const {
  throw base::Error(base::ErrorKind::invalid_argument, fmt::format("line {}: {}", row_line_, why),
                    {.operation = "read rows", .resource = form_.place});
}

void RowReader::read(std::string_view bytes) {
  if (format_ == Format::unknown) {
    text_ += bytes;
    if (base::kByteOrderMark.starts_with(text_) && text_ != base::kByteOrderMark) return;
    if (text_.starts_with(base::kByteOrderMark)) text_.erase(0, base::kByteOrderMark.size());
    const std::size_t first = std::min(text_.find_first_not_of(" \t\r\n"), text_.size());
    const auto end_of_blanks = text_.begin() + static_cast<std::ptrdiff_t>(first);
    line_ += static_cast<std::uint64_t>(std::count(text_.begin(), end_of_blanks, '\n'));
    text_.erase(text_.begin(), end_of_blanks);
    if (text_.empty()) return;
    format_ = text_.front() == '{' ? Format::json : Format::csv;
    return read(std::exchange(text_, {}));
  }
  if (format_ == Format::json) return read_json(bytes);
  for (const char c : bytes) read_csv(c);
}

void RowReader::finish() {
  if (format_ == Format::unknown) {
    throw base::Error(
        base::ErrorKind::invalid_argument,
        "it is empty. If there is nothing to do, it has the line that names the columns; a file without "
        "a byte is what a program leaves that failed before it wrote one",
        {.operation = "read rows", .resource = form_.place});
  }
  if (format_ == Format::json && !base::trim(text_, " \t\r").empty()) json_line();
  if (format_ != Format::csv) return;
  if (quoted_ && !after_quote_) fail("a quote has no end");
  if (!text_.empty() || was_quoted_ || !fields_.empty()) {
    end_field();
    csv_row();
  }
}

void RowReader::read_json(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    text_ += bytes.substr(0, end);
    row_line_ = line_;
    if (text_.size() > kMaxRowBytes) fail(fmt::format("it has more than {} bytes", kMaxRowBytes));
    if (end == std::string_view::npos) return;
    if (!base::trim(text_, " \t\r").empty()) json_line();
    text_.clear();
    ++line_;
    bytes.remove_prefix(end + 1);
  }
}

void RowReader::json_line() {
  row_line_ = line_;
  Values values;
  try {
    const nlohmann::json object = index::parse_object(text_);
    for (const auto& [name, value] : object.items()) {
      const std::optional<RowColumn> column = column_named(name);
      if (!column) continue;
      auto& place = values.at(static_cast<std::size_t>(*column));
      if (place) fail(fmt::format("two fields mean the same: \"{}\" is one of them", base::printable(name)));
      place = text_of(value);
    }
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::corrupt) throw;
    fail(error.message());
  }
  take(values, false);
}

/// One byte of CSV. Fields may be quoted; a quoted field may have commas, line ends and doubled quotes.
void RowReader::read_csv(char c) {
  if (fields_.empty() && text_.empty() && !was_quoted_) row_line_ = line_;
  if (c == '\n') ++line_;
  if (++row_bytes_ > kMaxRowBytes) fail(fmt::format("it has more than {} bytes", kMaxRowBytes));
  if (quoted_ && !after_quote_) {
    if (c == '"') {
      after_quote_ = true;
    } else {
      text_ += c;
    }
    return;
  }
  if (after_quote_ && c == '"') {
    text_ += c;
    after_quote_ = false;
    return;
  }
  if (after_quote_) quoted_ = after_quote_ = false;
  switch (c) {
    case ',':
      return end_field();
    case '\r':
      return;
    case '\n':
      if (fields_.empty() && text_.empty() && !was_quoted_) {
        row_bytes_ = 0;
        return;  // an empty line
      }
      end_field();
      return csv_row();
    case '"':
      if (!text_.empty() || was_quoted_) fail("a quote stands inside a value");
      quoted_ = was_quoted_ = true;
      return;
    default:
      if (was_quoted_) fail("a value goes on after its quotes");
      text_ += c;
  }
}

void RowReader::end_field() {
  fields_.push_back(std::exchange(text_, {}));
  quoted_ = was_quoted_ = after_quote_ = false;
}

void RowReader::csv_row() {
  std::vector<std::string> fields = std::exchange(fields_, {});
  row_bytes_ = 0;
  if (columns_.empty()) {
    if (take_column_names(fields)) return;
    columns_ = {RowColumn::bucket, RowColumn::key, RowColumn::version_id};
    encoded_keys_ = true;
    if (fields.size() < 2 || fields.size() > 3) {
      fail(fmt::format(
          "it has {} values: without a line that names the columns there must be bucket, key and maybe "
          "version",
          fields.size()));
    }
    columns_.resize(fields.size());
  }
  if (fields.size() != columns_.size())
    fail(fmt::format("it has {} values, and there are {} columns", fields.size(), columns_.size()));
  Values values;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (columns_[i] != RowColumn::other)
      values.at(static_cast<std::size_t>(columns_[i])) = std::move(fields[i]);
  }
  take(values, encoded_keys_);
}

/// False: the names are none, but the first row.
bool RowReader::take_column_names(const std::vector<std::string>& names) {
  std::vector<RowColumn> columns;
  for (const std::string& name : names) {
    const RowColumn column = column_named(name).value_or(RowColumn::other);
    if (column != RowColumn::other && std::find(columns.begin(), columns.end(), column) != columns.end())
      fail(fmt::format("two columns mean the same: \"{}\" is one of them", base::printable(name)));
    columns.push_back(column);
  }
  for (const RowColumn needed : {RowColumn::bucket, RowColumn::key}) {
    if (std::find(columns.begin(), columns.end(), needed) == columns.end()) return false;
  }
  columns_ = std::move(columns);
  return true;
}

/// False: an older version, or a delete marker.
bool RowReader::is_of_newest_version(const Values& values) const {
  const auto truth = [&](RowColumn column, const char* name, bool otherwise) {
    const std::string* const text = value_of(values, column);
    if (text == nullptr) return otherwise;
    const std::optional<bool> value = truth_of(*text);
    if (!value) fail(fmt::format("{} is \"{}\", neither true nor false", name, base::printable(*text)));
    return *value;
  };
  const bool latest = truth(RowColumn::is_latest, "is_latest", true);
  return !truth(RowColumn::is_delete_marker, "is_delete_marker", false) && latest;
}

ObjectRow RowReader::row_of(const Values& values, bool encoded_key) const {
  const std::string* const key = value_of(values, RowColumn::key);
  if (key == nullptr) fail("it has no key");
  ObjectRow row;
  std::optional<std::string> decoded = encoded_key ? base::percent_decode(*key, true) : *key;
  if (!decoded)
    fail(fmt::format("the key \"{}\" is not URL-encoded, as S3 encodes keys", base::printable(*key)));
  row.object.key = *std::move(decoded);
  if (row.object.key.size() > kMaxKeyBytes) fail("its key is longer than 1,024 bytes");
  if (const std::string* const size = value_of(values, RowColumn::size)) {
    const auto bytes = base::parse_number<std::uint64_t>(*size);
    if (!bytes) fail(fmt::format("\"{}\" is no size", base::printable(*size)));
    row.object.size_bytes = *bytes;
    row.tells_size = true;
  }
  if (const std::string* const modified = value_of(values, RowColumn::last_modified)) {
    const auto time = time_of(*modified);
    if (!time)
      fail(
          fmt::format("\"{}\" is no time; write it as 2018-04-01T12:00:00.000Z", base::printable(*modified)));
    row.object.last_modified = *time;
    row.tells_time = true;
  }
  if (const std::string* const etag = value_of(values, RowColumn::etag))
    row.object.etag = base::trim(*etag, "\"");
  if (const std::string* const version = value_of(values, RowColumn::version_id))
    row.object.version_id = *version;
  if (const std::string* const name = value_of(values, RowColumn::storage_class))
    row.object.storage_class = *name;
  return row;
}

void RowReader::take(const Values& values, bool encoded_key) {
  const std::string* const bucket = value_of(values, RowColumn::bucket);
  if (bucket == nullptr) fail("it names no bucket");
  if (*bucket != form_.bucket) {
    fail(fmt::format("it names bucket \"{}\", but the sources are in \"{}\"", base::printable(*bucket),
                     base::printable(form_.bucket)));
  }
  if (!is_of_newest_version(values)) return other_();
  row_(row_of(values, encoded_key));
}

}  // namespace s3c::source
