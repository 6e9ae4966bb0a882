// `s3compress gc`: removes what killed runs left in an archive bucket.
#pragma once

#include "cli/options/command.h"
#include "upkeep/gc_run.h"

namespace s3c::cli {

Command gc_command();
/// Throws UsageError.
upkeep::GcOptions read_gc(Reader& reader);

}  // namespace s3c::cli
