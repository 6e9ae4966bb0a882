// `s3compress catalog forget`: removes the record of a lost archive, after a person confirmed it.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command catalog_forget_command();

}  // namespace s3c::cli
