// `s3compress thaw`: makes frozen volumes readable, and restores nothing.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command thaw_command();

}  // namespace s3c::cli
