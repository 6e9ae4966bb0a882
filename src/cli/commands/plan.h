// `s3compress plan`: what archive would do, what that costs, and what it saves.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command plan_command();

}  // namespace s3c::cli
