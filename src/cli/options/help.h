// The text of --help, made from the table of commands. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "cli/options/command.h"

namespace s3c::cli {

/// `s3compress --help`: the commands, the flags that the default command needs, the flags that all commands
/// have.
std::string program_help(const CommandTable& table);
/// `s3compress catalog --help`: the commands that start with words.
std::string group_help(const CommandTable& table, std::string_view words);
/// `s3compress COMMAND --help`: every flag of the command, and its examples.
std::string command_help(const CommandTable& table, const Command& command);

}  // namespace s3c::cli
