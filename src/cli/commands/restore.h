// `s3compress restore`: brings members back to their bucket, to another bucket or to a directory.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command restore_command();

}  // namespace s3c::cli
