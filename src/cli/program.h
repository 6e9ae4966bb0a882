// The program without main(), so that tests can call it with arguments and environment of their own.
#pragma once

#include <string>
#include <vector>

#include "cli/options/environment.h"

namespace s3c::cli {

/// Runs the command that arguments (without the program's name) name, and returns the exit code. Never
/// throws: errors are printed to standard error, and with --output json also to standard output.
int run_program(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace s3c::cli
