// The text of --help, made from the flag table. Pure functions, any thread.
#pragma once

#include <string>

namespace s3c::cli {

/// `s3compress --help`: the commands, what the default one needs, the flags of all commands.
std::string program_help();
/// `s3compress archive --help`: every flag, and worked examples.
std::string archive_help();

}  // namespace s3c::cli
