// `s3compress whoami`: tells in whose name the store is talked to, and where the settings for it come from.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command whoami_command();

}  // namespace s3c::cli
