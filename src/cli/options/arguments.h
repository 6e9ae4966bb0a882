// The words of the command line, read once from left to right by the flag table: the one place that decides
// which word is a flag, which one is a flag's value, and which one is neither. Used by options.cpp only.
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

#include "cli/options/settings.h"

namespace s3c::cli {

struct Arguments {
  std::string command;                ///< of commands(); the first of them when none was named
  bool named = false;                 ///< the command's word was there
  std::vector<std::string> operands;  ///< what isn't a flag, for commands that take such; none is empty
  Settings flags;
};

/// Throws UsageError: unknown command or flag, another command's flag, a flag without its value, an empty
/// word.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace s3c::cli
