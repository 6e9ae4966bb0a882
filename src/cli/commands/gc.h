// `s3compress gc`: removes what killed runs left in an archive bucket.
#pragma once

#include "archive/gc_run.h"
#include "cli/options/command.h"

namespace s3c::cli {

Command gc_command();
/// Throws UsageError.
archive::GcOptions read_gc(Reader& reader);

}  // namespace s3c::cli
