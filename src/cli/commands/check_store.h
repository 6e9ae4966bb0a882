// `s3compress check-store`: tries what archive needs of a store.
#pragma once

#include "cli/options/command.h"
#include "upkeep/store_check.h"

namespace s3c::cli {

Command check_store_command();
/// Throws UsageError.
upkeep::StoreCheckOptions read_check_store(Reader& reader);

}  // namespace s3c::cli
