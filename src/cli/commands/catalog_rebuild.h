// `s3compress catalog rebuild`: makes manifest and index again from a volume, when the catalog was lost.
#pragma once

#include "cli/options/command.h"

namespace s3c::cli {

Command catalog_rebuild_command();

}  // namespace s3c::cli
