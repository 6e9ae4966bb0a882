// `s3compress archive`: packs each group's objects into archives, then deletes them.
#pragma once

#include <string>

#include "archive/options.h"
#include "cli/options/command.h"

namespace s3c::cli {

/// The options of the core, and what only the command line knows.
struct ArchiveSettings {
  archive::ArchiveOptions options;
  bool dry_run = false;
  std::string left_to;  ///< the file that names every object that is left; empty: none
};

Command archive_command();
/// Also of a command that has only some of archive's flags: the others were not given then. Throws UsageError.
ArchiveSettings read_archive(Reader& reader);

}  // namespace s3c::cli
