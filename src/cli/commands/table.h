// The table of all commands.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

/// In the order of --help; the first is the default command. The first call makes the table. Any thread.
const CommandTable& commands();

}  // namespace s3c::cli
