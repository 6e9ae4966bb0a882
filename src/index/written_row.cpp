#include "index/row_readers.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
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

constexpr std::uint64_t kEachByte = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x80 * kEachByte;

/// Whether one of eight bytes is ASCII and below 0x20, or a backslash: then the highest bit of some byte is set.
constexpr std::uint64_t escapes_in(std::uint64_t eight) {
  const std::uint64_t zero_if_backslash = eight ^ '\\' * kEachByte;
  return ((eight - 0x20 * kEachByte) & ~eight) | ((zero_if_backslash - kEachByte) & ~zero_if_backslash);
}

/// A string that stands in JSON as it is, and for itself: no escape, no control character, UTF-8, no base64.
bool stands_for_itself(std::string_view text) {
  std::uint64_t escapes = 0;
  std::uint64_t all = 0;
  for (std::size_t at = 0; at < text.size(); at += sizeof all) {
    std::uint64_t eight = ' ' * kEachByte;
    std::memcpy(&eight, text.data() + at, std::min(text.size() - at, sizeof eight));
    escapes |= escapes_in(eight);
    all |= eight;
  }
  return (escapes & kHighBits) == 0 && ((all & kHighBits) == 0 || base::is_utf8(text)) &&
         !text.starts_with(kBase64Prefix);
}

/// Takes the string at the front of rest. nullopt: none is there, or one that doesn't stand for itself.
std::optional<std::string_view> take_string(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  const std::size_t end = rest.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest.substr(1, end - 1);
  if (!stands_for_itself(text)) return std::nullopt;
  rest.remove_prefix(end + 1);
  return text;
}

/// Takes the fields from the front of a line. After the first one that isn't as written, no value means anything,
/// and ends() is false.
class WrittenLine {
 public:
  explicit WrittenLine(std::string_view line) : rest_(line) {
    expect('{');
    take_name();
  }

  /// Whether the line ends here.
  bool ends() {
    expect('}');
    return ok_ && name_.empty() && (rest_.empty() || rest_ == "\n");
  }

  void text(std::string_view name, std::string& value) {
    require(name, [&] { value = string(); });
  }
  void nonempty_text(std::string_view name, std::string& value) {
    require(name, [&] { value = nonempty_string(); });
  }
  void optional_text(std::string_view name, std::string& value) {
    take(name, [&] { value = nonempty_string(); });
  }
  void header(const SystemHeader& known, std::map<std::string, std::string>& headers) {
    take(known.field, [&] { headers.emplace(known.header, nonempty_string()); });
  }
  void number(std::string_view name, std::uint64_t& value) {
    require(name, [&] {
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      const auto digits = static_cast<std::size_t>(end - rest_.data());
      if (error != std::errc{} || (digits > 1 && rest_.front() == '0')) {
        ok_ = false;
      } else {
        rest_.remove_prefix(digits);
      }
    });
  }
  void time(std::string_view name, Timestamp& value) { from_text(name, value, base::parse_iso8601); }
  void crc32(std::string_view name, std::uint32_t& value) { from_text(name, value, crc32_from_text); }
  void method(std::string_view name, std::uint16_t& value) { from_text(name, value, method_from_text); }
  void optional_map(std::string_view name, std::map<std::string, std::string>& map) {
    take(name, [&] {
      expect('{');
      do {
        const std::string_view key = string();
        expect(':');
        const std::string_view value = string();
        // Ascending as they are written, so none comes twice.
        if (!map.empty() && key <= map.rbegin()->first) ok_ = false;
        if (!ok_) return;
        map.emplace_hint(map.end(), key, value);
      } while (take_if(','));
      expect('}');
    });
  }

 private:
  bool take_if(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take_if(c)) ok_ = false;
  }
  /// The name may be anything: only one that a field asks for is read.
  void take_name() {
    expect('"');
    const std::size_t end = rest_.find('"');
    if (end == 0 || end == std::string_view::npos) {
      ok_ = false;
    } else {
      name_ = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      expect(':');
    }
  }
  /// Reads the value of the next field if that has this name. False: it has another one, or there is none.
  template <typename Read>
  bool take(std::string_view name, const Read& read) {
    if (!ok_ || name_ != name) return false;
    read();
    name_ = {};
    if (take_if(',')) take_name();
    return true;
  }
  template <typename Read>
  void require(std::string_view name, const Read& read) {
    if (!take(name, read)) ok_ = false;
  }
  std::string_view string() {
    const std::optional<std::string_view> text = take_string(rest_);
    if (!text) ok_ = false;
    return text.value_or("");
  }
  std::string_view nonempty_string() {
    const std::string_view text = string();
    if (text.empty()) ok_ = false;
    return text;
  }
  template <typename Value>
  void from_text(std::string_view name, Value& value, std::optional<Value> (*parse)(std::string_view)) {
    require(name, [&] {
      const std::optional<Value> parsed = parse(string());
      if (parsed) {
        value = *parsed;
      } else {
        ok_ = false;
      }
    });
  }

  std::string_view rest_;  // behind name_, once it is taken
  std::string_view name_;  // of the next field; empty: there is none
  bool ok_ = true;
};

}  // namespace

bool read_written_row(std::string_view text, Row& row) {
  WrittenLine line(text);
  walk_fields(line, row);
  return line.ends();
}

std::optional<std::string_view> read_written_key(std::string_view line) {
  constexpr std::string_view kBeforeKey = "{\"key\":";
  if (!line.starts_with(kBeforeKey)) return std::nullopt;
  line.remove_prefix(kBeforeKey.size());
  return take_string(line);
}

}  // namespace s3c::index
