// The text of --help, made from the flag table. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// `s3compress --help`: the commands, what the default one needs, the flags of all commands.
std::string program_help();
/// `s3compress COMMAND --help`: every flag, and worked examples. command: of commands().
std::string command_help(std::string_view command);

}  // namespace s3c::cli
