// The files that a run writes must not be files that it reads, nor each other: a file is emptied or replaced when it
// is opened for writing.
#pragma once

#include "cli/options/reader.h"

namespace s3c::cli {

/// Looks at the files, not only at their names: links, and other ways to write a path, are seen through. Throws
/// UsageError before any of them is opened for writing: if a file that the command writes (--events, --left-to,
/// --metrics-file, --report) is also written by another flag; is one that the command, or its sign-in, reads; or is
/// the standard output.
void expect_own_files(const Reader& reader);

}  // namespace s3c::cli
