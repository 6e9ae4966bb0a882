// The file of --config: TOML, of which flags need tables of settings. Pure function, any thread.
//
//   threads = 16                above every section: for all commands
//   [archive]                   that command's flags; [catalog] has those of both its commands
//   exclude = ["*.tmp", "x*"]   a flag's name, with "-" or "_"; a list only for flags that may be given
//   several times from = 2018-04-01           a value: text in quotes, a whole number, a date, true or false
//
// What else TOML knows (numbers with a fraction, times, lists in lists) is no flag's value, and refused with
// its line and column. Source: TOML v1.0.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

struct ConfigSetting {
  std::string
      section;       ///< the table's name, "catalog rebuild" of [catalog.rebuild]; empty above the first one
  std::string name;  ///< as written
  std::vector<std::string> values;
  int line = 0;
  std::string place;  ///< "s3c.toml:3:1", to be shown

  /// As messages name it: "s3c.toml:3:1: threads".
  std::string origin() const { return place + ": " + name; }
};

/// The settings in the file's order. Throws UsageError with "file_name:line:column".
std::vector<ConfigSetting> parse_config(std::string_view text, const std::string& file_name);

/// Reads and parses. Throws UsageError when the file can't be read.
std::vector<ConfigSetting> load_config(const std::string& file_name);

}  // namespace s3c::cli
