// `s3compress gc`: connects, cleans up, shows progress, prints the result.
#pragma once

#include "cli/options/command_line.h"
#include "cli/options/environment.h"
#include "cli/output/exit_code.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// Blocks until it is over; the result is on standard output then. To be called before other threads start.
/// Throws base::Error for what ended it before it had a result.
ExitCode gc_command(const Request& request, const Environment& environment, Terminal& terminal);

}  // namespace s3c::cli
