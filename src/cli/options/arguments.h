// The words of the command line, read once from left to right by the table of commands: the one place that
// decides which word is a flag, which one is a flag's value, and which one is neither.
//
//   --flag=VALUE, --flag VALUE    of a flag that takes a value
//   --flag, --flag=false          of a toggle or a count
//   -v, -vl                       letters, each a toggle or a count
//   --                            whatever follows is no flag
//
// A flag without its value never takes the next word for it: a word in the form of a flag ("--" in front, or
// "-" and letters only) is a value behind "=" only. So a forgotten value, or a shell variable that isn't set,
// can't swallow a --dry-run, not even a misspelt one.
#pragma once

#include <string>
#include <vector>

#include "cli/options/command.h"
#include "cli/options/settings.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {

struct Arguments {
  const Command* command = nullptr;   ///< the table's first when none was named
  std::string words;                  ///< the command's words that were there: "", "ls", "catalog"
  std::vector<std::string> operands;  ///< what isn't a flag, for commands that take such; none is empty
  Settings flags;

  /// Whether words name a command, or none at all is named: "catalog" alone could be more than one.
  bool is_complete() const { return words.empty() || words == command->name; }
};

/// Throws UsageError: unknown command or flag, another command's flag, a flag without its value, an empty
/// word. The command points into table.
Arguments parse_arguments(const CommandTable& table, const std::vector<std::string>& words);

/// Of words that could be more than one command: which word is missing.
UsageError incomplete_command(const CommandTable& table, const Arguments& arguments);

}  // namespace s3c::cli
