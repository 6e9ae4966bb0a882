// `s3compress report merge`: one summary of what the tasks of a job reported.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command report_merge_command();

}  // namespace s3c::cli
