// The file of --config: the part of TOML that flags need. Pure function, any thread.
//
//   line     = [ setting | section ] [ "#" comment ]
//   section  = "[" command "]"                that command's flags; above every section they are for all
//   commands setting  = name "=" value                 name: a flag's, with "-" or "_" value    = '"' text
//   '"' | "'" text "'"    escapes \" \\ \t \n in the first form, none in the second
//            | digits | date | "true" | "false" | "[" value { "," value } [ "," ] "]"     arrays may span
//            lines
//
// Anything else that TOML knows is refused with its line, not passed over.
// Source: TOML v1.0.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

struct ConfigSetting {
  std::string section;  ///< empty above the first one
  std::string name;     ///< as written
  std::vector<std::string> values;
  int line = 0;
};

/// The settings in the file's order. Throws UsageError with "file_name:line".
std::vector<ConfigSetting> parse_config(std::string_view text, const std::string& file_name);

/// Reads and parses. Throws UsageError when the file can't be read.
std::vector<ConfigSetting> load_config(const std::string& file_name);

}  // namespace s3c::cli
