// `s3compress ls`: prints the volumes of an archive bucket, or the members of one volume, one line each, as
// they are found.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command ls_command();

}  // namespace s3c::cli
