// `s3compress catalog rebuild`: manifest and index out of a volume, when the catalog was lost.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command catalog_rebuild_command();

}  // namespace s3c::cli
