// `s3compress cat`: one member's bytes on standard output.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command cat_command();

}  // namespace s3c::cli
