// `s3compress catalog forget`: the record of a lost archive goes, by a person's word.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command catalog_forget_command();

}  // namespace s3c::cli
