// `s3compress restore`: members come back to their bucket, another one or a directory.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command restore_command();

}  // namespace s3c::cli
