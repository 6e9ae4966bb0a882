// The file of --config: TOML, with tables of settings. Pure functions, except that load_config reads the
// file. Any thread.
//
//   threads = 16                above every section: for all commands
//   [archive]                   flags of this command; [catalog] is for both catalog commands
//   exclude = ["*.tmp", "x*"]   a flag's name, with "-" or "_"; a list only for flags that may be repeated
//   from = 2018-04-01           a value: text in quotes, a whole number, a date, true or false
//
// Other TOML values (numbers with a fraction, times, lists in lists) are no values of flags. They are refused
// with line and column. Each table is told as a section, also an empty one: "dry-run = {}" is the section
// dry-run, and the caller refuses it. Source: TOML v1.0.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

struct ConfigSection {
  std::string name;   ///< "catalog rebuild" for [catalog.rebuild]
  std::string place;  ///< "s3c.toml:3:1", for messages
};

struct ConfigSetting {
  std::string section;  ///< the section's name; empty above the first section
  std::string name;     ///< as written
  std::vector<std::string> values;
  int line = 0;
  std::string place;  ///< "s3c.toml:3:1", for messages

  /// As messages name it: "s3c.toml:3:1: threads".
  std::string origin() const { return place + ": " + name; }
};

/// All that stands in a file. What is empty is in it too: an entry that was passed over could be one that
/// was to keep the sources.
struct ConfigFile {
  std::vector<ConfigSection> sections;  ///< every table, also those within tables; before what is in it
  std::vector<ConfigSetting> settings;  ///< in the file's order
};

/// Throws UsageError with "file_name:line:column".
ConfigFile parse_config(std::string_view text, const std::string& file_name);

/// Reads and parses. Throws UsageError when the file can't be read.
ConfigFile load_config(const std::string& file_name);

}  // namespace s3c::cli
