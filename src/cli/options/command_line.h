// The command line, the environment and the config file become a command with its options. A flag is looked
// for in that order; the first place that has it counts, and the flags that exclude each other (--years,
// --from/--until) are looked up together.
#pragma once

#include <string>
#include <vector>

#include "cli/options/command.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/options/output_options.h"
#include "cli/options/reader.h"

namespace s3c::cli {

/// What the program was asked to do.
struct CommandLine {
  /// Not empty: print this (--help, --version) and do nothing else.
  std::string print = {};
  const Command* command = nullptr;
  ConnectionOptions connection = {};
  OutputOptions output = {};
  Action action = {};
};

/// arguments: without the program's name. Reads the file --config names. The reader points into table. Throws
/// UsageError for everything that can't be right; exit code 2.
CommandLine parse_command_line(const CommandTable& table, const std::vector<std::string>& arguments,
                               const Environment& environment);

/// The command that is meant, and all that was given for it in the three places. Throws as above.
Reader read_settings(const CommandTable& table, const std::vector<std::string>& arguments,
                     const Environment& environment);

}  // namespace s3c::cli
