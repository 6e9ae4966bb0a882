// The file of --config: TOML, with tables of settings. Pure functions, except that load_config reads the
// file. Any thread.
//
//   threads = 16                above every section: for all commands
//   [archive]                   flags of this command; [catalog] is for both catalog commands
//   exclude = ["*.tmp", "x*"]   a flag's name, with "-" or "_"; a list only for flags that may be repeated
//   from = 2018-04-01           a value: text in quotes, a whole number, a date, true or false
//
// Other TOML values (numbers with a fraction, times, lists in lists) are no values of flags. They are refused
// with line and column. Source: TOML v1.0.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

struct ConfigSetting {
  /// The table's name: "catalog rebuild" for [catalog.rebuild]; empty above the first table.
  std::string section;
  std::string name;  ///< as written
  std::vector<std::string> values;
  int line = 0;
  std::string place;  ///< "s3c.toml:3:1", for messages

  /// As messages name it: "s3c.toml:3:1: threads".
  std::string origin() const { return place + ": " + name; }
};

/// The settings in the file's order. Throws UsageError with "file_name:line:column".
std::vector<ConfigSetting> parse_config(std::string_view text, const std::string& file_name);

/// Reads and parses. Throws UsageError when the file can't be read.
std::vector<ConfigSetting> load_config(const std::string& file_name);

}  // namespace s3c::cli
