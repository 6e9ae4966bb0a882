// `s3compress find`: which volumes hold the members that somebody asks for, a line each as they come.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command find_command();

}  // namespace s3c::cli
