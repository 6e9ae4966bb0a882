// The main job: every group of a selection becomes committed volumes, and then its source objects go. This is
// the table of contents of the program; the protocol it follows is docs/ordering.md.
#pragma once

#include "archive/options.h"
#include "archive/report.h"
#include "archive/run_context.h"

namespace s3c::archive {

/// Runs to the end and says what was done. Blocks; starts options.resources.threads threads and a few more.
/// Throws base::Error when the run can't even start: a bucket that isn't there or isn't ours, a store that
/// can't be probed. Later failures are in the report: a group that fails doesn't stop the others, unless it
/// failed for a reason that trying again won't mend (access_denied and the like): then no further group is
/// begun. REQUIRES: validate(options) passed.
RunReport run_archive(const ArchiveOptions& options, const RunContext& context);

}  // namespace s3c::archive
