// The dry run of the main job: plans every group of a selection, and counts what the plans say.
#pragma once

#include "archive/options.h"
#include "archive/report.h"
#include "archive/run_context.h"

namespace s3c::archive {

/// Reports what run_archive() would archive now, and changes nothing. There is a plan for each group and none
/// of the whole run, because a plan that named every object would not fit in memory. So run_archive() plans
/// again, group by group. Blocks; starts options.resources.open_groups threads and one more. Throws
/// base::Error when a bucket doesn't exist or can't be listed. Later failures are in the report, as
/// run_archive() reports them. REQUIRES: validate(options) passed.
RunReport plan_archive(const ArchiveOptions& options, const RunContext& context);

}  // namespace s3c::archive
