#include "index/row_readers.h"

#include <charconv>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "base/encoding.h"
#include "index/row_form.h"
#include "index/text.h"

namespace s3c::index {
namespace {

using base::Timestamp;

/// A string that stands in JSON as it is, and for itself: no escape, no control character, UTF-8, no base64.
bool stands_for_itself(std::string_view text) {
  unsigned char all = 0;
  bool needs_escape = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    all = static_cast<unsigned char>(all | byte);
    needs_escape |= byte < 0x20 || byte == '\\';
  }
  return !needs_escape && (all < 0x80 || base::is_utf8(text)) && !text.starts_with(kBase64Prefix);
}

/// Takes the fields from the front of a line. After the first one that isn't as written, ok() is false, and
/// no value means anything.
class WrittenLine {
 public:
  explicit WrittenLine(std::string_view line) : rest_(line) { take("{"); }

  /// Whether the line ends here.
  bool ends() {
    take("}");
    return ok_ && (rest_.empty() || rest_ == "\n");
  }

  void text(const char* name, std::string& value) {
    if (take_required(name)) value = string();
  }
  void nonempty_text(const char* name, std::string& value) {
    text(name, value);
    if (value.empty()) ok_ = false;
  }
  void optional_text(const char* name, std::string& value) {
    if (take_name(name)) value = nonempty_string();
  }
  void header(const SystemHeader& known, std::map<std::string, std::string>& headers) {
    if (take_name(known.field)) headers.emplace(known.header, nonempty_string());
  }
  void number(const char* name, std::uint64_t& value) {
    if (!take_required(name)) return;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto digits = static_cast<std::size_t>(end - rest_.data());
    if (error != std::errc{} || (digits > 1 && rest_.front() == '0')) {
      ok_ = false;
    } else {
      rest_.remove_prefix(digits);
    }
  }
  void time(const char* name, Timestamp& value) { from_text(name, value, base::parse_iso8601); }
  void crc32(const char* name, std::uint32_t& value) { from_text(name, value, crc32_from_text); }
  void method(const char* name, std::uint16_t& value) { from_text(name, value, method_from_text); }
  void optional_map(const char* name, std::map<std::string, std::string>& map) {
    if (!take_name(name)) return;
    take("{");
    do {
      const std::string_view key = string();
      take(":");
      const std::string_view value = string();
      // Ascending as they are written, so none comes twice.
      if (!map.empty() && key <= map.rbegin()->first) ok_ = false;
      if (!ok_) return;
      map.emplace_hint(map.end(), key, value);
    } while (take_if(","));
    take("}");
  }

 private:
  bool take_if(std::string_view text) {
    if (!ok_ || !rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void take(std::string_view text) {
    if (!take_if(text)) ok_ = false;
  }
  /// The name of the next field, with what is before and behind it. False, and nothing is taken: another
  /// field is next.
  bool take_name(std::string_view name) {
    const std::string_view before = is_first_ ? "\"" : ",\"";
    const std::string_view behind = "\":";
    if (!ok_ || !rest_.starts_with(before)) return false;
    std::string_view rest = rest_.substr(before.size());
    if (!rest.starts_with(name)) return false;
    rest.remove_prefix(name.size());
    if (!rest.starts_with(behind)) return false;
    rest_ = rest.substr(behind.size());
    is_first_ = false;
    return true;
  }
  bool take_required(std::string_view name) {
    if (!take_name(name)) ok_ = false;
    return ok_;
  }
  std::string_view string() {
    take("\"");
    const std::size_t end = rest_.find('"');
    if (!ok_ || end == std::string_view::npos || !stands_for_itself(rest_.substr(0, end))) {
      ok_ = false;
      return {};
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::string_view nonempty_string() {
    const std::string_view text = string();
    if (text.empty()) ok_ = false;
    return text;
  }
  template <typename Value>
  void from_text(const char* name, Value& value, std::optional<Value> (*parse)(std::string_view)) {
    if (!take_required(name)) return;
    const std::optional<Value> parsed = parse(string());
    if (parsed) {
      value = *parsed;
    } else {
      ok_ = false;
    }
  }

  std::string_view rest_;
  bool is_first_ = true;
  bool ok_ = true;
};

}  // namespace

std::optional<Row> read_written_row(std::string_view text) {
  std::optional<Row> row(std::in_place);
  WrittenLine line(text);
  walk_fields(line, *row);
  if (!line.ends()) row.reset();
  return row;
}

}  // namespace s3c::index
