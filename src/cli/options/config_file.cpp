#include "cli/options/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>

#include "base/encoding.h"
#include "base/error.h"
#include "base/plain_file.h"
#include "base/text.h"
#include "cli/options/usage_error.h"

// No TOML is written here, so the library's formatters are not needed.
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace s3c::cli {
namespace {

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// Walks over a TOML text and finds the first character beyond ASCII that stands neither in a string nor in a
/// comment. TOML allows none there. The library (3.3) must not see one: its search for white space has
/// undefined behavior for some of them.
class AsciiCheck {
 public:
  explicit AsciiCheck(std::string_view text) : text_(text) {}

  /// The offset of the character; nullopt: there is none.
  std::optional<std::size_t> find() {
    at_ = text_.starts_with(base::kByteOrderMark) ? base::kByteOrderMark.size() : 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (!is_ascii(c)) return at_;
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        if (!skip_string(c)) return at_;
      } else {
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  std::size_t run_of(char c) const { return std::min(text_.find_first_not_of(c, at_), text_.size()) - at_; }

  /// False: at_ is at a character that may not stand there.
  bool skip_string(char quote) {
    const bool multi_line = run_of(quote) >= 3;
    at_ += multi_line ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        if (!skip_escape(multi_line)) return false;
      } else if (c == quote && !multi_line) {
        ++at_;
        return true;
      } else if (c == quote && run_of(quote) >= 3) {
        at_ += std::min<std::size_t>(run_of(quote), 5);  // two quotes may stand before the closing three
        return true;
      } else if (c == '\n' && !multi_line) {
        return true;  // no TOML, and the parser says so
      } else {
        ++at_;
      }
    }
    return true;
  }

  /// A backslash at a line's end takes the white space behind it away, so the library searches for its end.
  bool skip_escape(bool multi_line) {
    ++at_;
    const std::size_t end = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    if (!multi_line || end == at_) {
      ++at_;
      return true;
    }
    at_ = end;
    return at_ == text_.size() || is_ascii(text_[at_]);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

/// Lines and columns count from 1, columns in characters.
toml::source_position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return {
      static_cast<toml::source_index>(std::count(before.begin(), before.end(), '\n') + 1),
      static_cast<toml::source_index>(
          std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(), is_start) +
          1)};
}

/// A setting and its place. The library sorts settings by name; the place brings them back into the file's
/// order.
struct PlacedSetting {
  toml::source_position position;
  ConfigSetting setting;
};

class ConfigReader {
 public:
  explicit ConfigReader(const std::string& file_name) : file_name_(file_name) {}

  ConfigFile read(std::string_view text) {
    if (const std::optional<std::size_t> offset = AsciiCheck(text).find()) {
      fail(position_of(text, *offset),
           "a character beyond ASCII may only stand in a comment or in text in quotes");
    }
    try {
      add_table("", toml::parse(text));
    } catch (const toml::parse_error& error) {
      fail(error.source().begin, std::string(error.description()));
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const PlacedSetting& a, const PlacedSetting& b) { return a.position < b.position; });
    for (PlacedSetting& one : found_) file_.settings.push_back(std::move(one.setting));
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const toml::source_position& position, const std::string& what) const {
    throw UsageError(fmt::format("{}: {}", place_of(position), base::printable(what)),
                     "one flag a line, without \"--\" and text in quotes: prefix = \"logs\"");
  }

  std::string place_of(const toml::source_position& position) const {
    return fmt::format("{}:{}:{}", base::printable(file_name_), position.line, position.column);
  }

  void add_table(const std::string& section, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const toml::source_position& position = key.source().begin;
      if (!is_bare(name)) fail(position, fmt::format("\"{}\" is no flag's name", name));
      if (const toml::table* inner = node.as_table()) {
        file_.sections.push_back({section.empty() ? name : section + " " + name, place_of(position)});
        add_table(std::string(file_.sections.back().name), *inner);
      } else {
        found_.push_back(
            {position,
             {section, name, values_of(node), static_cast<int>(position.line), place_of(position)}});
      }
    }
  }

  static bool is_bare(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return (std::isalnum(c) != 0 && c < 0x80) || c == '-' || c == '_';
    });
  }

  std::vector<std::string> values_of(const toml::node& node) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) return {text_of(node)};
    std::vector<std::string> values;
    for (const toml::node& value : *list) values.push_back(text_of(value));
    return values;
  }

  std::string text_of(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
    if (const auto* date = node.as_date())
      return fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
    fail(node.source().begin, "a value is text in quotes, a whole number, a date, true or false");
  }

  const std::string& file_name_;
  ConfigFile file_;
  std::vector<PlacedSetting> found_;
};

}  // namespace

ConfigFile parse_config(std::string_view text, const std::string& file_name) {
  return ConfigReader(file_name).read(text);
}

ConfigFile load_config(const std::string& file_name) {
  std::string text;
  try {
    text = base::read_plain_file(file_name);
  } catch (const base::Error& error) {
    throw UsageError(
        fmt::format("can't read the config file {}: {}", base::printable(file_name), error.message()),
        "check the name after --config (or S3COMPRESS_CONFIG)");
  }
  return parse_config(text, file_name);
}

}  // namespace s3c::cli
