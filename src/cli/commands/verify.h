// `s3compress verify`: whether the volumes of an archive bucket are still what was committed.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command verify_command();

}  // namespace s3c::cli
