// Man pages (troff with the macros of man(7)), made from the table of commands. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "cli/options/command.h"

namespace s3c::cli {

/// What stands at the foot of every page.
struct ManualEdition {
  std::string date;     ///< "2026-11-29"
  std::string version;  ///< "0.1.0"
};

/// "s3compress-catalog-rebuild" of "catalog rebuild": the page's name, without ".1".
std::string page_name(std::string_view words);

/// s3compress(1): the commands, the flags that all commands have, settings and exit codes.
std::string program_page(const CommandTable& table, const ManualEdition& edition);
/// s3compress-COMMAND(1): all that --help tells of the command.
std::string command_page(const CommandTable& table, const Command& command, const ManualEdition& edition);
/// s3compress-catalog(1): the commands that start with words. REQUIRES: their names have two words.
std::string group_page(const CommandTable& table, std::string_view words, const ManualEdition& edition);

}  // namespace s3c::cli
