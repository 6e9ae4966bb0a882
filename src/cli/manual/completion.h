// Completions of the command line for three shells, made from the table of commands. They need nothing at run time:
// neither the program nor another package. Pure functions, any thread.
#pragma once

#include <string>

#include "cli/options/command.h"

namespace s3c::cli {

/// A script for bash, 4.4 or later.
std::string bash_completion(const CommandTable& table);
/// A function of zsh's completion system, as a file `_s3compress` in fpath.
std::string zsh_completion(const CommandTable& table);
/// A script for fish, 3 or later.
std::string fish_completion(const CommandTable& table);

}  // namespace s3c::cli
