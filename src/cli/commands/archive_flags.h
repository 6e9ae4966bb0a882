// The flags of `s3compress archive`, for its help and its parser.
#pragma once

#include <vector>

#include "cli/options/flags.h"

namespace s3c::cli {

/// In the order of the help.
std::vector<Flag> archive_flags();

}  // namespace s3c::cli
