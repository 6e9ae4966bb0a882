// `s3compress verify`: what became of the volumes of an archive bucket.
#pragma once

#include "cli/options/command_line.h"
#include "cli/options/environment.h"
#include "cli/output/exit_code.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// Runs the command to its end and prints its result. Throws base::Error when it can't.
ExitCode verify_command(const Request& request, const Environment& environment, Terminal& terminal);

}  // namespace s3c::cli
