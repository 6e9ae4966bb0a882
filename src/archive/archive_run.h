// The main job: packs every group of a selection into committed volumes, and then deletes the source objects
// of these volumes. run_archive() is the table of contents of the program; the protocol it follows is
// docs/ordering.md.
#pragma once

#include "archive/options.h"
#include "archive/report.h"
#include "archive/run_context.h"

namespace s3c::archive {

/// Runs to the end and reports what was done. plan_archive() is its dry run. Blocks; starts
/// options.resources.threads threads and a few more. Throws base::Error when the run can't even start: a
/// bucket doesn't exist or isn't ours, or the store can't be probed. Later failures are in the report. A group
/// that fails doesn't stop the others, unless trying again can't help (access_denied and the like); then no
/// further group is begun. REQUIRES: validate(options) passed.
RunReport run_archive(const ArchiveOptions& options, const RunContext& context);

}  // namespace s3c::archive
