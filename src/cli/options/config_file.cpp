#include "cli/options/config_file.h"

#include <fmt/format.h>

#include <cctype>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/encoding.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {
namespace {

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file_name) : rest_(text), file_name_(file_name) {}

  std::vector<ConfigSetting> parse() {
    std::vector<ConfigSetting> settings;
    std::string section;
    for (skip_blank_lines(); !rest_.empty(); skip_blank_lines()) {
      if (take('[')) {
        skip_spaces();
        section = name();
        skip_spaces();
        if (!take(']')) fail("a section is written [archive]");
      } else {
        ConfigSetting setting;
        setting.section = section;
        setting.line = line_;
        setting.name = name();
        skip_spaces();
        if (!take('=')) fail(fmt::format("\"=\" is missing after {}", setting.name));
        skip_spaces();
        setting.values = value();
        settings.push_back(std::move(setting));
      }
      end_line();
    }
    return settings;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw UsageError(fmt::format("{}:{}: {}", base::printable(file_name_), line_, what),
                     "one flag a line, without \"--\": threads = 16");
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    if (c == '\n') ++line_;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_spaces() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t') || rest_.starts_with('\r'))
      rest_.remove_prefix(1);
  }

  void skip_comment() {
    skip_spaces();
    if (!rest_.starts_with('#')) return;
    const std::size_t end = rest_.find('\n');
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }

  void skip_blank_lines() {
    do skip_comment();
    while (take('\n'));
  }

  void end_line() {
    skip_comment();
    if (!rest_.empty() && !take('\n')) fail("unexpected text after the value");
  }

  std::string name() {
    std::size_t size = 0;
    while (size < rest_.size() && is_name_char(rest_[size])) ++size;
    if (size == 0) fail("a flag's name was expected");
    std::string result(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return result;
  }

  std::vector<std::string> value() {
    if (!take('[')) return {scalar()};
    std::vector<std::string> values;
    while (true) {
      skip_blank_lines();
      if (take(']')) return values;
      values.push_back(scalar());
      skip_blank_lines();
      if (!take(',') && !rest_.starts_with(']')) fail("\",\" or \"]\" is missing in a list");
    }
  }

  std::string scalar() {
    if (take('"')) return basic_string();
    if (take('\'')) return literal_string();
    std::size_t size = 0;
    while (size < rest_.size() && is_name_char(rest_[size])) ++size;
    std::string word(rest_.substr(0, size));
    rest_.remove_prefix(size);
    if (word == "true" || word == "false") return word;
    // Whole numbers (TOML allows 1_000_000) and dates; both hold digits, '-' and '_' only.
    std::string digits;
    for (const char c : word) {
      if (c == '_') continue;
      if (c != '-' && std::isdigit(static_cast<unsigned char>(c)) == 0)
        fail("text must stand in quotes: name = \"text\"");
      digits += c;
    }
    if (digits.empty()) fail("a value is missing");
    return digits;
  }

  std::string basic_string() {
    std::string text;
    while (!rest_.empty() && !rest_.starts_with('\n')) {
      if (take('"')) return text;
      if (!take('\\')) {
        text += rest_.front();
        rest_.remove_prefix(1);
      } else if (take('"')) {
        text += '"';
      } else if (take('\\')) {
        text += '\\';
      } else if (take('t')) {
        text += '\t';
      } else if (take('n')) {
        text += '\n';
      } else {
        fail("unknown escape in \"...\"; use '...' for text with backslashes");
      }
    }
    fail("the closing quote is missing");
  }

  std::string literal_string() {
    const std::size_t end = rest_.find_first_of("'\n");
    if (end == std::string_view::npos || rest_[end] == '\n') fail("the closing quote is missing");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string_view rest_;
  const std::string& file_name_;
  int line_ = 1;
};

}  // namespace

std::vector<ConfigSetting> parse_config(std::string_view text, const std::string& file_name) {
  return Parser(text, file_name).parse();
}

std::vector<ConfigSetting> load_config(const std::string& file_name) {
  errno = 0;
  std::ifstream file(file_name, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  // The streams don't tell an empty file from one that opens and can't be read, such as a directory; errno
  // does.
  if (!file.is_open() || errno != 0) {
    const std::string why = errno != 0 ? std::generic_category().message(errno) : "it can't be read";
    throw UsageError(fmt::format("can't read the config file {}: {}", base::printable(file_name), why),
                     "check the name after --config (or S3COMPRESS_CONFIG)");
  }
  return parse_config(text.str(), file_name);
}

}  // namespace s3c::cli
