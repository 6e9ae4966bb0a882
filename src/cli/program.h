// The program without main(): so that it can be called with made-up arguments and environment.
#pragma once

#include <string>
#include <vector>

#include "cli/options/environment.h"

namespace s3c::cli {

/// Does what arguments (without the program's name) ask for; returns the exit code. Never throws: errors are
/// on standard error, and with --output json also on standard output.
int run_program(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace s3c::cli
