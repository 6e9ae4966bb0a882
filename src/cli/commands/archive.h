// `s3compress archive`: packs each group's objects into archives, then deletes them.
#pragma once

#include "archive/options.h"
#include "cli/options/command.h"

namespace s3c::cli {

Command archive_command();
/// Throws UsageError.
archive::ArchiveOptions read_archive(Reader& reader);

}  // namespace s3c::cli
