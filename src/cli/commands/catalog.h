// `s3compress catalog rebuild`: manifest and index out of a volume, when the catalog was lost. And `catalog
// forget`: the record of a lost archive goes.
#pragma once

#include "cli/options/command_line.h"
#include "cli/options/environment.h"
#include "cli/output/exit_code.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// Runs the command to its end and prints its result. Throws base::Error when it can't.
ExitCode catalog_command(const Request& request, const Environment& environment, Terminal& terminal);

}  // namespace s3c::cli
