// Reads the words of the command line once, from left to right, with the table of commands. Only this code
// decides which word is a flag, which word is a flag's value, and which word is neither.
//
//   --flag=VALUE, --flag VALUE    a flag that takes a value
//   --flag, --flag=false          a toggle or a count
//   -v, -vl                       letters, each a toggle or a count
//   --                            no word after this is a flag
//
// A word in the form of a flag ("--" in front, or "-" and letters only) is a value only after "=". Otherwise
// a flag whose value was forgotten, or comes from a shell variable that isn't set, would take a following
// --dry-run as its value, also a misspelt one.
#pragma once

#include <string>
#include <vector>

#include "cli/options/command.h"
#include "cli/options/settings.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {

struct Arguments {
  const Command* command = nullptr;   ///< the table's first command if none was named
  std::string words;                  ///< the words of the command that were given: "", "ls", "catalog"
  std::vector<std::string> operands;  ///< words that are no flags, if the command takes such; none is empty
  Settings flags;

  /// False if words could mean more than one command: "catalog" alone. True if they name one, or are empty.
  bool is_complete() const { return words.empty() || words == command->name; }
};

/// Throws UsageError for an unknown command or flag, another command's flag, a flag without its value, an
/// empty word. The result's command points into table.
Arguments parse_arguments(const CommandTable& table, const std::vector<std::string>& words);

/// The error for words that could mean more than one command. It names the words that may follow.
UsageError incomplete_command(const CommandTable& table, const Arguments& arguments);

}  // namespace s3c::cli
