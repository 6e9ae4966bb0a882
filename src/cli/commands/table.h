// Every command of this version, once.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

/// In the order of --help; the first is the default. Made when it is first asked for; any thread.
const CommandTable& commands();

}  // namespace s3c::cli
