// `s3compress cat`: one member's bytes on standard output.
#pragma once

#include "cli/options/command_line.h"
#include "cli/options/environment.h"
#include "cli/output/exit_code.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// Runs the command to its end and prints its result. Throws base::Error when it can't.
ExitCode cat_command(const Request& request, const Environment& environment, Terminal& terminal);

}  // namespace s3c::cli
