// Makes a command with its options from the command line, the environment and the config file. A flag is
// looked for in these places in this order, and the first place that has it counts. Flags that exclude each
// other (--years, --from/--until) are looked up together.
#pragma once

#include <string>
#include <vector>

#include "cli/options/command.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/options/output_options.h"
#include "cli/options/reader.h"
#include "cli/options/watch_flags.h"

namespace s3c::cli {

/// What the program was asked to do.
struct CommandLine {
  /// Not empty: print this (--help, --version) and do nothing else.
  std::string print = {};
  const Command* command = nullptr;
  ConnectionOptions connection = {};
  OutputOptions output = {};
  WatchOptions watch = {};
  Action action = {};
};

/// arguments: without the program's name. Reads the file that --config names. The result points into table.
/// Throws UsageError for everything that can't be right; exit code 2.
CommandLine parse_command_line(const CommandTable& table, const std::vector<std::string>& arguments,
                               const Environment& environment);

/// How the errors of a command line are reported, even if it can't be read.
struct ErrorStyle {
  std::string command = {};  ///< first word of the command; empty if it can't be told
  OutputFormat format = OutputFormat::text;
};

/// Looks only for the command's name and for --output (or its variable), and passes over everything that it
/// doesn't understand. Never throws.
ErrorStyle error_style_of(const CommandTable& table, const std::vector<std::string>& arguments,
                          const Environment& environment);

/// A reader of the command that was named, with all settings for it from the three places. Throws as above.
Reader read_settings(const CommandTable& table, const std::vector<std::string>& arguments,
                     const Environment& environment);

}  // namespace s3c::cli
