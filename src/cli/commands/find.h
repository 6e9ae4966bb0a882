// `s3compress find`: prints which volumes hold the members that the user asks for, one line per member, as
// they are found.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command find_command();

}  // namespace s3c::cli
