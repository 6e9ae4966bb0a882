// The text of --help, made from the table of commands, and the parts of it that the man pages have too
// (cli/manual/). Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/command.h"

namespace s3c::cli {

/// `s3compress --help`: the commands, the flags that the default command needs, the flags that all commands
/// have.
std::string program_help(const CommandTable& table);
/// `s3compress catalog --help`: the commands that start with words.
std::string group_help(const CommandTable& table, std::string_view words);
/// `s3compress COMMAND --help`: every flag of the command, and its examples.
std::string command_help(const CommandTable& table, const Command& command);

/// "-v, --verbose", "--tier TIER".
std::string spelling_of(const Flag& flag);
/// "s3compress ls --arch-bucket BUCKET [--bucket BUCKET] [VOLUME] [flags]"
std::string usage_line(const CommandTable& table, const Command& command);
/// The flags that every command has, in the order of the first command.
std::vector<Flag> flags_of_all(const CommandTable& table);
/// What the program does, in lines.
std::string_view program_prose();
/// Where settings come from and how values are written, in indented lines. Each subject starts a line.
std::string_view settings_prose();
/// Which exit code it is if several apply.
std::string exit_code_order();

}  // namespace s3c::cli
