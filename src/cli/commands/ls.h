// `s3compress ls`: the volumes of an archive bucket, or the members of one, a line each as they come.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command ls_command();

}  // namespace s3c::cli
